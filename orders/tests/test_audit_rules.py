"""A platform's records against ours, as tables of cases."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from carriers.contracts import Booking, Label, TransactionRecord
from orders.rules.audit import (
    AuditFinding,
    DiscrepancyKind,
    OwnShipment,
    amount_finding,
    compare,
    is_our_reference,
    is_plain_charge,
    missing,
)
from shipping_project.kernel.money import Money

ORPHAN, GHOST, AMOUNT = DiscrepancyKind
USD = "USD"
REFERENCE = "SO-000042-ABCDEF"


def usd(amount: str) -> Money:
    return Money(Decimal(amount), USD)


LABEL = Label(label_ref="L1", tracking_number="T1", cost=usd("9.10"))
OTHER_LABEL = Label(label_ref="L2", tracking_number="T2", cost=usd("7.00"))
THEIRS = Booking(platform_ref="B1", reference=REFERENCE, label=LABEL)
EMPTY = replace(THEIRS, label=None)
CANCELLED = replace(EMPTY, is_cancelled=True)
OURS = OwnShipment(
    reference=REFERENCE,
    platform_ref="B1",
    is_live=True,
    label_ref="L1",
    tracking_number="T1",
    cost=usd("9.10"),
)
BARE = replace(OURS, label_ref="", tracking_number="", cost=None)
DEAD = replace(BARE, is_live=False)
ELSEWHERE = replace(OURS, platform_ref="B2", label_ref="L9", tracking_number="T9")
RETURNED = replace(DEAD, voided=frozenset({"L1"}))


@pytest.mark.parametrize(
    ("ours", "theirs", "kinds"),
    [
        pytest.param(OURS, THEIRS, [], id="same label for the same price"),
        pytest.param(BARE, EMPTY, [], id="booked on both sides and no label yet"),
        pytest.param(DEAD, CANCELLED, [], id="cancelled on both sides"),
        pytest.param(None, CANCELLED, [], id="unknown to us and cancelled there"),
        pytest.param(None, THEIRS, [ORPHAN], id="label under a reference unknown to us"),
        pytest.param(None, EMPTY, [ORPHAN], id="booking under a reference unknown to us"),
        pytest.param(BARE, THEIRS, [ORPHAN], id="label on our booking that we did not buy"),
        pytest.param(ELSEWHERE, THEIRS, [ORPHAN], id="label on a second booking"),
        pytest.param(ELSEWHERE, EMPTY, [ORPHAN], id="second booking without a label"),
        pytest.param(ELSEWHERE, CANCELLED, [], id="second booking that was cancelled"),
        pytest.param(DEAD, EMPTY, [ORPHAN], id="cancelled by us and open there"),
        pytest.param(DEAD, THEIRS, [ORPHAN], id="cancelled by us and labelled there"),
        pytest.param(
            DEAD, replace(THEIRS, is_cancelled=True), [ORPHAN], id="cancelled there, its label not"
        ),
        pytest.param(
            RETURNED, replace(THEIRS, is_cancelled=True), [], id="label on its way back to them"
        ),
        pytest.param(RETURNED, THEIRS, [ORPHAN], id="given back by us and kept there"),
        pytest.param(OURS, EMPTY, [GHOST], id="our label is gone"),
        pytest.param(OURS, CANCELLED, [GHOST], id="our booking was cancelled"),
        pytest.param(
            OURS, replace(EMPTY, label_pending=True), [], id="our label is being made again"
        ),
        pytest.param(OURS, replace(THEIRS, label=OTHER_LABEL), [GHOST, ORPHAN], id="another label"),
        pytest.param(
            OURS,
            replace(THEIRS, label=replace(LABEL, tracking_number="T7")),
            [GHOST, ORPHAN],
            id="another number under the same label",
        ),
        pytest.param(
            OURS,
            replace(THEIRS, label=replace(LABEL, tracking_number="")),
            [],
            id="a number that is not told is no other number",
        ),
        pytest.param(
            OURS,
            replace(THEIRS, label=replace(LABEL, cost=usd("9.11"))),
            [AMOUNT],
            id="a cent more",
        ),
        pytest.param(
            OURS,
            replace(THEIRS, label=replace(LABEL, cost=usd("9.1"))),
            [],
            id="written with fewer digits",
        ),
        pytest.param(
            OURS,
            replace(THEIRS, label=replace(LABEL, cost=Money(Decimal("9.10"), "GBP"))),
            [AMOUNT],
            id="another currency",
        ),
        pytest.param(replace(OURS, cost=None), THEIRS, [AMOUNT], id="a price where we have none"),
        pytest.param(
            OURS, replace(THEIRS, label=replace(LABEL, cost=None)), [], id="no price told"
        ),
    ],
)
def test_kinds_of_findings(
    ours: OwnShipment | None, theirs: Booking, kinds: list[DiscrepancyKind]
) -> None:
    assert [finding.kind for finding in compare(ours, theirs)] == kinds


def test_orphan_names_booking_label_and_price() -> None:
    (finding,) = compare(ELSEWHERE, THEIRS)

    assert finding == AuditFinding(
        kind=ORPHAN,
        platform_ref="B1",
        label_ref="L1",
        tracking_number="T1",
        theirs=usd("9.10"),
        detail="Booking B1 holds label T1 beside our booking B2.",
    )


def test_ghost_names_our_label_and_what_it_cost() -> None:
    (finding,) = compare(OURS, CANCELLED)

    assert finding == AuditFinding(
        kind=GHOST,
        platform_ref="B1",
        label_ref="L1",
        tracking_number="T1",
        ours=usd("9.10"),
        detail="Booking B1 was cancelled there; label T1 stands in our ledger.",
    )


def test_booking_that_is_gone_makes_a_ghost_of_its_label() -> None:
    (finding,) = missing(OURS)

    assert (finding.kind, finding.label_ref, finding.ours) == (GHOST, "L1", usd("9.10"))


def test_booking_that_is_gone_without_a_label_is_nothing() -> None:
    assert missing(BARE) == ()


@pytest.mark.parametrize(
    ("theirs", "difference"),
    [
        (usd("12.35"), usd("3.25")),
        (usd("8.10"), usd("-1.00")),
        (Money(Decimal("9.10"), "GBP"), None),
    ],
)
def test_difference_only_within_one_currency(theirs: Money, difference: Money | None) -> None:
    (finding,) = amount_finding(OURS, theirs)

    assert finding.difference == difference


@pytest.mark.parametrize(
    ("reference", "is_ours"),
    [
        ("SO-000042-ABCDEF", True),
        ("SO-1234567-AB23EF", True),
        ("SO-000042", False),
        ("SO-42-ABCDEF", False),
        ("SO-000042-ABCDEI", False),
        ("XSO-000042-ABCDEF", False),
        ("#1001", False),
        ("", False),
    ],
)
def test_form_of_our_references(reference: str, is_ours: bool) -> None:
    assert is_our_reference(reference) is is_ours


def record(amount: str) -> TransactionRecord:
    return TransactionRecord(
        record_ref=f"r{amount}",
        amount=Decimal(amount),
        kind="",
        description="",
        payee="",
        platform_ref="B1",
    )


@pytest.mark.parametrize(
    ("amounts", "currency", "is_plain"),
    [
        (["9.10"], USD, True),
        (["-9.10"], USD, True),
        (["9.11"], USD, False),
        (["9.10"], "GBP", False),
        (["9.10", "3.25"], USD, False),
    ],
)
def test_plain_charge_is_the_price_of_the_label_alone(
    amounts: list[str], currency: str, is_plain: bool
) -> None:
    records = [record(amount) for amount in amounts]

    assert is_plain_charge(OURS, records, currency) is is_plain


def test_charge_of_a_label_without_a_price_is_not_plain() -> None:
    assert is_plain_charge(replace(OURS, cost=None), [record("9.10")], USD) is False
