"""Easyship calls about pickups, manifests, webhooks and parcels bought elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from carriers.client_base import nothing
from carriers.contracts import (
    ForeignParcel,
    ForeignTracking,
    Manifest,
    Page,
    Pickup,
    PickupRequest,
    PickupSlot,
    WebhookSubscription,
)
from carriers.easyship import build_handling, parse_handling
from carriers.easyship.calls import EasyshipCalls


class HandlingCalls(EasyshipCalls):
    def list_pickup_slots(
        self, service_ref: str, *, origin_address_ref: str
    ) -> tuple[PickupSlot, ...]:
        """Refused with 404 where the service does not collect."""
        path = f"/courier_services/{service_ref}/pickup_slots"
        params = [("origin_address_id", origin_address_ref)]
        return self._read("list_pickup_slots", path, parse_handling.pickup_slots, params)

    def create_pickup(self, request: PickupRequest) -> Pickup:
        """May cost a fee; a repeat asks for a second one."""
        body = build_handling.pickup_body(request)
        return self._write("create_pickup", "POST", "/pickups", parse_handling.pickup, body)

    def list_pickups(self, *, shipment_ref: str = "", page: int = 1) -> Page[Pickup]:
        params = [("shipment_id", shipment_ref)] if shipment_ref else []
        return self._page("list_pickups", "/pickups", parse_handling.pickups, page, params)

    def get_pickup(self, pickup_ref: str) -> Pickup:
        return self._read("get_pickup", f"/pickups/{pickup_ref}", parse_handling.pickup)

    def cancel_pickup(self, pickup_ref: str) -> None:
        self._write("cancel_pickup", "POST", f"/pickups/{pickup_ref}/cancel", nothing)

    def create_manifest(self, courier_ref: str, shipment_refs: Sequence[str]) -> Manifest:
        """Close the day for a courier account (`courier_ref`, not the service)."""
        body = build_handling.manifest_body(courier_ref, shipment_refs)
        return self._write("create_manifest", "POST", "/manifests", parse_handling.manifest, body)

    def list_manifests(self, *, page: int = 1) -> Page[Manifest]:
        return self._page("list_manifests", "/manifests", parse_handling.manifests, page)

    def create_webhook(self, url: str, event_types: Sequence[str]) -> WebhookSubscription:
        """Starts inactive."""
        body = build_handling.webhook_body(url, event_types)
        return self._write("create_webhook", "POST", "/webhooks", parse_handling.webhook, body)

    def list_webhooks(self, *, page: int = 1) -> Page[WebhookSubscription]:
        return self._page("list_webhooks", "/webhooks", parse_handling.webhooks, page)

    def activate_webhook(self, webhook_ref: str) -> None:
        self._write("activate_webhook", "POST", f"/webhooks/{webhook_ref}/activate", nothing)

    def deactivate_webhook(self, webhook_ref: str) -> None:
        self._write("deactivate_webhook", "POST", f"/webhooks/{webhook_ref}/deactivate", nothing)

    def test_webhook(self, webhook_ref: str, event_type: str) -> None:
        body = build_handling.webhook_test_body(event_type)
        self._write("test_webhook", "POST", f"/webhooks/{webhook_ref}/test", nothing, body)

    def delete_webhook(self, webhook_ref: str) -> None:
        self._write("delete_webhook", "DELETE", f"/webhooks/{webhook_ref}", nothing)

    def follow_parcel(self, parcel: ForeignParcel) -> ForeignTracking:
        """Metered there; a number that was not bought here."""
        body = build_handling.foreign_parcel_body(parcel)
        parse = parse_handling.foreign_tracking
        return self._write("follow_parcel", "POST", "/trackings", parse, body)

    def get_foreign_tracking(self, tracking_ref: str) -> ForeignTracking:
        path = f"/trackings/{tracking_ref}"
        return self._read("get_foreign_tracking", path, parse_handling.foreign_tracking)
