"""The states of a purchase and the moves between them: money is spent once, or a person knows."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from shipping_project.kernel.money import Money


class IntentState(StrEnum):
    """`sent` is written, committed, before the call goes out; `unknown` once its answer is lost.

    `adopted` is a label that a look at the platform found, `bought` one that its answer brought.
    """

    PENDING = "pending"
    SENT = "sent"
    UNKNOWN = "unknown"
    HANDED_OVER = "handed_over"
    BOUGHT = "bought"
    ADOPTED = "adopted"
    REFUSED = "refused"
    MISSED = "missed"


_S = IntentState

MOVES: dict[IntentState, frozenset[IntentState]] = {
    # Never sent: given up without asking anybody.
    _S.PENDING: frozenset({_S.SENT, _S.MISSED}),
    # Missed, when the connection was refused and so nothing left this machine.
    _S.SENT: frozenset({_S.BOUGHT, _S.REFUSED, _S.UNKNOWN, _S.MISSED}),
    _S.UNKNOWN: frozenset({_S.ADOPTED, _S.REFUSED, _S.MISSED, _S.HANDED_OVER}),
    # A person has the platform asked once more, and what it shows decides.
    _S.HANDED_OVER: frozenset({_S.UNKNOWN}),
    _S.BOUGHT: frozenset(),
    _S.ADOPTED: frozenset(),
    _S.REFUSED: frozenset(),
    _S.MISSED: frozenset(),
}

FINAL_INTENTS = frozenset(state for state, moves in MOVES.items() if not moves)
# Money may yet be spent, or be spent already without our knowing.
OPEN_INTENTS = tuple(state for state in IntentState if state not in FINAL_INTENTS)
PAID_INTENTS = (_S.BOUGHT, _S.ADOPTED)


class ForbiddenMove(ValueError):
    """The table knows no way between two states."""


def way_to(seen: IntentState, to: IntentState) -> tuple[IntentState, ...]:
    """The states passed through from `seen` to `to`, which is the last of them.

    A look at the platform takes the way over `unknown`. Raises ForbiddenMove.
    """
    if to in MOVES[seen]:
        return (to,)
    if _S.UNKNOWN in MOVES[seen] and to in MOVES[_S.UNKNOWN]:
        return _S.UNKNOWN, to
    raise ForbiddenMove(f"a purchase that is {seen} cannot become {to}")


def has_risen(first: Money, now: Money, *, limit: Decimal) -> bool:
    """Whether a price is above the first by more than the share `limit`, so 0.25 for a quarter.

    Prices in two currencies cannot be compared, which counts as risen.
    """
    if first.currency != now.currency:
        return True
    return now.amount > first.amount * (1 + limit)
