"""Veeqo's JSON → ours. Pure and tolerant; only what we cannot do without is insisted on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from carriers.contracts import (
    Booking,
    Label,
    Platform,
    RateQuote,
    TrackingUpdate,
)
from carriers.errors import malformed
from carriers.readers import Reader, money_of, rows_of
from carriers.veeqo.codes import carrier_of, currency_of, tracking_of
from shipping_project.kernel.money import Money

NAME = Platform.VEEQO.value


def order(body: Any, *, operation: str) -> Booking:
    """An order with its one allocation; more than one leaves `parcel_ref` empty."""
    return booking_of(Reader(body, platform=NAME, operation=operation))


def orders_numbered(body: Any, *, operation: str, number: str) -> tuple[Booking, ...]:
    """Rows of the fuzzy search whose number is exactly `number`; the others are not read."""
    rows = rows_of(body, platform=NAME, operation=operation)
    return tuple(booking_of(row) for row in rows if row.text("number") == number)


def booking_of(top: Reader) -> Booking:
    # Only a list that is there can say that nothing is allocated and so no label bought.
    allocations = top.need_children("allocations")
    label = next((found for found in map(_allocation_label, allocations) if found), None)
    only = allocations[0] if len(allocations) == 1 else None
    warehouse = only.child("warehouse") if only else None
    return Booking(
        platform_ref=top.need_ref("id"),
        reference=top.text("number"),
        is_cancelled=top.text("status") == "cancelled",
        is_whole=top.value.get("allocated_completely") is not False,
        parcel_ref=only.ref("id") if only else "",
        allocation_refs=tuple(allocation.ref("id") for allocation in allocations),
        warehouse_ref=warehouse.ref("id") if warehouse else "",
        label=label,
    )


def _allocation_label(allocation: Reader) -> Label | None:
    """Anything but null is a shipment; one that cannot be read is no proof of none."""
    if allocation.value.get("shipment") is None:
        return None
    return _label(allocation.need_child("shipment"))


def purchased(body: Any, *, operation: str) -> Label:
    """The answer to a purchase; sometimes the shipment is nested, and then its id is the one."""
    top = Reader(body, platform=NAME, operation=operation)
    label = _label(top.child("shipment") or top)
    if not label.tracking_number:
        raise malformed(NAME, operation, "$.tracking_number")
    return label


def _label(shipment: Reader) -> Label:
    charges = shipment.child("outbound_label_charges")
    value = charges.decimal("value") if charges else None
    unit = charges.text("unit") if charges else ""
    return Label(
        label_ref=shipment.need_ref("id"),
        tracking_number=_tracking_number(shipment),
        carrier=carrier_of(shipment.text("sub_carrier_id"), shipment.text("service_carrier_name")),
        service_name=shipment.text("service_name"),
        tracking_url=shipment.text("tracking_url"),
        document_url=shipment.text("label_url"),
        cost=money_of(value, currency_of(unit)) if unit else None,
    )


def _tracking_number(shipment: Reader) -> str:
    """A text, an object with `tracking_number`, or one with `value`."""
    inner = shipment.child("tracking_number")
    if inner is None:
        return shipment.ref("tracking_number")
    return inner.ref("tracking_number") or inner.ref("value")


def rates(body: Any, *, operation: str) -> tuple[RateQuote, ...]:
    """`available` rates; one without name or a price we can name is no offer and left out."""
    top = Reader(body, platform=NAME, operation=operation)
    if "available" not in top.value:
        raise malformed(NAME, operation, "$.available")
    return tuple(quote for quote in map(_rate, top.children("available")) if quote)


def _rate(row: Reader) -> RateQuote | None:
    currency = currency_of(row.text("currency"))
    price = row.money("total_net_charge", currency)
    added = _value_added(row, currency)
    if not row.text("name") or price is None or added is None:
        return None
    extra, names = added
    return RateQuote(
        carrier=carrier_of(row.text("sub_carrier_id"), row.text("service_carrier")),
        service_ref=row.text("name"),
        service_name=row.text("short_title") or row.text("title"),
        price=price + Money(extra, currency),
        delivery_days=row.whole("expected_delivery_days"),
        expires_at=row.moment("expires_at"),
        purchase={
            "carrier": row.text("carrier"),
            "remote_shipment_id": row.text("remote_shipment_id"),
            "sub_carrier_id": row.text("sub_carrier_id"),
            "service_carrier": row.text("service_carrier"),
            "total_net_charge": row.text("total_net_charge"),
            "base_rate": row.text("base_rate"),
            **names,
        },
    )


def _value_added(row: Reader, currency: str) -> tuple[Decimal, dict[str, str]] | None:
    """The cheapest value of each group the rate lists, and what they cost together.

    A rate without options must get no such key at all: some services refuse every value. None
    when a group has no value in the currency of the rate, so that its price is not known.
    """
    names: dict[str, str] = {}
    extra = Decimal(0)
    for option in row.children("shipping_service_options"):
        key = option.text("key")
        values = [value for value in option.children("values") if value.text("value")]
        if not key.startswith("value_added_service__") or not values:
            continue
        priced = [value for value in values if _priced_in(value, currency)]
        if not priced:
            return None
        cheapest = min(priced, key=lambda value: value.decimal("price") or Decimal(0))
        names[key] = cheapest.text("value")
        extra += cheapest.decimal("price") or Decimal(0)
    return extra, names


def _priced_in(value: Reader, currency: str) -> bool:
    """What costs nothing costs nothing in any currency."""
    told = value.text("currency")
    return not told or not value.decimal("price") or currency_of(told) == currency


def tracking(body: Any, *, operation: str) -> tuple[TrackingUpdate, ...]:
    """Events oldest first; one without a readable time is left out."""
    updates = []
    for row in rows_of(body or [], platform=NAME, operation=operation):
        moment = row.moment("timestamp")
        if moment is not None:
            updates.append(
                TrackingUpdate(
                    status=tracking_of(row.text("status")),
                    happened_at=moment,
                    description=row.text("description") or row.text("detail"),
                    location=row.text("location"),
                    raw_status=row.text("status"),
                )
            )
    return tuple(sorted(updates, key=lambda update: update.happened_at))
