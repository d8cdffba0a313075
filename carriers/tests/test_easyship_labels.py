"""Every Easyship call about labels, batches and tracking: sent, addressed, read, refused."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter

import pytest

from carriers.contracts import (
    Batch,
    BatchItem,
    Document,
    LabelOrder,
    Page,
    TrackingStatus,
    TrackingUpdate,
    UnavailableService,
)
from carriers.tests.border import (
    CONSIGNMENT,
    EASYSHIP_URL,
    Case,
    CaseChecks,
    easyship_client,
    fixture,
)
from carriers.tests.test_easyship_shipping import (
    ADDRESS_REF,
    BAD_TOKEN,
    CONTENTS,
    GONE,
    INVALID,
    LABELLED,
    PAGE_1,
    PARCEL,
    REF,
    SERVICE,
    UNITS,
    UNPAID,
)

PRODUCT_ITEM = {
    "product": {"sku": "LMP-GRN"},
    "description": "Desk lamp",
    "quantity": 2,
    "declared_currency": "USD",
    "declared_customs_value": 18.5,
    "category": "accessory_no_battery",
}
BATCH_REF = "0f3e9b6d-2c41-4d87-a5b8-7e6f5d4c3b2a"

CASES = [
    Case(
        name="buy_label",
        call=lambda c: c.buy_label(REF, SERVICE),
        method="POST",
        path=f"/2024-09/shipments/{REF}/label",
        body={
            "courier_service_id": SERVICE,
            "printing_options": {"format": "pdf", "label": "4x6", "packing_slip": "none"},
        },
        status=201,
        answer=fixture("easyship/buy_label"),
        result=LABELLED,
        **UNPAID,
    ),
    Case(
        name="get_label",
        call=lambda c: c.get_label(REF),
        method="GET",
        path=f"/2024-09/shipments/{REF}",
        query=(("format", "PDF"), ("label", "4x6"), ("packing_slip", "none")),
        answer=fixture("easyship/get_label"),
        result=Document(content=b"%PDF-1.4 label", media_type="application/pdf"),
        **GONE,
    ),
    Case(
        name="get_commercial_invoice",
        call=lambda c: c.get_commercial_invoice(REF),
        method="GET",
        path=f"/2024-09/shipments/{REF}/documents",
        query=(("document_type", "commercial_invoice"), ("page_size", "A4")),
        answer=b"%PDF-1.4 invoice",
        result=Document(content=b"%PDF-1.4 invoice", media_type="application/pdf"),
        refused=(
            400,
            {
                "error": {
                    "code": "invalid_request",
                    "type": "invalid_request_error",
                    "message": "The request body is malformed or not valid.",
                    "details": [
                        "The shipment has been canceled or the label hasn't been purchased."
                    ],
                }
            },
        ),
        refusal="The shipment has been canceled or the label hasn't been purchased.",
    ),
    Case(
        name="get_tracking",
        call=lambda c: c.get_tracking(REF),
        method="GET",
        path="/2024-09/shipments/trackings",
        query=(("easyship_shipment_id", REF), ("include_checkpoints", "true")),
        answer=fixture("easyship/get_tracking"),
        result=(
            TrackingUpdate(
                status=TrackingStatus.PRE_TRANSIT,
                happened_at=datetime(2026, 9, 1, 8, 21, 46, tzinfo=UTC),
                description="Shipping label created",
                raw_status="Tracking Info Received",
            ),
            TrackingUpdate(
                status=TrackingStatus.IN_TRANSIT,
                happened_at=datetime(2026, 9, 2, 2, 10, tzinfo=UTC),
                description="Accepted at facility",
                location="PORTLAND, OR, 97209, USA",
                raw_status="In Transit to Customer",
            ),
        ),
        **BAD_TOKEN,
    ),
    Case(
        name="list_unavailable_services",
        call=lambda c: c.list_unavailable_services(REF),
        method="GET",
        path=f"/2024-09/shipments/{REF}/unavailable_couriers",
        answer=fixture("easyship/unavailable_couriers"),
        result=(
            UnavailableService(
                service_ref="3f0c6a52-8e0b-4c1d-9a77-1c5d2be90a11",
                name="FedEx Ground®",
                reason="This courier service does not ship to a PO box.",
            ),
        ),
        **GONE,
    ),
    Case(
        name="create_shipment_batch",
        call=lambda c: c.create_shipment_batch([CONSIGNMENT], origin_address_ref=ADDRESS_REF),
        method="POST",
        path="/2024-09/batches/shipments",
        body={
            "defaults": {
                "origin_address_id": ADDRESS_REF,
                "sender_address_id": ADDRESS_REF,
                "return_address_id": ADDRESS_REF,
            },
            "shipments": [
                {
                    **CONTENTS,
                    "parcels": [{**PARCEL, "items": [PRODUCT_ITEM]}],
                    "shipping_settings": {"units": UNITS, "buy_label": False},
                }
            ],
        },
        status=202,
        answer=fixture("easyship/create_shipment_batch"),
        result=Batch(
            batch_ref="0f3e9b6d-2c41-4d87-a5b8-7e6f5d4c3b2b",
            kind="shipment_batch",
            state="created",
        ),
        **INVALID,
    ),
    Case(
        name="create_label_batch",
        call=lambda c: c.create_label_batch(
            [
                LabelOrder(platform_ref=REF, service_ref=SERVICE),
                LabelOrder(platform_ref="ESUS40551208"),
            ]
        ),
        method="POST",
        path="/2024-09/batches/labels",
        body=fixture("easyship/create_label_batch.request"),
        status=202,
        answer=fixture("easyship/create_label_batch"),
        result=Batch(batch_ref=BATCH_REF, kind="label_batch", state="created"),
        **UNPAID,
    ),
    Case(
        name="get_batch",
        call=lambda c: c.get_batch(BATCH_REF),
        method="GET",
        path=f"/2024-09/batches/{BATCH_REF}",
        answer=fixture("easyship/get_batch"),
        result=Batch(
            batch_ref=BATCH_REF,
            kind="label_batch",
            state="processed",
            total=2,
            processed=1,
            failed=1,
            finished_at=datetime(2026, 9, 1, 8, 30, 19, tzinfo=UTC),
        ),
        **GONE,
    ),
    Case(
        name="list_batches",
        call=lambda c: c.list_batches(kind="label_batch", state="created"),
        method="GET",
        path="/2024-09/batches",
        query=(("type", "label_batch"), ("state", "created"), *PAGE_1),
        answer={
            "batches": [fixture("easyship/create_label_batch")["batch"]],
            "meta": {"pagination": {"page": 1, "next": None, "count": 1}},
        },
        result=Page(
            rows=(Batch(batch_ref=BATCH_REF, kind="label_batch", state="created"),),
            next_page=None,
            total=1,
        ),
        **BAD_TOKEN,
    ),
    Case(
        name="list_batch_items",
        call=lambda c: c.list_batch_items(BATCH_REF),
        method="GET",
        path=f"/2024-09/batches/{BATCH_REF}/items",
        query=PAGE_1,
        answer=fixture("easyship/list_batch_items"),
        result=Page(
            rows=(
                BatchItem(
                    item_ref="aa10c2d3-0b1e-4c5f-8d6a-112233445501",
                    state="processed",
                    record_ref="b7d0f6a1-4c2e-4e19-8f35-6a7b8c9d0e1f",
                ),
                BatchItem(
                    item_ref="aa10c2d3-0b1e-4c5f-8d6a-112233445502",
                    state="failed",
                    record_ref="b7d0f6a1-4c2e-4e19-8f35-6a7b8c9d0e20",
                    errors=("The Shipment was not found",),
                ),
            ),
            total=2,
        ),
        **GONE,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=attrgetter("name"))
class TestEveryCall(CaseChecks):
    base_url = EASYSHIP_URL
    client = staticmethod(easyship_client)


def test_buying_carries_no_idempotency_key() -> None:
    """Where keys are honoured, a refusal would be replayed for a day after it was mended."""
    (case,) = [case for case in CASES if case.name == "buy_label"]

    request, _ = TestEveryCall().played(case)

    assert "Idempotency-Key" not in request.headers
