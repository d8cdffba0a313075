"""Products, warehouses, stores, delivery methods, the company."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from carriers.sandbox.veeqo import objects, stock
from carriers.sandbox.veeqo.paging import paged
from carriers.sandbox.veeqo.values import (
    COMPANY_ID,
    keep,
    moment_of,
    need,
    now,
    number_of,
    objects_of,
    refusal,
    whole_of,
    wrapped_or_bare,
)
from carriers.sandbox.wire import Request, Response, Route, json_response
from carriers.sandbox.world import World

Body = dict[str, Any]
MM_PER_INCH = 25.4
PRODUCT_KEYS = frozenset(
    {
        "title", "description", "estimated_delivery", "notes", "product_brand_id",
        "product_variants_attributes", "images_attributes", "tags_attributes",
    }
)  # fmt: skip
VARIANT_KEYS = {
    "title": "title", "sku_code": "sku", "upc_code": "barcode", "price": "price",
    "cost_price": "cost", "weight_grams": "weight_g",
}  # fmt: skip


def products(world: World, request: Request) -> Response:
    query = request.first("query").lower()
    since = whole_of(request.first("since_id"))
    changed = moment_of(request.first("updated_at_min"))
    if not query and not since and changed is None:
        newest = world.store.newest("veeqo.product")
        return paged(request, newest, lambda doc: objects.product(world, doc), world)
    found = world.store.search("veeqo.product", query) if query else _newest(world, "product")
    rows = [
        doc
        for doc in found
        if doc["id"] > since
        and (changed is None or datetime.fromisoformat(doc["updated_at"]) >= changed)
    ]
    return paged(request, rows, lambda doc: objects.product(world, doc), world)


def _newest(world: World, kind: str) -> list[Body]:
    return list(world.store.each(f"veeqo.{kind}", newest_first=True))


def product(world: World, request: Request) -> Response:
    doc = need("product", world, request.params["product_id"])
    return json_response(200, objects.product(world, doc))


def create_product(world: World, request: Request) -> Response:
    given = wrapped_or_bare(request, "product")
    variants = objects_of(given.get("product_variants_attributes"))
    if not given.get("title") or not variants:
        raise refusal(400, ["Title can't be blank"])
    doc = add_product(world, str(given["title"]), [_variant(v) for v in variants])
    return json_response(201, objects.product(world, doc))


def _variant(given: Body) -> Body:
    return {
        "title": str(given.get("title") or ""),
        "sku": str(given.get("sku_code") or ""),
        "barcode": str(given.get("upc_code") or ""),
        "price": number_of(given.get("price")),
        "cost": number_of(given.get("cost_price")),
        "weight_g": number_of(given.get("weight_grams")),
    }


def update_product(world: World, request: Request) -> Response:
    """Title, and of variants price, weight and SKU. An attribute that is not one is a 500 here."""
    doc = need("product", world, request.params["product_id"])
    given = wrapped_or_bare(request, "product")
    if set(given) - PRODUCT_KEYS:
        return json_response(500, {"status": 500, "error": "Internal Server Error"})
    doc["title"] = str(given.get("title") or doc["title"])
    doc["description"] = given.get("description", doc["description"])
    for variant in objects_of(given.get("product_variants_attributes")):
        sellable = need("sellable", world, whole_of(variant.get("id")))
        fresh = _variant(variant)
        known = {ours: fresh[ours] for theirs, ours in VARIANT_KEYS.items() if theirs in variant}
        if world.options.veeqo_variant_weight == "ignore":
            known.pop("weight_g", None)
        keep("sellable", world, sellable | known)
    doc["updated_at"] = now(world)
    sellables_of = [need("sellable", world, pk) for pk in doc["sellable_ids"]]
    for sellable in sellables_of:
        keep("sellable", world, sellable | {"product_title": doc["title"]})
    words = _words(doc["title"], sellables_of)
    world.store.save("veeqo.product", str(doc["id"]), doc, lookup=words)
    return json_response(200, objects.product(world, doc))


def add_product(world: World, title: str, variants: list[Body]) -> Body:
    """Variants without measures get those of a small box."""
    pk = world.store.next_number("veeqo.product", 288001)
    doc: Body = {
        "id": pk,
        "title": title,
        "description": title,
        "updated_at": now(world),
        "sellable_ids": [],
    }
    for variant in variants:
        sellable_id = world.store.next_number("veeqo.sellable", 612001)
        body = _NEW_SELLABLE | variant
        body |= {"id": sellable_id, "product_id": pk, "product_title": title}
        world.store.insert("veeqo.sellable", str(sellable_id), body, lookup=body["sku"])
        doc["sellable_ids"].append(sellable_id)
    world.store.insert("veeqo.product", str(pk), doc, lookup=_words(title, variants))
    return doc


def _words(title: str, variants: list[Body]) -> str:
    """What the search for products looks through."""
    return " ".join([title, *(str(variant["sku"]) for variant in variants)]).lower()


_NEW_SELLABLE: Body = {
    "title": "", "sku": "", "barcode": "", "price": 0.0, "cost": 0.0, "weight_g": 0.0,
    "origin_country": None, "hs_code": None, "customs_description": None,
    "measurement": {
        "id": 901001, "width": 4.0, "height": 2.0, "depth": 6.0, "dimensions_unit": "inches",
    },
}  # fmt: skip


def warehouses(world: World, request: Request) -> Response:
    wanted = request.first("external_id")
    rows = [
        doc
        for doc in world.store.each("veeqo.warehouse")
        if not wanted or doc["external_id"] == wanted
    ]
    return paged(
        request,
        rows,
        objects.warehouse,
        world,
        default_size=10,
        headers=("X-Total-Count", "X-Total-Pages-Count"),
    )


def channels(world: World, request: Request) -> Response:
    wanted = request.first("type_code")
    rows = [
        doc for doc in world.store.each("veeqo.channel") if not wanted or doc["type_code"] == wanted
    ]
    return paged(request, rows, lambda doc: objects.channel(world, doc["id"]), world, headers=())


def delivery_methods(world: World, request: Request) -> Response:
    rows = list(world.store.each("veeqo.delivery_method"))
    return paged(request, rows, objects.delivery_method, world, headers=())


def one(kind: str, render: Callable[[World, Body], Body]) -> Callable[[World, Request], Response]:
    def show(world: World, request: Request) -> Response:
        return json_response(200, render(world, need(kind, world, request.params["id"])))

    return show


def company(world: World, request: Request) -> Response:
    settings = {
        "currency_code": "USD",
        "weight_unit": "oz",
        "dimensions_unit": "inches",
        "timezone": "UTC",
        "auto_allocation_enabled": world.options.veeqo_auto_allocation != "off",
    }
    return json_response(
        200, {"id": COMPANY_ID, "name": "Demo fulfilment", "trialing?": False, "settings": settings}
    )


def seed(world: World, facts: Body) -> None:
    """Warehouses, a store, delivery methods, and every product with its stock."""
    ids: dict[str, int] = {}
    for number, warehouse in enumerate(facts["warehouses"], start=31007):
        ids[warehouse["code"]] = number
        body = {
            "id": number,
            "name": warehouse["name"],
            "address_line_1": warehouse["address_1"],
            "address_line_2": warehouse["address_2"] or None,
            "city": warehouse["city"],
            "region": warehouse["state"],
            "country": warehouse["country"],
            "post_code": warehouse["postal_code"],
            "phone": warehouse["phone"],
            "external_id": warehouse["code"],
        }
        world.store.insert("veeqo.warehouse", str(number), body)
    for channel in facts["channels"]:
        body = channel | {"default_warehouse_id": ids[channel["default_warehouse"]]}
        world.store.insert("veeqo.channel", str(channel["id"]), body)
    for method in facts["delivery_methods"]:
        world.store.insert("veeqo.delivery_method", str(method["id"]), method)
    for product_facts in facts["products"]:
        _seed_product(world, product_facts, ids)


def _seed_product(world: World, facts: Body, warehouse_ids: dict[str, int]) -> None:
    variants = [
        {
            **{key: row[key] for key in ("title", "sku", "barcode", "weight_g", "hs_code")},
            "price": float(row["price"]),
            "cost": float(row["cost"]),
            "origin_country": row["origin_country"],
            "customs_description": row["customs_description"],
            "measurement": {
                "id": 901001,
                "width": round(row["width_mm"] / MM_PER_INCH, 2),
                "height": round(row["height_mm"] / MM_PER_INCH, 2),
                "depth": round(row["length_mm"] / MM_PER_INCH, 2),
                "dimensions_unit": "inches",
            },
        }
        for row in facts["sellables"]
    ]
    doc = add_product(world, facts["title"], variants)
    for sellable_id, row in zip(doc["sellable_ids"], facts["sellables"], strict=True):
        for code, units in row["stock"].items():
            stock.put_entry(world, sellable_id, warehouse_ids[code], {"physical": units})


ROUTES = (
    Route("GET", "/products", products),
    Route("POST", "/products", create_product),
    Route("GET", "/products/{product_id}", product),
    Route("PUT", "/products/{product_id}", update_product),
    Route("GET", "/warehouses", warehouses),
    Route("GET", "/warehouses/{id}", one("warehouse", lambda _, doc: objects.warehouse(doc))),
    Route("GET", "/channels", channels),
    Route(
        "GET",
        "/channels/{id}",
        one("channel", lambda world, doc: objects.channel(world, doc["id"])),
    ),
    Route("GET", "/delivery_methods", delivery_methods),
    Route(
        "GET",
        "/delivery_methods/{id}",
        one("delivery_method", lambda _, doc: objects.delivery_method(doc)),
    ),
    Route("GET", "/current_company", company),
)
