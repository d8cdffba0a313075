"""Veeqo's JSON → ours. Pure and tolerant; only what we cannot do without is insisted on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from carriers.contracts import (
    Booking,
    Label,
    Platform,
    PlatformItem,
    PlatformWarehouse,
    RateQuote,
    TrackingUpdate,
)
from carriers.http import malformed
from carriers.readers import Reader, decimal_of, moment_of, rows_of
from carriers.veeqo.codes import carrier_of, currency_of, tracking_of
from shipping_project.kernel.money import Money

NAME = Platform.VEEQO.value


def error_texts(content: bytes) -> list[str]:
    """The platform's words, from any of its four shapes; an inner JSON document is opened."""
    try:
        body = json.loads(content)
    except ValueError:
        return []
    if not isinstance(body, Mapping):
        return []
    told = body.get("error_messages", body.get("error", ""))
    texts = told if isinstance(told, list) else [told]
    return [words for text in texts if text for words in _opened(str(text))]


def _opened(text: str) -> list[str]:
    if not text.startswith("{"):
        return [text]
    try:
        inner = json.loads(text)
    except ValueError:
        return [text]
    errors = inner.get("errors") if isinstance(inner, Mapping) else None
    found = [str(e["message"]) for e in errors or [] if isinstance(e, Mapping) and e.get("message")]
    return found or [text]


def order(body: Any, *, operation: str) -> Booking:
    """An order with its one allocation; more than one leaves `parcel_ref` empty."""
    top = Reader(body, platform=NAME, operation=operation)
    allocations = top.children("allocations")
    label = next((found for found in map(_allocation_label, allocations) if found), None)
    only = allocations[0] if len(allocations) == 1 else None
    warehouse = only.child("warehouse") if only else None
    return Booking(
        platform_ref=top.need_text("id"),
        reference=top.text("number"),
        is_cancelled=top.text("status") == "cancelled",
        parcel_ref=only.text("id") if only else "",
        allocation_refs=tuple(allocation.text("id") for allocation in allocations),
        warehouse_ref=warehouse.text("id") if warehouse else "",
        label=label,
    )


def _allocation_label(allocation: Reader) -> Label | None:
    shipment = allocation.child("shipment")
    return _label(shipment) if shipment and shipment.text("id") else None


def purchased(body: Any, *, operation: str) -> Label:
    """The answer to a purchase; sometimes the shipment is nested."""
    top = Reader(body, platform=NAME, operation=operation)
    shipment = top if top.text("id") else top.child("shipment")
    if shipment is None:
        raise malformed(NAME, operation, "$.id")
    label = _label(shipment)
    if not label.tracking_number:
        raise malformed(NAME, operation, "$.tracking_number")
    return label


def _label(shipment: Reader) -> Label:
    charges = shipment.child("outbound_label_charges")
    value = charges.decimal("value") if charges else None
    unit = charges.text("unit") if charges else ""
    return Label(
        label_ref=shipment.need_text("id"),
        tracking_number=_tracking_number(shipment),
        carrier=carrier_of(shipment.text("sub_carrier_id"), shipment.text("service_carrier_name")),
        service_name=shipment.text("service_name"),
        tracking_url=shipment.text("tracking_url"),
        document_url=shipment.text("label_url"),
        cost=Money(value, currency_of(unit)) if value is not None and unit else None,
    )


def _tracking_number(shipment: Reader) -> str:
    """A text, an object with `tracking_number`, or one with `value`."""
    inner = shipment.child("tracking_number")
    if inner is None:
        return shipment.text("tracking_number")
    return inner.text("tracking_number") or inner.text("value")


def rates(body: Any, *, operation: str) -> tuple[RateQuote, ...]:
    """`available` rates; one without name or price is no offer and left out."""
    top = Reader(body, platform=NAME, operation=operation)
    return tuple(
        _rate(row)
        for row in top.children("available")
        if row.text("name") and row.decimal("total_net_charge") is not None
    )


def _rate(row: Reader) -> RateQuote:
    price = row.decimal("total_net_charge") or Decimal(0)
    extra, names = _value_added(row)
    return RateQuote(
        carrier=carrier_of(row.text("sub_carrier_id"), row.text("service_carrier")),
        service_ref=row.text("name"),
        service_name=row.text("short_title") or row.text("title"),
        price=Money(price + extra, currency_of(row.text("currency"))),
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


def _value_added(row: Reader) -> tuple[Decimal, dict[str, str]]:
    """The cheapest value of each group the rate lists, and what they cost together.

    A rate without options must get no such key at all: some services refuse every value.
    """
    names: dict[str, str] = {}
    extra = Decimal(0)
    for option in row.children("shipping_service_options"):
        key = option.text("key")
        values = [value for value in option.children("values") if value.text("value")]
        if not key.startswith("value_added_service__") or not values:
            continue
        cheapest = min(values, key=lambda value: value.decimal("price") or Decimal(0))
        names[key] = cheapest.text("value")
        extra += cheapest.decimal("price") or Decimal(0)
    return extra, names


def tracking(body: Any, *, operation: str) -> tuple[TrackingUpdate, ...]:
    """Events oldest first; one without a readable time is left out."""
    updates = []
    for row in rows_of(body or [], platform=NAME, operation=operation):
        moment = moment_of(row.text("timestamp"))
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


def warehouses(body: Any, *, operation: str) -> tuple[PlatformWarehouse, ...]:
    return tuple(
        PlatformWarehouse(
            warehouse_ref=row.need_text("id"),
            name=row.text("name"),
            external_code=row.text("external_id"),
        )
        for row in rows_of(body, platform=NAME, operation=operation)
        if not row.text("deleted_at")
    )


def items(body: Any, *, operation: str) -> tuple[PlatformItem, ...]:
    """Every sellable of every product."""
    return tuple(
        PlatformItem(
            item_ref=sellable.need_text("id"),
            sku=str(sellable.value.get("sku_code") or ""),
            title=sellable.text("full_title") or sellable.text("title"),
        )
        for product in rows_of(body, platform=NAME, operation=operation)
        for sellable in product.children("sellables")
    )


def first_id(body: Any, *, operation: str) -> int | None:
    """Id of the first row of a list that is neither inactive nor deleted."""
    for row in rows_of(body, platform=NAME, operation=operation):
        if row.text("state") in ("", "active") and not row.text("deleted_at"):
            number = decimal_of(row.value.get("id"))
            if number is not None:
                return int(number)
    return None
