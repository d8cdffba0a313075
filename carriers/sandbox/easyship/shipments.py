"""Shipments: create, list, get, change, delete, cancel, buy the label."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from carriers.sandbox.easyship import buying, checking
from carriers.sandbox.easyship.answers import NOT_COMPLIANT, done, ok, page, refused
from carriers.sandbox.easyship.rating import (
    CENTIMETRES,
    GRAMS,
    courier_service,
    find_service,
    offers,
    rates,
    service_id,
    shaped,
)
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

KIND = "easyship.shipment"
Body = dict[str, Any]
ADDRESS_ANSWER = (
    "line_1", "line_2", "state", "city", "postal_code", "country_alpha2", "company_name",
    "contact_name", "contact_phone", "contact_email",
)  # fmt: skip
CANCELLABLE = frozenset(
    {"pending", "generated", "printed", "failed", "technical_failed", "reported"}
)


def stamp(moment: datetime) -> str:
    """ISO 8601 UTC to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def create(world: World, request: Request) -> Response:
    """201, or 202 when the shipment stands but nothing can carry it or its label failed."""
    given = request.json()
    checking.check_form(given, "ShipmentCreate", checking.SHIPMENT_KEYS, ("parcels",))
    _use_saved_origin(world, given)
    checking.check_shipment(given)
    shipment = _new_shipment(world, given)
    settings = given.get("shipping_settings") or {}
    shipment["printing"] = settings.get("printing_options") or {}
    world.store.insert(
        KIND,
        shipment["easyship_shipment_id"],
        shipment,
        lookup=str(shipment["order_data"]["platform_order_number"] or ""),
    )
    errors = [] if shipment["courier_service"] else ["No shipping solutions available"]
    if settings.get("buy_label") and shipment["courier_service"]:
        is_now = bool(settings.get("buy_label_synchronous"))
        errors = buying.buy(world, shipment, synchronous=is_now)
    world.store.save(KIND, shipment["easyship_shipment_id"], shipment)
    shown = buying.rendered(world, shipment, request)
    if errors:
        return ok(
            202, "shipment", shown, status="partial_success", errors=errors, unavailable_couriers=[]
        )
    return ok(201, "shipment", shown, unavailable_couriers=[])


def _use_saved_origin(world: World, given: Body) -> None:
    wanted = given.get("origin_address_id")
    if wanted:
        saved = world.store.get("easyship.address", str(wanted))
        if saved is None:
            raise refused("resource_not_found", "The Address was not found")
        given["origin_address"] = saved


def _new_shipment(world: World, given: Body) -> Body:
    to = given["destination_address"]
    number = world.store.next_number("easyship.shipment", 40551001)
    pk = f"ES{to['country_alpha2']}{number}"
    at = stamp(world.clock.now())
    found = offers(given)
    chosen = (given.get("courier_settings") or {}).get("courier_service_id")
    if chosen:
        found = [offer for offer in found if service_id(offer.service) == chosen]
    currency = found[0].currency if found else "USD"
    values = _item_value(given)
    cost = float(found[0].price) if found else 0.0
    insured = {"insured_amount": round(values + cost, 2), "insured_currency": currency}
    origin = _address(given["origin_address"])
    return shaped(
        "shipment",
        easyship_shipment_id=pk,
        created_at=at,
        updated_at=at,
        origin_address=origin,
        sender_address=_address(given.get("sender_address") or origin),
        return_address=_address(given.get("return_address") or origin),
        destination_address=_address(to)
        | {
            "contact_phone": _digits(to.get("contact_phone")),
            "delivery_instructions": to.get("delivery_instructions"),
        },
        order_data=shaped("shipment")["order_data"] | (given.get("order_data") or {}),
        metadata=given.get("metadata") or {},
        set_as_residential=bool(given.get("set_as_residential", False)),
        incoterms=given.get("incoterms") or "DDU",
        insurance={"is_insured": False} | insured,
        parcels=[_parcel(given, parcel) for parcel in given["parcels"]],
        currency=currency,
        courier_service=courier_service(found[0].service) if found else None,
        rates=[
            entry
            | {"rates_in_origin_currency": None, "description": None, "full_description": None}
            for entry in rates(found)
        ],
        trackings=[],
        tracking_page_url=f"https://www.trackmyshipment.co/shipment-tracking/{pk}",
        shipping_documents=[],
        document_id=str(uuid4()),
    )


def _address(given: Body) -> Body:
    return {name: given.get(name) for name in ADDRESS_ANSWER}


def _digits(phone: Any) -> str | None:
    """The destination's phone comes back without dashes and blanks."""
    return "".join(c for c in str(phone) if c.isdigit() or c == "+") if phone else None


def _item_value(given: Body) -> float:
    items = [item for parcel in given["parcels"] for item in parcel.get("items") or []]
    return sum(
        float(item["declared_customs_value"]) * int(item.get("quantity") or 1) for item in items
    )


def _parcel(given: Body, parcel: Body) -> Body:
    """Answers are in kilograms and centimetres whatever the request was in."""
    units = (given.get("shipping_settings") or {}).get("units") or {}
    to_kg = GRAMS[units.get("weight", "kg")] / 1000
    to_cm = CENTIMETRES[units.get("dimensions", "cm")]
    box = shaped("box")
    box["outer_dimensions"] = _scaled(parcel.get("box") or {}, to_cm)
    return {
        "id": str(uuid4()),
        "total_actual_weight": round(float(parcel.get("total_actual_weight") or 0) * to_kg, 4),
        "box": box,
        "items": [_item(item, to_kg, to_cm) for item in parcel.get("items") or []],
        "tracking_number": None,
    }


def _item(item: Body, to_kg: float, to_cm: float) -> Body:
    kept = {key: item[key] for key in ("description", "category", "sku", "quantity") if key in item}
    value = float(item["declared_customs_value"])
    hs_code = item.get("hs_code")
    return shaped(
        "item",
        id=str(uuid4()),
        hs_code=hs_code.ljust(8, "0") if hs_code else None,
        origin_country_alpha2=item.get("origin_country_alpha2"),
        dimensions=_scaled(item.get("dimensions") or {}, to_cm),
        actual_weight=round(float(item.get("actual_weight") or 0) * to_kg, 4),
        origin_currency=item.get("declared_currency"),
        declared_currency=item.get("declared_currency"),
        origin_customs_value=value,
        declared_customs_value=value,
        **kept,
    )


def _scaled(size: Body, factor: float) -> Body:
    return {
        side: round(float(size.get(side) or 0) * factor, 2)
        for side in ("length", "width", "height")
    }


def need(world: World, request: Request) -> Body:
    shipment = world.store.get(KIND, request.params["easyship_shipment_id"])
    if shipment is None or shipment["shipment_state"] == "deleted":
        raise refused("resource_not_found", "The Shipment was not found")
    return buying.caught_up(world, shipment)


def show(world: World, request: Request) -> Response:
    return ok(200, "shipment", buying.rendered(world, need(world, request), request))


def listing(world: World, request: Request) -> Response:
    number = request.first("platform_order_number")
    if number:
        found = world.store.find(KIND, lookup=number)[::-1]
    else:
        found = list(world.store.each(KIND, newest_first=True))
    shown = [
        buying.rendered(world, buying.caught_up(world, shipment), request)
        for shipment in found
        if _matches(shipment, request)
    ]
    return page(request, "shipments", shown, counted=False)


def _matches(shipment: Body, request: Request) -> bool:
    wanted = request.many("easyship_shipment_id")
    states = request.many("label_state")
    state = request.first("shipment_state")
    return (
        shipment["shipment_state"] != "deleted"
        and (not wanted or shipment["easyship_shipment_id"] in wanted)
        and (not states or shipment["label_state"] in states)
        and (not state or shipment["shipment_state"] == state)
        and _in_time(shipment, request)
    )


def _in_time(shipment: Body, request: Request) -> bool:
    for name, field in (("created_at_from", "created_at"), ("updated_at_from", "updated_at")):
        text = request.first(name)
        if not text:
            continue
        try:
            limit = datetime.fromisoformat(text)
        except ValueError:
            detail = f'Invalid date format for {name} filter ("{text}").'
            raise refused("invalid_url_param", detail) from None
        if datetime.fromisoformat(shipment[field]) < limit:
            return False
    return True


def change(world: World, request: Request) -> Response:
    """Address, parcels and references, as long as no label was bought."""
    shipment = need(world, request)
    if shipment["label_state"] != "not_created":
        raise refused("invalid_content", "Shipments with generated labels cannot be updated")
    given = request.json()
    unknown = sorted(set(given) - checking.SHIPMENT_KEYS)
    if unknown:
        detail = f"#/components/schemas/ShipmentUpdate does not define properties: {unknown[0]}"
        raise refused("invalid_content", NOT_COMPLIANT, detail)
    for name in ("destination_address", "origin_address"):
        shipment[name] |= given.get(name) or {}
    shipment["order_data"] |= given.get("order_data") or {}
    shipment["metadata"] = given.get("metadata", shipment["metadata"])
    shipment["updated_at"] = stamp(world.clock.now())
    world.store.save(KIND, shipment["easyship_shipment_id"], shipment)
    return ok(200, "shipment", buying.rendered(world, shipment, request))


def delete(world: World, request: Request) -> Response:
    shipment = need(world, request)
    if shipment["label_state"] != "not_created":
        raise refused("invalid_content", "This Shipment cannot be deleted.")
    shipment["shipment_state"] = "deleted"
    world.store.save(KIND, shipment["easyship_shipment_id"], shipment)
    return done("Shipment successfully deleted")


def cancel(world: World, request: Request) -> Response:
    """Voids the label; the charge comes back."""
    shipment = need(world, request)
    moving = shipment["delivery_state"] not in ("not_created", "pending", "info_received")
    if shipment["label_state"] not in CANCELLABLE or moving:
        detail = "This Shipment cannot be cancelled. Please contact our support."
        raise refused("invalid_content", detail)
    buying.refund(world, shipment)
    shipment |= {"shipment_state": "cancelled", "label_state": "voided"}
    shipment["updated_at"] = stamp(world.clock.now())
    world.store.save(KIND, shipment["easyship_shipment_id"], shipment)
    return done("Shipment successfully cancelled")


def label(world: World, request: Request) -> Response:
    """201 with the whole shipment; `label_state` may say failed even so."""
    shipment = need(world, request)
    given = request.json()
    if shipment["label_state"] not in ("not_created", "failed", "technical_failed"):
        raise refused("invalid_content", "The label of this Shipment was already generated.")
    if shipment["shipment_state"] == "cancelled":
        raise refused("invalid_content", "This Shipment is cancelled.")
    _choose(shipment, given.get("courier_service_id"))
    shipment["printing"] = given.get("printing_options") or {}
    errors = buying.buy(world, shipment, synchronous=True)
    world.store.save(KIND, shipment["easyship_shipment_id"], shipment)
    shown = buying.rendered(world, shipment, request)
    meta: Body = {"unavailable_couriers": []}
    if errors:
        meta |= {"status": "partial_success", "errors": errors}
    return ok(201, "shipment", shown, **meta)


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
        raise refused(
            "invalid_content",
            "No shipping solutions available based on the information provided",
        )


ROUTES = (
    Route("POST", "/shipments", create),
    Route("GET", "/shipments", listing),
    Route("GET", "/shipments/trackings", buying.trackings),
    Route("GET", "/shipments/{easyship_shipment_id}", show),
    Route("PATCH", "/shipments/{easyship_shipment_id}", change),
    Route("DELETE", "/shipments/{easyship_shipment_id}", delete),
    Route("POST", "/shipments/{easyship_shipment_id}/cancel", cancel),
    Route("POST", "/shipments/{easyship_shipment_id}/label", label),
)
