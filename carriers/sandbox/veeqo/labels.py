"""Rates, the purchase of a label, its file, its void, and where the parcel is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from carriers.sandbox.documents import LabelFacts, label_pdf, label_zpl
from carriers.sandbox.shipping import (
    ParcelFacts,
    PricedService,
    priced_services,
    tracking_number,
)
from carriers.sandbox.tracking import scans_until
from carriers.sandbox.veeqo import objects, stock
from carriers.sandbox.veeqo.allocating import package_cm, package_grams, settle_status
from carriers.sandbox.veeqo.values import (
    keep,
    need,
    not_found,
    now,
    refusal,
    shaped,
    stamp,
    whole_of,
    wrapped,
)
from carriers.sandbox.wire import Refusal, Request, Response, Route, json_response
from carriers.sandbox.world import World

PROVIDER = "amazon_shipping_v2"
CONFIRMATION = "value_added_service__VAS_GROUP_ID_CONFIRMATION"
# What the confirmation group of a carrier offers; a carrier that is not here lists no options.
CONFIRMATIONS = {"USPS": "DELIVERY_CONFIRMATION", "UPS": "NO_CONFIRMATION"}
NEEDED = (
    "allocation_id", "remote_shipment_id", "service_type", "sub_carrier_id", "total_net_charge",
    "base_rate",
)  # fmt: skip
Body = dict[str, Any]


def rates(world: World, request: Request) -> Response:
    allocation = need("allocation", world, request.params["allocation_id"])
    order = need("order", world, allocation["order_id"])
    offers = _offers(world, allocation, order)
    expires = stamp(world.clock.now() + timedelta(minutes=world.options.veeqo_rate_minutes))
    available = [_rate(allocation, offer, expires) for offer in offers]
    return json_response(200, {"available": available, "unavailable": [], "linked_accounts": []})


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


def _rate(allocation: Body, offer: PricedService, expires: str) -> Body:
    """`name` is stable for an allocation and service; `remote_shipment_id` is one for all."""
    price, symbol = f"{offer.price:.2f}", "£" if offer.currency == "GBP" else "$"
    carrier = offer.service.carrier.upper()
    charge = {
        "price": f"{symbol}{price}",
        "charge_id": "BASE_RATE",
        "charge_title": "Base Rate",
        "charge_type": "MANDATORY",
    }
    return shaped(
        "rate",
        carrier=PROVIDER,
        name=_rate_name(allocation, offer),
        title=offer.service.name,
        short_title=offer.service.name,
        title_with_price=f"{offer.service.name} - {symbol}{price}",
        total_net_charge=price,
        total_gross_charge=price,
        base_rate=price,
        charges=[charge],
        currency=symbol,
        weight=f"{package_grams(allocation['package']):.2f}",
        remote_shipment_id=_remote_id(allocation),
        expected_delivery_days=offer.days,
        sub_carrier_id=carrier,
        service_carrier=carrier.lower(),
        shipping_service_options=_options(carrier),
        expires_at=expires,
        service_id=offer.service.code,
    )


def _rate_name(allocation: Body, offer: PricedService) -> str:
    return f"{PROVIDER}-{uuid5(NAMESPACE_OID, str(allocation['id']) + offer.service.code)}"


def _remote_id(allocation: Body) -> str:
    return f"prb{allocation['id']:x}"


def _options(carrier: str) -> list[Body] | None:
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


def buy(world: World, request: Request) -> Response:
    """200 with the label. Everything the rate asked for must come back."""
    given = wrapped(request, "shipment")
    missing = [name for name in NEEDED if not given.get(name)]
    if missing:
        raise refusal(400, [f"{name} is missing" for name in missing])
    allocation = need("allocation", world, whole_of(given["allocation_id"]))
    order = need("order", world, allocation["order_id"])
    if allocation["shipment"] and world.options.veeqo_second_purchase == "allow":
        allocation["shipment"] = None
    offer = _offer_for(world, allocation, order, given)
    shipment = _ship(world, allocation, order, offer)
    settle_status(world, order)
    return json_response(200, _purchase_answer(world, shipment))


def _offer_for(world: World, allocation: Body, order: Body, given: Body) -> PricedService:
    if given["remote_shipment_id"] != _remote_id(allocation):
        raise refusal(400, ["The quote does not belong to this allocation."])
    offers = _offers(world, allocation, order)
    named = {_rate_name(allocation, offer): offer for offer in offers}
    offer = named.get(given["service_type"])
    if offer is None:
        raise refusal(400, ["The rate has expired, please request rates again."])
    wanted = CONFIRMATIONS.get(offer.service.carrier.upper())
    sent = {k: v for k, v in given.items() if k.startswith("value_added_service__")}
    if sent != ({CONFIRMATION: wanted} if wanted else {}):
        raise refusal(
            400,
            [
                "InvalidRequestException, errorCode: INVALID_VALUE_ADDED_SERVICES, "
                "errorMessage: the value added services do not match the quote."
            ],
        )
    return offer


def _ship(world: World, allocation: Body, order: Body, offer: PricedService) -> Body:
    pk = world.store.next_number("veeqo.shipment", 7420001)
    number = tracking_number(offer.service.carrier, pk)
    at = now(world)
    shipment = shaped(
        "shipment",
        id=pk,
        created_at=at,
        updated_at=at,
        allocation_id=allocation["id"],
        order_id=order["id"],
        weight=round(package_grams(allocation["package"]), 2),
        service_type=_rate_name(allocation, offer),
        service_name=offer.service.name,
        service_carrier_name=offer.service.carrier.lower(),
        sub_carrier_id=offer.service.carrier.upper(),
        tracking_url=f"https://tracking.example/{number}",
        label_url=f"/shipping/labels?shipment_ids[]={pk}",
        tracking_number={"id": pk + 23_000_000, "tracking_number": number, "status": "created"},
        outbound_label_charges={"unit": offer.currency, "value": float(offer.price)},
    )
    allocation["shipment"] = shipment
    keep("allocation", world, allocation)
    world.store.insert("veeqo.label", str(pk), _label(allocation, order, offer, shipment, number))
    for line in allocation["lines"]:
        units = -line["quantity"]
        stock.shift(
            world, line["sellable_id"], allocation["warehouse_id"], allocated=units, physical=units
        )
    return shipment


def _label(
    allocation: Body, order: Body, offer: PricedService, shipment: Body, number: str
) -> Body:
    return {
        "id": shipment["id"],
        "reference": order["number"],
        "order_id": order["id"],
        "allocation_id": allocation["id"],
        "warehouse_id": allocation["warehouse_id"],
        "carrier": offer.service.carrier,
        "service": offer.service.name,
        "days": offer.days,
        "tracking_number": number,
        "cost": str(offer.price),
        "currency": offer.currency,
        "weight_g": shipment["weight"],
        "ship_to": order["deliver_to"],
        "bought_at": shipment["created_at"],
        "voided_at": None,
    }


def _purchase_answer(world: World, shipment: Body) -> Body:
    """Tracking number as object or text, label address sometimes left out, as seen live."""
    kept = ("id", "outbound_label_charges", "tracking_url", "label_url", "carrier_id")
    answer = {key: shipment[key] for key in (*kept, "allocation_id", "tracking_number")}
    mode = world.options.veeqo_tracking_number
    if mode == "string" or (mode == "alternate" and shipment["id"] % 2):
        answer["tracking_number"] = shipment["tracking_number"]["tracking_number"]
    if world.options.veeqo_label_url == "sometimes" and shipment["id"] % 2:
        del answer["label_url"]
    return answer


def label_file(world: World, request: Request) -> Response:
    """The file, or without a format only a count in JSON."""
    kind = request.params.get("ext") or request.first("format")
    labels = [need("label", world, pk) for pk in request.many("shipment_ids")]
    if not labels:
        raise not_found()
    if not kind:
        return json_response(200, {"labels_count": len(labels)})
    facts = _label_facts(world, labels[0])
    if kind == "zpl":
        return _file(label_zpl(facts), "application/zpl")
    if kind != "pdf":
        raise not_found()
    return _file(label_pdf(facts), "application/pdf")


def _file(content: bytes, media_type: str) -> Response:
    return Response(status=200, body=content, headers={"Content-Type": media_type})


def _label_facts(world: World, label: Body) -> LabelFacts:
    home = need("warehouse", world, label["warehouse_id"])
    to = {key: value or "" for key, value in label["ship_to"].items() if isinstance(value, str)}
    return LabelFacts(
        carrier=label["carrier"],
        service=label["service"],
        tracking_number=label["tracking_number"],
        reference=label["reference"],
        weight_g=label["weight_g"],
        ship_from=(
            home["name"],
            home["address_line_1"],
            f"{home['city']} {home['region']} {home['post_code']}",
            home["country"],
        ),
        ship_to=(
            f"{to.get('first_name', '')} {to.get('last_name', '')}".strip(),
            to.get("company", ""),
            to.get("address1", ""),
            to.get("address2", ""),
            f"{to.get('city', '')} {to.get('state', '')} {to.get('zip', '')}",
            to.get("country", ""),
        ),
    )


def void(world: World, request: Request) -> Response:
    """The shipment is gone and the order open again; 200 with the order, or 204."""
    label = need("label", world, request.params["shipment_id"])
    if label["voided_at"]:
        raise not_found()
    allocation = need("allocation", world, label["allocation_id"])
    order = need("order", world, label["order_id"])
    label["voided_at"] = now(world)
    keep("label", world, label)
    allocation["shipment"] = None
    keep("allocation", world, allocation)
    for line in allocation["lines"]:
        units = line["quantity"]
        stock.shift(
            world, line["sellable_id"], allocation["warehouse_id"], allocated=units, physical=units
        )
    settle_status(world, order)
    if world.options.veeqo_void_status == 204:
        return Response(status=204)
    return json_response(200, objects.order(world, order))


def tracking(world: World, request: Request) -> Response:
    label = need("label", world, request.params["shipment_id"])
    if label["voided_at"]:
        return json_response(200, [])
    home = need("warehouse", world, label["warehouse_id"])
    places = {
        "from": f"{home['city']}, {home['region']}, {home['country']}",
        "to": ", ".join(str(label["ship_to"][key] or "") for key in ("city", "state", "country")),
    }
    scans = scans_until(
        bought_at=datetime.fromisoformat(label["bought_at"]),
        days=label["days"],
        now=world.clock.now(),
        speed=world.options.tracking_speed,
    )
    events = [
        {
            "timestamp": scan.at.isoformat(timespec="seconds"),
            "description": scan.description,
            "detail": None,
            "location": None if scan.status == "awaiting_collection" else places[scan.end],
            "status": scan.status,
        }
        for scan in scans
    ]
    return json_response(200, events)


def ledger(world: World) -> list[Body]:
    """Every label ever sold, for the report."""
    return [
        {
            "platform": "veeqo",
            "reference": label["reference"],
            "booking_id": str(label["order_id"]),
            "shipment_id": str(label["id"]),
            "carrier": label["carrier"].upper(),
            "service": label["service"],
            "tracking_number": label["tracking_number"],
            "cost": str(Decimal(label["cost"])),
            "currency": label["currency"],
            "state": "voided" if label["voided_at"] else "bought",
            "bought_at": label["bought_at"],
        }
        for label in world.store.each("veeqo.label")
    ]


ROUTES = (
    Route("GET", "/shipping/rates/{allocation_id}", rates),
    Route("POST", "/shipping/shipments", buy),
    Route("GET", "/shipping/labels", label_file),
    Route("GET", "/shipping/labels.{ext}", label_file),
    Route("DELETE", "/shipments/{shipment_id}", void),
    Route("GET", "/shipping/tracking_events/{shipment_id}", tracking),
)
