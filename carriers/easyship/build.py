"""Ours → Easyship's JSON. Pure. Source: Easyship 2024-09, POST /shipments and its label call.

Keys are sent only with a value: an optional key that is null or empty is refused there.
"""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any

from carriers.contracts import Consignment, ConsignmentItem
from shipping_project.kernel.errors import AppError
from shipping_project.kernel.postal import PostalAddress
from shipping_project.kernel.units import centimetres, kilograms

LINE = 35
ORIGIN_NAME = 22
ORIGIN_COMPANY = 27
DESTINATION_NAME = 50
HS_CODE = re.compile(r"\d{6,10}")
# Accepted for anything; used where a product has no HS code.
FALLBACK_CATEGORY = "accessory_no_battery"


class CannotBuild(AppError):
    """The consignment cannot be told to Easyship; nothing was sent."""

    code = "address.line_too_long"
    title = "The address does not fit on a label"


def shipment_body(consignment: Consignment) -> dict[str, Any]:
    """POST /shipments without buying: all services are quoted in the answer."""
    order_data: dict[str, Any] = {
        "platform_name": "shipping-automation",
        "platform_order_number": consignment.reference,
    }
    if consignment.placed_at:
        placed = consignment.placed_at.astimezone(UTC)
        order_data["order_created_at"] = placed.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "origin_address": origin_address(consignment.ship_from),
        "destination_address": destination_address(consignment.ship_to),
        "order_data": order_data,
        "metadata": {"reference": consignment.reference},
        "incoterms": consignment.incoterm,
        "insurance": {"is_insured": False},
        "courier_settings": {"allow_fallback": False, "apply_shipping_rules": False},
        "shipping_settings": {
            "units": {"weight": "kg", "dimensions": "cm"},
            "buy_label": False,
            "buy_label_synchronous": False,
        },
        "parcels": [parcel(consignment)],
    }


def label_body(courier_service_id: str) -> dict[str, Any]:
    """POST /shipments/{id}/label, as a 4x6 inch PDF."""
    return {
        "courier_service_id": courier_service_id,
        "printing_options": {"format": "pdf", "label": "4x6", "packing_slip": "none"},
    }


def parcel(consignment: Consignment) -> dict[str, Any]:
    box = consignment.parcel
    return {
        "total_actual_weight": float(kilograms(box.weight_g)),
        "box": _size(box.length_mm, box.width_mm, box.height_mm),
        "items": [_item(item, consignment.currency) for item in consignment.items],
    }


def _item(item: ConsignmentItem, currency: str) -> dict[str, Any]:
    """Value and weight are for one unit. Category or HS code is needed, also at home."""
    entry: dict[str, Any] = {
        "description": item.description[:200],
        "sku": item.sku,
        "quantity": item.quantity,
        "actual_weight": float(kilograms(item.unit_weight_g)),
        "dimensions": _size(item.length_mm, item.width_mm, item.height_mm),
        "declared_currency": currency,
        "declared_customs_value": float(item.unit_value.amount),
    }
    if HS_CODE.fullmatch(item.hs_code):
        entry["hs_code"] = item.hs_code
    else:
        entry["category"] = FALLBACK_CATEGORY
    if item.origin_country:
        entry["origin_country_alpha2"] = item.origin_country
    return entry


def origin_address(address: PostalAddress) -> dict[str, str]:
    """Our warehouse; Easyship wants a company here and allows short names only."""
    return _address(address) | {
        "company_name": (address.company or address.name)[:ORIGIN_COMPANY],
        "contact_name": address.name[:ORIGIN_NAME],
    }


def destination_address(address: PostalAddress) -> dict[str, str]:
    named = _address(address)
    named["contact_name"] = (address.name or address.company)[:DESTINATION_NAME]
    if address.company:
        named["company_name"] = address.company[:DESTINATION_NAME]
    return named


def _address(address: PostalAddress) -> dict[str, str]:
    line_1, line_2 = two_lines(address.address_1, address.address_2)
    parts = {
        "line_1": line_1,
        "line_2": line_2,
        "city": address.city,
        "state": address.state,
        "postal_code": address.postal_code,
        "country_alpha2": address.country,
        "contact_phone": address.phone.partition(" ext.")[0],
        "contact_email": address.email,
    }
    return {key: text for key, text in parts.items() if text}


def two_lines(first: str, second: str) -> tuple[str, str]:
    """Both lines at most 35 characters, split between words. Raises CannotBuild."""
    if len(first) <= LINE and len(second) <= LINE:
        return first, second
    words = f"{first} {second}".split()
    line_1 = ""
    while words and len(f"{line_1} {words[0]}".strip()) <= LINE:
        line_1 = f"{line_1} {words.pop(0)}".strip()
    line_2 = " ".join(words)
    if not line_1 or len(line_2) > LINE:
        raise CannotBuild(f"The street has more than two lines of {LINE} characters; shorten it.")
    return line_1, line_2


def _size(length_mm: int, width_mm: int, height_mm: int) -> dict[str, float]:
    return {
        "length": float(centimetres(length_mm)),
        "width": float(centimetres(width_mm)),
        "height": float(centimetres(height_mm)),
    }
