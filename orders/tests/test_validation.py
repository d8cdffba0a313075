"""Every fault of a draft at once, each with its field and code."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from orders.rules.drafts import LineDraft, OrderDraft
from orders.rules.validation import MAX_LINES, check_draft
from shipping_project.kernel.postal import PostalAddress

GOOD = OrderDraft(
    source="api",
    external_ref="A-1",
    ship_to=PostalAddress(
        name="Ada Brooks",
        phone="+17755550101",
        email="ada.brooks@example.com",
        address_1="1200 Riverside Drive",
        city="Reno",
        state="NV",
        postal_code="89503",
        country="US",
    ),
    lines=(LineDraft(sku="MUG-01", quantity=1),),
)


def line(**changes: Any) -> tuple[LineDraft, ...]:
    return (replace(GOOD.lines[0], **changes),)


def faults(draft: OrderDraft) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in check_draft(draft)]


def test_a_good_draft_has_no_fault() -> None:
    assert faults(GOOD) == []


FAULTY = [
    ({"external_ref": ""}, "external_ref", "order.reference_missing"),
    ({"external_ref": "   "}, "external_ref", "order.reference_missing"),
    ({"external_ref": "x" * 101}, "external_ref", "order.reference_too_long"),
    ({"external_ref": "a\x00b"}, "external_ref", "text.control_characters"),
    ({"note": "bell\x07"}, "note", "text.control_characters"),
    ({"hold_reason": "bell\x07"}, "hold_reason", "text.control_characters"),
    ({"requested_carrier": "PIGEON"}, "carrier", "carrier.unknown"),
    ({"currency": "usd"}, "currency", "order.currency_invalid"),
    ({"currency": "DOLLAR"}, "currency", "order.currency_invalid"),
    ({"lines": ()}, "lines", "order.no_lines"),
    ({"lines": GOOD.lines * (MAX_LINES + 1)}, "lines", "order.too_many_lines"),
    ({"lines": line(sku=" ")}, "lines[0].sku", "line.sku_missing"),
    ({"lines": line(quantity=0)}, "lines[0].quantity", "line.quantity_invalid"),
    ({"lines": line(quantity=-1)}, "lines[0].quantity", "line.quantity_invalid"),
    ({"lines": line(quantity=100_001)}, "lines[0].quantity", "line.quantity_invalid"),
    ({"lines": line(unit_price=Decimal("-0.01"))}, "lines[0].unit_price", "line.price_invalid"),
    ({"lines": line(unit_price=Decimal("NaN"))}, "lines[0].unit_price", "line.price_invalid"),
    ({"lines": line(unit_price=Decimal("Infinity"))}, "lines[0].unit_price", "line.price_invalid"),
    ({"lines": line(unit_price=Decimal(1000001))}, "lines[0].unit_price", "line.price_invalid"),
]


@pytest.mark.parametrize(("changes", "field", "code"), FAULTY)
def test_a_fault_is_named_by_field_and_code(changes: dict[str, Any], field: str, code: str) -> None:
    assert faults(replace(GOOD, **changes)) == [(field, code)]


@pytest.mark.parametrize(
    "changes",
    [
        {"external_ref": "x" * 100},
        {"note": "two\nlines and a\ttab"},
        {"currency": "GBP"},
        {"requested_carrier": "DHL"},
        {"lines": GOOD.lines * MAX_LINES},
        {"lines": line(quantity=100_000)},
        {"lines": line(unit_price=Decimal(0))},
        {"lines": line(unit_price=Decimal(1000000))},
    ],
)
def test_the_edge_of_what_is_allowed_is_allowed(changes: dict[str, Any]) -> None:
    assert faults(replace(GOOD, **changes)) == []


def test_all_faults_come_at_once() -> None:
    draft = replace(
        GOOD,
        external_ref="",
        requested_carrier="PIGEON",
        ship_to=replace(GOOD.ship_to, name="", address_1="", country="ZZ"),
        lines=(LineDraft(sku="", quantity=0), LineDraft(sku="X", quantity=1)),
    )

    found = {field for field, _ in faults(draft)}

    assert found >= {
        "external_ref",
        "carrier",
        "ship_to.name",
        "ship_to.address_1",
        "ship_to.country",
        "lines[0].sku",
        "lines[0].quantity",
    }
    assert not any(field.startswith("lines[1]") for field in found)
