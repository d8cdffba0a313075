"""JSON from outside becomes a draft, whatever it holds; nothing is guessed and nothing crashes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.rules.drafts import LineDraft, OrderDraft
from orders.rules.order_json import draft_from
from orders.rules.validation import check_draft

GOOD: dict[str, Any] = {
    "external_ref": "A-1",
    "ship_to": {"name": "Ada Brooks", "city": "Reno", "country": "US"},
    "lines": [{"sku": "MUG-01", "quantity": 2, "unit_price": "18.50"}],
    "carrier": " ups ",
    "currency": "usd",
    "ship_by": "2026-03-01T12:00:00Z",
    "deliver_by": "2026-03-05",
    "placed_at": "2026-02-28",
}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def read(**changes: Any) -> tuple[OrderDraft, list[tuple[str, str]]]:
    draft, faults = draft_from({**GOOD, **changes}, source="api")
    return draft, [(fault.field, fault.code) for fault in faults]


def test_a_good_order_is_read_as_it_is() -> None:
    draft, faults = read()

    assert faults == []
    assert draft.lines == (LineDraft(sku="MUG-01", quantity=2, unit_price=Decimal("18.50")),)
    assert (draft.requested_carrier, draft.currency) == ("UPS", "USD")
    assert draft.ship_by == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert draft.deliver_by == date(2026, 3, 5)
    assert draft.placed_at == datetime(2026, 2, 28, tzinfo=UTC)


def test_an_absent_price_takes_the_list_price() -> None:
    draft, faults = read(lines=[{"sku": "MUG-01", "quantity": 1}])

    assert faults == []
    assert draft.lines[0].unit_price is None


@pytest.mark.parametrize("name", ["placed_at", "ship_by"])
@pytest.mark.parametrize(
    "given",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1899-12-31", "3000-01-01"],
)
def test_times_that_a_store_cannot_keep_are_refused(name: str, given: str) -> None:
    draft, faults = read(**{name: given})

    assert faults == [(name, "time.out_of_range")]
    assert getattr(draft, name) is None


def test_blanks_around_a_reference_make_no_other_order() -> None:
    plain, _ = read(external_ref="A-1")
    padded, _ = read(external_ref=" A-1\t")

    assert padded.digest() == plain.digest()


@pytest.mark.parametrize("given", [0.1, "0.10", 10, "10.5"])
def test_prices_may_be_numbers_or_texts(given: object) -> None:
    draft, faults = read(lines=[{"sku": "M", "quantity": 1, "unit_price": given}])

    assert faults == []
    assert draft.lines[0].unit_price == Decimal(str(given))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"ship_to": "Reno"}, ("ship_to", "type.object")),
        ({"ship_to": None}, ("ship_to", "type.object")),
        ({"lines": {}}, ("lines", "type.list")),
        ({"lines": ["MUG"]}, ("lines[0]", "type.object")),
        ({"external_ref": 7}, ("external_ref", "type.text")),
        ({"note": "x" * 5001}, ("note", "text.too_long")),
        ({"hold_reason": "x" * 201}, ("hold_reason", "text.too_long")),
        ({"ship_by": "soon"}, ("ship_by", "type.time")),
        ({"deliver_by": "soon"}, ("deliver_by", "type.date")),
        ({"deliver_by": "2026-02-30"}, ("deliver_by", "type.date")),
        ({"surprise": 1}, ("surprise", "field.unknown")),
        ({"ship_to": {"zip": "1"}}, ("ship_to.zip", "field.unknown")),
        ({"ship_to": {"city": ["Reno"]}}, ("ship_to.city", "type.text")),
        ({"lines": [{"sku": "M", "qty": 1}]}, ("lines[0].qty", "field.unknown")),
    ],
)
def test_a_fault_of_form_is_named(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert read(**changes)[1] == [fault]


@pytest.mark.parametrize("price", ["free", [], True, "NaN", "Infinity", "1e30", "1.005", 0.1234])
def test_a_price_that_is_none_is_named_and_left_out(price: object) -> None:
    draft, faults = read(lines=[{"sku": "M", "quantity": 1, "unit_price": price}])

    assert [field for field, _ in faults] == ["lines[0].unit_price"]
    assert draft.lines[0].unit_price is None


@pytest.mark.parametrize("quantity", [None, "2", 1.5, True, [], 10**12])
def test_a_quantity_that_is_no_whole_number_counts_as_nought(quantity: object) -> None:
    draft, _ = read(lines=[{"sku": "M", "quantity": quantity}])

    assert draft.lines[0].quantity == 0
    assert "line.quantity_invalid" in {fault.code for fault in check_draft(draft)}


@pytest.mark.parametrize("body", [None, [], "text", 7, True])
def test_what_is_no_object_is_said(body: object) -> None:
    _, faults = draft_from(body, source="api")

    assert ("", "type.object") in [(fault.field, fault.code) for fault in faults]


# What the machine is busy with is no fault of the reader.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(ANY_JSON)
def test_no_json_breaks_the_reader(body: object) -> None:
    draft, faults = draft_from(body, source="api")

    assert faults or isinstance(body, dict)
    check_draft(draft)


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), ANY_JSON))
def test_no_value_in_a_known_field_breaks_it_either(body: dict[str, object]) -> None:
    draft, _ = draft_from(body, source="api")

    check_draft(draft)
    assert len(draft.digest()) == 64
