"""The two layers that refuse a body: its form first, one fault at a time; then its sense, all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carriers.sandbox.easyship.answers import NOT_COMPLIANT, refused

STATES_NEEDED = frozenset({"AU", "CA", "CN", "ID", "MX", "MY", "TH", "US", "VN"})
ORIGIN_LENGTHS = {"contact_name": 22, "company_name": 27, "line_1": 35, "line_2": 35}
DESTINATION_LENGTHS = {"contact_name": 50, "company_name": 50, "line_1": 35, "line_2": 35}
ORIGIN_NEEDED = ("line_1", "city", "company_name", "contact_name", "contact_phone", "contact_email")
DESTINATION_NEEDED = ("line_1", "city", "contact_name", "contact_email", "contact_phone")
ADDRESS_KEYS = {
    "line_1", "line_2", "state", "city", "postal_code", "country_alpha2", "contact_name",
    "company_name", "contact_phone", "contact_email", "delivery_instructions", "default",
}  # fmt: skip
SHIPMENT_KEYS = {
    "origin_address", "origin_address_id", "sender_address", "sender_address_id", "return_address",
    "return_address_id", "destination_address", "return", "metadata", "set_as_residential",
    "consignee_tax_id", "eei_reference", "regulatory_identifiers", "buyer_regulatory_identifiers",
    "incoterms", "insurance", "order_data", "courier_settings", "shipping_settings", "parcels",
}  # fmt: skip
RATE_KEYS = {
    "origin_address", "destination_address", "set_as_residential", "incoterms", "insurance",
    "return", "courier_settings", "shipping_settings", "parcels", "calculate_tax_and_duties",
    "filter_options",
}  # fmt: skip
ORDER_DATA_KEYS = {
    "platform_name", "platform_order_number", "order_created_at", "order_tag_list", "seller_notes",
    "buyer_notes", "buyer_selected_courier_name",
}  # fmt: skip
INCOTERMS = ("DDU", "DDP", None)


def check_form(
    body: Mapping[str, Any], schema: str, known: set[str], needed: tuple[str, ...]
) -> None:
    """Missing, unknown and null keys, and the enum that matters; refuses at the first fault."""
    missing = [name for name in needed if name not in body]
    if missing:
        _refuse(f"#/components/schemas/{schema} missing required parameters: {', '.join(missing)}")
    unknown = sorted(set(body) - known)
    if unknown:
        _refuse(f"#/components/schemas/{schema} does not define properties: {', '.join(unknown)}")
    if body.get("incoterms", "DDU") not in INCOTERMS:
        value = body["incoterms"]
        where = f"#/components/schemas/{schema}/properties/incoterms"
        _refuse(f'"{value}" isn\'t part of the enum in {where}')
    if not isinstance(body.get("parcels"), list) or not body["parcels"]:
        where = f"#/components/schemas/{schema}/properties/parcels"
        _refuse(f"{where} [] contains fewer than min items")
    _check_nulls(body)
    unknown = sorted(set(body.get("order_data") or {}) - ORDER_DATA_KEYS)
    if unknown:
        where = f"#/components/schemas/{schema}/properties/order_data"
        _refuse(f"{where} does not define properties: {', '.join(unknown)}")


def _check_nulls(body: Mapping[str, Any]) -> None:
    for side in ("origin_address", "destination_address"):
        schema = "Address" if side == "origin_address" else "DestinationAddress"
        for name, value in (body.get(side) or {}).items():
            if value is None:
                _refuse(
                    f"#/components/schemas/{schema}/properties/{name} does not allow null values"
                )


def check_shipment(body: Mapping[str, Any]) -> None:
    """Business rules of a shipment; refuses with every fault."""
    faults: list[str] = []
    if not body.get("origin_address_id"):
        faults += _address_faults(
            "origin_address", body.get("origin_address") or {}, ORIGIN_NEEDED, ORIGIN_LENGTHS
        )
    faults += _address_faults(
        "destination_address",
        body.get("destination_address") or {},
        DESTINATION_NEEDED,
        DESTINATION_LENGTHS,
    )
    faults += parcel_faults(body["parcels"])
    if faults:
        raise refused("invalid_content", *faults)


def _address_faults(
    side: str, address: Mapping[str, Any], needed: tuple[str, ...], lengths: Mapping[str, int]
) -> list[str]:
    faults = [f"{side}.{name} can't be blank" for name in needed if not address.get(name)]
    if address.get("country_alpha2") in STATES_NEEDED and not address.get("state"):
        faults.append(f"{side}.state can't be blank")
    for name, most in lengths.items():
        if len(str(address.get(name) or "")) > most:
            faults.append(f"{side}.{name} is too long (maximum is {most} characters)")
    return faults


def parcel_faults(parcels: list[Any]) -> list[str]:
    faults: list[str] = []
    for index, parcel in enumerate(parcels):
        where = f"parcels[{index}]"
        if float(parcel.get("total_actual_weight") or 0) <= 0 and not all(
            item.get("actual_weight") for item in parcel.get("items") or [{}]
        ):
            faults.append(f"{where}.total_actual_weight must be greater than 0")
        for number, item in enumerate(parcel.get("items") or []):
            faults += _item_faults(
                f"{where}.items[{number}]", item, has_box=bool(parcel.get("box"))
            )
    return faults


def _item_faults(where: str, item: Mapping[str, Any], *, has_box: bool) -> list[str]:
    faults: list[str] = []
    if not item.get("category") and not item.get("hs_code"):
        faults.append(f"{where}.category can't be blank if hs_code is blank")
    if not item.get("dimensions") and not has_box:
        faults.append(f"{where}.dimensions can't be blank")
    if float(item.get("declared_customs_value") or 0) <= 0:
        faults.append(f"{where}.declared_customs_value must be greater than 0")
    if not item.get("description"):
        faults.append(f"{where}.description can't be blank")
    return faults


def _refuse(detail: str) -> None:
    raise refused("invalid_content", NOT_COMPLIANT, detail)
