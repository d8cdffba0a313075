"""The states of a purchase and the moves between them: money is spent once, or a person knows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class IntentState(StrEnum):
    """`sent` is committed before the call goes out; `unknown` follows once its answer is lost.

    `bought` is a label that the answer brought, `adopted` one that a look at the platform found.
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

MOVES: Mapping[IntentState, frozenset[IntentState]] = {
    # Missed: given up before anything was sent. Adopted: by then the booking held a label.
    _S.PENDING: frozenset({_S.SENT, _S.ADOPTED, _S.MISSED}),
    # Missed: no connection was made, so nothing left this machine.
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

    What a look at the platform finds comes by way of `unknown`. Raises ForbiddenMove.
    """
    if to in MOVES[seen]:
        return (to,)
    if _S.UNKNOWN in MOVES[seen] and to in MOVES[_S.UNKNOWN]:
        return _S.UNKNOWN, to
    raise ForbiddenMove(f"a purchase that is {seen} cannot become {to}")
