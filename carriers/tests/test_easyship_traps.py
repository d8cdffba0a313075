"""Where a second Easyship label could hide: lookups, purchases, voids, cancellations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import responses

from carriers.contracts import Booking, RateQuote
from carriers.errors import (
    UpstreamError,
    UpstreamMalformed,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    UpstreamUnclear,
    UpstreamUnreadable,
)
from carriers.tests.border import (
    CONSIGNMENT,
    EASYSHIP_URL,
    easyship_client,
    easyship_port,
    fixture,
    shipment_with,
)
from shipping_project.kernel.money import Money

REF = "ESUS40551207"
HERE = f"{EASYSHIP_URL}/2024-09/shipments/{REF}"
SERVICE = "7a91d5e4-02b6-4f3c-8d40-9be2c1f7e622"
QUOTE = RateQuote(
    carrier="USPS",
    service_ref=SERVICE,
    service_name="USPS - Priority Mail",
    price=Money(Decimal("9.85"), "USD"),
)
NO_NUMBER: dict[str, Any] = {"trackings": [], "shipping_documents": []}


class TestLookup:
    @pytest.mark.parametrize("body", [{}, {"shipments": None}, {"shipments": {}}, {"meta": {}}])
    def test_answer_without_a_list_is_no_miss(self, body: object) -> None:
        with responses.RequestsMock() as platform, pytest.raises(UpstreamUnreadable) as caught:
            platform.add("GET", f"{EASYSHIP_URL}/2024-09/shipments", json=body)
            easyship_port().find_bookings("KS-20931")

        assert caught.value.sent is False

    def test_only_exact_references_are_ours(self) -> None:
        mine = fixture("easyship/create_shipment")["shipment"]
        near = mine | {"order_data": {"platform_order_number": "KS-209310"}}
        with responses.RequestsMock() as platform:
            platform.add(
                "GET", f"{EASYSHIP_URL}/2024-09/shipments", json={"shipments": [near, mine]}
            )
            found = easyship_port().find_bookings("KS-20931")

        assert [booking.reference for booking in found] == ["KS-20931"]

    def test_all_pages_are_read(self) -> None:
        mine = fixture("easyship/list_shipments")
        first = {"shipments": [], "meta": {"pagination": {"page": 1, "next": "2"}}}
        with responses.RequestsMock() as platform:
            platform.add("GET", f"{EASYSHIP_URL}/2024-09/shipments", json=first)
            platform.add("GET", f"{EASYSHIP_URL}/2024-09/shipments", json=mine)
            found = easyship_port().find_bookings("KS-20931")

        assert [booking.platform_ref for booking in found] == [REF]

    @pytest.mark.parametrize("following", [99, 2, 1, 0, -1])
    def test_list_that_never_ends_or_turns_round_is_no_miss(self, following: int) -> None:
        body = {"shipments": [], "meta": {"pagination": {"page": 1, "next": following}}}
        with responses.RequestsMock() as platform, pytest.raises(UpstreamUnavailable):
            platform.add("GET", f"{EASYSHIP_URL}/2024-09/shipments", json=body)
            easyship_port().find_bookings("KS-20931")


class TestPurchase:
    def test_label_made_at_once_is_bought(self) -> None:
        label = bought(shipment_with())

        assert label.tracking_number == "9400100000000000000017"
        assert label.cost == Money(Decimal("9.85"), "USD")

    def test_cost_that_is_not_told_is_the_quoted_one(self) -> None:
        assert bought(shipment_with(rates=[])).cost == QUOTE.price

    @pytest.mark.parametrize(
        "changes",
        [
            {"label_state": "pending", **NO_NUMBER},
            {"label_state": "generating", **NO_NUMBER},
            {"label_state": "generated", **NO_NUMBER},
            {"label_state": "who_knows", **NO_NUMBER},
            {"label_state": "not_created", **NO_NUMBER},
        ],
    )
    def test_answer_without_a_finished_label_is_unclear(self, changes: dict[str, Any]) -> None:
        failure = purchase_failure(shipment_with(**changes), status=201)

        assert type(failure) is UpstreamUnclear
        assert failure.sent is True

    def test_failed_label_inside_a_success_is_a_refusal(self) -> None:
        body = fixture("easyship/create_shipment_label_failed")

        failure = purchase_failure(body, status=201)

        assert type(failure) is UpstreamRefused
        assert failure.detail == "Invalid address provided for Receiver Address"

    def test_success_without_a_shipment_is_unclear(self) -> None:
        failure = purchase_failure({"success": {"message": "ok"}}, status=201)

        assert type(failure) is UpstreamMalformed
        assert failure.sent is True

    @pytest.mark.parametrize(
        "error",
        [
            {"code": "api_error", "type": "api_error", "message": "Internal or 3rd party error."},
            {"code": "odd", "type": "api_error", "details": ["Courier did not answer"]},
        ],
    )
    def test_failure_behind_easyship_is_unclear(self, error: dict[str, Any]) -> None:
        failure = purchase_failure({"error": error}, status=400)

        assert type(failure) is UpstreamUnclear
        assert failure.sent is True

    def test_missing_funds_are_a_refusal(self) -> None:
        failure = purchase_failure(fixture("easyship/error_402"), status=402)

        assert type(failure) is UpstreamRefused

    def test_unrated_shipment_stands_and_is_not_made_again(self) -> None:
        body = fixture("easyship/create_shipment")
        body["shipment"] |= {"rates": [], "courier_service": None}
        body["meta"] |= {"status": "partial_success", "errors": ["No rates"]}
        with responses.RequestsMock() as platform:
            platform.add("POST", f"{EASYSHIP_URL}/2024-09/shipments", json=body, status=202)
            booking = easyship_port().create_booking(CONSIGNMENT)

        assert (booking.platform_ref, booking.quotes) == (REF, ())

    def test_nothing_fits_is_an_empty_answer(self) -> None:
        words = "No shipping solutions available based on the information provided"
        with responses.RequestsMock() as platform:
            platform.add(
                "POST",
                f"{EASYSHIP_URL}/2024-09/rates",
                json={"error": {"code": "invalid_content", "details": [words]}},
                status=422,
            )
            quotes = easyship_client().get_rates(CONSIGNMENT)

        assert quotes == ()


def bought(body: object) -> Any:
    with responses.RequestsMock() as platform:
        platform.add("POST", f"{HERE}/label", json=body, status=201)
        return easyship_port().buy_label(Booking(platform_ref=REF, reference="KS-20931"), QUOTE)


def purchase_failure(body: object, *, status: int) -> UpstreamError:
    with responses.RequestsMock() as platform, pytest.raises(UpstreamError) as caught:
        platform.add("POST", f"{HERE}/label", json=body, status=status)
        easyship_port().buy_label(Booking(platform_ref=REF, reference="KS-20931"), QUOTE)
    return caught.value


class TestLater:
    """Refusals that only mean "not now"; nothing was done, whatever the call."""

    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (429, fixture("easyship/error_429")["error"]),
            (403, {"message": "API usage limit exceeded. Please upgrade your plan."}),
            (403, {"code": "usage_limit", "message": "Odd", "details": ["Something else"]}),
            (403, {"details": ["You have reached the maximum number of requests per second."]}),
        ],
    )
    def test_quota_and_burst(self, status: int, error: dict[str, Any]) -> None:
        failure = purchase_failure({"error": error}, status=status)

        assert type(failure) is UpstreamRateLimited
        assert failure.sent is False

    def test_missing_permission_is_a_refusal(self) -> None:
        error = {"code": "forbidden", "message": "You do not have permission.", "details": []}

        failure = purchase_failure({"error": error}, status=403)

        assert type(failure) is UpstreamRefused
        assert failure.detail == "You do not have permission."


class TestVoid:
    def test_voided_shipment_is_not_cancelled_again(self) -> None:
        with responses.RequestsMock() as platform:
            platform.add("GET", HERE, json=shipment_with(label_state="voided"))
            easyship_port().void_label(REF, REF)
            methods = [call.request.method for call in platform.calls]

        assert methods == ["GET"]

    @pytest.mark.parametrize("status", [422, 404])
    def test_refusal_for_a_shipment_that_is_cancelled_by_now_is_a_success(
        self, status: int
    ) -> None:
        with responses.RequestsMock() as platform:
            platform.add("GET", HERE, json=shipment_with())
            platform.add("POST", f"{HERE}/cancel", json={"error": {}}, status=status)
            platform.add("GET", HERE, json=shipment_with(shipment_state="cancelled"))
            easyship_port().void_label(REF, REF)
            methods = [call.request.method for call in platform.calls]

        assert methods == ["GET", "POST", "GET"]

    def test_refusal_for_a_label_that_lives_stays_a_refusal(self) -> None:
        words = "This Shipment cannot be cancelled. Please contact our support."
        with responses.RequestsMock() as platform, pytest.raises(UpstreamRefused) as caught:
            platform.add("GET", HERE, json=shipment_with())
            platform.add("POST", f"{HERE}/cancel", json={"error": {"details": [words]}}, status=422)
            platform.add("GET", HERE, json=shipment_with())
            easyship_port().void_label(REF, REF)

        assert caught.value.detail == words

    def test_void_that_failed_there_is_no_void(self) -> None:
        body = shipment_with(label_state="void_failed", shipment_state="cancelled")
        with responses.RequestsMock() as platform, pytest.raises(UpstreamRefused) as caught:
            platform.add("GET", HERE, json=body)
            easyship_port().void_label(REF, REF)

        assert caught.value.detail == (
            "The carrier did not void the label; ask Easyship's support."
        )

    def test_refused_key_is_no_void(self) -> None:
        with responses.RequestsMock() as platform, pytest.raises(UpstreamUnauthorized):
            platform.add("GET", HERE, json=shipment_with())
            platform.add("POST", f"{HERE}/cancel", json={}, status=401)
            easyship_port().void_label(REF, REF)


class TestCancelBooking:
    @pytest.mark.parametrize(
        ("changes", "method", "path"),
        [
            ({"label_state": "not_created", **NO_NUMBER}, "DELETE", HERE),
            ({"label_state": "failed", **NO_NUMBER}, "POST", f"{HERE}/cancel"),
            ({"label_state": "pending", **NO_NUMBER}, "POST", f"{HERE}/cancel"),
            ({"label_state": "generated"}, "POST", f"{HERE}/cancel"),
        ],
    )
    def test_unpaid_is_deleted_and_anything_else_cancelled(
        self, changes: dict[str, Any], method: str, path: str
    ) -> None:
        with responses.RequestsMock() as platform:
            platform.add("GET", HERE, json=shipment_with(**changes))
            platform.add(method, path, json={"success": {"message": "ok"}})
            easyship_port().cancel_booking(REF, "Corrected")
            sent = [(call.request.method, call.request.url) for call in platform.calls]

        assert sent == [("GET", HERE), (method, path)]

    def test_shipment_that_is_gone_is_cancelled(self) -> None:
        with responses.RequestsMock() as platform:
            platform.add("GET", HERE, json=fixture("easyship/error_404"), status=404)
            easyship_port().cancel_booking(REF, "Corrected")
            methods = [call.request.method for call in platform.calls]

        assert methods == ["GET"]
