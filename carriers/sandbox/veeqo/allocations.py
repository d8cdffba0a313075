"""Allocations and the parcel on them."""

from __future__ import annotations

from typing import Any

from carriers.sandbox.veeqo import objects
from carriers.sandbox.veeqo.allocating import allocate, free, open_units, settle_status
from carriers.sandbox.veeqo.values import (
    keep,
    need,
    not_found,
    now,
    number_of,
    objects_of,
    refusal,
    whole_of,
    wrapped,
    wrapped_or_bare,
)
from carriers.sandbox.wire import Request, Response, Route, json_response
from carriers.sandbox.world import World

SHIPPED = "This allocation is already shipped"
PACKAGE_NUMBERS = ("weight", "width", "height", "depth")
PACKAGE_TEXTS = {
    "weight_unit": ("g", "oz"),
    "dimensions_unit": ("inches", "in", "cm"),
}


def create(world: World, request: Request) -> Response:
    """201 with the whole order."""
    order = need("order", world, request.params["order_id"])
    given = wrapped_or_bare(request, "allocation")
    if order["status"] in ("cancelled", "shipped"):
        raise refusal(400, f"Order is {order['status']}")
    need("warehouse", world, whole_of(given.get("warehouse_id")))
    allocate(world, order, whole_of(given["warehouse_id"]), _lines(given, open_units(world, order)))
    settle_status(world, order)
    where = {"Location": f"{world.base_url}/orders/{order['id']}"}
    return json_response(201, objects.order(world, order), where)


def _lines(given: dict[str, Any], open_: dict[int, int]) -> list[dict[str, Any]]:
    """What is asked for, if so much of it is ordered and not allocated yet."""
    lines = []
    for line in objects_of(given.get("line_items_attributes")):
        sellable_id, quantity = whole_of(line.get("sellable_id")), whole_of(line.get("quantity"))
        if not 0 < quantity <= open_.get(sellable_id, 0):
            raise refusal(400, ["Quantity is more than the order has left to allocate"])
        open_[sellable_id] -= quantity
        lines.append({"sellable_id": sellable_id, "quantity": quantity})
    if not lines:
        raise refusal(400, ["Line items can't be blank"])
    return lines


def update(world: World, request: Request) -> Response:
    """Another warehouse or other lines, unwrapped; 200 with the allocation."""
    order, allocation = _pair(world, request)
    given = request.json()
    if allocation["shipment"]:
        raise refusal(400, SHIPPED)
    warehouse_id = whole_of(given.get("warehouse_id")) or allocation["warehouse_id"]
    need("warehouse", world, warehouse_id)
    free(world, allocation)
    lines = allocation["lines"]
    if "line_items_attributes" in given:
        lines = _lines(given, open_units(world, order))
    allocated = allocate(world, order, warehouse_id, lines, pk=allocation["id"])
    settle_status(world, order)
    return json_response(200, objects.allocation(world, allocated))


def _pair(world: World, request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
    order = need("order", world, request.params["order_id"])
    allocation = need("allocation", world, request.params["allocation_id"])
    if allocation["order_id"] != order["id"]:
        raise not_found("allocation", world)
    return order, allocation


def delete(world: World, request: Request) -> Response:
    """Takes all allocations of the order away; 200 with the order."""
    order, _ = _pair(world, request)
    allocations = objects.allocations_of(world, order)
    if any(allocation["shipment"] for allocation in allocations):
        raise refusal(400, SHIPPED)
    for allocation in allocations:
        free(world, allocation)
    settle_status(world, order)
    return json_response(200, objects.order(world, order))


def put_package(world: World, request: Request) -> Response:
    """200, with a text id and the values one level down; 422 on impossible values."""
    allocation = need("allocation", world, request.params["allocation_id"])
    given = wrapped(request, "allocation_package")
    package = allocation["package"]
    faults = []
    for name in PACKAGE_NUMBERS:
        if name in given:
            package[name] = number_of(given[name], default=-1.0)
            if package[name] < 0:
                faults.append(f"{name.capitalize()} is not a number")
    for name, known in PACKAGE_TEXTS.items():
        if name in given and given[name] not in known:
            faults.append(f"{name} is not included in the list")
        elif name in given:
            package[name] = given[name]
    if faults:
        raise refusal(422, faults)
    package["updated_at"] = now(world)
    keep("allocation", world, allocation)
    attributes = {key: value for key, value in package.items() if key != "id"}
    answer = {"id": str(package["id"]), "type": "allocation_package", "attributes": attributes}
    return json_response(200, answer)


ROUTES = (
    Route("POST", "/orders/{order_id}/allocations", create),
    Route("PUT", "/orders/{order_id}/allocations/{allocation_id}", update),
    Route("DELETE", "/orders/{order_id}/allocations/{allocation_id}", delete),
    Route("PUT", "/allocations/{allocation_id}/allocation_package", put_package),
)
