"""Shipments: create, show, change, delete, cancel, buy the label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carriers.sandbox.easyship import boxes, buying, events, moving, paperwork
from carriers.sandbox.easyship.answers import done, ok, page, refused
from carriers.sandbox.easyship.checking import check_shipment
from carriers.sandbox.easyship.drafting import described, new_shipment, stamp
from carriers.sandbox.easyship.forms import check_form
from carriers.sandbox.easyship.products import use_products
from carriers.sandbox.easyship.rating import courier_service, find_service, refusals
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

NO_SERVICE = "No shipping solutions available based on the information provided"
CANCELLABLE = frozenset(
    {"pending", "generated", "printed", "failed", "technical_failed", "reported"}
)
STILL_HERE = frozenset({"not_created", "pending", "info_received", "expired"})
SIDES = ("origin_address", "sender_address", "return_address")
Body = dict[str, Any]


def create(world: World, request: Request) -> Response:
    """201, or 202 when the shipment stands but nothing can carry it or its label failed."""
    given = request.json()
    check_form(given, "ShipmentCreate")
    shipment, errors = book(world, given, request)
    shown = paperwork.rendered(world, shipment, paperwork.wanted_by_purchase(shipment))
    wants_list = (given.get("courier_settings") or {}).get("list_unavailable_services")
    meta: Body = {"unavailable_couriers": refusals(world, given) if wants_list else []}
    if errors:
        return ok(202, "shipment", shown, status="partial_success", errors=errors, **meta)
    return ok(201, "shipment", shown, **meta)


def book(world: World, asked: Body, request: Request) -> tuple[Body, list[str]]:
    """Keep a shipment and buy its label if that is asked for; with what went wrong."""
    _use_saved_addresses(world, asked)
    use_products(world, asked)
    check_shipment(asked)
    boxes.measure(world, asked)
    shipment = new_shipment(world, asked)
    world.store.insert(
        buying.KIND,
        shipment["easyship_shipment_id"],
        shipment,
        lookup=shipment["order_data"]["platform_order_number"] or "",
    )
    errors: list[str] = []
    settings = asked.get("shipping_settings") or {}
    if not shipment["courier_service"]:
        errors = [NO_SERVICE]
    elif settings.get("buy_label"):
        is_now = settings.get("buy_label_synchronous", False)
        errors = buying.buy(world, shipment, request, synchronous=is_now)
    buying.keep(world, shipment)
    return shipment, errors


def _use_saved_addresses(world: World, given: Body) -> None:
    for side in SIDES:
        if wanted := given.get(f"{side}_id"):
            saved = world.store.get("easyship.address", wanted)
            if saved is None:
                raise refused("resource_not_found", "The Address was not found")
            given[side] = saved


def need(world: World, pk: str) -> Body:
    shipment = world.store.get(buying.KIND, pk)
    if shipment is None or shipment["shipment_state"] == "deleted":
        raise refused("resource_not_found", "The Shipment was not found")
    return buying.caught_up(world, shipment)


def _asked_for(world: World, request: Request) -> Body:
    return need(world, request.params["easyship_shipment_id"])


def show(world: World, request: Request) -> Response:
    wanted = paperwork.wanted_by_query(request)
    return ok(200, "shipment", paperwork.rendered(world, _asked_for(world, request), wanted))


def change(world: World, request: Request) -> Response:
    """Everything is worked out anew, as long as no label was bought."""
    shipment, given = _asked_for(world, request), request.json()
    check_form(given, "ShipmentUpdate")
    if shipment["label_state"] not in ("not_created", "failed"):
        raise refused("invalid_content", "Shipments with generated labels cannot be updated")
    asked = _merged(shipment["asked"], given)
    _use_saved_addresses(world, asked)
    check_shipment(asked)
    boxes.measure(world, asked)
    shipment |= described(world, asked) | {"updated_at": stamp(world.clock.now())}
    number = shipment["order_data"]["platform_order_number"] or ""
    world.store.save(buying.KIND, shipment["easyship_shipment_id"], shipment, lookup=number)
    wanted = paperwork.wanted_by_query(request)
    return ok(200, "shipment", paperwork.rendered(world, shipment, wanted))


def _merged(asked: Body, given: Body) -> Body:
    """Objects are merged key by key; parcels and items are meant by their ids."""
    merged = dict(asked)
    for name, value in given.items():
        if name == "parcels":
            merged[name] = _by_id(asked[name], value)
        elif isinstance(value, dict) and isinstance(asked.get(name), dict) and name != "metadata":
            merged[name] = asked[name] | value
        else:
            merged[name] = value
    for side in SIDES:
        if side in given and f"{side}_id" not in given:
            merged.pop(f"{side}_id", None)
    return merged


def _by_id(kept: Sequence[Body], given: Sequence[Body]) -> list[Body]:
    known = {entry["id"]: entry for entry in kept}
    merged = []
    for entry in given:
        before = known.get(entry.get("id", ""), {})
        after = before | entry
        if "items" in entry:
            after["items"] = _by_id(before.get("items", []), entry["items"])
        merged.append(after)
    return merged


def delete(world: World, request: Request) -> Response:
    """In the wrong state there is nothing to delete."""
    shipment = _asked_for(world, request)
    if shipment["label_state"] != "not_created":
        raise refused("resource_not_found", "The Shipment was not found")
    shipment["shipment_state"] = "deleted"
    buying.keep(world, shipment)
    return done("Shipment successfully deleted")


def cancel(world: World, request: Request) -> Response:
    """Voids the label; the charge comes back."""
    shipment = _asked_for(world, request)
    is_here = moving.delivery_state(world, shipment) in STILL_HERE
    if shipment["label_state"] not in CANCELLABLE or not is_here:
        detail = "This Shipment cannot be cancelled. Please contact our support."
        raise refused("invalid_content", detail)
    buying.refund(world, shipment)
    shipment |= {"shipment_state": "cancelled", "label_state": "voided"}
    shipment["updated_at"] = stamp(world.clock.now())
    for kind in (buying.PENDING, buying.MOVING):
        world.store.delete(kind, shipment["easyship_shipment_id"])
    buying.keep(world, shipment)
    events.cancelled(world, shipment)
    return done("Shipment successfully cancelled")


def label(world: World, request: Request) -> Response:
    """201 with the whole shipment; `label_state` may say failed even so."""
    given = request.json()
    check_form(given, "SingleLabelCreate")
    shipment, errors = buy_for(world, request.params["easyship_shipment_id"], given, request)
    shown = paperwork.rendered(world, shipment, paperwork.wanted_by_purchase(shipment))
    meta: Body = {"unavailable_couriers": []}
    if errors:
        meta |= {"status": "partial_success", "errors": errors}
    return ok(201, "shipment", shown, **meta)


def buy_for(
    world: World, pk: str, given: Body, request: Request, *, synchronous: bool = True
) -> tuple[Body, list[str]]:
    """The label of a shipment that stands; refused when it has one."""
    shipment = need(world, pk)
    if shipment["label_state"] not in ("not_created", "failed", "technical_failed"):
        raise refused("invalid_content", "The label of this Shipment was already generated.")
    _choose(shipment, given.get("courier_service_id"))
    shipment["printing"] = given.get("printing_options") or {}
    errors = buying.buy(world, shipment, request, synchronous=synchronous)
    buying.keep(world, shipment)
    return shipment, errors


def _choose(shipment: Body, wanted: str | None) -> None:
    """The service named now replaces the one assigned at creation."""
    if wanted:
        service = find_service(wanted)
        offered = {entry["courier_service"]["id"] for entry in shipment["rates"]}
        if service is None or wanted not in offered:
            detail = "The courier service is not available for this Shipment."
            raise refused("invalid_content", detail)
        shipment["courier_service"] = courier_service(service)
    if not shipment["courier_service"]:
        raise refused("invalid_content", NO_SERVICE)


def unavailable(world: World, request: Request) -> Response:
    """Why services were refused for a shipment."""
    shipment = _asked_for(world, request)
    return page(request, "unavailable_couriers", refusals(world, shipment["asked"]))


ROUTES = (
    Route("POST", "/shipments", create),
    Route("GET", "/shipments/{easyship_shipment_id}", show),
    Route("PATCH", "/shipments/{easyship_shipment_id}", change),
    Route("DELETE", "/shipments/{easyship_shipment_id}", delete),
    Route("POST", "/shipments/{easyship_shipment_id}/cancel", cancel),
    Route("POST", "/shipments/{easyship_shipment_id}/label", label),
    Route("GET", "/shipments/{easyship_shipment_id}/unavailable_couriers", unavailable),
)
