"""A platform's records against ours: what was paid for and is not ours, what is ours and not there.

Pure. What a list shows may be old, so whoever files a finding looks at the booking itself first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from carriers.contracts import Booking, Label, TransactionRecord
from shipping_project.kernel.money import Money

# How our references look, so that a booking of ours is known even when its order is not.
OUR_REFERENCE = re.compile(r"SO-[0-9]{6,}-[A-HJ-NP-Z2-9]{6}")


class DiscrepancyKind(StrEnum):
    """`orphan`: there and not in our ledger. `ghost`: ours and not there. `amount`: two prices."""

    ORPHAN = "orphan"
    GHOST = "ghost"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnShipment:
    """As our ledger has it; `label_ref` and `tracking_number` are "" without a live label.

    `cost` is what the ledger says was paid, None where the platform never said. `voided` are the
    labels that we gave back.
    """

    reference: str
    platform_ref: str
    is_live: bool
    label_ref: str = ""
    tracking_number: str = ""
    cost: Money | None = None
    voided: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFinding:
    """Named by `kind`, `platform_ref` and `label_ref`; one that stays reads the same each night."""

    kind: DiscrepancyKind
    platform_ref: str
    detail: str
    label_ref: str = ""
    tracking_number: str = ""
    ours: Money | None = None
    theirs: Money | None = None

    @property
    def difference(self) -> Money | None:
        """What was paid above our ledger; None where the two cannot be compared."""
        if self.ours is None or self.theirs is None or self.ours.currency != self.theirs.currency:
            return None
        return Money(self.theirs.amount - self.ours.amount, self.ours.currency)


def is_our_reference(reference: str) -> bool:
    return OUR_REFERENCE.fullmatch(reference) is not None


def compare(ours: OwnShipment | None, theirs: Booking) -> tuple[AuditFinding, ...]:
    """One booking under a reference of ours; `ours` is None where we have no such shipment."""
    if ours is None:
        return _orphan(theirs, "under a reference that we have no record of")
    theirs = without_returned(theirs, ours.voided)
    if _is_same_label(ours, theirs.label):
        return _amount(ours, theirs)
    if ours.platform_ref != theirs.platform_ref:
        return _orphan(theirs, f"beside our booking {ours.platform_ref or '(none)'}")
    if not ours.is_live:
        return _ghost_of(ours, theirs) + _orphan(theirs, "although we cancelled it")
    # The booking is ours and live, so only a label on it can be one too many.
    stray = _orphan(theirs, "that we did not buy") if theirs.label else ()
    return _ghost_of(ours, theirs) + stray


def without_returned(theirs: Booking, voided: Collection[str]) -> Booking:
    """A label that we gave back may stay on a cancelled booking until the carrier has agreed."""
    is_on_its_way_back = (
        theirs.is_cancelled and theirs.label is not None and theirs.label.label_ref in voided
    )
    return replace(theirs, label=None) if is_on_its_way_back else theirs


def missing(ours: OwnShipment) -> tuple[AuditFinding, ...]:
    """The platform has no booking under our number any more."""
    if not ours.label_ref:
        return ()
    return (_ghost(ours, f"Booking {ours.platform_ref} is not there any more"),)


def _is_same_label(ours: OwnShipment, label: Label | None) -> bool:
    if label is None or not ours.label_ref or label.label_ref != ours.label_ref:
        return False
    # Easyship names a label by its shipment, so a second one is told by its number alone.
    numbers = (label.tracking_number, ours.tracking_number)
    return not all(numbers) or numbers[0] == numbers[1]


def _orphan(theirs: Booking, where: str) -> tuple[AuditFinding, ...]:
    if theirs.label is None:
        if theirs.is_cancelled:
            return ()
        detail = f"Booking {theirs.platform_ref} stands there without a label, {where}."
        return (_orphan_row(theirs, detail),)
    number = theirs.label.tracking_number or theirs.label.label_ref
    detail = f"Booking {theirs.platform_ref} holds label {number} {where}."
    return (_orphan_row(theirs, detail),)


def _orphan_row(theirs: Booking, detail: str) -> AuditFinding:
    label = theirs.label
    return AuditFinding(
        kind=DiscrepancyKind.ORPHAN,
        platform_ref=theirs.platform_ref,
        detail=detail,
        label_ref=label.label_ref if label else "",
        tracking_number=label.tracking_number if label else "",
        theirs=label.cost if label else None,
    )


def _ghost_of(ours: OwnShipment, theirs: Booking) -> tuple[AuditFinding, ...]:
    # One that is being made, or made again, is not gone.
    if not ours.label_ref or theirs.label_pending:
        return ()
    state = "was cancelled there" if theirs.is_cancelled else "does not hold it"
    return (_ghost(ours, f"Booking {ours.platform_ref} {state}"),)


def _ghost(ours: OwnShipment, why: str) -> AuditFinding:
    number = ours.tracking_number or ours.label_ref
    return AuditFinding(
        kind=DiscrepancyKind.GHOST,
        platform_ref=ours.platform_ref,
        detail=f"{why}; label {number} stands in our ledger.",
        label_ref=ours.label_ref,
        tracking_number=ours.tracking_number,
        ours=ours.cost,
    )


def _amount(ours: OwnShipment, theirs: Booking) -> tuple[AuditFinding, ...]:
    cost = theirs.label.cost if theirs.label else None
    return amount_finding(ours, cost)


def amount_finding(ours: OwnShipment, theirs: Money | None) -> tuple[AuditFinding, ...]:
    """What the platform says a label cost, against our ledger; to the cent."""
    if theirs is None or (ours.cost is not None and _same_amount(ours.cost, theirs)):
        return ()
    known = str(ours.cost) if ours.cost else "no cost"
    finding = AuditFinding(
        kind=DiscrepancyKind.AMOUNT,
        platform_ref=ours.platform_ref,
        detail=f"Label {ours.tracking_number or ours.label_ref} cost {theirs}; we have {known}.",
        label_ref=ours.label_ref,
        tracking_number=ours.tracking_number,
        ours=ours.cost,
        theirs=theirs,
    )
    return (finding,)


def _same_amount(one: Money, other: Money) -> bool:
    return str(one) == str(other)


def is_plain_charge(ours: OwnShipment, records: Sequence[TransactionRecord], currency: str) -> bool:
    """Whether these records are no more than the price of the label, as it stands in our ledger."""
    if len(records) != 1 or ours.cost is None:
        return False
    return _same_amount(ours.cost, Money(abs(records[0].amount), currency))
