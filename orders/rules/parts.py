"""The state of an order in parts, from those of its parts."""

from __future__ import annotations

from collections.abc import Collection

from orders.rules.states import OrderState

_S = OrderState
# The furthest first: an order is so far once every part is.
_STAGES = (
    (_S.DELIVERED, frozenset({_S.DELIVERED})),
    (_S.RETURNED, frozenset({_S.DELIVERED, _S.RETURNED})),
    (_S.IN_TRANSIT, frozenset({_S.DELIVERED, _S.RETURNED, _S.IN_TRANSIT})),
    (_S.BOOKED, frozenset({_S.DELIVERED, _S.RETURNED, _S.IN_TRANSIT, _S.BOOKED})),
)


def state_of_parts(states: Collection[OrderState]) -> OrderState:
    """As far as the last part is; a cancelled part counts only where all are."""
    alive = frozenset(state for state in states if state is not _S.CANCELLED)
    if not alive:
        return _S.CANCELLED
    return next((state for state, within in _STAGES if alive <= within), _S.SPLIT)
