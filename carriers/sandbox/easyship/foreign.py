"""Parcels that were bought elsewhere and are followed here; a sandbox call moves them on."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from carriers.sandbox.easyship.answers import done, ok, page, refused
from carriers.sandbox.easyship.forms import check_form
from carriers.sandbox.easyship.rating import find_service
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

KIND = "easyship.foreign"
STATUSES = {
    "in_transit_to_customer": "In Transit to Customer",
    "out_for_delivery": "Out for Delivery",
    "failed_attempt": "Failed Delivery Attempt",
    "delivered": "Delivered",
    "exception": "Exception",
}
FILTERS = ("origin_country_alpha2", "destination_country_alpha2", "source", "tracking_state")
Body = dict[str, Any]


def create(world: World, request: Request) -> Response:
    given = request.json()
    check_form(given, "TrackingCreate")
    if not given["tracking_number"]:
        raise refused("invalid_content", "Tracking number can't be blank")
    destination = (given.get("destination_address") or {}).get("country_alpha2") or "US"
    number = world.store.next_number(KIND, 40552000)
    pk = f"ES{destination}{number}"
    tracking: Body = {
        "id": str(uuid4()),
        "tracking_number": given["tracking_number"],
        "source": "external",
        "courier_service": _courier(given),
        "easyship_shipment_id": pk,
        "platform_order_number": given.get("platform_order_number"),
        "origin_country_alpha2": _origin(world, given),
        "destination_country_alpha2": destination,
        "tracking_state": "active",
        "status": "Shipped",
        "tracking_page_url": f"{world.base_url}/shipment-tracking/{pk}",
        "eta_date": None,
    }
    world.store.insert(KIND, tracking["id"], tracking)
    return ok(201, "tracking", tracking)


def _courier(given: Body) -> Body:
    """By id one of the list, else by the name of one that is not."""
    pk = given.get("courier_service_id")
    service = find_service(pk) if pk else None
    if service is None and not given.get("courier_service_name"):
        raise refused("invalid_content", "Courier service is not known")
    carrier = service.carrier if service else given["courier_service_name"]
    return {"id": pk or str(uuid4()), "umbrella_name": carrier}


def _origin(world: World, given: Body) -> str:
    saved = world.store.get("easyship.address", given.get("origin_address_id") or "")
    if given.get("origin_address_id") and saved is None:
        raise refused("invalid_content", "Origin address is not known")
    address = saved or given.get("origin_address") or {}
    return str(address.get("country_alpha2") or "US")


def _need(world: World, request: Request) -> Body:
    tracking = world.store.get(KIND, request.params["tracking_id"])
    if tracking is None:
        raise refused("resource_not_found", "The Tracking was not found")
    return tracking


def show(world: World, request: Request) -> Response:
    return ok(200, "tracking", _need(world, request))


def listing(world: World, request: Request) -> Response:
    wanted = {name: request.first(name) for name in FILTERS if request.first(name)}
    found = [
        row
        for row in world.store.each(KIND, newest_first=True)
        if all(row[name] == value for name, value in wanted.items())
    ]
    return page(request, "trackings", found)


def delete(world: World, request: Request) -> Response:
    world.store.delete(KIND, _need(world, request)["id"])
    return done("Tracking successfully deleted")


def move(world: World, request: Request) -> Response:
    """Only sandboxes have this; a tracking that is not there cannot be moved."""
    given = request.json()
    check_form(given, "SandboxTrackingUpdate")
    tracking = world.store.get(KIND, request.params["tracking_id"])
    if tracking is None or "status_slug" not in given:
        raise refused("invalid_content", "Failed to update tracking")
    tracking["status"] = STATUSES[given["status_slug"]]
    world.store.save(KIND, tracking["id"], tracking)
    return ok(200, "tracking", tracking)


ROUTES = (
    Route("POST", "/trackings", create),
    Route("GET", "/trackings", listing),
    Route("GET", "/trackings/{tracking_id}", show),
    Route("DELETE", "/trackings/{tracking_id}", delete),
    Route("PATCH", "/sandbox/trackings/{tracking_id}", move),
)
