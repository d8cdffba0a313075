"""Where parcels are: the state of delivery, checkpoints, and what is told of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from carriers.sandbox.easyship import buying, events
from carriers.sandbox.easyship.answers import page
from carriers.sandbox.easyship.rating import find_service
from carriers.sandbox.tracking import Scan, scans_until
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

STATUS_OF_SCAN = {
    "awaiting_collection": ("Tracking Info Received", "info_received"),
    "in_transit": ("In Transit to Customer", "in_transit_to_customer"),
    "out_for_delivery": ("Out for Delivery", "out_for_delivery"),
    "delivered": ("Delivered", "delivered"),
}
# Checkpoints write this one in their own way.
PRIMARY = {"out_for_delivery": "Out For Delivery"}
COUNTRIES = {
    "US": ("United States", "USA"), "GB": ("United Kingdom", "GBR"), "CA": ("Canada", "CAN"),
    "DE": ("Germany", "DEU"), "FR": ("France", "FRA"), "IE": ("Ireland", "IRL"),
    "PH": ("Philippines", "PHL"), "AU": ("Australia", "AUS"), "NL": ("Netherlands", "NLD"),
    "ES": ("Spain", "ESP"), "IT": ("Italy", "ITA"), "MX": ("Mexico", "MEX"),
}  # fmt: skip
Body = dict[str, Any]


def delivery_state(world: World, shipment: Body) -> str:
    scans = _scans(world, shipment)
    state: str = shipment["delivery_state"]
    return STATUS_OF_SCAN[scans[-1].status][1] if scans else state


def _scans(world: World, shipment: Body) -> list[Scan]:
    service = find_service((shipment["courier_service"] or {}).get("id", ""))
    if shipment["label_state"] not in buying.LABELLED or service is None:
        return []
    return scans_until(
        bought_at=datetime.fromisoformat(shipment["label_generated_at"]),
        days=service.days,
        now=world.clock.now(),
        speed=world.options.tracking_speed,
    )


def trackings(world: World, request: Request) -> Response:
    """Own shipments, newest first, with their checkpoints when those are asked for."""
    wanted = request.many("easyship_shipment_id")
    numbers = request.many("platform_order_number")
    found = [
        shipment
        for shipment in _candidates(world, wanted, numbers)
        if shipment["shipment_state"] != "deleted"
        and (not numbers or shipment["order_data"]["platform_order_number"] in numbers)
    ]
    with_checkpoints = request.first("include_checkpoints") == "true"
    return page(
        request,
        "shipments",
        found,
        lambda shipment: _tracking(world, buying.caught_up(world, shipment), with_checkpoints),
    )


def _candidates(world: World, ids: list[str], numbers: list[str]) -> list[Body]:
    """Newest first; by their ids or numbers where those are given."""
    if ids:
        named = [world.store.get(buying.KIND, pk) for pk in ids]
        return [shipment for shipment in named if shipment is not None]
    if numbers:
        found = [world.store.find(buying.KIND, lookup=number)[::-1] for number in numbers]
        return [shipment for shipments in found for shipment in shipments]
    return list(world.store.each(buying.KIND, newest_first=True))


def _tracking(world: World, shipment: Body, with_checkpoints: bool) -> Body:
    scans = _scans(world, shipment)
    return {
        "easyship_shipment_id": shipment["easyship_shipment_id"],
        "platform_order_number": shipment["order_data"]["platform_order_number"],
        "origin_country_alpha2": shipment["origin_address"]["country_alpha2"],
        "destination_country_alpha2": shipment["destination_address"]["country_alpha2"],
        "status": _status(shipment, scans),
        "tracking_page_url": shipment["tracking_page_url"],
        "eta_date": None,
        "trackings": shipment["trackings"],
        "checkpoints": _checkpoints(shipment, scans)[::-1] if with_checkpoints else None,
    }


def _status(shipment: Body, scans: list[Scan]) -> str:
    if shipment["shipment_state"] == "cancelled":
        return "Cancelled"
    if scans:
        return STATUS_OF_SCAN[scans[-1].status][0]
    return "Label Ready" if shipment["label_state"] in buying.LABELLED else "Created"


def _checkpoints(shipment: Body, scans: list[Scan]) -> list[Body]:
    return [_checkpoint(shipment, number, scan) for number, scan in enumerate(scans, start=101)]


def _checkpoint(shipment: Body, number: int, scan: Scan) -> Body:
    place = shipment["origin_address" if scan.end == "from" else "destination_address"]
    code = place["country_alpha2"]
    country, iso3 = COUNTRIES.get(code, (code, code))
    town = ", ".join(part for part in (place["city"], place["postal_code"], iso3) if part)
    return {
        "order_number": number,
        "handler": shipment["trackings"][0]["handler"],
        "message": scan.description,
        "location": None if scan.status == "awaiting_collection" else town,
        "city": place["city"],
        "country_name": country,
        "country_iso3": iso3,
        "state": place["state"],
        "postal_code": place["postal_code"],
        "checkpoint_time": scan.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "primary_status": PRIMARY.get(scan.status, STATUS_OF_SCAN[scan.status][0]),
    }


def tell_moves(world: World) -> None:
    """Webhooks learn of scans that happened since they were last told."""
    if not events.is_anyone_listening(world, events.MOVES):
        return
    for pk in world.store.keys(buying.MOVING):
        shipment, scans, told = _movement(world, pk)
        if len(scans) > told:
            with world.store.transaction():
                _tell(world, shipment, scans, told)


def begin_telling(world: World) -> None:
    """A webhook is told what happens from now on, and nothing of before."""
    if events.is_anyone_listening(world, events.MOVES):
        return
    for pk in world.store.keys(buying.MOVING):
        _, scans, _ = _movement(world, pk)
        world.store.save(buying.MOVING, pk, {"scans": len(scans)})


def _movement(world: World, pk: str) -> tuple[Body, list[Scan], int]:
    """A shipment, its scans, and how many of them were told."""
    shipment = world.store.get(buying.KIND, pk) or {}
    told = (world.store.get(buying.MOVING, pk) or {"scans": 0})["scans"]
    return shipment, _scans(world, shipment) if shipment else [], told


def _tell(world: World, shipment: Body, scans: list[Scan], told: int) -> None:
    pk = shipment["easyship_shipment_id"]
    fresh = _checkpoints(shipment, scans)[told:]
    before = scans[told - 1].status if told else None
    status = _status(shipment, scans)
    events.checkpoints_created(world, shipment, status, fresh)
    if before != scans[-1].status:
        events.status_changed(world, shipment, status)
    if scans[-1].status == "delivered":
        world.store.delete(buying.MOVING, pk)
    else:
        world.store.save(buying.MOVING, pk, {"scans": len(scans)})


ROUTES = (Route("GET", "/shipments/trackings", trackings),)
