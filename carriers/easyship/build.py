"""Ours → Easyship's JSON. Pure. Source: Easyship 2024-09, POST /shipments and its label call.

Keys are sent only with a value: an optional key that is null or empty is refused there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from carriers.contracts import Consignment, ConsignmentItem, Danger, LabelOrder, PackedParcel
from carriers.easyship.codes import CATEGORIES, FALLBACK_CATEGORY
from shipping_project.kernel.errors import AppError
from shipping_project.kernel.postal import PostalAddress
from shipping_project.kernel.units import centimetres, kilograms

DDP = "DDP"
LINE = 35
ORIGIN_NAME = 22
ORIGIN_COMPANY = 27
DESTINATION_NAME = 50
HS_CODE = re.compile(r"\d{6,10}")
HS_PUNCTUATION = re.compile(r"[.\s-]")
# Others have no key there.
DANGERS = {
    Danger.LIQUID: "contains_liquids",
    Danger.BATTERY_PI966: "contains_battery_pi966",
    Danger.BATTERY_PI967: "contains_battery_pi967",
}
UNITS = {"weight": "kg", "dimensions": "cm"}


class CannotBuild(AppError):
    """The consignment cannot be told to Easyship; nothing was sent."""

    code = "address.line_too_long"
    title = "The address does not fit on a label"


def shipment_body(consignment: Consignment) -> dict[str, Any]:
    """POST /shipments without buying: all services are quoted in the answer."""
    return {
        "origin_address": origin_address(consignment.ship_from),
        **_contents(consignment),
        "shipping_settings": {"units": UNITS, "buy_label": False, "buy_label_synchronous": False},
    }


def _contents(consignment: Consignment) -> dict[str, Any]:
    """What is alike for a shipment made alone and one made in a batch."""
    return _known(set_as_residential=consignment.is_residential) | {
        "destination_address": destination_address(consignment.ship_to),
        "order_data": _order_data(consignment),
        "metadata": {"reference": consignment.reference},
        "incoterms": consignment.incoterm,
        "insurance": {"is_insured": consignment.is_insured},
        "courier_settings": {"allow_fallback": False, "apply_shipping_rules": False},
        "parcels": parcels(consignment),
    }


def _known(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _order_data(consignment: Consignment) -> dict[str, str]:
    told = {
        "platform_name": "shipping-automation",
        "platform_order_number": consignment.reference,
    }
    if consignment.placed_at:
        told["order_created_at"] = utc_text(consignment.placed_at)
    return told


def utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def destination_change_body(ship_to: PostalAddress) -> dict[str, Any]:
    """PATCH /shipments/{id}: possible until a label was made."""
    return {"destination_address": destination_address(ship_to)}


def rates_body(consignment: Consignment) -> dict[str, Any]:
    """POST /rates. Its settings are closed objects: no key more than these is taken."""
    return {
        "origin_address": origin_address(consignment.ship_from),
        "destination_address": destination_address(consignment.ship_to),
        "incoterms": consignment.incoterm,
        "insurance": {"is_insured": False},
        "courier_settings": {"apply_shipping_rules": False},
        "shipping_settings": {"units": UNITS, "output_currency": consignment.currency},
        "calculate_tax_and_duties": consignment.incoterm == DDP,
        "parcels": parcels(consignment),
    }


def shipment_batch_body(
    consignments: Sequence[Consignment], *, origin_address_ref: str
) -> dict[str, Any]:
    """POST /batches/shipments: the origin must be a saved address, the items known products."""
    return {
        "defaults": {
            "origin_address_id": origin_address_ref,
            "sender_address_id": origin_address_ref,
            "return_address_id": origin_address_ref,
        },
        "shipments": [
            {
                **_contents(consignment),
                "parcels": [_of_products(told) for told in parcels(consignment)],
                "shipping_settings": {"units": UNITS, "buy_label": False},
            }
            for consignment in consignments
        ],
    }


def _of_products(told: dict[str, Any]) -> dict[str, Any]:
    """Weight, size and origin of an item are the product's own there and not taken again."""
    own = ("sku", "actual_weight", "dimensions", "origin_country_alpha2")
    items = [
        {"product": {"sku": item["sku"]}} | {k: v for k, v in item.items() if k not in own}
        for item in told["items"]
    ]
    return told | {"items": items}


def label_batch_body(orders: Sequence[LabelOrder]) -> dict[str, Any]:
    """POST /batches/labels."""
    return {"shipments": [_label_order(order) for order in orders]}


def _label_order(order: LabelOrder) -> dict[str, str]:
    entry = {"easyship_shipment_id": order.platform_ref}
    return entry | {"courier_service_id": order.service_ref} if order.service_ref else entry


def return_body(address_ref: str) -> dict[str, Any]:
    """POST /shipments/{id}/return of everything; "" sends it to the original return address."""
    body: dict[str, Any] = {
        "courier_settings": {"allow_fallback": False, "apply_shipping_rules": False}
    }
    if address_ref:
        body["destination_address_id"] = address_ref
    return body


def label_body(courier_service_id: str) -> dict[str, Any]:
    """POST /shipments/{id}/label, as a 4x6 inch PDF."""
    return {
        "courier_service_id": courier_service_id,
        "printing_options": {"format": "pdf", "label": "4x6", "packing_slip": "none"},
    }


def parcels(consignment: Consignment) -> list[dict[str, Any]]:
    """One for each box, with what is in it."""
    return [_parcel(packed, consignment.currency) for packed in consignment.packed]


def _parcel(packed: PackedParcel, currency: str) -> dict[str, Any]:
    box = packed.parcel
    return {
        "total_actual_weight": float(kilograms(box.weight_g)),
        "box": _size(box.length_mm, box.width_mm, box.height_mm),
        "items": [_item(item, currency) for item in packed.items],
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
    hs_code = HS_PUNCTUATION.sub("", item.hs_code)
    if HS_CODE.fullmatch(hs_code):
        entry["hs_code"] = hs_code
    else:
        entry["category"] = item.category if item.category in CATEGORIES else FALLBACK_CATEGORY
    if item.origin_country:
        entry["origin_country_alpha2"] = item.origin_country
    return entry | {DANGERS[danger]: True for danger in item.dangers if danger in DANGERS}


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


def street_address(address: PostalAddress) -> dict[str, str]:
    """Where, without whom."""
    line_1, line_2 = two_lines(address.address_1, address.address_2)
    return _told(
        {
            "line_1": line_1,
            "line_2": line_2,
            "city": address.city,
            "state": address.state,
            "postal_code": address.postal_code,
            "country_alpha2": address.country,
        }
    )


def _address(address: PostalAddress) -> dict[str, str]:
    return street_address(address) | _told(
        {
            "contact_phone": address.phone.partition(" ext.")[0],
            "contact_email": address.email,
        }
    )


def _told(parts: dict[str, str]) -> dict[str, str]:
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
