"""Courier services of the account, and what they cost for a parcel."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from carriers.sandbox.shipping import (
    DOMESTIC,
    SERVICES,
    ParcelFacts,
    PricedService,
    Service,
    priced_services,
    reason_against,
)
from carriers.sandbox.world import World

SHAPES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "shapes.json").read_text(encoding="utf-8")
)
GRAMS = {"kg": 1000.0, "g": 1.0, "lb": 453.59237, "oz": 28.349523125}
CENTIMETRES = {"cm": 1.0, "in": 2.54}
Body = dict[str, Any]


def shaped(name: str, /, **values: Any) -> Body:
    return copy.deepcopy(SHAPES[name]) | values


def service_id(service: Service) -> str:
    return str(uuid5(NAMESPACE_DNS, f"service.{service.code}.sandbox.example"))


def courier_service(service: Service) -> Body:
    """As it stands inside a shipment or a rate."""
    return {
        "id": service_id(service),
        "name": service.name,
        "courier_id": str(uuid5(NAMESPACE_DNS, f"courier.{service.carrier}.sandbox.example")),
        "umbrella_name": service.carrier,
        "easyship_courier_service": True,
    }


def listed_service(service: Service) -> Body:
    """As it stands in the list of services, with all that it accepts."""
    is_domestic = service.scope == DOMESTIC
    return shaped(
        "courier_service",
        official_name=service.name,
        service_name=service.name.removeprefix(f"{service.carrier} "),
        logo_url=service.carrier.lower(),
        courier_logo_url=f"https://logos.example/{service.carrier.lower()}.png",
        domestic=is_domestic,
        international=not is_domestic,
        **courier_service(service),
    )


def find_service(wanted: str) -> Service | None:
    return next((service for service in SERVICES if service_id(service) == wanted), None)


def offers(world: World, body: Mapping[str, Any]) -> list[PricedService]:
    """Services that fit the request, cheapest first."""
    if world.options.easyship_no_solutions or _are_too_many(world, body):
        return []
    return priced_services(*_facts(body))


def _are_too_many(world: World, body: Mapping[str, Any]) -> bool:
    """The live sandbox was seen to rate no shipment of several parcels."""
    return len(body["parcels"]) > 1 and world.options.easyship_several_parcels == "refuse"


def refusals(world: World, body: Mapping[str, Any]) -> list[Body]:
    """Services that do not fit, each with its reason."""
    facts = _facts(body)
    many = "Shipments of several parcels are not supported." if _are_too_many(world, body) else ""
    told = [(service, reason_against(service, *facts) or many) for service in SERVICES]
    return [
        {"id": service_id(service), "name": service.name, "message": reason}
        for service, reason in told
        if reason
    ]


def _facts(body: Mapping[str, Any]) -> list[ParcelFacts]:
    return [_parcel_facts(body, parcel) for parcel in body["parcels"]]


def _parcel_facts(body: Mapping[str, Any], parcel: Mapping[str, Any]) -> ParcelFacts:
    """A parcel in grams and centimetres, from whatever units it came in."""
    units = (body.get("shipping_settings") or {}).get("units") or {}
    grams = GRAMS[units.get("weight", "kg")]
    cm = CENTIMETRES[units.get("dimensions", "cm")]
    box = parcel.get("box") or parcel["items"][0].get("dimensions") or {}
    origin, destination = body["origin_address"], body["destination_address"]
    return ParcelFacts(
        weight_g=_weight(parcel) * grams,
        length_cm=float(box.get("length") or 10) * cm,
        width_cm=float(box.get("width") or 10) * cm,
        height_cm=float(box.get("height") or 10) * cm,
        from_country=origin.get("country_alpha2") or "US",
        from_region=origin.get("state") or "",
        to_country=destination.get("country_alpha2") or "",
        to_region=destination.get("state") or "",
        to_postcode=destination.get("postal_code") or "",
    )


def _weight(parcel: Mapping[str, Any]) -> float:
    if parcel.get("total_actual_weight"):
        return float(parcel["total_actual_weight"])
    return float(sum(i["actual_weight"] * i.get("quantity", 1) for i in parcel["items"]))


def rate(offer: PricedService, rank: int, speed_rank: int) -> Body:
    """A rate; the list is ordered by value for money, which here is the price."""
    price = float(offer.price)
    fuel = float((offer.price * Decimal("0.12")).quantize(Decimal("0.01")))
    amounts = {
        "shipment_charge": round(price - fuel, 2),
        "fuel_surcharge": fuel,
        "shipment_charge_total": price,
        "total_charge": price,
    }
    entry = shaped(
        "rate",
        courier_service=courier_service(offer.service) | {"logo": None},
        min_delivery_time=max(1, offer.days - 1),
        max_delivery_time=offer.days,
        value_for_money_rank=float(rank),
        cost_rank=float(rank),
        delivery_time_rank=float(speed_rank),
        currency=offer.currency,
        description="No additional taxes to be paid at delivery",
        full_description=f"{offer.service.name} ({offer.days} working days)",
        **amounts,
    )
    entry["rates_in_origin_currency"] |= amounts | {"currency": offer.currency}
    return entry


def rates(found: list[PricedService]) -> list[Body]:
    """Services that take as long as each other share a rank."""
    speeds = sorted({offer.days for offer in found})
    return [
        rate(offer, rank, speeds.index(offer.days) + 1) for rank, offer in enumerate(found, start=1)
    ]
