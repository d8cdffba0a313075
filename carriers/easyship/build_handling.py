"""Ours → Easyship's JSON for pickups, manifests, webhooks and foreign parcels. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carriers.contracts import ForeignParcel, PickupRequest
from carriers.easyship.build import destination_address

WEBHOOK_VERSION = "2024-09"


def pickup_body(request: PickupRequest) -> dict[str, Any]:
    """POST /pickups: by slot, or by both times."""
    body: dict[str, Any] = {
        "courier_service_id": request.service_ref,
        "selected_date": request.day.isoformat(),
        "easyship_shipment_ids": list(request.platform_refs),
    }
    if request.slot_ref:
        body["time_slot_id"] = request.slot_ref
    else:
        body["selected_from_time"] = request.from_time
        body["selected_to_time"] = request.to_time
    return body


def manifest_body(courier_ref: str, platform_refs: Sequence[str]) -> dict[str, Any]:
    """POST /manifests; USPS is refused without the shipments."""
    body: dict[str, Any] = {"courier_id": courier_ref}
    if platform_refs:
        body["shipment_ids"] = list(platform_refs)
    return body


def webhook_body(url: str, event_types: Sequence[str]) -> dict[str, Any]:
    """POST /webhooks; without a version it is not documented which schema is taken."""
    return {"endpoint": url, "event_types": list(event_types), "version": WEBHOOK_VERSION}


def webhook_test_body(event_type: str) -> dict[str, Any]:
    return {"event_type": event_type, "version": WEBHOOK_VERSION}


def foreign_parcel_body(parcel: ForeignParcel) -> dict[str, Any]:
    """POST /trackings: a number that was not bought here."""
    return {
        "tracking_number": parcel.tracking_number,
        "courier_service_id": parcel.service_ref,
        "platform_order_number": parcel.reference,
        "origin_address_id": parcel.origin_address_ref,
        "destination_address": destination_address(parcel.ship_to),
        "items": [
            {"description": description, "quantity": quantity}
            for description, quantity in parcel.contents
        ],
    }
