"""The states of a void, and how long the platforms take one and its refund may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class VoidState(StrEnum):
    """`accepted` is the platform's word that the label is dead; the money comes later, if it does.

    `expired` is a void that nobody took in time, or a refund that did not come in time.
    """

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REFUNDED = "refunded"
    REJECTED = "rejected"
    EXPIRED = "expired"


class VoidPurpose(StrEnum):
    """What follows once the void is accepted."""

    CANCEL = "cancel"
    READDRESS = "readdress"
    REBUY = "rebuy"
    FOUND = "found"


_S = VoidState

MOVES: dict[VoidState, frozenset[VoidState]] = {
    _S.REQUESTED: frozenset({_S.ACCEPTED, _S.REJECTED, _S.EXPIRED}),
    _S.ACCEPTED: frozenset({_S.REFUNDED, _S.REJECTED, _S.EXPIRED}),
    _S.REFUNDED: frozenset(),
    _S.REJECTED: frozenset(),
    # Money that comes late is money all the same.
    _S.EXPIRED: frozenset({_S.REFUNDED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidTerms:
    """None where neither platform nor carrier says; the setting holds then.

    `window`: how long after the purchase a void is taken. `refund`: how long the money may take.
    """

    window: timedelta | None = None
    refund: timedelta | None = None


# Veeqo's help, article 6557180: unused labels billed through Veeqo within 14 days; the refund
# takes up to 60 days at USPS and up to 30 at the others. Easyship's reference, "Cancel a
# shipment": no prepaid label older than 6 months; how long the refund takes is not said.
_VEEQO_WINDOW = timedelta(days=14)
TERMS: Mapping[tuple[str, str], VoidTerms] = {
    ("veeqo", "USPS"): VoidTerms(window=_VEEQO_WINDOW, refund=timedelta(days=60)),
    ("veeqo", ""): VoidTerms(window=_VEEQO_WINDOW, refund=timedelta(days=30)),
    ("easyship", ""): VoidTerms(window=timedelta(days=180)),
}


def terms_of(platform: str, carrier: str) -> VoidTerms:
    """The carrier's own terms at a platform, else those that hold for all its carriers."""
    return TERMS.get((platform, carrier)) or TERMS.get((platform, "")) or VoidTerms()


def may_move(seen: VoidState, to: VoidState) -> bool:
    return to in MOVES[seen]
