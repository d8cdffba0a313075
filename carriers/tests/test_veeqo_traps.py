"""Where a second Veeqo label could hide: lookups, purchases, voids, and the wrong store."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest
import responses

from carriers.contracts import Booking, RateQuote
from carriers.errors import (
    UpstreamError,
    UpstreamMalformed,
    UpstreamNotFound,
    UpstreamRefused,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    UpstreamUnclear,
    UpstreamUnreadable,
)
from carriers.tests.border import (
    CONSIGNMENT,
    VEEQO_URL,
    consignment,
    fixture,
    veeqo_client,
    veeqo_port,
)
from carriers.veeqo import parse
from shipping_project.kernel.money import Money

BOOKING = Booking(
    platform_ref="5501874",
    reference="SHOP-10482",
    parcel_ref="9046613",
    allocation_refs=("9046613",),
    warehouse_ref="31007",
)
QUOTE = RateQuote(
    carrier="USPS", service_ref="rate-1", service_name="Ground", price=Money(Decimal("7.42"), "USD")
)
SHIPPED = fixture("veeqo/list_orders")[0]
OPEN = fixture("veeqo/order")


class TestLookup:
    """A miss must be proven by a whole list."""

    def test_cancelled_orders_are_asked_for_too(self) -> None:
        with responses.RequestsMock() as platform:
            platform.add("GET", f"{VEEQO_URL}/orders", json=[])
            platform.add("GET", f"{VEEQO_URL}/orders", json=[fixture("veeqo/cancelled_order")])
            found = veeqo_port().find_bookings("SHOP-10482")

        assert [(booking.platform_ref, booking.is_cancelled) for booking in found] == [
            ("5501874", True)
        ]

    def test_stranger_that_cannot_be_read_does_not_hide_ours(self) -> None:
        stranger = {"id": 1, "number": "SHOP-104821"}
        with responses.RequestsMock() as platform:
            platform.add("GET", f"{VEEQO_URL}/orders", json=[stranger, OPEN])
            found = veeqo_client().find_orders("SHOP-10482", channel_id=40233)

        assert found == (BOOKING,)

    def test_later_pages_are_read(self) -> None:
        strangers = [{"id": number, "number": f"X-{number}"} for number in range(100)]
        with responses.RequestsMock() as platform:
            platform.add("GET", f"{VEEQO_URL}/orders", json=strangers)
            platform.add("GET", f"{VEEQO_URL}/orders", json=[OPEN])
            found = veeqo_client().find_orders("SHOP-10482", channel_id=40233)

        assert found == (BOOKING,)

    def test_page_count_of_the_header_wins_over_a_short_page(self) -> None:
        more = {"X-Total-Pages-Count": "2"}
        with responses.RequestsMock() as platform:
            platform.add("GET", f"{VEEQO_URL}/orders", json=[], headers=more)
            platform.add("GET", f"{VEEQO_URL}/orders", json=[OPEN], headers=more)
            found = veeqo_client().find_orders("SHOP-10482", channel_id=40233)

        assert found == (BOOKING,)

    def test_refusal_past_the_last_page_is_the_end(self) -> None:
        strangers = [{"id": number, "number": f"X-{number}"} for number in range(99)]
        with responses.RequestsMock() as platform:
            platform.add("GET", f"{VEEQO_URL}/orders", json=[*strangers, OPEN])
            platform.add("GET", f"{VEEQO_URL}/orders", json={"error": "Not Found"}, status=404)
            found = veeqo_client().find_orders("SHOP-10482", channel_id=40233)

        assert found == (BOOKING,)

    def test_list_that_never_ends_is_no_miss(self) -> None:
        strangers = [{"id": number, "number": f"X-{number}"} for number in range(100)]
        with (
            responses.RequestsMock() as platform,
            pytest.raises(UpstreamUnavailable) as caught,
        ):
            platform.add("GET", f"{VEEQO_URL}/orders", json=strangers)
            veeqo_client().find_orders("SHOP-10482", channel_id=40233)

        assert caught.value.sent is False

    @pytest.mark.parametrize("body", [{}, {"orders": []}, {"error": "odd"}])
    def test_answer_that_is_no_list_is_no_miss(self, body: object) -> None:
        with responses.RequestsMock() as platform, pytest.raises(UpstreamUnreadable) as caught:
            platform.add("GET", f"{VEEQO_URL}/orders", json=body)
            veeqo_client().find_orders("SHOP-10482", channel_id=40233)

        assert caught.value.sent is False


class TestPurchase:
    @pytest.mark.parametrize(
        "words",
        [
            "This allocation is already shipped",
            "A label has already been purchased for this shipment.",
            "InternalException, errorMessage: request timed out",
            "Gateway timeout",
            "A purchase for this allocation is in progress",
        ],
    )
    def test_refusal_that_does_not_settle_it_is_unclear(self, words: str) -> None:
        failure = purchase_failure({"error_messages": [words]}, status=400)

        assert type(failure) is UpstreamUnclear
        assert failure.detail == words

    def test_refusal_of_the_options_is_a_refusal(self) -> None:
        failure = purchase_failure(fixture("veeqo/buy_label_refused"), status=400)

        assert type(failure) is UpstreamRefused

    @pytest.mark.parametrize(
        "body",
        [{}, {"id": 7420551}, {"id": 7420551, "tracking_number": None}, {"tracking_number": "1Z"}],
    )
    def test_success_without_id_or_number_is_unclear(self, body: object) -> None:
        failure = purchase_failure(body, status=200)

        assert type(failure) is UpstreamMalformed
        assert failure.sent is True

    def test_success_without_a_body_is_unclear(self) -> None:
        with responses.RequestsMock() as platform, pytest.raises(UpstreamMalformed) as caught:
            platform.add("POST", f"{VEEQO_URL}/shipping/shipments", body=b"", status=204)
            veeqo_client().buy_label("9046613", QUOTE)

        assert caught.value.sent is True

    def test_nested_shipment_names_the_label(self) -> None:
        answer = {"id": 5501874, "shipment": {"id": 7420551, "tracking_number": "1Z999"}}

        label = parse.purchased(answer, operation="buy_label")

        assert (label.label_ref, label.tracking_number) == ("7420551", "1Z999")

    def test_what_the_answer_leaves_out_comes_from_the_quote(self) -> None:
        with responses.RequestsMock() as platform:
            platform.add(
                "POST",
                f"{VEEQO_URL}/shipping/shipments",
                json={"id": 7420551, "tracking_number": "9400"},
            )
            label = veeqo_port().buy_label(BOOKING, QUOTE)

        assert (label.carrier, label.service_name, label.cost) == ("USPS", "Ground", None)

    def test_json_count_is_no_label_file(self) -> None:
        with responses.RequestsMock() as platform, pytest.raises(UpstreamUnreadable) as caught:
            platform.add("GET", f"{VEEQO_URL}/shipping/labels.pdf", json={"labels_count": 1})
            veeqo_client().get_label("7420551")

        assert caught.value.sent is False

    def test_rates_refused_because_a_label_exists_are_asked_again_later(self) -> None:
        words = {"error_messages": "This allocation is already shipped"}
        with responses.RequestsMock() as platform, pytest.raises(UpstreamUnavailable):
            platform.add("GET", f"{VEEQO_URL}/shipping/rates/9046613", json=words, status=400)
            veeqo_port().quote(BOOKING)

    def test_booking_with_a_label_is_left_as_it_is(self) -> None:
        booking = parse.order(SHIPPED, operation="get_order")

        with responses.RequestsMock():
            prepared = veeqo_port().prepare_booking(booking, consignment(warehouse_ref="31008"))

        assert prepared == booking


def purchase_failure(body: object, *, status: int) -> UpstreamError:
    with responses.RequestsMock() as platform, pytest.raises(UpstreamError) as caught:
        platform.add("POST", f"{VEEQO_URL}/shipping/shipments", json=body, status=status)
        veeqo_client().buy_label("9046613", QUOTE)
    return caught.value


class TestAllocation:
    """A label is bought for everything, from the right warehouse, or not at all."""

    ORDER = f"{VEEQO_URL}/orders/5501874"
    PACKAGE = f"{VEEQO_URL}/allocations/9046613/allocation_package"
    TAKEN: ClassVar = {"error_messages": ["Quantity is more than the order has left to allocate"]}

    def prepare(self, platform: responses.RequestsMock, booking: Booking) -> list[str]:
        """The calls that were made, as method and path."""
        prepared = veeqo_port().prepare_booking(booking, CONSIGNMENT)
        assert (prepared.parcel_ref, prepared.warehouse_ref) == ("9046613", "31007")
        return [f"{c.request.method} {urlsplit(str(c.request.url)).path}" for c in platform.calls]

    def test_whole_allocation_in_place_only_gets_its_parcel(self) -> None:
        with responses.RequestsMock() as platform:
            platform.add("PUT", self.PACKAGE, json=fixture("veeqo/set_package"))
            calls = self.prepare(platform, BOOKING)

        assert calls == ["PUT /allocations/9046613/allocation_package"]

    @pytest.mark.parametrize(
        "change", [{"is_whole": False}, {"warehouse_ref": "31008"}, {"parcel_ref": ""}]
    )
    def test_any_other_is_made_anew(self, change: dict[str, Any]) -> None:
        with responses.RequestsMock() as platform:
            platform.add("DELETE", f"{self.ORDER}/allocations/9046613", json=OPEN)
            platform.add("POST", f"{self.ORDER}/allocations", json=OPEN, status=201)
            platform.add("PUT", self.PACKAGE, json=fixture("veeqo/set_package"))
            calls = self.prepare(platform, replace(BOOKING, **change))

        assert calls == [
            "DELETE /orders/5501874/allocations/9046613",
            "POST /orders/5501874/allocations",
            "PUT /allocations/9046613/allocation_package",
        ]

    def test_allocation_of_veeqos_own_that_fits_is_used(self) -> None:
        unallocated = replace(BOOKING, parcel_ref="", allocation_refs=(), warehouse_ref="")
        with responses.RequestsMock() as platform:
            platform.add("POST", f"{self.ORDER}/allocations", json=self.TAKEN, status=400)
            platform.add("GET", self.ORDER, json=OPEN)
            platform.add("PUT", self.PACKAGE, json=fixture("veeqo/set_package"))
            calls = self.prepare(platform, unallocated)

        assert calls[1:] == [
            "GET /orders/5501874",
            "PUT /allocations/9046613/allocation_package",
        ]

    @pytest.mark.parametrize(
        ("changes", "kind"),
        [
            ({"warehouse": {"id": 31008}}, UpstreamUnavailable),
            (None, UpstreamRefused),
        ],
        ids=["elsewhere", "nowhere"],
    )
    def test_refused_allocation_is_tried_again_only_where_it_can_help(
        self, changes: dict[str, Any] | None, kind: type[UpstreamError]
    ) -> None:
        rows = [] if changes is None else [OPEN["allocations"][0] | changes]
        with responses.RequestsMock() as platform, pytest.raises(UpstreamError) as caught:
            platform.add("POST", f"{self.ORDER}/allocations", json=self.TAKEN, status=400)
            platform.add("GET", self.ORDER, json=OPEN | {"allocations": rows})
            self.prepare(platform, replace(BOOKING, parcel_ref="", allocation_refs=()))

        assert type(caught.value) is kind

    def test_part_of_an_order_gets_no_label(self) -> None:
        part = OPEN | {"allocated_completely": False}
        with responses.RequestsMock() as platform, pytest.raises(UpstreamRefused) as caught:
            platform.add("POST", f"{self.ORDER}/allocations", json=part, status=201)
            self.prepare(platform, replace(BOOKING, parcel_ref="", allocation_refs=()))

        assert caught.value.detail == (
            "Veeqo did not allocate the whole order to one warehouse; check its stock there."
        )

    @pytest.mark.parametrize(
        ("method", "url"),
        [
            ("DELETE", f"{VEEQO_URL}/orders/5501874/allocations/9046613"),
            ("PUT", f"{VEEQO_URL}/allocations/9046613/allocation_package"),
        ],
    )
    def test_label_that_came_meanwhile_is_looked_for_again(self, method: str, url: str) -> None:
        words = {"error_messages": "This allocation is already shipped"}
        booking = replace(BOOKING, is_whole=method == "PUT")
        with responses.RequestsMock() as platform, pytest.raises(UpstreamUnavailable):
            platform.add(method, url, json=words, status=400)
            self.prepare(platform, booking)


class TestVoid:
    def void(self, platform: responses.RequestsMock, order: object, status: int) -> None:
        refused = {"error_messages": "Not found"}
        platform.add("DELETE", f"{VEEQO_URL}/shipments/7420551", json=refused, status=status)
        platform.add("GET", f"{VEEQO_URL}/orders/5501874", json=order)
        veeqo_port().void_label("7420551", "5501874")

    @pytest.mark.parametrize("status", [404, 400, 422])
    def test_refusal_for_a_label_that_is_gone_is_a_success(self, status: int) -> None:
        with responses.RequestsMock() as platform:
            self.void(platform, OPEN, status)
            methods = [call.request.method for call in platform.calls]

        assert methods == ["DELETE", "GET"]

    @pytest.mark.parametrize(("status", "kind"), [(404, UpstreamNotFound), (400, UpstreamRefused)])
    def test_refusal_for_a_label_that_lives_stays_a_refusal(
        self, status: int, kind: type[UpstreamError]
    ) -> None:
        with responses.RequestsMock() as platform, pytest.raises(kind):
            self.void(platform, SHIPPED, status)

    def test_refused_key_is_no_void(self) -> None:
        with responses.RequestsMock() as platform, pytest.raises(UpstreamUnauthorized):
            platform.add("DELETE", f"{VEEQO_URL}/shipments/7420551", json={}, status=401)
            veeqo_port().void_label("7420551", "5501874")


class TestStore:
    def test_first_active_direct_store_is_taken(self) -> None:
        direct = fixture("veeqo/list_stores")[0]
        stores = [
            direct | {"id": 1, "type_code": "amazon"},
            direct | {"id": 2, "state": "inactive"},
            direct | {"id": 3, "deleted_at": "2026-01-01T00:00:00Z"},
            direct,
        ]
        with responses.RequestsMock() as platform:
            platform.add("GET", f"{VEEQO_URL}/channels", json=stores)
            platform.add("GET", f"{VEEQO_URL}/orders", json=[])
            platform.add("GET", f"{VEEQO_URL}/orders", json=[])
            veeqo_port(channel_id=0).find_bookings("SHOP-1")
            asked = str(platform.calls[1].request.url)

        assert "channel_ids%5B%5D=40233&" in asked

    def test_none_is_said_in_words(self) -> None:
        with responses.RequestsMock() as platform, pytest.raises(UpstreamRefused) as caught:
            platform.add("GET", f"{VEEQO_URL}/channels", json=[])
            veeqo_port(channel_id=0).find_bookings("SHOP-1")

        assert caught.value.detail == (
            "Veeqo has no active direct store; make one, or set VEEQO_CHANNEL_ID."
        )
