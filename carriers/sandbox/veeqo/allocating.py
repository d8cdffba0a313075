"""How Veeqo gives an order to a warehouse, by itself or when told, and what that does to stock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from carriers.sandbox.veeqo import stock
from carriers.sandbox.veeqo.values import (
    CM_PER_INCH,
    GRAMS_PER_OUNCE,
    keep,
    now,
    shaped,
    stamp,
)
from carriers.sandbox.world import World

Body = dict[str, Any]
# Orders that are to be allocated by themselves a little later.
WAITING = "veeqo.waiting"


def allocate_by_itself(world: World, order: Body) -> None:
    """To the store's default warehouse, what is available there: at once, later, or never."""
    mode = world.options.veeqo_auto_allocation
    if mode == "off" or not order["payment"]:
        return
    if mode == "async":
        at = world.clock.now() + timedelta(seconds=world.options.veeqo_allocation_delay_s)
        world.store.put(WAITING, str(order["id"]), {"at": stamp(at)})
    else:
        _allocate_rest(world, order)


def allocate_due(world: World) -> None:
    """Orders whose time has come, unless they were cancelled or allocated meanwhile."""
    for pk in world.store.keys(WAITING):
        with world.store.transaction():
            waiting = world.store.get(WAITING, pk)
            order = world.store.get("veeqo.order", pk)
            if waiting is None or waiting["at"] > now(world):
                continue
            world.store.delete(WAITING, pk)
            if order is not None and order["status"] != "cancelled":
                _allocate_rest(world, order)
                settle_status(world, order)


def _allocate_rest(world: World, order: Body) -> None:
    channel = world.store.get("veeqo.channel", str(order["channel_id"])) or {}
    warehouse_id = channel["default_warehouse_id"]
    lines = [
        {"sellable_id": sellable_id, "quantity": units}
        for sellable_id, wanted in open_units(world, order).items()
        if (units := min(wanted, stock.available(world, sellable_id, warehouse_id))) > 0
    ]
    if lines:
        allocate(world, order, warehouse_id, lines)


def open_units(world: World, order: Body) -> dict[int, int]:
    """Units by sellable that are ordered and not allocated; one may stand on several lines."""
    units: dict[int, int] = {}
    for line in order["lines"]:
        units[line["sellable_id"]] = units.get(line["sellable_id"], 0) + line["quantity"]
    for allocation in world.store.children("veeqo.allocation", parent=str(order["id"])):
        for line in allocation["lines"]:
            units[line["sellable_id"]] = units.get(line["sellable_id"], 0) - line["quantity"]
    return units


def allocate(
    world: World, order: Body, warehouse_id: int, lines: list[Body], *, pk: int | None = None
) -> Body:
    """One parcel's worth of an order at one warehouse; raises its allocated stock."""
    pk = pk or world.store.next_number("veeqo.allocation", 9046001)
    at = now(world)
    doc: Body = {
        "id": pk,
        "order_id": order["id"],
        "warehouse_id": warehouse_id,
        "created_at": at,
        "updated_at": at,
        "shipment": None,
        "lines": [
            line | {"id": world.store.next_number("veeqo.allocation_line", 13300001)}
            for line in lines
        ],
    }
    doc["package"] = _package(world, doc)
    world.store.insert("veeqo.allocation", str(pk), doc, parent=str(order["id"]))
    for line in lines:
        stock.shift(world, line["sellable_id"], warehouse_id, allocated=line["quantity"])
    return doc


def free(world: World, allocation: Body) -> None:
    """Take an allocation away; its units are available again."""
    for line in allocation["lines"]:
        stock.shift(
            world, line["sellable_id"], allocation["warehouse_id"], allocated=-line["quantity"]
        )
    world.store.delete("veeqo.allocation", str(allocation["id"]))


def settle_status(world: World, order: Body) -> None:
    """The status follows from payment, allocations and shipments; nobody sets it."""
    if order["status"] == "cancelled":
        return
    allocations = world.store.children("veeqo.allocation", parent=str(order["id"]))
    wanted = sum(line["quantity"] for line in order["lines"])
    held = sum(line["quantity"] for a in allocations for line in a["lines"])
    shipped = [a for a in allocations if a["shipment"]]
    if not order["payment"]:
        order["status"] = "awaiting_payment"
    elif held < wanted:
        order["status"] = "awaiting_stock"
    elif len(shipped) == len(allocations):
        order["status"] = "shipped"
    else:
        order["status"] = "awaiting_fulfillment"
    order["updated_at"] = now(world)
    order["shipped_at"] = order["updated_at"] if order["status"] == "shipped" else None
    keep("order", world, order)


def _package(world: World, allocation: Body) -> Body:
    """A first guess from the items, as long as nobody has measured the parcel."""
    items = [
        (world.store.get("veeqo.sellable", str(line["sellable_id"])) or {}, line["quantity"])
        for line in allocation["lines"]
    ]
    grams = sum(item["weight_g"] * quantity for item, quantity in items)
    sides = [item["measurement"] for item, _ in items]
    at = allocation["created_at"]
    return shaped(
        "allocation_package",
        id=world.store.next_number("veeqo.package", 118001),
        allocation_id=allocation["id"],
        created_at=at,
        updated_at=at,
        weight=round(grams / GRAMS_PER_OUNCE, 2),
        width=max((side["width"] for side in sides), default=0.0),
        height=max((side["height"] for side in sides), default=0.0),
        depth=max((side["depth"] for side in sides), default=0.0),
    )


def package_grams(package: Body) -> float:
    factor = GRAMS_PER_OUNCE if package["weight_unit"] == "oz" else 1.0
    return float(package["weight"]) * factor


def package_cm(package: Body) -> tuple[float, float, float]:
    """Length, width, height; the length is called depth."""
    factor = CM_PER_INCH if package["dimensions_unit"] in ("inches", "in") else 1.0
    return (
        package["depth"] * factor,
        package["width"] * factor,
        package["height"] * factor,
    )
