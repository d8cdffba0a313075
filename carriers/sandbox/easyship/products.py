"""The merchant's catalog, and items of a parcel that name one of its products."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from carriers.sandbox.easyship.answers import refused
from carriers.sandbox.easyship.drafting import stamp
from carriers.sandbox.easyship.rating import shaped
from carriers.sandbox.world import World

KIND = "easyship.product"
SIDES = ("length", "width", "height")
MM_PER_CM = 10
GRAMS_PER_KG = 1000
Body = dict[str, Any]


def seed_products(world: World, facts: Body) -> None:
    for product in facts["products"]:
        for row in product["sellables"]:
            _seed(world, product, row)


def _seed(world: World, product: Body, row: Body) -> None:
    pk = str(uuid5(NAMESPACE_DNS, f"{product['organization']} {row['sku']}"))
    at = stamp(world.clock.now())
    sizes = {side: row[f"{side}_mm"] / MM_PER_CM for side in SIDES}
    kept = shaped(
        "product",
        id=pk,
        name=f"{product['title']} {row['title']}".strip(),
        identifier=row["sku"],
        weight=row["weight_g"] / GRAMS_PER_KG,
        hs_code=row.get("hs_code"),
        origin_country_alpha2=row.get("origin_country"),
        selling_price=float(row["price"]),
        selling_price_currency=row["currency"],
        created_at=at,
        updated_at=at,
        **sizes,
    )
    world.store.insert(KIND, pk, kept, lookup=row["sku"])


def use_products(world: World, asked: Body) -> None:
    """Put what the catalog knows into items that name a product, where they say nothing else."""
    for parcel in asked.get("parcels") or []:
        for item in parcel.get("items") or []:
            named = item.pop("product", None)
            if named:
                _fill(item, _found(world, named))


def _found(world: World, named: Body) -> Body:
    by_sku = world.store.find(KIND, lookup=named["sku"]) if named.get("sku") else []
    found = by_sku[0] if by_sku else world.store.get(KIND, named.get("id") or "")
    if found is None:
        raise refused("resource_not_found", "The Product was not found")
    return found


def _fill(item: Body, product: Body) -> None:
    told = {
        "sku": product["identifier"],
        "description": product["name"],
        "hs_code": product["hs_code"],
        "origin_country_alpha2": product["origin_country_alpha2"],
        "actual_weight": product["weight"],
    }
    if all(product[side] for side in SIDES):
        told["dimensions"] = {side: product[side] for side in SIDES}
    for name, value in told.items():
        if value is not None:
            item.setdefault(name, value)
