"""Conditions: what each comparison says, and what is said of one that cannot be read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules.conditions import condition_faults, read_condition
from orders.rules.conditions.fields import Fact, billable_weight_g

FACTS: dict[str, Fact] = {
    "country": "DE",
    "country_group": "DE",
    "region": "",
    "postal_code": "9021012",
    "is_po_box": False,
    "weight_g": 1200,
    "value": Decimal("150.00"),
    "currency": "EUR",
    "stocked_in": ("LON", "NV"),
    "hours_to_ship_by": None,
    "lines": ({"sku": "MUG-01", "hs_code": "691110"}, {"sku": "LAMP-2", "hs_code": "850650"}),
}


def leaf(field: str, op: str, value: object, **more: object) -> dict[str, object]:
    return {"field": field, "op": op, "value": value, **more}


def answer(*leaves: dict[str, Any], joint: str = "all") -> bool | None:
    return read_condition({joint: list(leaves)})(FACTS)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (leaf("country", "is", "de"), True),
        (leaf("country", "in", ["AT", "CH"]), False),
        (leaf("country", "not_in", ["AT", "CH"]), True),
        (leaf("country_group", "in", ["EU", "UK"]), True),
        (leaf("country_group", "not_in", ["EU"]), False),
        (leaf("postal_code", "starts_with", ["80", "902"]), True),
        (leaf("postal_code", "between", ["90000", "90210"]), True),
        (leaf("postal_code", "between", ["902 11", "904"]), False),
        (leaf("is_po_box", "is", False), True),
        (leaf("weight_g", "above", 1200), False),
        (leaf("weight_g", "at_least", 1200), True),
        (leaf("weight_g", "below", 1201), True),
        (leaf("weight_g", "at_most", 1199), False),
        (leaf("weight_g", "between", [1000, 2000]), True),
        (leaf("value", "at_most", "150", currency="EUR"), True),
        (leaf("value", "above", "1", currency="USD"), None),
        (leaf("hours_to_ship_by", "below", 5), None),
        (leaf("stocked_in", "in", ["NV"]), True),
        (leaf("stocked_in", "not_in", ["CA"]), True),
        (leaf("sku", "in", ["mug-01"], lines="some"), True),
        (leaf("sku", "in", ["mug-01"], lines="all"), False),
        (leaf("sku", "in", ["mug-01"], lines="none"), False),
        (leaf("hs_code", "starts_with", ["8506"], lines="some"), True),
        (leaf("weekday", "in", ["sat", "sun"]), None),
    ],
)
def test_a_comparison_says_yes_no_or_nothing(
    asked: dict[str, object], expected: bool | None
) -> None:
    assert answer(asked) is expected


YES, NO = leaf("country", "is", "DE"), leaf("country", "is", "AT")
OPEN = leaf("warehouse", "is", "NV")


@pytest.mark.parametrize(
    ("joint", "parts", "expected"),
    [
        ("all", [YES, NO, OPEN], False),
        ("all", [OPEN, NO], False),
        ("all", [YES, OPEN], None),
        ("any", [NO, YES, OPEN], True),
        ("any", [OPEN, YES], True),
        ("any", [NO, OPEN], None),
        ("none", [NO, NO], True),
        ("none", [NO, YES], False),
        ("none", [NO, OPEN], None),
    ],
)
def test_groups_join_what_is_known(
    joint: str, parts: list[dict[str, object]], expected: bool | None
) -> None:
    assert answer(*parts, joint=joint) is expected


def test_every_comparison_is_told_with_its_result_and_what_was_found() -> None:
    tree = read_condition({"all": [YES, {"any": [NO, YES, OPEN]}, leaf("weight_g", "below", 9)]})

    result, tried = tree.trials(FACTS)

    assert result is False
    assert [(one.path, one.result, one.found) for one in tried] == [
        ("all[0]", "true", "DE"),
        ("all[1].any[0]", "false", "DE"),
        ("all[1].any[1]", "true", "DE"),
        ("all[1].any[2]", "open: decided before it", ""),
        ("all[2]", "false", "1200"),
    ]
    assert tried[-1].text == "weight is below 9 g"


@pytest.mark.parametrize(
    ("data", "place", "code"),
    [
        ({"all": [leaf("colour", "is", "red")]}, "all[0]", "unknown_field"),
        ({"all": [{"any": [leaf("weight_g", "in", [1])]}]}, "all[0].any[0]", "unknown_operator"),
        ({"all": [leaf("weight_g", "above", 1, unit="lb")]}, "all[0]", "unknown_key"),
        ({"all": [leaf("weight_g", "above", "5")]}, "all[0]", "value"),
        ({"all": [leaf("weight_g", "above", True)]}, "all[0]", "value"),
        ({"all": [leaf("weight_g", "between", [9, 5])]}, "all[0]", "value"),
        ({"all": [leaf("value", "above", "5")]}, "all[0]", "currency"),
        ({"all": [leaf("value", "above", "NaN", currency="USD")]}, "all[0]", "value"),
        ({"all": [leaf("country", "is", "DE", currency="EUR")]}, "all[0]", "currency"),
        ({"all": [leaf("sku", "in", ["A"])]}, "all[0]", "lines"),
        ({"all": [leaf("country_group", "in", ["MOON"])]}, "all[0]", "value"),
        ({"all": [leaf("country", "in", [])]}, "all[0]", "value"),
        ({"all": []}, "", "group"),
        ({"all": [YES], "any": [YES]}, "", "group"),
        ({"all": [["x"]]}, "all[0]", "group"),
        (YES, "", "group"),
        ("country is DE", "", "group"),
        ({"all": [YES] * 101}, "", "too_many"),
    ],
)
def test_a_fault_is_named_with_its_place(data: object, place: str, code: str) -> None:
    assert [(one.field, one.code) for one in condition_faults(data)] == [
        (place, f"condition.{code}")
    ]


def test_all_faults_are_told_at_once() -> None:
    faults = condition_faults({"all": [leaf("a", "is", 1), YES, leaf("b", "is", 2)]})

    assert [one.field for one in faults] == ["all[0]", "all[2]"]


def test_groups_nest_so_deep_and_no_deeper() -> None:
    tree: dict[str, object] = {"all": [YES]}
    for _ in range(5):
        tree = {"any": [tree]}

    assert condition_faults(tree) == ()
    assert [one.code for one in condition_faults({"any": [tree]})] == ["condition.too_deep"]


def test_nothing_asked_is_always_so() -> None:
    assert read_condition({})(FACTS) is True


def test_the_greater_of_weight_and_size_is_billed() -> None:
    assert billable_weight_g(1200, 5000) == 1200
    assert billable_weight_g(1200, 10_001) == 2001


_LEAVES = st.sampled_from(
    [YES, NO, OPEN, leaf("weight_g", "above", 1000), leaf("region", "is", "X")]
)
_TREES = st.recursive(
    _LEAVES,
    lambda parts: st.builds(
        lambda joint, some: {joint: some},
        st.sampled_from(["all", "any", "none"]),
        st.lists(parts, min_size=1, max_size=3),
    ),
    max_leaves=12,
)


def slow_answer(data: dict[str, Any]) -> bool | None:
    """By the definition of the groups, without any short cut."""
    if "field" in data:
        return answer(data)
    joint, parts = next(iter(data.items()))
    answers = [slow_answer(part) for part in parts]
    decider = joint != "all"
    found = decider if decider in answers else (None if None in answers else not decider)
    return found if found is None or joint != "none" else not found


@given(tree=_TREES)
def test_short_cuts_and_the_told_trials_never_change_the_answer(tree: dict[str, Any]) -> None:
    whole = {"all": [tree]}
    if condition_faults(whole):
        return
    read = read_condition(whole)

    assert read(FACTS) is slow_answer(whole)
    result, tried = read.trials(FACTS)
    assert result is slow_answer(whole)
    assert len(tried) == len(list(read.comparisons()))
