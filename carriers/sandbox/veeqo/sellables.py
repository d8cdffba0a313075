"""Sellables by themselves, and how many of each lie in a warehouse."""

from __future__ import annotations

from typing import Any

from carriers.sandbox.veeqo import objects, stock
from carriers.sandbox.veeqo.values import need, not_found, whole_of, wrapped
from carriers.sandbox.wire import Request, Response, Route, json_response
from carriers.sandbox.world import World

Body = dict[str, Any]


def sellables(world: World, request: Request) -> Response:
    """Undocumented, with `per_page` where the others say `page_size`."""
    size = min(whole_of(request.first("per_page", "12")) or 12, 1000)
    page = max(1, whole_of(request.first("page", "1")))
    rows = list(world.store.each("veeqo.sellable", newest_first=True))[
        (page - 1) * size : page * size
    ]
    return json_response(200, [objects.sellable(world, doc["id"]) for doc in rows])


def sellable(world: World, request: Request) -> Response:
    doc = need("sellable", world, request.params["sellable_id"])
    return json_response(200, objects.sellable(world, doc["id"]))


def get_stock(world: World, request: Request) -> Response:
    entry = stock.entry_of(world, *_pair(request))
    if entry is None:
        raise not_found("stock_entry", world)
    return json_response(200, stock.rendered(world, entry))


def put_stock(world: World, request: Request) -> Response:
    """The physical level is set, not shifted; allocations stay."""
    given = wrapped(request, "stock_entry")
    sellable_id, warehouse_id = _pair(request)
    need("sellable", world, sellable_id)
    need("warehouse", world, warehouse_id)
    changes: Body = {"infinite": bool(given.get("infinite", False))}
    if "physical_stock_level" in given:
        changes["physical"] = whole_of(given["physical_stock_level"])
    if "location" in given:
        changes["location"] = given["location"]
    entry = stock.put_entry(world, sellable_id, warehouse_id, changes)
    return json_response(200, stock.rendered(world, entry))


def _pair(request: Request) -> tuple[int, int]:
    return whole_of(request.params["sellable_id"]), whole_of(request.params["warehouse_id"])


ROUTES = (
    Route("GET", "/sellables", sellables),
    Route("GET", "/sellables/{sellable_id}", sellable),
    Route("GET", "/sellables/{sellable_id}/warehouses/{warehouse_id}/stock_entry", get_stock),
    Route("PUT", "/sellables/{sellable_id}/warehouses/{warehouse_id}/stock_entry", put_stock),
)
