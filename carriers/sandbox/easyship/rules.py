"""The second layer of checks: business rules, all faults told at once.

Source: Easyship 2024-09, field notes of Address, ParcelCreate and ParcelItemCreate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from carriers.sandbox.easyship.codes import (
    DOCUMENTS,
    STATE_NEEDED,
    WITHOUT_POSTCODE,
    category_named,
)

Body = dict[str, Any]

_LENGTHS = {
    "line_1": 35,
    "line_2": 35,
    "state": 200,
    "city": 200,
    "contact_phone": 20,
    "contact_email": 50,
}
ORIGIN_LENGTHS = {**_LENGTHS, "company_name": 27, "contact_name": 22}
DESTINATION_LENGTHS = {
    **_LENGTHS,
    "company_name": 50,
    "contact_name": 50,
    "delivery_instructions": 200,
}
ORIGIN_NEEDS = (
    "line_1",
    "city",
    "company_name",
    "contact_name",
    "contact_phone",
    "contact_email",
    "country_alpha2",
)
DESTINATION_NEEDS = (
    "line_1",
    "city",
    "contact_name",
    "contact_email",
    "contact_phone",
    "country_alpha2",
)
RATE_ORIGIN_NEEDS = ("city",)
RATE_DESTINATION_NEEDS = ("line_1", "city", "country_alpha2")
SIDES = ("length", "width", "height")


def blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def address_faults(
    name: str, address: Mapping[str, Any], needs: Sequence[str], lengths: Mapping[str, int]
) -> list[str]:
    """`name` is the key of the address in the body."""
    country = address.get("country_alpha2", "")
    needed = [*needs]
    if country in STATE_NEEDED:
        needed.append("state")
    if country and country not in WITHOUT_POSTCODE:
        needed.append("postal_code")
    missing = [f"{name}.{key} can't be blank" for key in needed if blank(address.get(key))]
    long = [
        f"{name}.{key} is too long (maximum is {most} characters)"
        for key, most in lengths.items()
        if len(address.get(key) or "") > most
    ]
    return missing + long


def order_faults(order_data: Mapping[str, Any]) -> list[str]:
    return [
        f"order_data.{key} is too long (maximum is 200 characters)"
        for key in ("platform_name", "platform_order_number")
        if len(order_data.get(key) or "") > 200
    ]


def parcel_faults(parcels: Sequence[Mapping[str, Any]], names_needed: bool) -> list[str]:
    """Of parcels as sent, with their products filled in; `names_needed` asks for descriptions."""
    faults = [] if parcels else ["parcels can't be blank"]
    for number, parcel in enumerate(parcels):
        place = f"parcels[{number}]"
        boxed = parcel.get("box") is not None
        for index, item in enumerate(parcel.get("items") or []):
            faults += _item_faults(f"{place}.items[{index}]", item, boxed, names_needed)
        faults += _box_faults(place, parcel.get("box"))
        if not parcel.get("items"):
            faults.append(f"{place}.items can't be blank")
        if not _weighs(parcel):
            faults.append(f"{place}.total_actual_weight must be greater than 0")
    return faults


def _item_faults(place: str, item: Mapping[str, Any], boxed: bool, named: bool) -> list[str]:
    faults = []
    category = category_named(item.get("category"))
    if named and blank(item.get("description")):
        faults.append(f"{place}.description can't be blank")
    if category is None and blank(item.get("hs_code")):
        faults.append(f"{place}.category can't be blank if hs_code is blank")
    if item.get("quantity", 1) <= 0:
        faults.append(f"{place}.quantity must be greater than 0")
    is_paper = category is not None and category.name == DOCUMENTS
    if item.get("declared_customs_value", 0) <= 0 and not is_paper:
        faults.append(f"{place}.declared_customs_value must be greater than 0")
    for key, most in (("description", 200), ("sku", 100)):
        if len(item.get(key) or "") > most:
            faults.append(f"{place}.{key} is too long (maximum is {most} characters)")
    return faults + _size_faults(place, item.get("dimensions"), boxed)


def _size_faults(place: str, size: Mapping[str, Any] | None, boxed: bool) -> list[str]:
    if not size:
        return [] if boxed else [f"{place}.dimensions can't be blank"]
    return [f"{place}.dimensions.{side} can't be blank" for side in SIDES if not size.get(side)]


def _box_faults(place: str, box: Mapping[str, Any] | None) -> list[str]:
    if box is None or not blank(box.get("slug")):
        return []
    return [
        f"{place}.box.{side} must be greater than 0" for side in SIDES if (box.get(side) or 0) <= 0
    ]


def _weighs(parcel: Mapping[str, Any]) -> bool:
    if parcel.get("total_actual_weight") is not None:
        return bool(parcel["total_actual_weight"] > 0)
    items = parcel.get("items") or []
    return bool(items) and all((item.get("actual_weight") or 0) > 0 for item in items)
