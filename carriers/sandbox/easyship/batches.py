"""Batches: many shipments or labels in one call, worked off one by one afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from carriers.sandbox.easyship import events, shipments
from carriers.sandbox.easyship.answers import ok, page, refused
from carriers.sandbox.easyship.drafting import stamp
from carriers.sandbox.easyship.forms import check_form
from carriers.sandbox.wire import Refusal, Request, Response, Route
from carriers.sandbox.world import World

KIND = "easyship.batch"
ITEM = "easyship.batch_item"
# Batches that are not finished.
OPEN = "easyship.open_batch"
MOST_ITEMS = 1000
ANSWERED = ("id", "type", "state", "created_at", "started_at", "finished_at")
Body = dict[str, Any]


def create_labels(world: World, request: Request) -> Response:
    given = request.json()
    check_form(given, "BatchLabelsCreate")
    return _create(world, request, "label_batch", given["shipments"])


def create_shipments(world: World, request: Request) -> Response:
    """The defaults stand in for what a shipment leaves out; labels are never made at once."""
    given = request.json()
    check_form(given, "BatchShipmentsCreate")
    defaults = given.get("defaults") or {}
    return _create(
        world, request, "shipment_batch", [_with(defaults, one) for one in given["shipments"]]
    )


def _with(defaults: Body, given: Body) -> Body:
    whole = dict(defaults) | given
    settings = (defaults.get("shipping_settings") or {}) | (given.get("shipping_settings") or {})
    return whole | {"shipping_settings": settings | {"buy_label_synchronous": False}}


def _create(world: World, request: Request, kind: str, wanted: list[Body]) -> Response:
    """202; the counters come with reading it."""
    if len(wanted) > MOST_ITEMS:
        raise refused("invalid_content", f"A batch holds at most {MOST_ITEMS} shipments.")
    at = stamp(world.clock.now())
    batch: Body = {
        "id": str(uuid4()),
        "type": kind,
        "state": "created",
        "created_at": at,
        "started_at": None,
        "finished_at": None,
        "effect": request.effect,
    }
    world.store.insert(KIND, batch["id"], batch)
    world.store.insert(OPEN, batch["id"], {})
    for one in wanted:
        item: Body = {
            "id": str(uuid4()),
            "type": f"{kind}_item",
            "reference_id": (one.get("order_data") or {}).get("platform_order_number"),
            "state": "created",
            "record_type": None,
            "record_id": None,
            "processing_errors": [],
            "created_at": at,
            "finished_at": None,
            "wanted": one,
        }
        world.store.insert(ITEM, item["id"], item, parent=batch["id"])
    return ok(202, "batch", {name: batch[name] for name in ANSWERED})


def work_off(world: World) -> None:
    """Every open batch whose time has come, item by item, each in a transaction of its own."""
    for pk in world.store.keys(OPEN):
        batch = world.store.get(KIND, pk)
        if batch is not None and world.clock.now() >= _starts_at(world, batch):
            _work(world, pk)


def _starts_at(world: World, batch: Body) -> datetime:
    made_at = datetime.fromisoformat(batch["created_at"])
    return made_at + timedelta(seconds=world.options.easyship_batch_seconds)


def _work(world: World, pk: str) -> None:
    _move(world, pk, "created", "processing", "started_at")
    for item in _items(world, pk):
        with world.store.transaction():
            current = world.store.get(ITEM, item["id"])
            batch = world.store.get(KIND, pk)
            if batch is not None and current is not None and current["state"] == "created":
                _work_item(world, batch, current)
    _move(world, pk, "processing", "processed", "finished_at")


def _items(world: World, pk: str) -> list[Body]:
    return world.store.children(ITEM, parent=pk)


def _move(world: World, pk: str, seen: str, to: str, field: str) -> None:
    with world.store.transaction():
        batch = world.store.get(KIND, pk)
        if batch is None or batch["state"] != seen:
            return
        batch |= {"state": to, field: stamp(world.clock.now())}
        world.store.save(KIND, pk, batch)
        items = _items(world, pk)
        data: Body = {"started_at": batch["started_at"], "items": len(items)}
        if to == "processing":
            events.emit(world, "batch_started", "shipment_batch", pk, data)
            return
        failed = sum(item["state"] == "failed" for item in items)
        data |= {"finished_at": batch["finished_at"], "state": to, "failed_items": failed}
        events.emit(world, "batch_finished", "shipment_batch", pk, data)
        world.store.delete(OPEN, pk)


def _work_item(world: World, batch: Body, item: Body) -> None:
    """Refused or not, the other items go on."""
    request = Request(method="POST", path="", effect=batch["effect"])
    make = WORK[batch["type"]]
    try:
        shipment, errors = make(world, dict(item["wanted"]), request)
    except Refusal as exc:
        told = json.loads(exc.response.body)["error"]
        errors, shipment = told["details"] or [told["message"]], None
    is_failed = shipment is None or bool(errors)
    item |= {
        "state": "failed" if is_failed else "processed",
        "processing_errors": errors,
        "finished_at": stamp(world.clock.now()),
        "record_type": "Shipment" if shipment else None,
        "record_id": shipment["document_id"] if shipment else None,
    }
    world.store.save(ITEM, item["id"], item)
    names = ("reference_id", "record_type", "record_id", "finished_at", "state")
    data = {name: item[name] for name in (*names, "processing_errors")}
    data |= {"batch_id": batch["id"], "started_at": batch["started_at"]}
    events.emit(world, "batch_item_finished", "shipment_batch_item", item["id"], data)


def _label(world: World, wanted: Body, request: Request) -> tuple[Body, list[str]]:
    return shipments.buy_for(world, wanted.pop("easyship_shipment_id"), wanted, request)


WORK: dict[str, Callable[[World, Body, Request], tuple[Body, list[str]]]] = {
    "label_batch": _label,
    "shipment_batch": shipments.book,
}


def _need(world: World, request: Request) -> Body:
    work_off(world)
    batch = world.store.get(KIND, request.params["batch_id"])
    if batch is None:
        raise refused("resource_not_found", "The Batch was not found")
    return batch


def show(world: World, request: Request) -> Response:
    batch = _need(world, request)
    states = [item["state"] for item in _items(world, batch["id"])]
    counts = {
        f"{state}_count": states.count(state)
        for state in ("created", "processing", "processed", "failed")
    }
    shown = {name: batch[name] for name in ANSWERED}
    return ok(200, "batch", shown | counts | {"total_count": len(states)})


def items(world: World, request: Request) -> Response:
    found = _items(world, _need(world, request)["id"])
    return page(request, "batch_items", found, _shown_item)


def _shown_item(item: Body) -> Body:
    return {name: value for name, value in item.items() if name != "wanted"}


def listing(world: World, request: Request) -> Response:
    work_off(world)
    found = [
        batch
        for batch in world.store.each(KIND, newest_first=True)
        if request.first("state", batch["state"]) == batch["state"]
        and request.first("type", batch["type"]) == batch["type"]
    ]
    return page(request, "batches", found, lambda batch: {name: batch[name] for name in ANSWERED})


ROUTES = (
    Route("POST", "/batches/labels", create_labels),
    Route("POST", "/batches/shipments", create_shipments),
    Route("GET", "/batches", listing),
    Route("GET", "/batches/{batch_id}", show),
    Route("GET", "/batches/{batch_id}/items", items),
)
