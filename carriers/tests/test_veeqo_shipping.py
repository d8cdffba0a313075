"""Every Veeqo call about booking and labels: sent, addressed, read, refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter

import pytest

from carriers.contracts import (
    Booking,
    Document,
    Label,
    OutsideShipment,
    RateQuote,
    TrackingStatus,
    TrackingUpdate,
)
from carriers.tests.border import (
    CONSIGNMENT,
    NOT_FOUND,
    VEEQO_URL,
    Case,
    CaseChecks,
    fixture,
    veeqo_client,
)
from carriers.tests.veeqo_bodies import (
    ADDRESS,
    BOOKED,
    COUNTED,
    INFINITY,
    LABEL,
    PAGE_1,
)
from shipping_project.kernel.money import Money

GROUND = RateQuote(
    carrier="USPS",
    service_ref="amazon_shipping_v2-6f1d0b52-7e4c-4f0b-8a77-1d2b9f3c4e55",
    service_name="USPS Ground Advantage",
    price=Money(Decimal("7.42"), "USD"),
    delivery_days=4,
    expires_at=datetime(2026, 9, 14, 20, 59, 59, 332000, tzinfo=UTC),
    purchase={
        "carrier": "amazon_shipping_v2",
        "remote_shipment_id": "prb5c1a7e90",
        "sub_carrier_id": "USPS",
        "service_carrier": "usps",
        "total_net_charge": "7.42",
        "base_rate": "7.42",
        "value_added_service__VAS_GROUP_ID_CONFIRMATION": "DELIVERY_CONFIRMATION",
    },
)
ECONOMY = RateQuote(
    carrier="FEDEX",
    service_ref="amazon_shipping_v2-0b9d7f64-3a51-4a1e-9c0d-77e2f1a6b803",
    service_name="FedEx Ground Economy",
    price=Money(Decimal("8.10"), "USD"),
    delivery_days=None,
    expires_at=datetime(2026, 9, 14, 20, 59, 59, 332000, tzinfo=UTC),
    purchase={
        "carrier": "amazon_shipping_v2",
        "remote_shipment_id": "prb5c1a7e90",
        "sub_carrier_id": "FEDEX",
        "service_carrier": "fedex",
        "total_net_charge": "8.10",
        "base_rate": "8.10",
    },
)
NEW_ORDER = {
    "channel_id": 40233,
    "delivery_method_id": 88120,
    "number": "SHOP-10482",
    "send_notification_email": False,
    "customer_attributes": {
        "email": "ines@example.com",
        "phone": "+12085550117",
        "billing_address_attributes": ADDRESS,
    },
    "deliver_to_attributes": ADDRESS,
    "line_items_attributes": [
        {
            "sellable_id": 612044,
            "quantity": 2,
            "price_per_unit": "18.50",
            "tax_rate": 0,
            "remote_id": "L-1",
        }
    ],
    "payment_attributes": {"payment_type": "bank_transfer", "reference_number": "SHOP-10482"},
}
PACKAGE = {
    **fixture("veeqo/set_package.request")["allocation_package"],
    "width": 9.02,
    "height": 5.98,
    "depth": 12.01,
}
ADDRESSLESS = "Order must have a destination address."

CASES = [
    Case(
        name="create_order",
        call=lambda c: c.create_order(CONSIGNMENT, channel_id=40233, delivery_method_id=88120),
        method="POST",
        path="/orders",
        body={"order": NEW_ORDER},
        status=201,
        answer=fixture("veeqo/order"),
        result=BOOKED,
        **NOT_FOUND,
    ),
    Case(
        name="find_orders",
        call=lambda c: c.find_orders("SHOP-10482", channel_id=40233),
        method="GET",
        path="/orders",
        query=(("query", "SHOP-10482"), ("channel_ids[]", "40233"), *PAGE_1),
        answer=fixture("veeqo/find_orders"),
        headers=COUNTED,
        result=(BOOKED,),
        **INFINITY,
    ),
    Case(
        name="find_cancelled_orders",
        call=lambda c: c.find_orders("SHOP-10482", channel_id=40233, status="cancelled"),
        method="GET",
        path="/orders",
        query=(
            ("query", "SHOP-10482"),
            ("channel_ids[]", "40233"),
            ("status", "cancelled"),
            *PAGE_1,
        ),
        answer=[fixture("veeqo/cancelled_order")],
        result=(
            Booking(
                platform_ref="5501874",
                reference="SHOP-10482",
                is_cancelled=True,
                parcel_ref="9046613",
                allocation_refs=("9046613",),
                warehouse_ref="31007",
            ),
        ),
        **INFINITY,
    ),
    Case(
        name="get_order",
        call=lambda c: c.get_order("5501874"),
        method="GET",
        path="/orders/5501874",
        answer=fixture("veeqo/list_orders")[0],
        result=replace(BOOKED, label=LABEL),
        **NOT_FOUND,
    ),
    Case(
        name="cancel_order",
        call=lambda c: c.cancel_order("5501874", "Customer changed their mind"),
        method="PUT",
        path="/orders/5501874/cancel",
        body=fixture("veeqo/cancel_order.request"),
        status=204,
        result=None,
        **NOT_FOUND,
    ),
    Case(
        name="create_allocation",
        call=lambda c: c.create_allocation("5501874", CONSIGNMENT),
        method="POST",
        path="/orders/5501874/allocations",
        body={
            "allocation": {
                "warehouse_id": 31007,
                "line_items_attributes": [{"sellable_id": 612044, "quantity": 2}],
            }
        },
        status=201,
        answer=fixture("veeqo/order"),
        result=BOOKED,
        **NOT_FOUND,
    ),
    Case(
        name="delete_allocations",
        call=lambda c: c.delete_allocations("5501874", "9046613"),
        method="DELETE",
        path="/orders/5501874/allocations/9046613",
        answer={**fixture("veeqo/order"), "allocations": [], "status": "awaiting_stock"},
        result=None,
        **NOT_FOUND,
    ),
    Case(
        name="set_package",
        call=lambda c: c.set_package("9046613", CONSIGNMENT.parcel),
        method="PUT",
        path="/allocations/9046613/allocation_package",
        body={"allocation_package": PACKAGE},
        answer=fixture("veeqo/set_package"),
        result=None,
        refused=(422, {"error_messages": ["Weight must be greater than 0"]}),
        refusal="Weight must be greater than 0",
    ),
    Case(
        name="get_rates",
        call=lambda c: c.get_rates("9046613"),
        method="GET",
        path="/shipping/rates/9046613",
        query=(("from_allocation_package", "true"),),
        answer=fixture("veeqo/rates"),
        result=(GROUND, ECONOMY),
        refused=(400, fixture("veeqo/rates_bad_parcel")),
        refusal="Weight attribute should be greater than zero",
    ),
    Case(
        name="get_rates_without_address",
        call=lambda c: c.get_rates("9046613"),
        method="GET",
        path="/shipping/rates/9046613",
        query=(("from_allocation_package", "true"),),
        answer={"available": [], "unavailable": [], "linked_accounts": []},
        result=(),
        refused=(400, {"error_messages": ADDRESSLESS}),
        refusal=ADDRESSLESS,
    ),
    Case(
        name="buy_label",
        call=lambda c: c.buy_label("9046613", GROUND),
        method="POST",
        path="/shipping/shipments",
        body=fixture("veeqo/buy_label.request"),
        answer=fixture("veeqo/buy_label"),
        result=Label(
            label_ref="7420551",
            tracking_number="9400100000000000000001",
            tracking_url=LABEL.tracking_url,
            document_url=LABEL.document_url,
            cost=Money(Decimal("7.42"), "USD"),
        ),
        refused=(400, fixture("veeqo/buy_label_refused")),
        refusal=fixture("veeqo/buy_label_refused")["error_messages"][0],
    ),
    Case(
        name="get_label",
        call=lambda c: c.get_label("7420551"),
        method="GET",
        path="/shipping/labels.pdf",
        query=(("shipment_ids[]", "7420551"),),
        answer=b"%PDF-1.4 label",
        result=Document(content=b"%PDF-1.4 label", media_type="application/pdf"),
        **NOT_FOUND,
    ),
    Case(
        name="void_answered_with_the_order",
        call=lambda c: c.delete_shipment("7420551"),
        method="DELETE",
        path="/shipments/7420551",
        answer=fixture("veeqo/void_label"),
        result=None,
        **NOT_FOUND,
    ),
    Case(
        name="void_answered_without_a_body",
        call=lambda c: c.delete_shipment("7420551"),
        method="DELETE",
        path="/shipments/7420551",
        status=204,
        result=None,
        **NOT_FOUND,
    ),
    Case(
        name="get_tracking",
        call=lambda c: c.get_tracking("7420551"),
        method="GET",
        path="/shipping/tracking_events/7420551",
        answer=list(reversed(fixture("veeqo/tracking"))),
        result=(
            TrackingUpdate(
                status=TrackingStatus.PRE_TRANSIT,
                happened_at=datetime(2026, 9, 14, 13, 3, 2, tzinfo=UTC),
                description="Awaiting collection",
                raw_status="awaiting_collection",
            ),
            TrackingUpdate(
                status=TrackingStatus.IN_TRANSIT,
                happened_at=datetime(2026, 9, 14, 23, 41, tzinfo=UTC),
                description="In transit",
                location="Tacoma, WA, US",
                raw_status="in_transit",
            ),
            TrackingUpdate(
                status=TrackingStatus.OUT_FOR_DELIVERY,
                happened_at=datetime(2026, 9, 17, 14, 6, 30, tzinfo=UTC),
                description="Out for delivery",
                raw_status="out_for_delivery",
            ),
            TrackingUpdate(
                status=TrackingStatus.DELIVERED,
                happened_at=datetime(2026, 9, 17, 20, 15, tzinfo=UTC),
                description="Delivered",
                location="Boise, ID, US",
                raw_status="delivered",
            ),
        ),
        **NOT_FOUND,
    ),
    Case(
        name="record_shipment",
        call=lambda c: c.record_shipment(
            OutsideShipment(
                order_ref="5501874",
                parcel_ref="9046613",
                carrier_ref=5,
                tracking_number="1ZTEST0000000000001",
                update_store=True,
            )
        ),
        method="POST",
        path="/shipments",
        body=fixture("veeqo/record_shipment.request"),
        status=201,
        answer=fixture("veeqo/record_shipment"),
        result=Label(label_ref="7420777", tracking_number="1ZTEST0000000000001"),
        **NOT_FOUND,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=attrgetter("name"))
class TestEveryCall(CaseChecks):
    base_url = VEEQO_URL
    client = staticmethod(veeqo_client)
