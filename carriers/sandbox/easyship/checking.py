"""The second of the two layers that refuse a body: its sense, with every fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carriers.sandbox.easyship.answers import refused

STATES_NEEDED = frozenset({"AU", "CA", "CN", "ID", "MX", "MY", "TH", "US", "VN"})
ORIGIN_LENGTHS = {"contact_name": 22, "company_name": 27, "line_1": 35, "line_2": 35}
DESTINATION_LENGTHS = {"contact_name": 50, "company_name": 50, "line_1": 35, "line_2": 35}
ORIGIN_NEEDED = ("line_1", "city", "company_name", "contact_name", "contact_phone", "contact_email")
DESTINATION_NEEDED = (
    "line_1", "city", "country_alpha2", "contact_name", "contact_email", "contact_phone",
)  # fmt: skip
RATE_ORIGIN_NEEDED = ("city", "postal_code")
RATE_DESTINATION_NEEDED = ("line_1", "city", "postal_code", "country_alpha2")


def check_shipment(body: Mapping[str, Any]) -> None:
    """An origin that was saved before has been checked then."""
    faults: list[str] = []
    if not body.get("origin_address_id"):
        faults += _faults_of(body, "origin_address", ORIGIN_NEEDED, ORIGIN_LENGTHS)
    faults += _faults_of(body, "destination_address", DESTINATION_NEEDED, DESTINATION_LENGTHS)
    faults += _parcel_faults(body["parcels"], is_described=True)
    if faults:
        raise refused("invalid_content", *faults)


def check_rate_request(body: Mapping[str, Any]) -> None:
    faults = _faults_of(body, "origin_address", RATE_ORIGIN_NEEDED, {})
    faults += _faults_of(body, "destination_address", RATE_DESTINATION_NEEDED, {})
    faults += _parcel_faults(body["parcels"], is_described=False)
    if faults:
        raise refused("invalid_content", *faults)


def _faults_of(
    body: Mapping[str, Any], side: str, needed: tuple[str, ...], lengths: Mapping[str, int]
) -> list[str]:
    address: Mapping[str, Any] = body.get(side) or {}
    faults = [f"{side}.{name} can't be blank" for name in needed if not address.get(name)]
    if address.get("country_alpha2") in STATES_NEEDED and not address.get("state"):
        faults.append(f"{side}.state can't be blank")
    for name, most in lengths.items():
        if len(str(address.get(name) or "")) > most:
            faults.append(f"{side}.{name} is too long (maximum is {most} characters)")
    return faults


def _parcel_faults(parcels: list[dict[str, Any]], *, is_described: bool) -> list[str]:
    faults: list[str] = []
    for index, parcel in enumerate(parcels):
        where = f"parcels[{index}]"
        items = parcel.get("items") or []
        is_weighed_by_item = items and all(item.get("actual_weight", 0) > 0 for item in items)
        if parcel.get("total_actual_weight", 0) <= 0 and not is_weighed_by_item:
            faults.append(f"{where}.total_actual_weight must be greater than 0")
        if not items:
            faults.append(f"{where}.items can't be blank")
        for number, item in enumerate(items):
            has_box = bool(parcel.get("box"))
            told = f"{where}.items[{number}]"
            faults += _item_faults(told, item, has_box=has_box, is_described=is_described)
    return faults


def _item_faults(
    where: str, item: Mapping[str, Any], *, has_box: bool, is_described: bool
) -> list[str]:
    faults: list[str] = []
    if not item.get("category") and not item.get("hs_code"):
        faults.append(f"{where}.category can't be blank if hs_code is blank")
    if not item.get("dimensions") and not has_box:
        faults.append(f"{where}.dimensions can't be blank")
    value = item.get("declared_customs_value", 0)
    if value < 0 or (value == 0 and item.get("category") != "documents"):
        faults.append(f"{where}.declared_customs_value must be greater than 0")
    if not item.get("declared_currency"):
        faults.append(f"{where}.declared_currency can't be blank")
    if item.get("quantity", 1) < 1:
        faults.append(f"{where}.quantity must be greater than 0")
    if is_described and not item.get("description"):
        faults.append(f"{where}.description can't be blank")
    return faults
