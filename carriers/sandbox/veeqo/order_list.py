"""The list of orders: filters, the fuzzy search and its lag; what a request is about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from carriers.sandbox.store import Condition
from carriers.sandbox.veeqo import objects
from carriers.sandbox.veeqo.allocating import allocate_due
from carriers.sandbox.veeqo.paging import paged
from carriers.sandbox.veeqo.values import moment_of, object_of, stamp, whole_of
from carriers.sandbox.wire import MalformedBody, Request, Response, Route
from carriers.sandbox.world import World

# A parameter, the field, and whether it is a beginning.
LIMITS = (
    ("created_at_min", "created_at", True),
    ("updated_at_min", "updated_at", True),
    ("created[after]", "created_at", True),
    ("created[before]", "created_at", False),
    ("due[after]", "due_date", True),
    ("due[before]", "due_date", False),
)
PAGING = frozenset({"page", "page_size"})
Body = dict[str, Any]


def listing(world: World, request: Request) -> Response:
    """Newest first; cancelled ones are hidden unless asked for; odd dates are ignored."""
    allocate_due(world)
    plain = _plain_conditions(world, request)
    if plain is not None:
        rows = world.store.newest("veeqo.order", *plain)
        return paged(request, rows, lambda doc: objects.order(world, doc), world)
    visible = [
        doc
        for doc in _found(world, request)
        if _has_status(world, request, doc) and _is_wanted(world, request, doc)
    ]
    return paged(request, visible, lambda doc: objects.order(world, doc), world)


def _plain_conditions(world: World, request: Request) -> list[Condition] | None:
    """For what is asked of a long list again and again; None where it is more than that."""
    limit = moment_of(request.first("updated_at_min"))
    asked = request.query.keys() - PAGING
    if asked - {"updated_at_min", "status"} or (limit is None and "updated_at_min" in asked):
        return None
    conditions: list[Condition] = []
    if limit is not None:
        # Documents have milliseconds.
        first = stamp(limit + timedelta(microseconds=999))
        conditions.append(("updated_at", ">=", first))
    if status := request.first("status"):
        conditions.append(("status", "=", status))
    elif world.options.veeqo_hide_cancelled:
        conditions.append(("status", "<>", "cancelled"))
    return conditions


def _found(world: World, request: Request) -> Iterator[Body]:
    query = request.first("query").lower()
    if not query:
        yield from world.store.each("veeqo.order", newest_first=True)
        return
    for doc in world.store.search("veeqo.order", query):
        if _is_indexed(world, doc):
            yield doc


def _is_indexed(world: World, doc: Body) -> bool:
    """The search lags behind the records."""
    delay = timedelta(seconds=world.options.veeqo_search_delay_s)
    return world.clock.now() - datetime.fromisoformat(doc["created_at"]) >= delay


def _has_status(world: World, request: Request, doc: Body) -> bool:
    status = request.first("status")
    if status:
        return bool(doc["status"] == status)
    return not (world.options.veeqo_hide_cancelled and doc["status"] == "cancelled")


def _is_wanted(world: World, request: Request, doc: Body) -> bool:
    channels, tags = request.many("channel_ids"), request.many("tags")
    warehouse = request.first("allocated_at")
    return (
        (not channels or str(doc["channel_id"]) in channels)
        and (not tags or any(tag["name"] in tags for tag in doc["tags"]))
        and (not warehouse or warehouse in _warehouses(world, doc))
        and doc["id"] > whole_of(request.first("since_id"))
        and _is_within(request, doc)
    )


def _warehouses(world: World, doc: Body) -> set[str]:
    return {str(allocation["warehouse_id"]) for allocation in objects.allocations_of(world, doc)}


def _is_within(request: Request, doc: Body) -> bool:
    for name, field, is_beginning in LIMITS:
        text = request.first(name)
        limit = moment_of(text)
        if limit is None:
            continue
        if doc[field] is None:
            return False
        moment = datetime.fromisoformat(doc[field])
        if not is_beginning and len(text) == len("2026-01-31"):
            # A last day counts to its end.
            limit += timedelta(days=1)
        if moment < limit if is_beginning else moment > limit:
            return False
    return True


def reference_of(world: World, request: Request) -> str:
    """The number of the order that a request is about, by whatever id it names; or nothing."""
    try:
        body = {} if request.method == "GET" else request.json()
    except MalformedBody:
        body = {}
    number = object_of(body.get("order")).get("number")
    if number or request.first("query"):
        return str(number or request.first("query"))
    named = dict(request.params) | object_of(body.get("shipment"))
    label = _kept(world, "label", named.get("shipment_id"))
    allocation = _kept(world, "allocation", named.get("allocation_id"))
    order_id = named.get("order_id") or label.get("order_id") or allocation.get("order_id")
    return str(_kept(world, "order", order_id).get("number", ""))


def _kept(world: World, kind: str, pk: Any) -> Body:
    return world.store.get(f"veeqo.{kind}", str(pk)) or {} if pk else {}


ROUTES = (Route("GET", "/orders", listing),)
