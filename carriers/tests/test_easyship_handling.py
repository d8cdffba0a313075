"""Every Easyship call about pickups, manifests, webhooks, foreign parcels: sent, read, refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pytest

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
from carriers.errors import UpstreamNotFound
from carriers.tests.border import BUYER, EASYSHIP_URL, Case, CaseChecks, easyship_client, fixture
from carriers.tests.test_easyship_shipping import (
    ADDRESS_REF,
    BAD_TOKEN,
    DESTINATION,
    PAGE_1,
    REF,
    SERVICE,
)

COURIER_REF = "c4b7e2d0-51a8-4d9e-b3f6-2a0d9c8e7733"
SLOT_REF = "5e6f7a8b-9c0d-4e1f-a2b3-c4d5e6f7a801"
WEBHOOK_REF = "e1f2a3b4-c5d6-4e7f-8091-a2b3c4d5e6f7"
TRACKING_REF = "f0e1d2c3-b4a5-4968-8776-655443322110"
EVENTS = tuple(fixture("easyship/create_webhook.request")["event_types"])
HOOK_URL = "https://ship.northwind.example/hooks/easyship"
PICKUP = Pickup(
    pickup_ref="PUS10023314",
    state="pending-confirmation",
    provider="USPS",
    from_time="2026-09-02T12:00",
    to_time="2026-09-02T16:00",
    parcels=1,
    fee=Decimal("0.0"),
)
MANIFEST = Manifest(
    manifest_ref="13243546-5768-4798-8a9b-acbdcedfe0f1",
    number="9275000000000000000031",
    carrier="USPS",
    courier_ref=COURIER_REF,
    parcels=1,
    document_url="https://files.example/manifest.pdf",
    created_at=datetime(2026, 9, 1, 18, tzinfo=UTC),
)
FOLLOWED = ForeignTracking(
    tracking_ref=TRACKING_REF,
    tracking_number="1Z0000000000000017",
    carrier="UPS",
    state="active",
    status="Shipped",
    reference="KS-20940",
    page_url="https://www.trackmyshipment.co/shipment-tracking/ESUS40552000",
)


def webhook(state: str) -> WebhookSubscription:
    return WebhookSubscription(
        webhook_ref=WEBHOOK_REF,
        url=HOOK_URL,
        event_types=EVENTS,
        state=state,
        version="2024-09",
        secret=fixture("easyship/create_webhook")["webhook"]["secret_token"],
    )


def missing(what: str) -> dict[str, Any]:
    words = f"The {what} was not found"
    return {
        "refused": (404, {"error": {"code": "resource_not_found", "details": [words]}}),
        "refusal": words,
        "kind": UpstreamNotFound,
    }


def invalid(words: str) -> dict[str, Any]:
    body = {"error": {"code": "invalid_content", "details": [words]}}
    return {"refused": (422, body), "refusal": words}


CASES = [
    Case(
        name="list_pickup_slots",
        call=lambda c: c.list_pickup_slots(SERVICE, origin_address_ref=ADDRESS_REF),
        method="GET",
        path=f"/2024-09/courier_services/{SERVICE}/pickup_slots",
        query=(("origin_address_id", ADDRESS_REF),),
        answer=fixture("easyship/list_pickup_slots"),
        result=(
            PickupSlot(slot_ref=SLOT_REF, day=date(2026, 9, 2), from_time="12:00", to_time="16:00"),
        ),
        **missing("Courier Service"),
    ),
    Case(
        name="create_pickup_by_slot",
        call=lambda c: c.create_pickup(
            PickupRequest(
                service_ref=SERVICE,
                day=date(2026, 9, 2),
                platform_refs=(REF,),
                slot_ref=SLOT_REF,
            )
        ),
        method="POST",
        path="/2024-09/pickups",
        body=fixture("easyship/create_pickup.request"),
        status=201,
        answer=fixture("easyship/create_pickup"),
        result=PICKUP,
        **invalid("This Courier doesn't provide a Pickup service"),
    ),
    Case(
        name="create_pickup_by_times",
        call=lambda c: c.create_pickup(
            PickupRequest(
                service_ref=SERVICE,
                day=date(2026, 9, 2),
                platform_refs=(REF,),
                from_time="12:00",
                to_time="16:00",
            )
        ),
        method="POST",
        path="/2024-09/pickups",
        body={
            "courier_service_id": SERVICE,
            "selected_date": "2026-09-02",
            "easyship_shipment_ids": [REF],
            "selected_from_time": "12:00",
            "selected_to_time": "16:00",
        },
        status=201,
        answer=fixture("easyship/create_pickup"),
        result=PICKUP,
        **invalid("This Courier doesn't provide a Pickup service"),
    ),
    Case(
        name="list_pickups",
        call=lambda c: c.list_pickups(shipment_ref=REF),
        method="GET",
        path="/2024-09/pickups",
        query=(("shipment_id", REF), *PAGE_1),
        answer=fixture("easyship/list_pickups"),
        result=Page(rows=(PICKUP,)),
        **BAD_TOKEN,
    ),
    Case(
        name="get_pickup",
        call=lambda c: c.get_pickup("PUS10023314"),
        method="GET",
        path="/2024-09/pickups/PUS10023314",
        answer=fixture("easyship/create_pickup"),
        result=PICKUP,
        **missing("Pickup"),
    ),
    Case(
        name="cancel_pickup",
        call=lambda c: c.cancel_pickup("PUS10023314"),
        method="POST",
        path="/2024-09/pickups/PUS10023314/cancel",
        answer=fixture("easyship/cancel_pickup"),
        result=None,
        **missing("Pickup"),
    ),
    Case(
        name="create_manifest",
        call=lambda c: c.create_manifest(COURIER_REF, [REF]),
        method="POST",
        path="/2024-09/manifests",
        body=fixture("easyship/create_manifest.request"),
        status=201,
        answer=fixture("easyship/create_manifest"),
        result=MANIFEST,
        **invalid("shipment_ids must be provided to generate a manifest for USPS."),
    ),
    Case(
        name="create_manifest_of_everything",
        call=lambda c: c.create_manifest(COURIER_REF, []),
        method="POST",
        path="/2024-09/manifests",
        body={"courier_id": COURIER_REF},
        status=201,
        answer=fixture("easyship/create_manifest"),
        result=MANIFEST,
        **missing("Courier"),
    ),
    Case(
        name="list_manifests",
        call=lambda c: c.list_manifests(),
        method="GET",
        path="/2024-09/manifests",
        query=PAGE_1,
        answer=fixture("easyship/list_manifests"),
        result=Page(rows=(MANIFEST,)),
        **BAD_TOKEN,
    ),
    Case(
        name="create_webhook",
        call=lambda c: c.create_webhook(HOOK_URL, EVENTS),
        method="POST",
        path="/2024-09/webhooks",
        body=fixture("easyship/create_webhook.request"),
        status=201,
        answer=fixture("easyship/create_webhook"),
        result=webhook("inactive"),
        **invalid("event_types contains fewer than min items"),
    ),
    Case(
        name="list_webhooks",
        call=lambda c: c.list_webhooks(),
        method="GET",
        path="/2024-09/webhooks",
        query=PAGE_1,
        answer=fixture("easyship/list_webhooks"),
        result=Page(rows=(webhook("active"),), total=1),
        **BAD_TOKEN,
    ),
    Case(
        name="activate_webhook",
        call=lambda c: c.activate_webhook(WEBHOOK_REF),
        method="POST",
        path=f"/2024-09/webhooks/{WEBHOOK_REF}/activate",
        answer=fixture("easyship/activate_webhook"),
        result=None,
        **missing("Webhook"),
    ),
    Case(
        name="deactivate_webhook",
        call=lambda c: c.deactivate_webhook(WEBHOOK_REF),
        method="POST",
        path=f"/2024-09/webhooks/{WEBHOOK_REF}/deactivate",
        answer={"success": {"message": "Webhook successfully deactivated."}},
        result=None,
        **missing("Webhook"),
    ),
    Case(
        name="test_webhook",
        call=lambda c: c.test_webhook(WEBHOOK_REF, "shipment_label_created"),
        method="POST",
        path=f"/2024-09/webhooks/{WEBHOOK_REF}/test",
        body={"event_type": "shipment_label_created", "version": "2024-09"},
        answer=fixture("easyship/test_webhook"),
        result=None,
        **invalid('"x" isn\'t part of the enum'),
    ),
    Case(
        name="delete_webhook",
        call=lambda c: c.delete_webhook(WEBHOOK_REF),
        method="DELETE",
        path=f"/2024-09/webhooks/{WEBHOOK_REF}",
        answer=fixture("easyship/delete_webhook"),
        result=None,
        **missing("Webhook"),
    ),
    Case(
        name="follow_parcel",
        call=lambda c: c.follow_parcel(
            ForeignParcel(
                tracking_number="1Z0000000000000017",
                service_ref="4c3b2a19-0807-4655-8443-221100ffeedd",
                reference="KS-20940",
                origin_address_ref=ADDRESS_REF,
                ship_to=BUYER,
                contents=(("Nylon stunt kite", 1),),
            )
        ),
        method="POST",
        path="/2024-09/trackings",
        body={
            **fixture("easyship/create_tracking.request"),
            "destination_address": DESTINATION,
        },
        status=201,
        answer=fixture("easyship/create_tracking"),
        result=FOLLOWED,
        **invalid('Value: "" is not conformant with UUID format'),
    ),
    Case(
        name="get_foreign_tracking",
        call=lambda c: c.get_foreign_tracking(TRACKING_REF),
        method="GET",
        path=f"/2024-09/trackings/{TRACKING_REF}",
        answer=fixture("easyship/create_tracking"),
        result=FOLLOWED,
        **missing("Tracking"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=attrgetter("name"))
class TestEveryCall(CaseChecks):
    base_url = EASYSHIP_URL
    client = staticmethod(easyship_client)


def test_secret_of_a_webhook_is_not_shown() -> None:
    subscription = webhook("active")

    assert subscription.secret.startswith("webh_")
    assert "webh_" not in repr(subscription)
