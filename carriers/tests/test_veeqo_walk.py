"""Every call of the Veeqo client, made at the twin, and what is read of its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from carriers.contracts import Booking, Consignment, OrderChange, OutsideShipment, SellableChange
from carriers.exchange import CallSpec, HttpAnswer
from carriers.http import PlatformSession, Result
from carriers.tests.border import CONSIGNMENT, ITEM, Ledger
from carriers.tests.call_table import public_methods
from carriers.tests.own_twin import twin_of
from carriers.veeqo.client import VeeqoClient
from carriers.veeqo.refusals import RULES

KEY = "vk-probe"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class CountingSession(PlatformSession):
    """Remembers which calls came to an answer that was read."""

    def __init__(self, url: str) -> None:
        super().__init__(
            platform="veeqo",
            base_url=url,
            headers={"x-api-key": KEY},
            secret=KEY,
            connect_timeout_s=5,
            read_timeout_s=10,
            recorder=Ledger(),
            rules=RULES,
        )
        self.read: set[str] = set()

    def call(self, spec: CallSpec, parse: Callable[[HttpAnswer], Result]) -> Result:
        result = super().call(spec, parse)
        self.read.add(spec.operation.partition(".")[2])
        return result


class Walk:
    def __init__(self, url: str) -> None:
        self.url = url
        self.session = CountingSession(url)
        self.client = VeeqoClient(self.session, label_timeout_s=10)
        [store] = self.client.list_stores(type_code="direct")
        [warehouse, *_] = self.client.list_warehouses()
        [method, *_] = self.client.list_delivery_methods()
        self.channel_id, self.method_id = int(store.store_ref), int(method.method_ref)
        [mug] = [item for item in self.client.find_items("TRM-GRN") if item.sku == "TRM-GRN"]
        self.parcel: Consignment = replace(
            CONSIGNMENT,
            items=(replace(ITEM, item_ref=mug.item_ref, sku=mug.sku),),
            warehouse_ref=warehouse.warehouse_ref,
        )

    def booked(self, reference: str) -> Booking:
        return self.client.create_order(
            replace(self.parcel, reference=reference),
            channel_id=self.channel_id,
            delivery_method_id=self.method_id,
        )

    def control(self, name: str, **body: object) -> None:
        method = "PATCH" if name == "options" else "POST"
        url = f"{self.url}/__twin__/{name}"
        requests.request(method, url, json=body, timeout=10).raise_for_status()


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    with twin_of(tmp_path) as url:
        yield Walk(url)


def test_every_call_is_answered_and_read(walk: Walk) -> None:
    walk.control("options", veeqo_search_delay_s=0.0)

    find_and_change(walk)
    send(walk)
    cancel(walk)
    keep_stock(walk)

    assert walk.session.read == public_methods(VeeqoClient)


def find_and_change(walk: Walk) -> None:
    client, ref = walk.client, walk.booked("SHOP-1").platform_ref
    headers = {"x-api-key": KEY}
    tag = {"name": "late", "colour": "#aa0000"}
    requests.post(f"{walk.url}/tags", json=tag, headers=headers, timeout=10).raise_for_status()
    [known] = client.list_tags()

    client.update_order(ref, OrderChange(employee_note="Seen", customer_note="Ring twice"))
    client.add_note(ref, "Called")
    client.add_tags([ref], [known.tag_ref])
    [tagged] = client.list_orders(updated_since=LONG_AGO).rows
    client.remove_tags([ref], [known.tag_ref])

    [untagged] = client.list_orders(updated_since=LONG_AGO).rows
    assert (tagged.tags, untagged.tags) == (("late",), ())
    assert untagged.employee_notes == ("Seen", "Called")
    assert untagged.customer_note == "Ring twice"
    [found] = client.find_orders("SHOP-1", channel_id=walk.channel_id)
    assert found.platform_ref == ref


def send(walk: Walk) -> None:
    client = walk.client
    first = walk.booked("SHOP-2")
    client.delete_allocations(first.platform_ref, first.parcel_ref)
    booking = client.create_allocation(first.platform_ref, walk.parcel)
    client.set_package(booking.parcel_ref, walk.parcel.parcel)
    quote = client.get_rates(booking.parcel_ref)[0]

    label = client.buy_label(booking.parcel_ref, quote)

    kept = client.get_order(booking.platform_ref).label
    assert kept is not None
    assert (kept.label_ref, kept.tracking_number) == (label.label_ref, label.tracking_number)
    assert label.cost == quote.price
    assert client.get_label(label.label_ref).content.startswith(b"%PDF-")
    walk.control("clock", advance_seconds=3 * 86400)
    assert client.get_tracking(label.label_ref) != ()
    client.delete_shipment(label.label_ref)
    assert client.get_order(booking.platform_ref).label is None


def cancel(walk: Walk) -> None:
    client = walk.client
    outside = walk.booked("SHOP-3")
    shipment = OutsideShipment(
        order_ref=outside.platform_ref,
        parcel_ref=outside.parcel_ref,
        tracking_number="1ZTEST0000000000001",
        carrier_ref=5,
    )
    assert client.record_shipment(shipment).tracking_number == "1ZTEST0000000000001"
    booking = walk.booked("SHOP-4")
    client.cancel_order(booking.platform_ref, "Changed mind")
    assert client.get_order(booking.platform_ref).is_cancelled is True


def keep_stock(walk: Walk) -> None:
    client = walk.client
    [item] = walk.parcel.items
    client.set_stock(item.item_ref, walk.parcel.warehouse_ref, physical=321, location="A-07")
    entry = client.get_stock(item.item_ref, walk.parcel.warehouse_ref)
    assert (entry.physical, entry.location) == (321, "A-07")
    product = next(
        row
        for row in client.list_products().rows
        if item.item_ref in {sellable.item_ref for sellable in row.sellables}
    )
    change = SellableChange(item_ref=item.item_ref, price=Decimal("77.70"))
    client.update_sellables(product.product_ref, [change])
    prices = {s.item_ref: s.price for s in client.get_product(product.product_ref).sellables}
    assert prices[item.item_ref] == Decimal("77.7")
