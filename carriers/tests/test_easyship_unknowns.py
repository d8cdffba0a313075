"""What nobody knows of Easyship is a setting of the twin; the client bears every value of it."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
from pypdf import PdfReader

from carriers.contracts import Booking, DutiableItem, DutyQuestion
from carriers.easyship.client import EasyshipClient
from carriers.easyship.port import EasyshipPort
from carriers.easyship.refusals import RULES
from carriers.errors import (
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamUnauthorized,
    UpstreamUnclear,
)
from carriers.tests.border import CONSIGNMENT, make_session
from carriers.tests.own_twin import twin_of
from shipping_project.kernel.money import Money

TOKEN = "ek-probe"
PATIENCE_S = 20.0
QUESTION = DutyQuestion(
    origin_country="US",
    destination_country="GB",
    shipping=Money(Decimal("21.40"), "USD"),
    insurance=Money(Decimal(0), "USD"),
    items=(DutiableItem(hs_code="95030089", origin_country="US", value=Money(Decimal(49), "USD")),),
)


class Twin:
    """The twin, and our client and port at it."""

    def __init__(self, url: str, token: str = TOKEN) -> None:
        self.url = url
        session = make_session(url, platform="easyship", rules=RULES, key=token, bearer=token)
        self.client = EasyshipClient(session, label_timeout_s=1)
        self.port = EasyshipPort(self.client)

    def options(self, **changes: Any) -> None:
        answer = requests.patch(f"{self.url}/__twin__/options", json=changes, timeout=10)
        assert answer.status_code == 200, answer.text

    def booked(self) -> Booking:
        return self.port.create_booking(replace(CONSIGNMENT, reference="SHOP-1"))


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with twin_of(tmp_path) as url:
        yield Twin(url)


@pytest.mark.parametrize("status", [429, 403])
def test_burst_is_a_reason_to_wait_whatever_its_status(twin: Twin, status: int) -> None:
    """The documents say 429, and 403 was seen, which otherwise means that a scope is missing."""
    twin.options(enforce_limits=True, easyship_per_second=1, easyship_burst_status=status)
    twin.client.get_account()

    with pytest.raises(UpstreamRateLimited) as caught:
        twin.booked()

    assert caught.value.sent is False
    assert caught.value.http_status == status


@pytest.mark.parametrize(("honoured", "after_a_repeat"), [("old", 2), ("both", 1)])
def test_booking_whose_answer_was_lost_is_found_and_a_repeat_borne(
    twin: Twin, honoured: str, after_a_repeat: int
) -> None:
    """Whether keys count there is not known, so it is looked for before it is made again."""
    twin.options(easyship_idempotency=honoured)
    fault = {"method": "POST", "path": "/shipments", "effect": "drop_after"}
    requests.post(f"{twin.url}/__twin__/faults", json=fault, timeout=10).raise_for_status()

    with pytest.raises(UpstreamUnclear):
        twin.booked()
    found = twin.port.find_bookings("SHOP-1")
    again = twin.booked()

    assert len(found) == 1
    assert len(twin.port.find_bookings("SHOP-1")) == after_a_repeat
    assert (again == found[0]) is (honoured == "both")


def test_corrected_booking_does_not_meet_the_answer_to_the_old_one(twin: Twin) -> None:
    twin.options(easyship_idempotency="both")
    first = twin.booked()
    moved = replace(CONSIGNMENT.ship_to, address_1="14 Harbour Row")

    second = twin.port.create_booking(replace(CONSIGNMENT, reference="SHOP-1", ship_to=moved))

    assert second.platform_ref != first.platform_ref


def test_missing_scope_is_a_refusal(twin: Twin) -> None:
    twin.options(easyship_scopes="public.account:read")

    with pytest.raises(UpstreamRefused) as caught:
        twin.booked()

    assert type(caught.value) is UpstreamRefused
    assert "permission" in caught.value.detail


def test_token_of_the_other_host_is_a_refused_key(tmp_path: Path) -> None:
    with twin_of(tmp_path) as url:
        twin = Twin(url, "sand_probe=")
        twin.options(easyship_host="production")

        with pytest.raises(UpstreamUnauthorized):
            twin.client.get_account()


def test_nothing_on_offer_is_no_offer_and_no_failure(twin: Twin) -> None:
    """422 to the question, and 202 to the shipment, which stands without a service."""
    twin.options(easyship_no_solutions=True)

    booking = twin.booked()

    assert twin.client.get_rates(CONSIGNMENT) == ()
    assert (booking.quotes, booking.label) == ((), None)
    assert [found.platform_ref for found in twin.port.find_bookings("SHOP-1")] == [
        booking.platform_ref
    ]


def test_duties_without_a_paid_plan_are_a_refusal(twin: Twin) -> None:
    twin.options(easyship_has_paid_plan=False)

    with pytest.raises(UpstreamRefused, match="plan"):
        twin.client.estimate_duties(QUESTION)


def test_label_that_takes_too_long_is_looked_for_and_found(twin: Twin) -> None:
    """Nobody knows how long a label may take; the caller gives up, and the label is bought."""
    booking = twin.booked()
    twin.options(easyship_sync_label_seconds=1.5)

    with pytest.raises(UpstreamUnclear) as caught:
        twin.port.buy_label(booking, booking.quotes[0])

    assert caught.value.sent is True
    end = time.monotonic() + PATIENCE_S
    while (label := twin.port.read_booking(booking.platform_ref).label) is None:
        assert time.monotonic() < end, "no label came"
        time.sleep(0.05)
    assert label.cost == booking.quotes[0].price


@pytest.mark.parametrize("parts", [1, 3])
def test_label_in_parts_is_one_file(twin: Twin, parts: int) -> None:
    twin.options(easyship_label_parts=parts)
    booking = twin.booked()
    label = twin.port.buy_label(booking, booking.quotes[0])

    document = twin.port.fetch_label(label, booking.platform_ref)

    assert len(PdfReader(io.BytesIO(document.content)).pages) == parts
