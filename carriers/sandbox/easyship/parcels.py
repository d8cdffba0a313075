"""Parcels as sent → parcels as answered: kilograms and centimetres, ids, products filled in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from carriers.sandbox.easyship.answers import not_found
from carriers.sandbox.easyship.codes import category_named, converted
from carriers.sandbox.easyship.rules import SIDES, blank
from carriers.sandbox.world import World

Body = dict[str, Any]
PRODUCT = "easyship_product"
BOX = "easyship_box"
KILOGRAMS = {"kg": 1.0, "g": 0.001, "lb": 0.45359237, "oz": 0.028349523125}
CENTIMETRES = {"cm": 1.0, "in": 2.54}
HS_DIGITS = 8
NO_SIZE = dict.fromkeys(SIDES, 0.0)
ECHOED = (
    "sku",
    "platform_product_id",
    "manufacturer_part_number",
    "global_trade_item_number",
    "origin_country_alpha2",
)
FLAGS = ("contains_battery_pi966", "contains_battery_pi967", "contains_liquids")


def with_products(world: World, parcels: Sequence[Body], units: Mapping[str, str]) -> list[Body]:
    """Items that name a product take what they leave out from it. Raises Problem."""
    return [
        {
            **parcel,
            "items": [_with_product(world, item, units) for item in parcel.get("items") or []],
        }
        for parcel in parcels
    ]


def _with_product(world: World, item: Body, units: Mapping[str, str]) -> Body:
    if "product" not in item and "sku" not in item:
        return item
    named = item.get("product") or {"sku": item["sku"]}
    product = _product(world, named)
    if product is None:
        if "product" in item:
            raise not_found("Product")
        return item
    known = _from_product(product, units)
    return known | {key: given for key, given in item.items() if key != "product"}


def _product(world: World, named: Body) -> Body | None:
    if "id" in named:
        return world.store.get(PRODUCT, named["id"])
    found = world.store.find(PRODUCT, lookup=named.get("sku", ""))
    return found[0] if found else None


def _from_product(product: Body, units: Mapping[str, str]) -> Body:
    """In the units of the request, which are applied to the whole parcel afterwards."""
    kilograms = KILOGRAMS[units.get("weight", "kg")]
    centimetres = CENTIMETRES[units.get("dimensions", "cm")]
    facts = {
        "description": product["name"],
        "sku": product["identifier"],
        "category": (product["item_category"] or {}).get("name"),
        "hs_code": product["hs_code"],
        "origin_country_alpha2": product["origin_country_alpha2"],
        "declared_currency": product["selling_price_currency"],
        "declared_customs_value": product["selling_price"],
    }
    if product["weight"]:
        facts["actual_weight"] = product["weight"] / kilograms
    if all(product[side] for side in SIDES):
        facts["dimensions"] = {side: product[side] / centimetres for side in SIDES}
    return {key: known for key, known in facts.items() if known is not None}


def answered(
    world: World, parcels: Sequence[Body], units: Mapping[str, str], currency: str
) -> list[Body]:
    """Checked parcels in the shape of answers; `currency` is that of the origin. Raises Problem."""
    kilograms = KILOGRAMS[units.get("weight", "kg")]
    centimetres = CENTIMETRES[units.get("dimensions", "cm")]
    made = []
    for parcel in parcels:
        items = [_item(item, kilograms, centimetres, currency) for item in parcel["items"]]
        box = _box(world, parcel.get("box"), centimetres) or _fitting(items)
        made.append(
            {
                "id": parcel.get("id") or str(uuid.uuid4()),
                "total_actual_weight": _total_weight(parcel, items, box, kilograms),
                "box": box,
                "items": items,
                "tracking_number": None,
            }
        )
    return made


def _item(item: Body, kilograms: float, centimetres: float, currency: str) -> Body:
    category = category_named(item.get("category"))
    value = Decimal(str(item.get("declared_customs_value", 0)))
    declared = item.get("declared_currency") or currency
    size = item.get("dimensions")
    return {
        "id": item.get("id") or str(uuid.uuid4()),
        "description": item.get("description") or "",
        "category": category.name if category else None,
        "hs_code": None if blank(item.get("hs_code")) else item["hs_code"].ljust(HS_DIGITS, "0"),
        **{key: item.get(key) for key in ECHOED},
        **{key: bool(item.get(key)) for key in FLAGS},
        "quantity": item.get("quantity", 1),
        "dimensions": _sides(size, centimetres) if size else dict(NO_SIZE),
        "actual_weight": round((item.get("actual_weight") or 0) * kilograms, 4),
        "origin_currency": currency,
        "origin_customs_value": float(converted(value, declared, currency)),
        "declared_currency": declared,
        "declared_customs_value": float(value),
    }


def _box(world: World, box: Body | None, centimetres: float) -> Body | None:
    if box is None:
        return None
    if blank(box.get("slug")):
        return _custom_box(_sides(box, centimetres))
    found = world.store.find(BOX, lookup=box["slug"])
    if not found:
        raise not_found("Box")
    return found[0]


def _custom_box(size: Mapping[str, float]) -> Body:
    return {
        "id": None,
        "name": None,
        "outer_dimensions": dict(size),
        "slug": None,
        "type": "box",
        "weight": 0.0,
    }


def _fitting(items: Sequence[Body]) -> Body:
    """Without a box the items lie on each other."""
    sizes = [(item["dimensions"], item["quantity"]) for item in items]
    return _custom_box(
        {
            "length": max(size["length"] for size, _ in sizes),
            "width": max(size["width"] for size, _ in sizes),
            "height": round(sum(size["height"] * quantity for size, quantity in sizes), 2),
        }
    )


def _total_weight(parcel: Body, items: Sequence[Body], box: Body, kilograms: float) -> float:
    if parcel.get("total_actual_weight") is not None:
        return round(parcel["total_actual_weight"] * kilograms, 4)
    content = sum(item["actual_weight"] * item["quantity"] for item in items)
    return round(content + box["weight"], 4)


def _sides(size: Mapping[str, Any], centimetres: float) -> dict[str, float]:
    return {side: round((size.get(side) or 0) * centimetres, 2) for side in SIDES}


def customs_total(parcels: Sequence[Body]) -> Decimal:
    """Of all items, in the currency of the origin."""
    values = (
        Decimal(str(item["origin_customs_value"])) * item["quantity"]
        for parcel in parcels
        for item in parcel["items"]
    )
    return sum(values, Decimal(0))
