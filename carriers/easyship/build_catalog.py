"""Ours → Easyship's JSON for products, boxes and saved addresses. Pure; no empty values."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from carriers.contracts import CatalogItemDraft
from carriers.easyship.build import origin_address, street_address
from shipping_project.kernel.money import Money
from shipping_project.kernel.postal import PostalAddress
from shipping_project.kernel.units import centimetres, kilograms


def product_body(draft: CatalogItemDraft) -> dict[str, Any]:
    """POST and PATCH /products, always in kilograms and centimetres."""
    values: dict[str, Any] = {
        "identifier": draft.sku,
        "name": draft.title[:500],
        "item_category_id": draft.category_ref,
        "weight": _number(kilograms, draft.weight_g),
        "length": _number(centimetres, draft.length_mm),
        "width": _number(centimetres, draft.width_mm),
        "height": _number(centimetres, draft.height_mm),
        "hs_code": draft.hs_code,
        "origin_country_alpha2": draft.origin_country,
        "platform_product_id": draft.external_ref,
        "global_trade_item_number": draft.barcode,
        "pick_location": draft.pick_location[:80],
        "image_url": draft.image_url,
        **_priced("cost_price", draft.cost_price),
        "contains_liquids": draft.contains_liquids,
        "contains_battery_pi966": draft.contains_battery_pi966,
        "contains_battery_pi967": draft.contains_battery_pi967,
        **_priced("selling_price", draft.selling_price),
    }
    return {key: value for key, value in values.items() if value not in (None, "")}


def _number(convert: Callable[[int], Decimal], value: int | None) -> float | None:
    return None if value is None else float(convert(value))


def _priced(key: str, price: Money | None) -> dict[str, Any]:
    if price is None:
        return {}
    return {key: float(price.amount), f"{key}_currency": price.currency}


def saved_address_body(address: PostalAddress) -> dict[str, Any]:
    """POST /addresses; changing one needs the whole of it again."""
    return origin_address(address)


def address_question_body(address: PostalAddress) -> dict[str, Any]:
    """POST /addresses/validations: the street only, no names of people."""
    told: dict[str, Any] = street_address(address)
    return told | {"replace_with_validation_result": False}


def box_body(
    *, name: str, length: Decimal, width: Decimal, height: Decimal, weight: Decimal
) -> dict[str, Any]:
    """POST /boxes, in the units that the account is set to, whatever those are."""
    return {
        "name": name,
        "outer_length": float(length),
        "outer_width": float(width),
        "outer_height": float(height),
        "weight": float(weight),
    }
