"""The way back of a shipment, as a new shipment without a label."""

from __future__ import annotations

from typing import Any

from carriers.sandbox.easyship import boxes, buying, paperwork
from carriers.sandbox.easyship.answers import ok, refused
from carriers.sandbox.easyship.drafting import new_shipment
from carriers.sandbox.easyship.forms import check_form
from carriers.sandbox.easyship.shipments import need
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

Body = dict[str, Any]


def create(world: World, request: Request) -> Response:
    """Back to the return address unless another is named; all items unless some are."""
    shipment, given = need(world, request.params["easyship_shipment_id"]), request.json()
    check_form(given, "ReturnCreate")
    asked = _reversed(world, shipment, given)
    boxes.measure(world, asked)
    back = new_shipment(world, asked)
    back["original_easyship_shipment_id"] = shipment["easyship_shipment_id"]
    number = back["order_data"]["platform_order_number"] or ""
    world.store.insert(buying.KIND, back["easyship_shipment_id"], back, lookup=number)
    shown = paperwork.rendered(world, back, paperwork.wanted_by_query(request))
    return ok(201, "shipment", shown, unavailable_couriers=[])


def _reversed(world: World, shipment: Body, given: Body) -> Body:
    asked = shipment["asked"]
    home = shipment["return_address"]
    if wanted := given.get("destination_address_id"):
        saved = world.store.get("easyship.address", wanted)
        if saved is None:
            raise refused("resource_not_found", "The Address was not found")
        home = saved
    kept = ("order_data", "metadata", "incoterms", "shipping_settings")
    return {name: asked[name] for name in kept if name in asked} | {
        "origin_address": shipment["destination_address"],
        "destination_address": home,
        "courier_settings": given.get("courier_settings") or {},
        "return": True,
        "parcels": _parcels(asked["parcels"], given.get("parcels") or []),
    }


def _parcels(kept: list[Body], given: list[Body]) -> list[Body]:
    """Items that come back are named by their ids; a parcel without items takes them all."""
    items = {item["id"]: item for parcel in kept for item in parcel["items"]}
    if not given:
        return [_fresh(parcel, parcel["items"]) for parcel in kept]
    parcels = []
    for parcel in given:
        wanted = parcel.get("items") or [{"id": pk} for pk in items]
        if any(one["id"] not in items for one in wanted):
            raise refused("resource_not_found", "The Shipment Item was not found")
        chosen = [items[one["id"]] | {k: one[k] for k in one if k == "quantity"} for one in wanted]
        parcels.append(_fresh(parcel, chosen))
    return parcels


def _fresh(parcel: Body, items: list[Body]) -> Body:
    """Without the ids, which belong to the way there."""
    bare = [{name: value for name, value in item.items() if name != "id"} for item in items]
    return {name: value for name, value in parcel.items() if name != "id"} | {"items": bare}


ROUTES = (Route("POST", "/shipments/{easyship_shipment_id}/return", create),)
