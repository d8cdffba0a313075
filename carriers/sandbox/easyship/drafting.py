"""What was asked for → a shipment as the platform holds it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from carriers.sandbox.easyship.rating import (
    CENTIMETRES,
    GRAMS,
    courier_service,
    offers,
    rates,
    service_id,
    shaped,
)
from carriers.sandbox.shipping import PricedService
from carriers.sandbox.world import World

Body = dict[str, Any]
ORIGIN_ANSWER = (
    "line_1", "line_2", "state", "city", "postal_code", "country_alpha2", "company_name",
    "contact_name", "contact_phone", "contact_email",
)  # fmt: skip
# Keys of an address in an answer that may be null; the others are empty text.
NULLABLE = ("line_2", "company_name", "delivery_instructions")
AS_SENT = ("metadata", "set_as_residential", "consignee_tax_id", "eei_reference", "return")
MERGED = ("order_data", "regulatory_identifiers", "buyer_regulatory_identifiers")
ITEM_AS_SENT = (
    "description", "category", "sku", "quantity", "platform_product_id", "origin_country_alpha2",
    "manufacturer_part_number", "global_trade_item_number", "contains_battery_pi966",
    "contains_battery_pi967", "contains_liquids", "declared_currency", "declared_customs_value",
)  # fmt: skip


def stamp(moment: datetime) -> str:
    """ISO 8601 UTC to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def document_url(world: World, shipment: Body, category: str, size: str) -> str:
    """Documents lie under an id of their own."""
    path = f"shipment/v1/shipments/{shipment['document_id']}/shipping_documents/{category}"
    return f"{world.base_url}/2024-09/{path}?page_size={size}"


def new_shipment(world: World, asked: Body) -> Body:
    """Identified by the country it goes to; `asked` stays with it for later changes."""
    number = world.store.next_number("easyship.shipment", 40551001)
    pk = f"ES{asked['destination_address']['country_alpha2']}{number}"
    at = stamp(world.clock.now())
    shipment = shaped(
        "shipment",
        easyship_shipment_id=pk,
        created_at=at,
        trackings=[],
        tracking_page_url=f"https://www.trackmyshipment.co/shipment-tracking/{pk}",
        shipping_documents=[],
        document_id=str(uuid4()),
        printing=(asked.get("shipping_settings") or {}).get("printing_options") or {},
    )
    return shipment | described(world, asked) | {"updated_at": at}


def described(world: World, asked: Body) -> Body:
    """Everything of a shipment that follows from what was asked for."""
    _identify(asked)
    origin = _address(asked["origin_address"])
    found = _offers(world, asked)
    told: Body = {
        "asked": asked,
        "origin_address": origin,
        "sender_address": _address(asked.get("sender_address") or origin),
        "return_address": _address(asked.get("return_address") or origin),
        "destination_address": _destination(asked["destination_address"]),
        "incoterms": asked.get("incoterms") or "DDU",
        "parcels": [_parcel(asked, parcel) for parcel in asked["parcels"]],
        "currency": found[0].currency if found else "USD",
        "courier_service": courier_service(found[0].service) if found else None,
        "rates": [_rate_inside(entry) for entry in rates(found)],
        "insurance": _insurance(asked, found),
    }
    blank = shaped("shipment")
    told |= {name: blank[name] | (asked.get(name) or {}) for name in MERGED}
    return told | {name: asked[name] for name in AS_SENT if name in asked}


def _identify(asked: Body) -> None:
    """Parcels and items have ids, by which a later change can mean them."""
    for parcel in asked["parcels"]:
        parcel.setdefault("id", str(uuid4()))
        for item in parcel["items"]:
            item.setdefault("id", str(uuid4()))


def _offers(world: World, asked: Body) -> list[PricedService]:
    """With a service asked for only that one, unless another may stand in for it."""
    found = offers(world, asked)
    settings = asked.get("courier_settings") or {}
    chosen = settings.get("courier_service_id")
    if not chosen:
        return found
    wanted = [offer for offer in found if service_id(offer.service) == chosen]
    return wanted or (found if settings.get("allow_fallback") else [])


def _rate_inside(entry: Body) -> Body:
    """The rates inside a shipment leave these out."""
    return entry | dict.fromkeys(("rates_in_origin_currency", "description", "full_description"))


def _insurance(asked: Body, found: list[PricedService]) -> Body:
    """The amount defaults to what the goods and the carriage cost."""
    given = asked.get("insurance") or {}
    items = [item for parcel in asked["parcels"] for item in parcel["items"]]
    value = sum(item["declared_customs_value"] * item.get("quantity", 1) for item in items)
    cost = float(found[0].price) if found else 0.0
    return {
        "is_insured": False,
        "insured_amount": round(value + cost, 2),
        "insured_currency": found[0].currency if found else "USD",
    } | given


def _address(given: Body) -> Body:
    return {
        name: given.get(name) or (None if name in (*NULLABLE, "postal_code") else "")
        for name in ORIGIN_ANSWER
    }


def _destination(given: Body) -> Body:
    """The phone comes back without dashes and blanks."""
    told: Body = {
        name: given.get(name) or (None if name in (*NULLABLE, "state") else "")
        for name in (*ORIGIN_ANSWER, "delivery_instructions")
    }
    told["contact_phone"] = "".join(c for c in told["contact_phone"] if c.isdigit() or c == "+")
    return told


def _parcel(asked: Body, parcel: Body) -> Body:
    """Answers are in kilograms and centimetres whatever the request was in."""
    units = (asked.get("shipping_settings") or {}).get("units") or {}
    to_kg = GRAMS[units.get("weight", "kg")] / 1000
    to_cm = CENTIMETRES[units.get("dimensions", "cm")]
    box = shaped("box") | {"outer_dimensions": _scaled(parcel.get("box") or {}, to_cm)}
    items = [_item(item, to_kg, to_cm) for item in parcel["items"]]
    own_weight = sum(item["actual_weight"] * item["quantity"] for item in items)
    given = parcel.get("total_actual_weight")
    return {
        "id": parcel["id"],
        "total_actual_weight": round(given * to_kg if given else own_weight, 4),
        "box": box,
        "items": items,
        "tracking_number": None,
    }


def _item(item: Body, to_kg: float, to_cm: float) -> Body:
    hs_code = item.get("hs_code")
    kept = {name: item[name] for name in ITEM_AS_SENT if name in item}
    return shaped(
        "item",
        id=item["id"],
        hs_code=hs_code.ljust(8, "0") if hs_code else None,
        dimensions=_scaled(item.get("dimensions") or {}, to_cm),
        actual_weight=round(item.get("actual_weight", 0) * to_kg, 4),
        origin_currency=item["declared_currency"],
        origin_customs_value=item["declared_customs_value"],
        **kept,
    )


def _scaled(size: Body, factor: float) -> Body:
    return {side: round(size.get(side, 0) * factor, 2) for side in ("length", "width", "height")}
