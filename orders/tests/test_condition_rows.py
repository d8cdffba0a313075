"""Conditions as rows of a form: what goes in comes out, and nothing is said that was not typed."""

from __future__ import annotations

from typing import Any

import pytest

from orders.rules.condition_rows import ConditionRow, condition_of, rows_of
from orders.rules.conditions import condition_faults

HEAVY = {"field": "weight_g", "op": "above", "value": 1000}
EU = {"field": "country_group", "op": "in", "value": ["EU", "EFTA"]}
DEAR = {"field": "value", "op": "at_least", "value": "150.00", "currency": "EUR"}
CELLS = {"field": "hs_code", "op": "starts_with", "value": ["8506"], "lines": "some"}
BOX = {"field": "is_po_box", "op": "is", "value": True}
BAND = {"field": "postal_code", "op": "between", "value": ["10000", "19999"]}


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"all": [HEAVY]},
        {"all": [HEAVY, EU, DEAR, CELLS, BOX, BAND]},
        {"all": [HEAVY, {"any": [EU, BOX]}]},
        {"all": [{"any": [EU, BOX]}, {"none": [CELLS, HEAVY]}]},
    ],
)
def test_a_tree_of_rows_comes_back_as_it_was(tree: dict[str, Any]) -> None:
    rows = rows_of(tree)

    assert rows is not None
    assert condition_of(rows)[0] == tree
    assert condition_faults(tree) == ()


@pytest.mark.parametrize(("joint", "tree"), [("any", {"any": [EU]}), ("none", {"none": [EU]})])
def test_a_lone_group_is_kept_inside_all(joint: str, tree: dict[str, Any]) -> None:
    rows = rows_of(tree)

    assert rows is not None
    assert [row.joint for row in rows] == [joint]
    assert condition_of(rows)[0] == {"all": [tree]}


@pytest.mark.parametrize(
    "tree",
    [
        {"all": [{"all": [HEAVY]}]},
        {"any": [HEAVY, {"all": [EU, BOX]}]},
        {"all": [{"any": [EU]}, {"any": [BOX]}]},
        {"all": [{"none": [{"any": [EU]}]}]},
    ],
)
def test_what_nests_deeper_has_no_rows(tree: dict[str, Any]) -> None:
    assert rows_of(tree) is None


def test_faults_lead_back_to_the_row_that_was_typed() -> None:
    rows = (
        ConditionRow(),
        ConditionRow(field="weight_g", op="above", value="heavy"),
        ConditionRow(joint="none", field="is_po_box", op="is", value="yes"),
        ConditionRow(joint="none", field="value", op="above", value="10", currency=""),
    )

    tree, places = condition_of(rows)

    assert [places[fault.field] for fault in condition_faults(tree)] == [1, 3]


def test_a_blank_row_says_nothing() -> None:
    assert condition_of([ConditionRow(), ConditionRow(op="is")]) == ({}, {})
