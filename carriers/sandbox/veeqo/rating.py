"""Rates of an allocation. A purchase must come from a quote that is fresh and of its parcel."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from carriers.sandbox.shipping import (
    PRICE_RISE,
    SERVICES,
    ParcelFacts,
    PricedService,
    priced_services,
    reason_against,
)
from carriers.sandbox.veeqo.allocating import package_cm, package_grams
from carriers.sandbox.veeqo.values import need, refusal, shaped, stamp
from carriers.sandbox.wire import Refusal, Request, Response, Route, json_response
from carriers.sandbox.world import World

PROVIDER = "amazon_shipping_v2"
CONFIRMATION = "value_added_service__VAS_GROUP_ID_CONFIRMATION"
# What the confirmation group of a carrier offers; a carrier that is not here lists no options.
CONFIRMATIONS = {"USPS": "DELIVERY_CONFIRMATION", "UPS": "NO_CONFIRMATION"}
QUOTE = "veeqo.quote"
EXPIRED = "The rate has expired, please request rates again."
WRONG_SERVICES = (
    "InvalidRequestException, errorCode: INVALID_VALUE_ADDED_SERVICES, "
    "errorMessage: the value added services do not match the quote."
)
Body = dict[str, Any]


def rates(world: World, request: Request) -> Response:
    """`unavailable` is filled when that is asked for."""
    allocation = need("allocation", world, request.params["allocation_id"])
    order = need("order", world, allocation["order_id"])
    offers = _offers(world, allocation, order)
    expires = world.clock.now() + timedelta(minutes=world.options.veeqo_rate_minutes)
    quote_id = _keep_quote(world, allocation, offers, expires)
    available = [_rate(allocation, offer, quote_id, stamp(expires)) for offer in offers]
    wants_all = request.first("format_with_unavailable_quotes") == "true"
    unavailable = _unavailable(_parcel(world, allocation, order), quote_id) if wants_all else []
    return json_response(
        200, {"available": available, "unavailable": unavailable, "linked_accounts": []}
    )


def older_rates(world: World, request: Request) -> Response:
    """The same at the address that it had before."""
    named = {"allocation_id": request.first("allocation_id")}
    return rates(world, request.with_params(named))


def _keep_quote(
    world: World, allocation: Body, offers: list[PricedService], expires: datetime
) -> str:
    """One id for all rates of a request; what it says holds until it expires."""
    with world.store.transaction():
        _drop_expired(world, allocation)
        quote_id = f"prb{world.store.next_number(QUOTE, 0x5C1A0001):x}"
        quote = {
            "id": quote_id,
            "expires_at": stamp(expires),
            "package": allocation["package"],
            "prices": {rate_name(allocation, offer): str(offer.price) for offer in offers},
        }
        world.store.insert(QUOTE, quote_id, quote, parent=str(allocation["id"]))
    return quote_id


def _drop_expired(world: World, allocation: Body) -> None:
    now = stamp(world.clock.now())
    for quote in world.store.children(QUOTE, parent=str(allocation["id"])):
        if quote["expires_at"] < now:
            world.store.delete(QUOTE, quote["id"])


def _unavailable(parcel: ParcelFacts, quote_id: str) -> list[Body]:
    told = [(service, reason_against(service, parcel)) for service in SERVICES]
    return [
        {
            "remote_shipment_id": quote_id,
            "title": service.name,
            "sub_carrier_id": service.carrier.upper(),
            "service_carrier": service.carrier.lower(),
            "unavailable_reasons": [{"message": reason}],
        }
        for service, reason in told
        if reason
    ]


def offer_for(world: World, allocation: Body, order: Body, request: Request) -> PricedService:
    """What a purchase asks for, at the price of its quote; refuses what does not fit."""
    given = request.json()["shipment"]
    offers = _offers(world, allocation, order)
    quotes = world.store.children(QUOTE, parent=str(allocation["id"]))
    quote = next((q for q in quotes if q["id"] == given["remote_shipment_id"]), None)
    if quote is None:
        raise refusal(400, ["The quote does not belong to this allocation."])
    named = {rate_name(allocation, offer): offer for offer in offers}
    offer = named.get(str(given["service_type"]))
    is_fresh = quote["expires_at"] >= stamp(world.clock.now())
    if offer is None or not is_fresh or quote["package"] != allocation["package"]:
        raise refusal(400, [EXPIRED])
    if not has_fitting_extras(offer, given):
        raise refusal(400, [WRONG_SERVICES])
    price = Decimal(quote["prices"][str(given["service_type"])])
    return replace(offer, price=price_now(price, request))


def has_fitting_extras(offer: PricedService, given: Body) -> bool:
    """One key for each group that the rate lists, and none where it lists none."""
    wanted = CONFIRMATIONS.get(offer.service.carrier.upper())
    sent = {k: v for k, v in given.items() if k.startswith("value_added_service__")}
    return sent == ({CONFIRMATION: wanted} if wanted else {})


def price_now(price: Decimal, request: Request) -> Decimal:
    """As quoted, or risen where a fault says so."""
    if request.effect != "price_changed":
        return price
    return (price * PRICE_RISE).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _offers(world: World, allocation: Body, order: Body) -> list[PricedService]:
    if allocation["shipment"]:
        raise refusal(400, "This allocation is already shipped")
    if not order["deliver_to"]:
        raise refusal(400, "Order must have a destination address.")
    package = allocation["package"]
    if package_grams(package) <= 0:
        raise _bad_parcel("weight", "Weight attribute should be greater than zero")
    return priced_services(_parcel(world, allocation, order))


def _bad_parcel(field: str, message: str) -> Refusal:
    """The refusal is a JSON document inside a text."""
    code = f"parcel.{field}_invalid"
    errors = [{"resource": "parcel", "field": field, "message": message, "code": code}]
    inner = json.dumps({"message": "Validation error", "errors": errors})
    body = {"available": [], "unavailable": [], "linked_accounts": [], "hazmat": False}
    return Refusal(json_response(400, body | {"error_messages": [inner]}))


def _parcel(world: World, allocation: Body, order: Body) -> ParcelFacts:
    warehouse = need("warehouse", world, allocation["warehouse_id"])
    to = order["deliver_to"]
    length, width, height = package_cm(allocation["package"])
    return ParcelFacts(
        weight_g=package_grams(allocation["package"]),
        length_cm=length,
        width_cm=width,
        height_cm=height,
        from_country=warehouse["country"],
        from_region=warehouse["region"],
        to_country=to["country"] or "",
        to_region=to["state"] or "",
        to_postcode=to["zip"] or "",
    )


def _rate(allocation: Body, offer: PricedService, quote_id: str, expires: str) -> Body:
    """`name` is stable for an allocation and service; the id of the quote is one for all."""
    price, symbol = f"{offer.price:.2f}", "£" if offer.currency == "GBP" else "$"
    carrier = offer.service.carrier.upper()
    return shaped(
        "rate",
        carrier=PROVIDER,
        name=rate_name(allocation, offer),
        title=offer.service.name,
        short_title=offer.service.name,
        title_with_price=f"{offer.service.name} - {symbol}{price}",
        total_net_charge=price,
        total_gross_charge=price,
        base_rate=price,
        charges=charges(offer),
        currency=symbol,
        weight=f"{package_grams(allocation['package']):.2f}",
        remote_shipment_id=quote_id,
        expected_delivery_days=offer.days,
        sub_carrier_id=carrier,
        service_carrier=carrier.lower(),
        shipping_service_options=extras_on_offer(carrier),
        expires_at=expires,
        service_id=offer.service.code,
    )


def charges(offer: PricedService) -> list[Body]:
    symbol = "£" if offer.currency == "GBP" else "$"
    base = {
        "price": f"{symbol}{offer.price:.2f}",
        "charge_id": "BASE_RATE",
        "charge_title": "Base Rate",
        "charge_type": "MANDATORY",
    }
    return [base]


def rate_name(allocation: Body, offer: PricedService) -> str:
    return f"{PROVIDER}-{uuid5(NAMESPACE_OID, str(allocation['id']) + offer.service.code)}"


def extras_on_offer(carrier: str) -> list[Body] | None:
    """None is not the same as an empty list: then no key may be sent at all."""
    if carrier not in CONFIRMATIONS:
        return None
    value = {
        "value": CONFIRMATIONS[carrier],
        "label": CONFIRMATIONS[carrier].replace("_", " ").capitalize(),
        "price": 0,
        "currency": "USD",
    }
    confirmation = {
        "key": CONFIRMATION,
        "label": "Confirmation",
        "type": "select",
        "multiple": False,
        "values": [value],
        "validation": None,
        "unit": None,
        "default": None,
    }
    insurance = confirmation | {
        "key": "liability_amount",
        "label": "Insurance",
        "type": "number",
        "values": [],
        "validation": {"min": 100, "max": 5000},
        "unit": "USD",
    }
    return [confirmation, insurance]


ROUTES = (
    Route("GET", "/shipping/rates/{allocation_id}", rates),
    Route("GET", "/shipping/quotes/amazon_shipping_v2", older_rates),
)
