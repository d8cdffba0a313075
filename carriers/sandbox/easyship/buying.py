"""Labels of a shipment: paying, making, showing, refunding them, and where the parcel is."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from carriers.sandbox.documents import LabelFacts, label_pdf, label_zpl
from carriers.sandbox.easyship.answers import page, refused
from carriers.sandbox.easyship.rating import find_service
from carriers.sandbox.shipping import tracking_number
from carriers.sandbox.tracking import Scan, scans_until
from carriers.sandbox.wire import Request, Response
from carriers.sandbox.world import World

KIND = "easyship.shipment"
# A label for this recipient is refused by the carrier, for trying out what follows.
REFUSED_NAME = "Label Refused"
FORMATS = {"url": "url", "pdf": "pdf", "png": "pdf", "zpl": "zpl"}
STATUS_OF_SCAN = {
    "awaiting_collection": ("Tracking Info Received", "info_received"),
    "in_transit": ("In Transit to Customer", "in_transit_to_customer"),
    "out_for_delivery": ("Out for Delivery", "out_for_delivery"),
    "delivered": ("Delivered", "delivered"),
}
ISO3 = {"US": "USA", "GB": "GBR", "CA": "CAN", "DE": "DEU", "FR": "FRA", "IE": "IRL", "PH": "PHL"}
Body = dict[str, Any]


def buy(world: World, shipment: Body, *, synchronous: bool) -> list[str]:
    """Pay and make the label; returns the carrier's words when it refuses."""
    pay(world, shipment)
    now = world.clock.now()
    shipment["label_paid_at"] = _stamp(now)
    if shipment["destination_address"]["contact_name"] == REFUSED_NAME:
        refund(world, shipment)
        content = "Invalid address provided for Receiver Address"
        failure = {"code": "1019000", "content": content}
        shipment |= {"label_state": "failed", "last_failure_http_response_messages": [failure]}
        return [content]
    shipment["label_state"] = "pending"
    if synchronous:
        _make(world, shipment, now)
    return []


def caught_up(world: World, shipment: Body) -> Body:
    """An asynchronous label is ready once its time has come."""
    if shipment["label_state"] in ("pending", "generating"):
        ready = datetime.fromisoformat(shipment["label_paid_at"]) + timedelta(
            seconds=world.options.easyship_label_seconds
        )
        shipment["label_state"] = "generating"
        if world.clock.now() >= ready:
            with world.store.transaction():
                _make(world, shipment, ready)
                world.store.save(KIND, shipment["easyship_shipment_id"], shipment)
    return shipment


def _make(world: World, shipment: Body, at: datetime) -> None:
    carrier = shipment["courier_service"]["umbrella_name"]
    number = tracking_number(carrier, world.store.next_number("easyship.tracking", 80000001))
    shipment |= {
        "label_state": "generated",
        "label_generated_at": _stamp(at),
        "updated_at": _stamp(at),
        "delivery_state": "pending",
        "last_failure_http_response_messages": [],
        "trackings": [
            {
                "tracking_number": number,
                "local_tracking_number": None,
                "alternate_tracking_number": None,
                "leg_number": 1,
                "handler": carrier.lower(),
                "tracking_state": "active",
            }
        ],
    }
    shipment["parcels"][0]["tracking_number"] = number
    label = {"id": str(uuid4()), "shipment_id": shipment["easyship_shipment_id"], "number": number}
    label |= {
        "cost": str(charge_of(shipment)),
        "currency": shipment["currency"],
        "carrier": carrier,
        "service": shipment["courier_service"]["name"],
        "reference": shipment["order_data"]["platform_order_number"],
        "bought_at": _stamp(at),
    }
    world.store.insert("easyship.label", label["id"], label)


def charge_of(shipment: Body) -> Decimal:
    wanted = shipment["courier_service"]["id"]
    for entry in shipment["rates"]:
        if entry["courier_service"]["id"] == wanted:
            return Decimal(str(entry["total_charge"]))
    return Decimal(0)


def pay(world: World, shipment: Body) -> None:
    """Take the charge from the balance; 402 when it does not hold so much."""
    account = world.store.get("easyship.account", "main") or {}
    charge = charge_of(shipment)
    if Decimal(account["balance"]) < charge:
        raise refused(
            "payment_required",
            "We were unable to generate a label as you do not have enough funds on your account.",
        )
    _book(world, account, shipment, -charge, "Shipment charge")


def refund(world: World, shipment: Body) -> None:
    account = world.store.get("easyship.account", "main") or {}
    _book(world, account, shipment, charge_of(shipment), "Refund after Cancellation")


def _book(world: World, account: Body, shipment: Body, amount: Decimal, reason: str) -> None:
    account["balance"] = str(Decimal(account["balance"]) + amount)
    world.store.save("easyship.account", "main", account)
    record = {
        "id": str(uuid4()),
        "easyship_shipment_id": shipment["easyship_shipment_id"],
        "amount": str(amount),
        "currency": shipment["currency"],
        "type": reason,
        "created_at": _stamp(world.clock.now()),
    }
    world.store.insert(
        "easyship.transaction", record["id"], record, parent=shipment["easyship_shipment_id"]
    )


def rendered(world: World, shipment: Body, request: Request) -> Body:
    """The shipment as answered: its documents in the wanted format, nothing of ours."""
    shown = {
        key: value for key, value in shipment.items() if key not in ("printing", "document_id")
    }
    shown["delivery_state"] = _delivery_state(world, shipment)
    if shipment["label_state"] in ("generated", "printed"):
        shown["shipping_documents"] = [_document(world, shipment, request)]
    return shown


def _delivery_state(world: World, shipment: Body) -> str:
    scans = _scans(world, shipment)
    state: str = shipment["delivery_state"]
    return STATUS_OF_SCAN[scans[-1].status][1] if scans else state


def _document(world: World, shipment: Body, request: Request) -> Body:
    wanted = (request.first("format") or shipment["printing"].get("format") or "url").lower()
    kind = FORMATS.get(wanted, "url")
    size = request.first("label") or shipment["printing"].get("label") or "4x6"
    path = f"shipment/v1/shipments/{shipment['document_id']}/shipping_documents/label"
    content = {"pdf": label_pdf, "zpl": label_zpl}.get(kind)
    pages = [base64.b64encode(content(facts_of(shipment))).decode()] if content else []
    return {
        "category": "label",
        "required": True,
        "format": kind,
        "page_size": size.lower(),
        "base64_encoded_strings": pages,
        "url": f"{world.base_url}/2024-09/{path}?page_size={size.lower()}",
    }


def facts_of(shipment: Body) -> LabelFacts:
    origin, to = shipment["origin_address"], shipment["destination_address"]
    return LabelFacts(
        carrier=shipment["courier_service"]["umbrella_name"],
        service=shipment["courier_service"]["name"],
        tracking_number=shipment["trackings"][0]["tracking_number"],
        reference=str(shipment["order_data"]["platform_order_number"] or ""),
        weight_g=shipment["parcels"][0]["total_actual_weight"] * 1000,
        ship_from=_lines(origin),
        ship_to=_lines(to),
    )


def _lines(address: Body) -> tuple[str, ...]:
    place = (address["city"], address["state"], address["postal_code"])
    return (
        address["contact_name"] or "",
        address["company_name"] or "",
        address["line_1"] or "",
        address["line_2"] or "",
        " ".join(part for part in place if part),
        address["country_alpha2"] or "",
    )


def trackings(world: World, request: Request) -> Response:
    """Own shipments with their checkpoints, newest first, when those are asked for."""
    wanted = request.many("easyship_shipment_id")
    numbers = request.many("platform_order_number")
    found = [
        shipment
        for shipment in world.store.each(KIND, newest_first=True)
        if (not wanted or shipment["easyship_shipment_id"] in wanted)
        and (not numbers or shipment["order_data"]["platform_order_number"] in numbers)
    ]
    with_checkpoints = request.first("include_checkpoints") == "true"
    rows = [_tracking(world, shipment, with_checkpoints) for shipment in found]
    return page(request, "shipments", rows)


def _tracking(world: World, shipment: Body, with_checkpoints: bool) -> Body:
    scans = _scans(world, shipment)
    status = STATUS_OF_SCAN[scans[-1].status][0] if scans else "Created"
    checkpoints = [
        _checkpoint(shipment, number, scan) for number, scan in enumerate(scans, start=101)
    ]
    return {
        "easyship_shipment_id": shipment["easyship_shipment_id"],
        "platform_order_number": shipment["order_data"]["platform_order_number"],
        "origin_country_alpha2": shipment["origin_address"]["country_alpha2"],
        "destination_country_alpha2": shipment["destination_address"]["country_alpha2"],
        "status": "Cancelled" if shipment["shipment_state"] == "cancelled" else status,
        "tracking_page_url": shipment["tracking_page_url"],
        "eta_date": None,
        "trackings": shipment["trackings"],
        "checkpoints": checkpoints[::-1] if with_checkpoints else None,
    }


def _checkpoint(shipment: Body, number: int, scan: Scan) -> Body:
    side = "origin_address" if scan.end == "from" else "destination_address"
    place = shipment[side]
    country = place["country_alpha2"]
    return {
        "order_number": number,
        "handler": shipment["trackings"][0]["handler"].capitalize(),
        "message": scan.description,
        "location": None
        if scan.status == "awaiting_collection"
        else f"{place['city']}, {place['postal_code'] or ''}, {ISO3.get(country, country)}",
        "city": place["city"],
        "country_name": country,
        "country_iso3": ISO3.get(country, country),
        "state": place["state"],
        "postal_code": place["postal_code"],
        "checkpoint_time": scan.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "primary_status": STATUS_OF_SCAN[scan.status][0],
    }


def _scans(world: World, shipment: Body) -> list[Scan]:
    service = find_service((shipment["courier_service"] or {}).get("id", ""))
    if shipment["label_state"] not in ("generated", "printed") or service is None:
        return []
    return scans_until(
        bought_at=datetime.fromisoformat(shipment["label_generated_at"]),
        days=service.days,
        now=world.clock.now(),
        speed=world.options.tracking_speed,
    )


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
