"""Rates without an order: from raw addresses, at `/shipping/api/v1`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from carriers.sandbox.shipping import (
    SERVICES,
    ParcelFacts,
    PricedService,
    priced_services,
    reason_against,
)
from carriers.sandbox.veeqo.rating import PROVIDER, charges, extras_on_offer
from carriers.sandbox.veeqo.values import (
    CM_PER_INCH,
    GRAMS_PER_OUNCE,
    number_of,
    object_of,
    objects_of,
    refusal,
    stamp,
)
from carriers.sandbox.wire import Request, Response, Route, json_response
from carriers.sandbox.world import World

PREFIX = "/shipping/api/v1"
QUOTE = "veeqo.parcel_quote"
GRAMS = {"g": 1.0, "kg": 1000.0, "oz": GRAMS_PER_OUNCE, "lb": 16 * GRAMS_PER_OUNCE}
CM = {"cm": 1.0, "in": CM_PER_INCH}
SIDES = ("length", "width", "height")
ADDRESS_NEEDED = ("name", "line1", "town", "postcode", "country_code")
Body = dict[str, Any]


def rates(world: World, request: Request) -> Response:
    given = request.json()
    faults = _faults(given)
    if faults:
        raise refusal(400, faults)
    expires = stamp(world.clock.now() + timedelta(minutes=world.options.veeqo_rate_minutes))
    number = world.store.next_number("veeqo.quote", 0x5C1A0001)
    quote: Body = {
        "id": f"prb{number:x}",
        "token": str(uuid5(NAMESPACE_OID, f"token{number}")),
        "expires_at": expires,
        "reference": str(given["customer_reference"]),
        "asked": {name: given[name] for name in ("from_address", "to_address", "parcels")},
    }
    facts = facts_of(quote["asked"])
    offers = priced_services(facts)
    quote["prices"] = {rate_id(quote, offer): str(offer.price) for offer in offers}
    world.store.insert(QUOTE, quote["id"], quote)
    told: Body = {
        "remote_shipment_id": quote["id"],
        "request_token": quote["token"],
        "expires_at": expires,
        "quotes": [_quoted(world, quote, offer) for offer in offers],
        "unavailable_quotes": [],
    }
    if given.get("include_unavailable_quotes") is True:
        told["unavailable_quotes"] = _unavailable(facts)
    return json_response(200, told)


def _faults(given: Body) -> list[str]:
    """The words are the twin's own; that a reference is needed was seen."""
    faults = []
    for side in ("to_address", "from_address"):
        address = object_of(given.get(side))
        faults += [f"{side}.{name} is missing" for name in ADDRESS_NEEDED if not address.get(name)]
    if not given.get("customer_reference"):
        faults.append("customer_reference is missing")
    parcels = objects_of(given.get("parcels"))
    if len(parcels) != 1:
        return [*faults, "parcels must hold one parcel"]
    [parcel] = parcels
    for name in ("weight", *SIDES):
        if number_of(parcel.get(name)) <= 0:
            faults.append(f"parcels[0].{name} must be greater than 0")
    for name, known in (("weight_unit", GRAMS), ("dimension_unit", CM)):
        if parcel.get(name) not in known:
            faults.append(f"parcels[0].{name} is not included in the list")
    return faults


def facts_of(asked: Body) -> ParcelFacts:
    """The parcel of a request that has no fault."""
    [parcel], home, to = asked["parcels"], asked["from_address"], asked["to_address"]
    length, width, height = (
        number_of(parcel[side]) * CM[parcel["dimension_unit"]] for side in SIDES
    )
    return ParcelFacts(
        weight_g=number_of(parcel["weight"]) * GRAMS[parcel["weight_unit"]],
        length_cm=length,
        width_cm=width,
        height_cm=height,
        from_country=str(home["country_code"]),
        from_region=str(home.get("county") or ""),
        to_country=str(to["country_code"]),
        to_region=str(to.get("county") or ""),
        to_postcode=str(to["postcode"]),
    )


def rate_id(quote: Body, offer: PricedService) -> str:
    return f"{PROVIDER}-{uuid5(NAMESPACE_OID, quote['id'] + offer.service.code)}"


def _quoted(world: World, quote: Body, offer: PricedService) -> Body:
    carrier = offer.service.carrier.upper()
    arrives = world.clock.now() + timedelta(days=offer.days)
    return {
        "rate_id": rate_id(quote, offer),
        "service_name": offer.service.name,
        "carrier_id": carrier,
        "service_carrier": carrier.lower(),
        "total_charge": f"{offer.price:.2f}",
        "base_rate": f"{offer.price:.2f}",
        "delivery_estimate": arrives.isoformat(timespec="seconds"),
        "charges": charges(offer),
        "shipping_service_options": extras_on_offer(carrier),
    }


def _unavailable(facts: ParcelFacts) -> list[Body]:
    told = [(service, reason_against(service, facts)) for service in SERVICES]
    return [
        {
            "service_name": service.name,
            "carrier_id": service.carrier.upper(),
            "service_carrier": service.carrier.lower(),
            "unavailable_reasons": [{"message": reason}],
        }
        for service, reason in told
        if reason
    ]


ROUTES = (Route("POST", f"{PREFIX}/rates", rates),)
