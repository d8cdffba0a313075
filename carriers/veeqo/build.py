"""Ours → Veeqo's JSON. Pure. Source: Veeqo API, orders, allocations and shipping pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from carriers.contracts import (
    Consignment,
    ConsignmentItem,
    OrderChange,
    OutsideShipment,
    Parcel,
    RateQuote,
    SellableChange,
)
from shipping_project.kernel.postal import PostalAddress
from shipping_project.kernel.units import inches, ounces


def order_body(
    consignment: Consignment, *, channel_id: int, delivery_method_id: int | None
) -> dict[str, Any]:
    """POST /orders. With a payment the order is ready to ship rather than awaiting payment."""
    to = address_attributes(consignment.ship_to)
    order: dict[str, Any] = {
        "channel_id": channel_id,
        "number": consignment.reference,
        "send_notification_email": False,
        "customer_attributes": {
            "email": consignment.ship_to.email,
            "phone": consignment.ship_to.phone,
            "billing_address_attributes": to,
        },
        "deliver_to_attributes": to,
        "line_items_attributes": [line_attributes(item) for item in consignment.items],
        "payment_attributes": {
            "payment_type": "bank_transfer",
            "reference_number": consignment.reference,
        },
    }
    if delivery_method_id is not None:
        order["delivery_method_id"] = delivery_method_id
    return {"order": order}


def address_attributes(address: PostalAddress) -> dict[str, str]:
    """An order address; a `name` key is not understood, so the name is split."""
    first, last = split_name(address.name or address.company)
    return {
        "first_name": first,
        "last_name": last,
        "company": address.company,
        "address1": address.address_1,
        "address2": address.address_2,
        "city": address.city,
        "state": address.state,
        "zip": address.postal_code,
        "country": address.country,
        "phone": address.phone,
        "email": address.email,
    }


def split_name(name: str) -> tuple[str, str]:
    """The last word is the last name; a single word is the first name."""
    first, _, last = name.strip().rpartition(" ")
    return (first, last) if first else (last, "")


def line_attributes(item: ConsignmentItem) -> dict[str, Any]:
    return {
        "sellable_id": int(item.item_ref),
        "quantity": item.quantity,
        "price_per_unit": str(item.unit_value.amount),
        "tax_rate": 0,
        "remote_id": item.line_ref,
    }


def allocation_body(consignment: Consignment) -> dict[str, Any]:
    """POST /orders/{id}/allocations: everything from one warehouse."""
    lines = [
        {"sellable_id": int(item.item_ref), "quantity": item.quantity} for item in consignment.items
    ]
    return {
        "allocation": {
            "warehouse_id": int(consignment.warehouse_ref),
            "line_items_attributes": lines,
        }
    }


def package_body(parcel: Parcel) -> dict[str, Any]:
    """PUT /allocations/{id}/allocation_package, in ounces and inches; depth is the length."""
    return {
        "allocation_package": {
            "weight": float(ounces(parcel.weight_g)),
            "weight_unit": "oz",
            "width": float(inches(parcel.width_mm)),
            "height": float(inches(parcel.height_mm)),
            "depth": float(inches(parcel.length_mm)),
            "dimensions_unit": "inches",
            "package_provider": "CUSTOM",
            "package_selection_source": "ONE_OFF",
            "save_for_similar_shipments": False,
        }
    }


def purchase_body(allocation_ref: str, quote: RateQuote) -> dict[str, Any]:
    """POST /shipping/shipments. `quote.purchase` holds what the rate wants back unchanged."""
    more = dict(quote.purchase)
    carrier = more.pop("carrier", "")
    return {
        "carrier": carrier,
        "shipment": {
            "allocation_id": int(allocation_ref),
            "carrier_id": "",
            "service_type": quote.service_ref,
            "notify_customer": False,
            "update_remote_order": None,
            "payment_method_id": None,
            "try_inbound_label": False,
            **more,
        },
    }


def cancel_body(order_ref: str, reason: str) -> dict[str, Any]:
    """PUT /orders/{id}/cancel, not wrapped."""
    return {"id": int(order_ref), "send_veeqo_email": False, "cancel_reason": reason}


def order_change_body(change: OrderChange) -> dict[str, Any]:
    """PUT /orders/{id}. The customer's note is overwritten, an employee's appended."""
    order: dict[str, Any] = {}
    if change.ship_to is not None:
        order["deliver_to_attributes"] = address_attributes(change.ship_to)
    if change.due_at is not None:
        order["due_date"] = utc_text(change.due_at)
    if change.customer_note is not None:
        order["customer_note_attributes"] = {"text": change.customer_note}
    if change.employee_note is not None:
        order["employee_notes_attributes"] = [{"text": change.employee_note}]
    return {"order": order}


def note_body(text: str) -> dict[str, Any]:
    """POST /orders/{id}/notes."""
    return {"note": {"text": text}}


def tagging_body(order_refs: Sequence[str], tag_refs: Sequence[str]) -> dict[str, Any]:
    """POST and DELETE /bulk_tagging, both with this body."""
    return {"order_ids": [int(ref) for ref in order_refs], "tag_ids": [int(t) for t in tag_refs]}


def outside_shipment_body(shipment: OutsideShipment) -> dict[str, Any]:
    """POST /shipments, nested as working clients send it."""
    return {
        "shipment": {
            "tracking_number_attributes": {"tracking_number": shipment.tracking_number},
            "carrier_id": shipment.carrier_ref,
            "notify_customer": shipment.notify_customer,
            "update_remote_order": shipment.update_store,
        },
        "allocation_id": int(shipment.parcel_ref),
        "order_id": int(shipment.order_ref),
    }


def stock_body(*, physical: int, is_infinite: bool, location: str) -> dict[str, Any]:
    """PUT of a stock entry: absolute, so it may be repeated."""
    entry: dict[str, Any] = {"physical_stock_level": physical, "infinite": is_infinite}
    if location:
        entry["location"] = location
    return {"stock_entry": entry}


def sellables_body(changes: Sequence[SellableChange]) -> dict[str, Any]:
    """PUT /products/{id}. Only documented keys: any other is answered with 500."""
    return {"product": {"product_variants_attributes": [_variant(change) for change in changes]}}


def _variant(change: SellableChange) -> dict[str, Any]:
    values = {
        "title": change.title,
        "sku_code": change.sku,
        "price": None if change.price is None else str(change.price),
        "cost_price": None if change.cost_price is None else str(change.cost_price),
        "weight_grams": change.weight_g,
        "upc_code": change.barcode,
    }
    told = {key: value for key, value in values.items() if value is not None}
    return {"id": int(change.item_ref), **told}


def filter_moment(moment: datetime) -> str:
    """As date filters are documented; one that cannot be read there is ignored silently."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
