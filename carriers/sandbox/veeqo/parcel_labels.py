"""Labels without an order, bought by the rates of `parcel_rates`.

No order is shipped by such a label; who buys one records it with `POST /shipments`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from carriers.sandbox.documents import LabelFacts, label_jpeg, label_pdf, label_png, label_zpl
from carriers.sandbox.shipping import PricedService, priced_services, tracking_number
from carriers.sandbox.veeqo.buying import REFUSALS
from carriers.sandbox.veeqo.parcel_rates import PREFIX, QUOTE, facts_of, rate_id
from carriers.sandbox.veeqo.rating import (
    EXPIRED,
    WRONG_SERVICES,
    charges,
    has_fitting_extras,
    price_now,
)
from carriers.sandbox.veeqo.values import keep, not_found, now, objects_of, refusal
from carriers.sandbox.wire import MalformedBody, Request, Response, Route, json_response
from carriers.sandbox.world import World

PARCEL = "parcel"
FILES: dict[str, tuple[str, Callable[[LabelFacts], bytes]]] = {
    "pdf": ("application/pdf", label_pdf),
    "png": ("image/png", label_png),
    "jpeg": ("image/jpeg", label_jpeg),
    "zpl": ("application/zpl", label_zpl),
}
Body = dict[str, Any]


class NotSold(Exception):
    """Why a label is not sold."""


def book(world: World, request: Request) -> Response:
    """200 even when all failed: each is told among `successful` or `failed`, by its id."""
    given = request.json()
    wanted = objects_of(given.get("shipments"))
    if not wanted:
        raise refusal(400, ["shipments is missing"])
    told: dict[str, Body] = {"successful": {}, "failed": {}}
    for one in wanted:
        pk = str(one.get("remote_shipment_id"))
        format_ = str(one.get("label_format") or given.get("label_format") or "PDF").lower()
        try:
            told["successful"][pk] = _with_label(_sold(world, one, request), format_)
        except NotSold as exc:
            told["failed"][pk] = {"remote_shipment_id": pk, "error_messages": [str(exc)]}
    return json_response(200, told)


def _sold(world: World, wanted: Body, request: Request) -> Body:
    """A parcel with its label. Raises NotSold, and then nothing was kept."""
    quote = world.store.get(QUOTE, str(wanted.get("remote_shipment_id")))
    if quote is None:
        raise NotSold("The shipment was not found.")
    if world.store.get(f"veeqo.{PARCEL}", quote["id"]):
        raise NotSold("This shipment was already booked.")
    offers = {rate_id(quote, offer): offer for offer in priced_services(facts_of(quote["asked"]))}
    offer = offers.get(str(wanted.get("rate_id")))
    if offer is None or quote["expires_at"] < now(world):
        raise NotSold(EXPIRED)
    if not has_fitting_extras(offer, wanted):
        raise NotSold(WRONG_SERVICES)
    if request.effect in REFUSALS:
        raise NotSold(REFUSALS[request.effect])
    price = price_now(Decimal(quote["prices"][rate_id(quote, offer)]), request)
    return _kept(world, quote, replace(offer, price=price))


def _kept(world: World, quote: Body, offer: PricedService) -> Body:
    number = world.store.next_number("veeqo.shipment", 7420001)
    parcel: Body = {
        "id": quote["id"],
        "external_id": str(number),
        "reference": quote["reference"],
        "asked": quote["asked"],
        "tracking_number": tracking_number(offer.service.carrier, number),
        "carrier": offer.service.carrier,
        "service": offer.service.name,
        "code": offer.service.code,
        "cost": str(offer.price),
        "currency": offer.currency,
        "charges": charges(offer),
        "bought_at": now(world),
        "voided_at": None,
    }
    world.store.insert(f"veeqo.{PARCEL}", quote["id"], parcel, lookup=parcel["tracking_number"])
    return parcel


def _with_label(parcel: Body, format_: str) -> Body:
    _, drawn = FILES.get(format_, FILES["pdf"])
    content = base64.b64encode(drawn(_label_facts(parcel))).decode()
    return _told(parcel) | {"label_content": content}


def _told(parcel: Body) -> Body:
    return {
        "remote_shipment_id": parcel["id"],
        "external_shipment_id": parcel["external_id"],
        "tracking_number": parcel["tracking_number"],
        "carrier_id": parcel["carrier"].upper(),
        "service_carrier": parcel["carrier"].lower(),
        "service_name": parcel["service"],
        "service_id": parcel["code"],
        "total_charge": {"value": float(parcel["cost"]), "unit": parcel["currency"]},
        "charges": parcel["charges"],
    }


def _need(world: World, request: Request) -> Body:
    """By its id or its tracking number."""
    name = request.params["shipment_id"]
    by_number = world.store.find(f"veeqo.{PARCEL}", lookup=name)
    parcel = world.store.get(f"veeqo.{PARCEL}", name) or next(iter(by_number), None)
    if parcel is None or parcel["voided_at"]:
        raise not_found("shipment", world)
    return parcel


def show(world: World, request: Request) -> Response:
    parcel = _need(world, request)
    where = f"{PREFIX}/shipments/{parcel['id']}/label.pdf"
    return json_response(200, _told(parcel) | {"label_url": where})


def label_file(world: World, request: Request) -> Response:
    parcel, kind = _need(world, request), request.params["ext"]
    if kind not in FILES:
        raise not_found("label", world)
    media_type, drawn = FILES[kind]
    content = drawn(_label_facts(parcel))
    return Response(status=200, body=content, headers={"Content-Type": media_type})


def cancel(world: World, request: Request) -> Response:
    """204; there is nothing of it afterwards."""
    parcel = _need(world, request)
    keep(PARCEL, world, parcel | {"voided_at": now(world)})
    return Response(status=204)


def _label_facts(parcel: Body) -> LabelFacts:
    asked = parcel["asked"]
    return LabelFacts(
        carrier=parcel["carrier"],
        service=parcel["service"],
        tracking_number=parcel["tracking_number"],
        reference=parcel["reference"],
        weight_g=facts_of(asked).weight_g,
        ship_from=_lines(asked["from_address"]),
        ship_to=_lines(asked["to_address"]),
    )


def _lines(address: Body) -> tuple[str, ...]:
    names = ("name", "company", "line1", "line2")
    place = (str(address.get(name) or "") for name in ("town", "county", "postcode"))
    return (
        *(str(address.get(name) or "") for name in names),
        " ".join(place),
        str(address["country_code"]),
    )


def reference_of(world: World, request: Request) -> str:
    """What its customer calls the parcel that a request is about, or nothing."""
    try:
        body = {} if request.method == "GET" else request.json()
    except MalformedBody:
        body = {}
    first = next(iter(objects_of(body.get("shipments"))), {})
    pk = str(request.params.get("shipment_id") or first.get("remote_shipment_id") or "")
    kept = world.store.get(QUOTE, pk) or {}
    return str(body.get("customer_reference") or kept.get("reference") or "")


def ledger(world: World) -> list[Body]:
    """Every label ever sold without an order, for the report."""
    return [
        {
            "platform": "veeqo",
            "reference": parcel["reference"],
            "booking_id": parcel["id"],
            "shipment_id": parcel["external_id"],
            "carrier": parcel["carrier"].upper(),
            "service": parcel["service"],
            "tracking_number": parcel["tracking_number"],
            "cost": parcel["cost"],
            "currency": parcel["currency"],
            "state": "voided" if parcel["voided_at"] else "bought",
            "bought_at": parcel["bought_at"],
        }
        for parcel in world.store.each(f"veeqo.{PARCEL}")
    ]


ROUTES = (
    Route("POST", f"{PREFIX}/shipments", book),
    Route("GET", f"{PREFIX}/shipments/{{shipment_id}}", show),
    Route("GET", f"{PREFIX}/shipments/{{shipment_id}}/label.{{ext}}", label_file),
    Route("DELETE", f"{PREFIX}/shipments/{{shipment_id}}", cancel),
)
