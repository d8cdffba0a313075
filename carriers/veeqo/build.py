"""Ours → Veeqo's JSON. Pure. Source: Veeqo API, orders, allocations and shipping pages."""

from __future__ import annotations

from typing import Any

from carriers.contracts import Consignment, ConsignmentItem, Parcel, RateQuote
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
