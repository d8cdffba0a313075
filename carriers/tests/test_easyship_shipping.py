"""Every Easyship call about rates and shipments: sent, addressed, read, refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pytest

from carriers.contracts import (
    Booking,
    Label,
    Page,
    RateQuote,
)
from carriers.easyship.shipping_calls import idempotency_key
from carriers.errors import UpstreamNotFound, UpstreamUnauthorized
from carriers.tests.border import (
    BUYER,
    CONSIGNMENT,
    EASYSHIP_URL,
    Case,
    CaseChecks,
    consignment,
    easyship_client,
    fixture,
)
from shipping_project.kernel.money import Money

GONE: dict[str, Any] = {
    "refused": (404, fixture("easyship/error_404")),
    "refusal": "The Shipment was not found",
    "kind": UpstreamNotFound,
}
UNPAID: dict[str, Any] = {
    "refused": (402, fixture("easyship/error_402")),
    "refusal": fixture("easyship/error_402")["error"]["details"][0],
}
INVALID: dict[str, Any] = {
    "refused": (422, fixture("easyship/error_422_model")),
    "refusal": "parcels[0].items[0].category can't be blank if hs_code is blank",
}
BAD_TOKEN: dict[str, Any] = {
    "refused": (401, fixture("easyship/error_401")),
    "refusal": "Invalid token.",
    "kind": UpstreamUnauthorized,
}
PAGE_1 = (("page", "1"), ("per_page", "100"))
REF = "ESUS40551207"
SERVICE = "7a91d5e4-02b6-4f3c-8d40-9be2c1f7e622"
PRIORITY = RateQuote(
    carrier="USPS",
    service_ref=SERVICE,
    service_name="USPS - Priority Mail",
    price=Money(Decimal("9.85"), "USD"),
    delivery_days=3,
)
GROUND = RateQuote(
    carrier="FEDEX",
    service_ref="3f0c6a52-8e0b-4c1d-9a77-1c5d2be90a11",
    service_name="FedEx Ground®",
    price=Money(Decimal("13.00"), "USD"),
    delivery_days=5,
)
BOOKED = Booking(
    platform_ref=REF,
    reference="KS-20931",
    parcel_ref=REF,
    label_state="not_created",
    quotes=(PRIORITY,),
)
LABELLED = Booking(
    platform_ref=REF,
    reference="KS-20931",
    parcel_ref=REF,
    label_state="generated",
    quotes=(PRIORITY,),
    label=Label(
        label_ref=REF,
        tracking_number="9400100000000000000017",
        carrier="USPS",
        service_name="USPS - Priority Mail",
        tracking_url=f"https://www.trackmyshipment.co/shipment-tracking/{REF}",
        document_url=(
            "https://api-sandbox.easyship.com/shipment/v1/shipments/"
            "b7d0f6a1-4c2e-4e19-8f35-6a7b8c9d0e1f/shipping_documents/label?page_size=4x6"
        ),
        cost=Money(Decimal("9.85"), "USD"),
    ),
)
UNITS = {"weight": "kg", "dimensions": "cm"}
ORIGIN = {
    "line_1": "1820 Foundry Row",
    "line_2": "Dock 4",
    "city": "Portland",
    "state": "OR",
    "postal_code": "97209",
    "country_alpha2": "US",
    "contact_phone": "+15035550142",
    "contact_email": "dispatch@example.com",
    "company_name": "Northwind Kites",
    "contact_name": "Ana Brandt",
}
DESTINATION = {
    "line_1": "912 Alder St",
    "line_2": "Unit 4",
    "city": "Boise",
    "state": "ID",
    "postal_code": "83702",
    "country_alpha2": "US",
    "contact_phone": "+12085550117",
    "contact_email": "ines@example.com",
    "contact_name": "Ines Maria Calder",
}
PARCEL = {
    "total_actual_weight": 0.737,
    "box": {"length": 30.5, "width": 22.9, "height": 15.2},
    "items": [
        {
            "description": "Desk lamp",
            "sku": "LMP-GRN",
            "quantity": 2,
            "actual_weight": 0.34,
            "dimensions": {"length": 25.4, "width": 15.2, "height": 10.2},
            "declared_currency": "USD",
            "declared_customs_value": 18.5,
            "category": "accessory_no_battery",
            "origin_country_alpha2": "US",
        }
    ],
}
CONTENTS = {
    "destination_address": DESTINATION,
    "order_data": {
        "platform_name": "shipping-automation",
        "platform_order_number": "SHOP-10482",
        "order_created_at": "2026-09-14T08:30:00Z",
    },
    "metadata": {"reference": "SHOP-10482"},
    "incoterms": "DDU",
    "insurance": {"is_insured": False},
    "courier_settings": {"allow_fallback": False, "apply_shipping_rules": False},
    "parcels": [PARCEL],
}
ADDRESS_REF = "1d2f7c90-6b3e-4a58-8c14-e5f6a7b80944"

CASES = [
    Case(
        name="get_rates",
        call=lambda c: c.get_rates(CONSIGNMENT),
        method="POST",
        path="/2024-09/rates",
        body={
            "origin_address": ORIGIN,
            "destination_address": DESTINATION,
            "incoterms": "DDU",
            "insurance": {"is_insured": False},
            "courier_settings": {"apply_shipping_rules": False},
            "shipping_settings": {"units": UNITS, "output_currency": "USD"},
            "calculate_tax_and_duties": False,
            "parcels": [PARCEL],
        },
        answer=fixture("easyship/rates"),
        result=(PRIORITY, GROUND),
        **INVALID,
    ),
    Case(
        name="create_shipment",
        call=lambda c: c.create_shipment(CONSIGNMENT),
        method="POST",
        path="/2024-09/shipments",
        body={
            "origin_address": ORIGIN,
            **CONTENTS,
            "shipping_settings": {
                "units": UNITS,
                "buy_label": False,
                "buy_label_synchronous": False,
            },
        },
        status=201,
        answer=fixture("easyship/create_shipment"),
        result=BOOKED,
        **INVALID,
    ),
    Case(
        name="find_shipments",
        call=lambda c: c.find_shipments("KS-20931"),
        method="GET",
        path="/2024-09/shipments",
        query=(("platform_order_number", "KS-20931"), *PAGE_1),
        answer=fixture("easyship/list_shipments"),
        result=(BOOKED,),
        **BAD_TOKEN,
    ),
    Case(
        name="list_shipments",
        call=lambda c: c.list_shipments(updated_since=datetime(2026, 9, 1, 8, tzinfo=UTC), page=2),
        method="GET",
        path="/2024-09/shipments",
        query=(("updated_at_from", "2026-09-01T08:00:00Z"), ("page", "2"), ("per_page", "100")),
        answer={
            **fixture("easyship/list_shipments"),
            "meta": {"pagination": {"page": 2, "next": 3, "count": None}},
        },
        result=Page(rows=(BOOKED,), next_page=3, total=None),
        refused=(422, {"error": {"details": ["Invalid date format"], "message": "Invalid."}}),
        refusal="Invalid date format",
    ),
    Case(
        name="get_shipments",
        call=lambda c: c.get_shipments([BOOKED.platform_ref, "ESUS10000000"]),
        method="GET",
        path="/2024-09/shipments",
        query=(("easyship_shipment_id", f"{BOOKED.platform_ref},ESUS10000000"), *PAGE_1),
        answer=fixture("easyship/list_shipments"),
        result=(BOOKED,),
        **BAD_TOKEN,
    ),
    Case(
        name="get_shipment",
        call=lambda c: c.get_shipment(REF),
        method="GET",
        path=f"/2024-09/shipments/{REF}",
        answer=fixture("easyship/get_shipment"),
        result=LABELLED,
        **GONE,
    ),
    Case(
        name="update_destination",
        call=lambda c: c.update_destination(REF, BUYER),
        method="PATCH",
        path=f"/2024-09/shipments/{REF}",
        body={"destination_address": DESTINATION},
        answer=fixture("easyship/update_shipment"),
        result=BOOKED,
        refused=(
            422,
            {"error": {"details": ["Shipments with generated labels cannot be updated"]}},
        ),
        refusal="Shipments with generated labels cannot be updated",
    ),
    Case(
        name="cancel_shipment",
        call=lambda c: c.cancel_shipment(REF),
        method="POST",
        path=f"/2024-09/shipments/{REF}/cancel",
        answer=fixture("easyship/cancel_shipment"),
        result=None,
        **GONE,
    ),
    Case(
        name="cancel_shipment_without_a_body",
        call=lambda c: c.cancel_shipment(REF),
        method="POST",
        path=f"/2024-09/shipments/{REF}/cancel",
        status=204,
        result=None,
        **GONE,
    ),
    Case(
        name="delete_shipment",
        call=lambda c: c.delete_shipment(REF),
        method="DELETE",
        path=f"/2024-09/shipments/{REF}",
        answer=fixture("easyship/delete_shipment"),
        result=None,
        **GONE,
    ),
    Case(
        name="create_return",
        call=lambda c: c.create_return(REF, address_ref=ADDRESS_REF),
        method="POST",
        path=f"/2024-09/shipments/{REF}/return",
        body={
            "destination_address_id": ADDRESS_REF,
            "courier_settings": {"allow_fallback": False, "apply_shipping_rules": False},
        },
        status=201,
        answer=fixture("easyship/create_return"),
        result=Booking(
            platform_ref="ESUS40551399",
            reference="KS-20931",
            parcel_ref="ESUS40551399",
            label_state="not_created",
            quotes=(PRIORITY,),
        ),
        **GONE,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=attrgetter("name"))
class TestEveryCall(CaseChecks):
    base_url = EASYSHIP_URL
    client = staticmethod(easyship_client)


class TestIdempotencyKey:
    def test_repeat_has_the_same_key(self) -> None:
        assert idempotency_key("SHOP-1", {"a": 1, "b": 2}) == idempotency_key(
            "SHOP-1", {"b": 2, "a": 1}
        )

    def test_corrected_content_has_a_new_key(self) -> None:
        """The first answer is replayed for a day, a refusal too."""
        assert idempotency_key("SHOP-1", {"a": 1}) != idempotency_key("SHOP-1", {"a": 2})

    def test_creating_sends_it(self) -> None:
        (case,) = [case for case in CASES if case.name == "create_shipment"]

        request, _ = TestEveryCall().played(case)

        assert len(request.headers["Idempotency-Key"]) == 36


def test_duties_are_asked_for_when_they_are_paid_by_the_sender() -> None:
    case = Case(
        name="ddp",
        call=lambda c: c.get_rates(consignment(incoterm="DDP")),
        method="POST",
        path="/2024-09/rates",
        answer={"rates": []},
        result=(),
        **INVALID,
    )

    request, _ = TestEveryCall().played(case)

    assert json.loads(request.body or "{}")["calculate_tax_and_duties"] is True
