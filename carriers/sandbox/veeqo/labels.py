"""The file of a label, where its parcel is, and the list of all that were sold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from carriers.sandbox.documents import LabelFacts, label_jpeg, label_pdf, label_png, label_zpl
from carriers.sandbox.tracking import scans_until
from carriers.sandbox.veeqo.buying import OUTSIDE
from carriers.sandbox.veeqo.values import need, not_found
from carriers.sandbox.wire import Request, Response, Route, json_response
from carriers.sandbox.world import World

Body = dict[str, Any]


def label_file(world: World, request: Request) -> Response:
    """The file, or without a format only a count in JSON. Of images only the first is sent."""
    kind = request.params.get("ext") or request.first("format")
    labels = [need("label", world, pk) for pk in request.many("shipment_ids")]
    if not labels or any(label["voided_at"] for label in labels):
        raise not_found("label", world)
    if not kind:
        return json_response(200, {"labels_count": len(labels)})
    facts = [_label_facts(world, label) for label in labels]
    match kind:
        case "pdf":
            return _file(label_pdf(*facts), "application/pdf")
        case "png":
            return _file(label_png(facts[0]), "image/png")
        case "jpeg":
            return _file(label_jpeg(facts[0]), "image/jpeg")
        case "zpl":
            return _file(b"".join(map(label_zpl, facts)), "application/zpl")
    raise not_found("label", world)


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


def tracking(world: World, request: Request) -> Response:
    """Oldest first; nothing for a shipment that was made elsewhere."""
    pk = request.params["shipment_id"]
    if world.store.get(f"veeqo.{OUTSIDE}", pk):
        return json_response(200, [])
    label = need("label", world, pk)
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
            "cost": label["cost"],
            "currency": label["currency"],
            "state": "voided" if label["voided_at"] else "bought",
            "bought_at": label["bought_at"],
        }
        for label in world.store.each("veeqo.label")
    ]


ROUTES = (
    Route("GET", "/shipping/labels", label_file),
    Route("GET", "/shipping/labels.{ext}", label_file),
    Route("GET", "/shipping/tracking_events/{shipment_id}", tracking),
)
