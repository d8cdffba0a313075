"""Veeqo's orders as its list shows them → ours. Pure and tolerant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from carriers.contracts import AllocatedUnits, ListedOrder, ListedOrderLine, OrderNote, Page
from carriers.readers import Reader, understood
from carriers.veeqo.parse import NAME, booking_of
from shipping_project.kernel.postal import PostalAddress


def orders(body: Any, *, operation: str) -> Page[ListedOrder]:
    """The rows of one page, those that cannot be read beside the others."""
    rows, unread = understood(body, _order, platform=NAME, operation=operation)
    return Page(rows=rows, unread=unread)


def order(body: Any, *, operation: str) -> ListedOrder:
    return _order(Reader(body, platform=NAME, operation=operation))


def _order(row: Reader) -> ListedOrder:
    store, address = row.child("channel"), row.child("deliver_to")
    note = row.child("customer_note")
    return ListedOrder(
        order_ref=row.need_ref("id"),
        number=row.text("number"),
        status=row.text("status"),
        store_ref=store.ref("id") if store else "",
        store_name=store.text("name") if store else "",
        total=row.money("total_price", row.text("currency_code")),
        created_at=row.moment("created_at"),
        updated_at=row.moment("updated_at"),
        cancelled_at=row.moment("cancelled_at"),
        ship_to=_address(address) if address else None,
        lines=tuple(_line(line) for line in row.children("line_items")),
        customer_note=note.text("text") if note else "",
        employee_notes=tuple(each.text("text") for each in row.children("employee_notes")),
        tags=tuple(each.text("name") for each in row.children("tags")),
        booking=booking_of(row),
        allocated=tuple(
            units for allocation in row.children("allocations") for units in _allocated(allocation)
        ),
    )


def _allocated(row: Reader) -> tuple[AllocatedUnits, ...]:
    """The sellable stands in the line; without it or the warehouse the units are nobody's."""
    warehouse, shipment = row.child("warehouse"), row.child("shipment")
    lines = [
        (line.child("sellable"), line.whole("quantity")) for line in row.children("line_items")
    ]
    return tuple(
        AllocatedUnits(
            item_ref=sellable.ref("id"),
            warehouse_ref=warehouse.ref("id"),
            quantity=quantity,
            is_shipped=row.value.get("shipment") is not None,
            shipped_at=shipment.moment("created_at") if shipment else None,
        )
        for sellable, quantity in lines
        if sellable and warehouse and quantity
    )


def _line(row: Reader) -> ListedOrderLine:
    sellable = row.child("sellable")
    return ListedOrderLine(
        line_ref=row.text("remote_id") or row.need_ref("id"),
        item_ref=sellable.ref("id") if sellable else "",
        sku=sellable.exact("sku_code") if sellable else "",
        title=row.text("title"),
        quantity=row.whole("quantity") or 0,
        unit_price=row.decimal("price_per_unit") or Decimal(0),
        tax_rate=row.decimal("tax_rate") or Decimal(0),
    )


def _address(row: Reader) -> PostalAddress:
    return PostalAddress(
        name=f"{row.text('first_name')} {row.text('last_name')}".strip(),
        company=row.text("company"),
        phone=row.text("phone"),
        email=row.text("email"),
        address_1=row.text("address1"),
        address_2=row.text("address2"),
        city=row.text("city"),
        state=row.text("state"),
        postal_code=row.text("zip"),
        country=row.text("country"),
    )


def note(body: Any, *, operation: str) -> OrderNote:
    row = Reader(body, platform=NAME, operation=operation)
    return OrderNote(
        note_ref=row.need_ref("id"),
        order_ref=row.ref("order_id"),
        text=row.text("text"),
        created_at=row.moment("created_at"),
    )
