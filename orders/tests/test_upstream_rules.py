"""What counts as changed at a platform, and what is only written differently there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carriers.contracts import Booking, Label
from orders.rules.upstream import Difference, OwnBooking, differences
from orders.tests.builders import ADDRESS

LABEL = Label(label_ref="L1", tracking_number="1Z0001")
BOOKING = Booking(platform_ref="901", reference="SO-1-1")
LABELLED = replace(BOOKING, label=LABEL)
OURS = OwnBooking(label_ref="L1", tracking_number="1Z0001", ship_to=ADDRESS)
NO_LABEL = OwnBooking(label_ref="", tracking_number="", ship_to=ADDRESS)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (OURS, LABELLED),
        (NO_LABEL, BOOKING),
        (OURS, replace(BOOKING, label_pending=True)),
        (OURS, replace(BOOKING, label=replace(LABEL, tracking_number=""))),
        (replace(OURS, tracking_number=""), LABELLED),
    ],
)
def test_nothing_was_changed(ours: OwnBooking, theirs: Booking) -> None:
    assert differences(ours, theirs, ADDRESS) == ()


@pytest.mark.parametrize(
    ("ours", "theirs", "code", "detail"),
    [
        (OURS, replace(LABELLED, is_cancelled=True), "upstream.cancelled",
         "Booking 901 was cancelled there."),
        (OURS, BOOKING, "upstream.label_gone", "Booking 901 no longer holds label 1Z0001."),
        (OURS, replace(LABELLED, label=Label(label_ref="L2", tracking_number="1Z0002")),
         "upstream.label_changed", "Booking 901 holds label 1Z0002 instead of 1Z0001."),
        (OURS, replace(LABELLED, label=replace(LABEL, tracking_number="1Z0002")),
         "upstream.label_changed", "Booking 901 holds label 1Z0002 instead of 1Z0001."),
        (NO_LABEL, LABELLED, "upstream.label_elsewhere",
         "Booking 901 holds label 1Z0001, not bought by us."),
    ],
)  # fmt: skip
def test_something_was_changed(ours: OwnBooking, theirs: Booking, code: str, detail: str) -> None:
    assert differences(ours, theirs, ADDRESS) == (Difference(code, detail),)


@pytest.mark.parametrize(
    "changes",
    [
        {"address_1": "1200 RIVERSIDE DRIVE."},
        {"postal_code": "89 503"},
        {"city": "reno"},
        {"state": "Nevada"},
        {"phone": "", "email": "", "name": "A. Brooks"},
    ],
)
def test_address_written_in_another_way_is_the_same(changes: dict[str, str]) -> None:
    assert differences(OURS, LABELLED, replace(ADDRESS, **changes)) == ()


def test_changed_address_is_told_by_its_parts_and_not_its_text() -> None:
    theirs = replace(ADDRESS, address_1="7 Elm Court", postal_code="89501")

    [found] = differences(OURS, LABELLED, theirs)

    assert found == Difference(
        "upstream.address_changed",
        "The address of booking 901 was changed there: street, postal code.",
    )


def test_list_without_addresses_tells_nothing_of_them() -> None:
    assert differences(OURS, LABELLED, None) == ()


def test_cancelled_booking_is_compared_no_further() -> None:
    theirs = replace(BOOKING, is_cancelled=True)

    found = differences(OURS, theirs, replace(ADDRESS, city="Sparks"))

    assert [difference.code for difference in found] == ["upstream.cancelled"]
