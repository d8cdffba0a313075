"""Pickups: days and hours on offer, ordered, confirmed a little later, called off."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from carriers.sandbox.easyship import buying
from carriers.sandbox.easyship.answers import done, ok, page, refused
from carriers.sandbox.easyship.drafting import stamp
from carriers.sandbox.easyship.forms import check_form
from carriers.sandbox.easyship.rating import courier_service, find_service
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

KIND = "easyship.pickup"
# Pickups that the courier has not confirmed.
OPEN = "easyship.open_pickup"
DAYS = 7
SUNDAY = 6
HOURS = (("09:00", "13:00"), ("13:00", "17:00"))
CONFIRMED_AFTER = timedelta(minutes=1)
CANCELLABLE = ("pending-confirmation", "requested")
NO_PICKUP = "This Courier doesn't provide a Pickup service"
Body = dict[str, Any]


def slots(world: World, request: Request) -> Response:
    """Days without hours are listed too."""
    pk = request.params["courier_service_id"]
    service = find_service(pk)
    if service is None:
        raise refused("resource_not_found", "The Courier Service was not found")
    today = world.clock.now().date()
    days = [today + timedelta(days=ahead) for ahead in range(DAYS)]
    option = {
        "provider_name": service.carrier,
        "pickup_slots": [
            {"date": day.isoformat(), "time_slots": _hours(pk, day, today)} for day in days
        ],
    }
    return ok(200, "courier_service_handover_option", option)


def _hours(service_id: str, day: date, today: date) -> list[Body]:
    if day == today or day.weekday() == SUNDAY:
        return []
    return [
        {
            "time_slot_id": str(uuid5(NAMESPACE_URL, f"{service_id}/{day}/{start}")),
            "from_time": start,
            "to_time": end,
        }
        for start, end in HOURS
    ]


def create(world: World, request: Request) -> Response:
    """All shipments are of one courier and have, or wait for, their labels."""
    given = request.json()
    check_form(given, "PickupCreate")
    service = find_service(given["courier_service_id"])
    shipments = [_shipment(world, pk) for pk in given["easyship_shipment_ids"]]
    carriers = {shipment["courier_service"]["umbrella_name"] for shipment in shipments}
    if service is None or carriers != {service.carrier}:
        raise refused("invalid_content", NO_PICKUP)
    start, end = _times(world, given)
    country = shipments[0]["origin_address"]["country_alpha2"]
    weights = (p["total_actual_weight"] for s in shipments for p in s["parcels"])
    pk = f"P{country}{world.store.next_number(KIND, 10023001)}"
    pickup: Body = {
        "easyship_pickup_id": pk,
        "selected_from_time": f"{given['selected_date']}T{start}",
        "selected_to_time": f"{given['selected_date']}T{end}",
        "pickup_reference_number": None,
        "pickup_fee": 0.0,
        "provider_name": service.carrier,
        "shipments_count": len(shipments),
        "total_actual_weight": round(sum(weights), 4),
        "pickup_state": "pending-confirmation",
        "courier_service": courier_service(service),
        "address": shipments[0]["origin_address"],
        "ids": given["easyship_shipment_ids"],
        "ordered_at": stamp(world.clock.now()),
    }
    world.store.insert(KIND, pk, pickup)
    world.store.insert(OPEN, pk, {})
    _mark(world, pickup, "pending_confirmation")
    balance = float(buying.balance(world))
    meta = {"easyship_shipment_ids": pickup["ids"], "available_balance": balance}
    return ok(201, "pickup", _shown(pickup), **meta)


def _shipment(world: World, pk: str) -> Body:
    shipment = world.store.get(buying.KIND, pk)
    if shipment is None or shipment["label_state"] not in ("pending", *buying.LABELLED):
        raise refused("invalid_content", f"Shipment {pk} has no label")
    return shipment


def _times(world: World, given: Body) -> tuple[str, str]:
    """Of the slot that was named, or as they were given."""
    day = date.fromisoformat(given["selected_date"])
    today = world.clock.now().date()
    for hours in _hours(given["courier_service_id"], day, today):
        if hours["time_slot_id"] == given.get("time_slot_id"):
            return hours["from_time"], hours["to_time"]
    start, end = given.get("selected_from_time"), given.get("selected_to_time")
    if not (start and end) or day < today:
        raise refused("invalid_content", "The selected time is not available")
    return start, end


def _mark(world: World, pickup: Body, state: str) -> None:
    for pk in pickup["ids"]:
        shipment = world.store.get(buying.KIND, pk)
        if shipment is not None:
            buying.keep(world, shipment | {"pickup_state": state})


def confirm_due(world: World) -> None:
    """The courier gives its own number to a pickup."""
    for pk in world.store.keys(OPEN):
        with world.store.transaction():
            pickup = world.store.get(KIND, pk)
            if pickup is None or world.store.get(OPEN, pk) is None:
                continue
            if world.clock.now() - datetime.fromisoformat(pickup["ordered_at"]) < CONFIRMED_AFTER:
                continue
            number = f"TEST{world.store.next_number('easyship.pickup_number', 60098001)}"
            pickup |= {"pickup_state": "requested", "pickup_reference_number": number}
            world.store.save(KIND, pk, pickup)
            world.store.delete(OPEN, pk)
            _mark(world, pickup, "requested")


def _need(world: World, request: Request) -> Body:
    confirm_due(world)
    pickup = world.store.get(KIND, request.params["easyship_pickup_id"])
    if pickup is None:
        raise refused("resource_not_found", "The Pickup was not found")
    return pickup


def _shown(pickup: Body) -> Body:
    return {name: value for name, value in pickup.items() if name not in ("ids", "ordered_at")}


def show(world: World, request: Request) -> Response:
    return ok(200, "pickup", _shown(_need(world, request)))


def listing(world: World, request: Request) -> Response:
    confirm_due(world)
    day, state = request.first("pickup_date"), request.first("pickup_state")
    shipment, courier = request.first("shipment_id"), request.first("courier")
    found = [
        pickup
        for pickup in world.store.each(KIND, newest_first=True)
        if pickup["selected_from_time"].startswith(day)
        and state in ("", pickup["pickup_state"])
        and courier in ("", pickup["provider_name"])
        and (not shipment or shipment in pickup["ids"])
    ]
    return page(request, "pickups", found, _shown)


def cancel(world: World, request: Request) -> Response:
    pickup = _need(world, request)
    if pickup["pickup_state"] not in CANCELLABLE:
        raise refused("invalid_content", "error")
    world.store.save(KIND, pickup["easyship_pickup_id"], pickup | {"pickup_state": "cancelled"})
    world.store.delete(OPEN, pickup["easyship_pickup_id"])
    _mark(world, pickup, "cancelled")
    return done("Pickup successfully cancelled")


ROUTES = (
    Route("GET", "/courier_services/{courier_service_id}/pickup_slots", slots),
    Route("POST", "/pickups", create),
    Route("GET", "/pickups", listing),
    Route("GET", "/pickups/{easyship_pickup_id}", show),
    Route("POST", "/pickups/{easyship_pickup_id}/cancel", cancel),
)
