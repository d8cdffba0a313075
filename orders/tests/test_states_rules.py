"""The table of moves."""

from __future__ import annotations

from itertools import pairwise

import pytest

from orders.rules.states import (
    DISPATCHABLE,
    FINAL_ORDER_STATES,
    LABELLED_ORDER_STATES,
    MOVES,
    OrderState,
    may_move,
)

GOOD_DAY = [
    OrderState.RECEIVED,
    OrderState.VALID,
    OrderState.ROUTED,
    OrderState.RESERVED,
    OrderState.BOOKING,
    OrderState.BOOKED,
    OrderState.IN_TRANSIT,
    OrderState.DELIVERED,
]


def test_every_state_has_its_moves() -> None:
    assert set(MOVES) == set(OrderState)


@pytest.mark.parametrize(("seen", "to"), list(pairwise(GOOD_DAY)))
def test_a_good_day_is_allowed(seen: OrderState, to: OrderState) -> None:
    assert may_move(seen, to)


@pytest.mark.parametrize("state", sorted(OrderState))
def test_no_state_moves_to_itself_or_back_to_received(state: OrderState) -> None:
    assert not may_move(state, state)
    assert not may_move(state, OrderState.RECEIVED)


@pytest.mark.parametrize(
    ("seen", "to"),
    [
        (OrderState.CANCELLED, OrderState.VALID),
        (OrderState.RETURNED, OrderState.DELIVERED),
        (OrderState.IN_TRANSIT, OrderState.CANCELLED),
        (OrderState.DELIVERED, OrderState.IN_TRANSIT),
        (OrderState.DELIVERED, OrderState.CANCELLED),
        (OrderState.HELD, OrderState.ROUTED),
        (OrderState.VALID, OrderState.BOOKED),
        (OrderState.BACKORDERED, OrderState.RESERVED),
    ],
)
def test_what_would_undo_or_skip_is_not(seen: OrderState, to: OrderState) -> None:
    assert not may_move(seen, to)


def test_every_state_can_end() -> None:
    for state in OrderState:
        assert _reachable(state) & FINAL_ORDER_STATES or state in FINAL_ORDER_STATES


def test_what_waits_for_dispatch_has_no_label() -> None:
    assert not DISPATCHABLE & LABELLED_ORDER_STATES


def _reachable(state: OrderState) -> set[OrderState]:
    found: set[OrderState] = set()
    edge = {state}
    while edge:
        edge = {to for seen in edge for to in MOVES[seen]} - found
        found |= edge
    return found
