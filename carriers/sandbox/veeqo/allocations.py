"""Allocations and the parcel on them."""

from __future__ import annotations

from typing import Any

from carriers.sandbox.veeqo import objects
from carriers.sandbox.veeqo.allocating import allocate, free, settle_status
from carriers.sandbox.veeqo.values import (
    keep,
    need,
    now,
    number_of,
    refusal,
    whole_of,
    wrapped,
)
from carriers.sandbox.wire import Request, Response, Route, json_response
from carriers.sandbox.world import World

PACKAGE_NUMBERS = ("weight", "width", "height", "depth")
PACKAGE_TEXTS = {
    "weight_unit": ("g", "oz"),
    "dimensions_unit": ("inches", "in", "cm"),
}


def create(world: World, request: Request) -> Response:
    """201 with the whole order."""
    order = need("order", world, request.params["order_id"])
    given = wrapped(request, "allocation")
    if order["status"] in ("cancelled", "shipped"):
        raise refusal(400, f"Order is {order['status']}")
    need("warehouse", world, whole_of(given.get("warehouse_id")))
    allocate(world, order, whole_of(given["warehouse_id"]), _lines(world, order, given))
    settle_status(world, order)
    where = {"Location": f"{world.base_url}/orders/{order['id']}"}
    return json_response(201, objects.order(world, order), where)


def _lines(world: World, order: dict[str, Any], given: dict[str, Any]) -> list[dict[str, Any]]:
    """What is asked for, if so much of it is ordered and not allocated yet."""
    open_units = {line["sellable_id"]: line["quantity"] for line in order["lines"]}
    for allocation in objects.allocations_of(world, order):
        for line in allocation["lines"]:
            open_units[line["sellable_id"]] -= line["quantity"]
    lines = []
    for line in given.get("line_items_attributes") or []:
        sellable_id, quantity = whole_of(line.get("sellable_id")), whole_of(line.get("quantity"))
        if not 0 < quantity <= open_units.get(sellable_id, 0):
            raise refusal(400, ["Quantity is more than the order has left to allocate"])
        lines.append({"sellable_id": sellable_id, "quantity": quantity})
    if not lines:
        raise refusal(400, ["Line items can't be blank"])
    return lines


def delete(world: World, request: Request) -> Response:
    """Takes all allocations of the order away; 200 with the order."""
    order = need("order", world, request.params["order_id"])
    need("allocation", world, request.params["allocation_id"])
    allocations = objects.allocations_of(world, order)
    if any(allocation["shipment"] for allocation in allocations):
        raise refusal(400, "This allocation is already shipped")
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
    Route("DELETE", "/orders/{order_id}/allocations/{allocation_id}", delete),
    Route("PUT", "/allocations/{allocation_id}/allocation_package", put_package),
)
