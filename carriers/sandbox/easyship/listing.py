"""The list of shipments and its filters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from carriers.sandbox.easyship import buying, moving, paperwork, pickups
from carriers.sandbox.easyship.answers import page, refused
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

STATE_FILTERS = ("label_state", "pickup_state", "warehouse_state", "shipment_state")
TIME_FILTERS = ("created_at", "updated_at", "label_paid_at", "label_generated_at")
COUNTRY_FILTERS = {
    "origin_country_alpha2": "origin_address",
    "destination_country_alpha2": "destination_address",
}
Body = dict[str, Any]


def listing(world: World, request: Request) -> Response:
    """Newest first and without a count."""
    return _filtered(world, request, _candidates(world, request))


def of_pickup(world: World, request: Request) -> Response:
    """The shipments that a courier fetches together, under the same filters."""
    pickup = world.store.get(pickups.KIND, request.params["pickup_id"])
    if pickup is None:
        raise refused("resource_not_found", "The Pickup was not found")
    fetched = (world.store.get(buying.KIND, pk) for pk in pickup["ids"])
    return _filtered(world, request, filter(None, fetched))


def _filtered(world: World, request: Request, candidates: Iterable[Body]) -> Response:
    limits = _limits(request)
    found = [
        shipment
        for shipment in _current(world, candidates)
        if _has_states(world, shipment, request)
        and _is_wanted(shipment, request)
        and _is_within(shipment, limits)
    ]
    wanted = paperwork.wanted_by_query(request)
    return page(
        request,
        "shipments",
        found,
        lambda shipment: paperwork.rendered(world, shipment, wanted),
        counted=False,
    )


def _current(world: World, candidates: Iterable[Body]) -> Iterator[Body]:
    for shipment in candidates:
        if shipment["shipment_state"] != "deleted":
            yield buying.caught_up(world, shipment)


def _candidates(world: World, request: Request) -> Iterable[Body]:
    """Newest first; by number or id where those are given."""
    number = request.first("platform_order_number")
    if number:
        return world.store.find(buying.KIND, lookup=number)[::-1]
    ids = request.many("easyship_shipment_id")
    if ids:
        named = [world.store.get(buying.KIND, pk) for pk in ids]
        return [shipment for shipment in named if shipment is not None]
    return world.store.each(buying.KIND, newest_first=True)


def _has_states(world: World, shipment: Body, request: Request) -> bool:
    for name in STATE_FILTERS:
        wanted = request.many(name)
        if wanted and shipment[name] not in wanted:
            return False
    wanted = request.many("delivery_state")
    return not wanted or moving.delivery_state(world, shipment) in wanted


def _is_wanted(shipment: Body, request: Request) -> bool:
    ids = request.many("easyship_shipment_id")
    if ids and shipment["easyship_shipment_id"] not in ids:
        return False
    for name, side in COUNTRY_FILTERS.items():
        wanted = request.many(name)
        if wanted and shipment[side]["country_alpha2"] not in wanted:
            return False
    is_return = request.first("return")
    return not is_return or shipment["return"] == (is_return == "true")


def _limits(request: Request) -> list[tuple[str, bool, datetime]]:
    """The field, whether it is a beginning, and the moment; a bad date is a refusal."""
    limits = []
    for field in TIME_FILTERS:
        for end in ("from", "to"):
            name = f"{field}_{end}"
            if text := request.first(name):
                limits.append((field, end == "from", _moment(name, text)))
    return limits


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        detail = f'Invalid date format for {name} filter ("{text}").'
        raise refused("invalid_url_param", detail) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_within(shipment: Body, limits: list[tuple[str, bool, datetime]]) -> bool:
    for field, is_beginning, limit in limits:
        if shipment[field] is None:
            return False
        moment = datetime.fromisoformat(shipment[field])
        if moment < limit if is_beginning else moment > limit:
            return False
    return True


ROUTES = (
    Route("GET", "/shipments", listing),
    Route("GET", "/pickups/{pickup_id}/shipments", of_pickup),
)
