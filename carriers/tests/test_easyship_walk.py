"""Every call of the Easyship client, made at the twin: what is sent and what comes back both fit
the platform's OpenAPI document."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from carriers.contracts import (
    CatalogItemDraft,
    DutiableItem,
    DutyQuestion,
    ForeignParcel,
    LabelOrder,
    PickupRequest,
)
from carriers.easyship.client import EasyshipClient
from carriers.easyship.refusals import RULES
from carriers.exchange import CallSpec, HttpAnswer
from carriers.http import PlatformSession, Result
from carriers.tests.border import BUYER, CONSIGNMENT, ITEM, WAREHOUSE, Ledger
from carriers.tests.call_table import public_methods
from carriers.tests.own_twin import twin_of
from carriers.tests.sandbox.openapi import OpenApi
from carriers.tests.wire import says, wire
from shipping_project.kernel.money import Money

DOCUMENT = os.environ.get("EASYSHIP_OPENAPI", "")
TOKEN = "ek-probe"
LABEL_CREATED = "shipment_label_created"

pytestmark = pytest.mark.skipif(
    not DOCUMENT, reason="EASYSHIP_OPENAPI names no OpenAPI document to check against"
)


class WatchedSession(PlatformSession):
    """Keeps each call with its answer, before anybody reads it."""

    def __init__(self, url: str) -> None:
        super().__init__(
            platform="easyship",
            base_url=url,
            headers={"Authorization": f"Bearer {TOKEN}"},
            secret=TOKEN,
            connect_timeout_s=5,
            read_timeout_s=10,
            recorder=Ledger(),
            rules=RULES,
        )
        self.seen: list[tuple[CallSpec, HttpAnswer]] = []

    def call(self, spec: CallSpec, parse: Callable[[HttpAnswer], Result]) -> Result:
        def watched(answer: HttpAnswer) -> Result:
            self.seen.append((spec, answer))
            return parse(answer)

        return super().call(spec, watched)


class Walk:
    """The client at a twin, and the clock of the twin."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = WatchedSession(url)
        self.client = EasyshipClient(self.session, label_timeout_s=10)

    def advance(self, seconds: float) -> None:
        body = {"advance_seconds": seconds}
        requests.post(f"{self.url}/__twin__/clock", json=body, timeout=10).raise_for_status()

    def faults(self) -> list[str]:
        document = OpenApi(Path(DOCUMENT))
        return [
            f"{spec.method} {spec.path}: {fault}"
            for spec, answer in self.session.seen
            for fault in faults_of(document, spec, answer)
        ]

    def called(self) -> set[str]:
        return {spec.operation.partition(".")[2] for spec, _ in self.session.seen}


def faults_of(document: OpenApi, spec: CallSpec, answer: HttpAnswer) -> list[str]:
    operation = document.named(spec.method, spec.path)
    media_type = answer.headers["Content-Type"].partition(";")[0]
    return [
        *document.query_faults(operation, {name for name, _ in spec.params}),
        *document.body_faults(operation, spec.body),
        *document.answer_faults(operation, answer.status, media_type, answer.body),
    ]


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    with twin_of(tmp_path) as url:
        yield Walk(url)


def test_every_call_and_its_answer_fit_the_document(walk: Walk) -> None:
    book(walk)
    buy(walk)
    send_in_batches(walk)
    keep_a_catalog(walk)
    hand_over(walk)
    listen(walk)
    follow(walk)
    count_money(walk)

    assert "\n".join(walk.faults()) == ""
    assert walk.called() == public_methods(EasyshipClient)


def book(walk: Walk) -> None:
    client = walk.client
    client.get_rates(CONSIGNMENT)
    abroad = replace(BUYER, country="GB", state="", city="London", postal_code="E6 7FB")
    for ship_to in (BUYER, abroad):
        booking = client.create_shipment(replace(CONSIGNMENT, ship_to=ship_to))
        client.update_destination(booking.platform_ref, replace(ship_to, address_2=""))
        client.list_unavailable_services(booking.platform_ref)
    client.find_shipments(CONSIGNMENT.reference)
    client.list_shipments(updated_since=datetime(2026, 1, 1, tzinfo=UTC))
    client.get_shipment(booking.platform_ref)
    client.delete_shipment(booking.platform_ref)


def bought(walk: Walk) -> tuple[str, str]:
    """A shipment with a label, and the service it goes by."""
    booking = walk.client.create_shipment(CONSIGNMENT)
    service_ref = booking.quotes[0].service_ref
    walk.client.buy_label(booking.platform_ref, service_ref)
    return booking.platform_ref, service_ref


def buy(walk: Walk) -> None:
    client = walk.client
    ref, _ = bought(walk)
    client.get_label(ref)
    client.get_commercial_invoice(ref)
    walk.advance(86400)
    client.get_tracking(ref)
    client.create_return(ref)
    fresh, _ = bought(walk)
    client.cancel_shipment(fresh)


def send_in_batches(walk: Walk) -> None:
    client = walk.client
    origin = client.list_warehouses()[0].warehouse_ref
    item = replace(ITEM, sku="TRM-GRN", hs_code="732393")
    client.create_shipment_batch([replace(CONSIGNMENT, items=(item,))], origin_address_ref=origin)
    booking = client.create_shipment(CONSIGNMENT)
    batch = client.create_label_batch(
        [LabelOrder(platform_ref=booking.platform_ref, service_ref=booking.quotes[0].service_ref)]
    )
    walk.advance(60)
    client.get_batch(batch.batch_ref)
    client.list_batch_items(batch.batch_ref)
    client.list_batches(kind="label_batch", state="processed")
    client.get_shipments([booking.platform_ref])


def keep_a_catalog(walk: Walk) -> None:
    client = walk.client
    price = Money(Decimal("24.50"), "USD")
    draft = CatalogItemDraft(sku="KITE", title="Kite", weight_g=450, selling_price=price)
    made = client.create_product(draft)
    client.update_product(made.item_ref, replace(draft, weight_g=500))
    client.list_products()
    client.delete_product(made.item_ref)
    client.list_categories()
    client.search_hs_codes(code="95", description="toys")
    side = Decimal(12)
    client.create_box(name="Tube", length=side, width=side, height=side, weight=Decimal(2))
    client.list_boxes()
    client.list_courier_services(country="US")
    saved = client.create_address(WAREHOUSE)
    client.update_address(saved.address_ref, replace(WAREHOUSE, address_2=""))
    client.list_addresses()
    client.validate_address(BUYER)


def hand_over(walk: Walk) -> None:
    client = walk.client
    ref, service_ref = bought(walk)
    origin = client.list_addresses().rows[0].address_ref
    slot = client.list_pickup_slots(service_ref, origin_address_ref=origin)[0]
    pickup = client.create_pickup(
        PickupRequest(
            service_ref=service_ref, day=slot.day, platform_refs=(ref,), slot_ref=slot.slot_ref
        )
    )
    client.list_pickups(shipment_ref=ref)
    client.get_pickup(pickup.pickup_ref)
    client.cancel_pickup(pickup.pickup_ref)
    services = client.list_courier_services().rows
    couriers = {service.service_ref: service.courier_ref for service in services}
    client.create_manifest(couriers[service_ref], [ref])
    client.list_manifests()


def listen(walk: Walk) -> None:
    client = walk.client
    with wire(says("200 OK")) as receiver:
        hook = client.create_webhook(receiver.url, [LABEL_CREATED])
        client.activate_webhook(hook.webhook_ref)
        client.test_webhook(hook.webhook_ref, LABEL_CREATED)
        client.list_webhooks()
        client.deactivate_webhook(hook.webhook_ref)
        client.delete_webhook(hook.webhook_ref)


def follow(walk: Walk) -> None:
    client = walk.client
    tracking = client.follow_parcel(
        ForeignParcel(
            tracking_number="1Z0000000000000017",
            service_ref=client.list_courier_services().rows[0].service_ref,
            reference="SHOP-7",
            origin_address_ref=client.list_addresses().rows[0].address_ref,
            ship_to=BUYER,
            contents=(("Kite", 1),),
        )
    )
    client.get_foreign_tracking(tracking.tracking_ref)


def count_money(walk: Walk) -> None:
    client = walk.client
    ref, _ = bought(walk)
    client.get_account()
    client.get_credit()
    client.list_transaction_records(from_date=date(2026, 1, 1), to_date=date(2026, 12, 31))
    client.list_shipment_charges(ref)
    line = DutiableItem(hs_code="95030089", origin_country="US", value=Money(Decimal(49), "USD"))
    client.estimate_duties(
        DutyQuestion(
            origin_country="US",
            destination_country="GB",
            shipping=Money(Decimal("21.40"), "USD"),
            insurance=Money(Decimal(0), "USD"),
            items=(line,),
        )
    )
