"""What nobody knows of Veeqo is a setting of the twin; the client bears every value of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from carriers.client_base import PAGE_SIZE
from carriers.contracts import Booking, Label, OrderChange, RateQuote
from carriers.errors import UpstreamNotFound, UpstreamRefused, UpstreamUnclear
from carriers.tests.border import ITEM, consignment, make_session
from carriers.tests.own_twin import twin_of
from carriers.veeqo.client import VeeqoClient
from carriers.veeqo.port import VeeqoPort

CHANNEL = 40233
NEVADA = 31007
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Twin:
    """The twin, our client and port at it, and an order that can be sent."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = VeeqoClient(make_session(url, key="vk-probe"), label_timeout_s=5)
        self.port = VeeqoPort(self.client, channel_id=CHANNEL)
        [mug] = self.port.find_items(["TRM-GRN"])
        item = replace(ITEM, item_ref=mug.item_ref, sku=mug.sku)
        self.parcel = consignment(items=(item,), warehouse_ref=str(NEVADA))

    def options(self, **changes: Any) -> None:
        answer = requests.patch(f"{self.url}/__twin__/options", json=changes, timeout=10)
        assert answer.status_code == 200, answer.text

    def advance(self, seconds: float) -> None:
        requests.post(f"{self.url}/__twin__/clock", json={"advance_seconds": seconds}, timeout=10)

    def booked(self, reference: str = "SHOP-1") -> Booking:
        return self.port.create_booking(replace(self.parcel, reference=reference))

    def labelled(self) -> tuple[Booking, RateQuote, Label]:
        booking = self.port.prepare_booking(self.booked(), self.parcel)
        quote = self.port.quote(booking)[0]
        return booking, quote, self.port.buy_label(booking, quote)

    def label_of(self, booking: Booking) -> str:
        label = self.port.read_booking(booking.platform_ref).label
        return label.label_ref if label else ""

    def stock(self) -> tuple[int | None, int]:
        entry = self.client.get_stock(self.parcel.items[0].item_ref, str(NEVADA))
        return entry.physical, entry.allocated


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with twin_of(tmp_path) as url:
        made = Twin(url)
        made.options(veeqo_search_delay_s=0.0)
        yield made


@pytest.mark.parametrize("shape", ["list", "string"])
def test_refused_order_is_told_in_its_words(twin: Twin, shape: str) -> None:
    twin.options(veeqo_validation_body=shape)
    unknown = replace(twin.parcel, items=(replace(ITEM, item_ref="1"),))

    with pytest.raises(UpstreamRefused) as caught:
        twin.port.create_booking(unknown)

    assert caught.value.detail == "Sellable 1 must exist"
    assert caught.value.sent is False


@pytest.mark.parametrize("mode", ["refuse", "take"])
def test_order_without_an_address_gets_no_rates(twin: Twin, mode: str) -> None:
    """Refused when it is made, or when it is rated; our own build never leaves it out."""
    twin.options(veeqo_missing_address=mode)
    line = {"sellable_id": twin.parcel.items[0].item_ref, "quantity": 1, "price_per_unit": 1}
    order = {
        "channel_id": CHANNEL,
        "customer_attributes": {"email": "ines@example.com"},
        "line_items_attributes": [line],
        "payment_attributes": {"payment_type": "cash"},
    }
    headers = {"x-api-key": "vk-probe"}
    answer = requests.post(f"{twin.url}/orders", json={"order": order}, headers=headers, timeout=10)

    found = twin.client.list_orders(updated_since=LONG_AGO).rows

    assert [listed.ship_to for listed in found] == ([None] if mode == "take" else [])
    assert answer.status_code == (201 if mode == "take" else 400)
    for listed in found:
        with pytest.raises(UpstreamRefused, match="destination address"):
            twin.client.get_rates(listed.booking.parcel_ref)


@pytest.mark.parametrize("mode", ["keep", "remove"])
def test_change_of_an_order_leaves_its_lines_alone(twin: Twin, mode: str) -> None:
    """What becomes of lines that are left out is not known, so ours are never sent again."""
    twin.options(veeqo_omitted_lines=mode)
    booking = twin.booked()

    changed = twin.client.update_order(booking.platform_ref, OrderChange(employee_note="Seen"))

    assert [line.quantity for line in changed.lines] == [twin.parcel.items[0].quantity]


class TestSecondPurchase:
    """Refused there, as is believed, or sold again: either way the order shows that it has one."""

    def test_refusal_is_no_verdict(self, twin: Twin) -> None:
        booking, quote, label = twin.labelled()

        with pytest.raises(UpstreamUnclear) as caught:
            twin.port.buy_label(booking, quote)

        assert caught.value.sent is True
        assert twin.label_of(booking) == label.label_ref

    def test_second_label_is_told_by_its_own_id(self, twin: Twin) -> None:
        twin.options(veeqo_second_purchase="allow")
        booking, quote, label = twin.labelled()

        second = twin.port.buy_label(booking, quote)

        assert second.label_ref != label.label_ref
        assert twin.label_of(booking) == second.label_ref


@pytest.mark.parametrize("mode", ["empty", "refuse"])
def test_page_beyond_the_end_is_the_end(tmp_path: Path, mode: str) -> None:
    """A list without counts that ends with a full page is asked for one page more."""
    methods = [{"id": 90000 + n, "name": f"Way {n}", "cost": "1.0"} for n in range(PAGE_SIZE)]
    with twin_of(tmp_path, delivery_methods=methods) as url:
        twin = Twin(url)
        twin.options(veeqo_page_beyond=mode)

        found = twin.client.list_delivery_methods()

        asked = requests.get(f"{url}/__twin__/requests?path=/delivery_methods", timeout=10).json()
    assert len(found) == PAGE_SIZE
    assert len(asked["requests"]) == 2


@pytest.mark.parametrize(("mode", "physical"), [("return", 60), ("keep", 58)])
def test_void_tells_nothing_of_stock_so_it_is_read_again(
    twin: Twin, mode: str, physical: int
) -> None:
    twin.options(veeqo_void_stock=mode)
    booking, _, label = twin.labelled()

    twin.port.void_label(label.label_ref, booking.platform_ref)

    assert twin.label_of(booking) == ""
    assert twin.stock() == (physical, 2)


@pytest.mark.parametrize("status", [200, 204])
def test_void_is_done_with_an_order_for_an_answer_or_without(twin: Twin, status: int) -> None:
    twin.options(veeqo_void_status=status)
    booking, _, label = twin.labelled()

    for _ in range(2):
        twin.port.void_label(label.label_ref, booking.platform_ref)

    assert twin.label_of(booking) == ""


@pytest.mark.parametrize("shape", ["messages", "status"])
def test_not_found_is_known_in_every_shape(twin: Twin, shape: str) -> None:
    twin.options(veeqo_not_found_body=shape)

    with pytest.raises(UpstreamNotFound, match=r"(?i)not found"):
        twin.client.get_tracking("1")


@pytest.mark.parametrize("mode", ["sync", "async", "off"])
def test_order_is_made_ready_whoever_allocates_it_and_when(twin: Twin, mode: str) -> None:
    twin.options(veeqo_auto_allocation=mode, veeqo_allocation_delay_s=3600.0)

    booking = twin.port.prepare_booking(twin.booked(), twin.parcel)
    twin.advance(3601)

    assert (booking.warehouse_ref, booking.is_whole) == (twin.parcel.warehouse_ref, True)
    assert twin.port.read_booking(booking.platform_ref).allocation_refs == (booking.parcel_ref,)
    assert twin.stock() == (60, 2)


@pytest.mark.parametrize("url", ["always", "sometimes"])
@pytest.mark.parametrize("number", ["alternate", "string", "object"])
def test_label_is_read_however_it_is_told(twin: Twin, number: str, url: str) -> None:
    twin.options(veeqo_tracking_number=number, veeqo_label_url=url)

    booking, quote, label = twin.labelled()

    kept = twin.port.read_booking(booking.platform_ref).label
    assert kept is not None
    assert label.tracking_number == kept.tracking_number != ""
    assert label.cost == quote.price
    assert twin.port.fetch_label(label, booking.platform_ref).content.startswith(b"%PDF-")


@pytest.mark.parametrize("hidden", [True, False])
def test_cancelled_order_is_found_hidden_or_not(twin: Twin, hidden: bool) -> None:
    twin.options(veeqo_hide_cancelled=hidden)
    booking = twin.booked("SHOP-7")
    twin.port.cancel_booking(booking.platform_ref, "Changed mind")

    [found] = twin.port.find_bookings("SHOP-7")

    assert (found.platform_ref, found.is_cancelled) == (booking.platform_ref, True)


def test_search_that_lags_misses_and_then_finds(twin: Twin) -> None:
    twin.options(veeqo_search_delay_s=60.0)
    booking = twin.booked("SHOP-7")

    at_first = twin.port.find_bookings("SHOP-7")
    twin.advance(61)

    assert at_first == ()
    assert [found.platform_ref for found in twin.port.find_bookings("SHOP-7")] == [
        booking.platform_ref
    ]
