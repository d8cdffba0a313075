"""The states of a void, and how long platforms take one and its refund may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    """Why the label is given back, and so what follows once it is."""

    CANCEL = "cancel"
    REPLACE = "replace"
    FOUND = "found"


_S = VoidState

MOVES: Mapping[VoidState, frozenset[VoidState]] = {
    _S.REQUESTED: frozenset({_S.ACCEPTED, _S.REJECTED, _S.EXPIRED}),
    # Rejected: the platform took the void and the carrier did not.
    _S.ACCEPTED: frozenset({_S.REFUNDED, _S.REJECTED, _S.EXPIRED}),
    _S.REFUNDED: frozenset(),
    _S.REJECTED: frozenset(),
    # Money that comes late is money all the same.
    _S.EXPIRED: frozenset({_S.REFUNDED}),
}
OPEN_VOIDS = (_S.REQUESTED, _S.ACCEPTED)
# Where money may still come back.
REFUNDABLE = (_S.ACCEPTED, _S.EXPIRED)


def may_move(seen: VoidState, to: VoidState) -> bool:
    return to in MOVES[seen]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidTerms:
    """`window`: how long after the purchase a void is taken. `refund`: how long it may take."""

    window: timedelta
    refund: timedelta


# By "platform/carrier", carrier or platform, the narrowest first, in days. Veeqo's help, article
# 6557180: unused labels billed through Veeqo within 14 days; the refund takes up to 60 days at USPS
# and up to 30 at the others. Easyship's reference, "Cancel a shipment": no prepaid label older than
# 6 months; how long the refund takes is not said.
WINDOW_DAYS: Mapping[str, int] = {"veeqo": 14, "easyship": 180}
REFUND_DAYS: Mapping[str, int] = {"veeqo/usps": 60, "veeqo": 30, "easyship": 30}


def terms_of(
    platform: str,
    carrier: str,
    *,
    window_days: Mapping[str, int] | None = None,
    refund_days: Mapping[str, int] | None = None,
) -> VoidTerms:
    """The platforms' own terms, but those named in `window_days` and `refund_days` as given."""
    names = (f"{platform}/{carrier}".lower(), carrier.lower(), platform.lower())
    return VoidTerms(
        window=timedelta(days=_days(names, window_days or {}, WINDOW_DAYS)),
        refund=timedelta(days=_days(names, refund_days or {}, REFUND_DAYS)),
    )


def _days(names: tuple[str, ...], *tables: Mapping[str, int]) -> int:
    return next(table[name] for table in tables for name in names if name in table)


FIRST_LOOK = timedelta(minutes=5)
LOOKS_OF_FIRST_DAY = timedelta(hours=1)
LOOKS_AFTER = timedelta(days=1)


def next_look(accepted_at: datetime, now: datetime) -> datetime:
    """When the platform is asked for the refund again: every hour for a day, then once a day."""
    is_young = now - accepted_at < timedelta(days=1)
    return now + (LOOKS_OF_FIRST_DAY if is_young else LOOKS_AFTER)


def is_refund(kind: str) -> bool:
    """By Easyship's words for a record of its account: "Refund after Cancellation" and others."""
    return kind.startswith("Refund")
