"""States of an order and of a shipment, and the moves that are allowed between them."""

from __future__ import annotations

from enum import StrEnum


class OrderState(StrEnum):
    RECEIVED = "received"
    VALID = "valid"
    ROUTED = "routed"
    RESERVED = "reserved"
    BOOKING = "booking"
    BOOKED = "booked"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    HELD = "held"
    NEEDS_ATTENTION = "needs_attention"
    BACKORDERED = "backordered"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    # Its parts are orders of their own, and it is where they are.
    SPLIT = "split"


class ShipmentState(StrEnum):
    """`requested` until the platform has the booking; `labelled` once money was spent."""

    REQUESTED = "requested"
    BOOKED = "booked"
    LABELLED = "labelled"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELLED = "cancelled"


_S = OrderState

MOVES: dict[OrderState, frozenset[OrderState]] = {
    _S.RECEIVED: frozenset({_S.VALID, _S.NEEDS_ATTENTION, _S.HELD, _S.CANCELLED}),
    _S.VALID: frozenset(
        {_S.ROUTED, _S.BACKORDERED, _S.NEEDS_ATTENTION, _S.HELD, _S.SPLIT, _S.CANCELLED}
    ),
    _S.ROUTED: frozenset({_S.RESERVED, _S.BACKORDERED, _S.NEEDS_ATTENTION, _S.CANCELLED}),
    _S.RESERVED: frozenset({_S.BOOKING, _S.VALID, _S.NEEDS_ATTENTION, _S.CANCELLED}),
    _S.BOOKING: frozenset({_S.BOOKED, _S.VALID, _S.NEEDS_ATTENTION, _S.CANCELLED}),
    _S.BOOKED: frozenset(
        {
            _S.IN_TRANSIT,
            _S.DELIVERED,
            _S.RETURNED,
            _S.VALID,
            _S.NEEDS_ATTENTION,
            _S.SPLIT,
            _S.CANCELLED,
        }
    ),
    _S.IN_TRANSIT: frozenset({_S.DELIVERED, _S.RETURNED, _S.NEEDS_ATTENTION, _S.SPLIT}),
    _S.DELIVERED: frozenset({_S.RETURNED}),
    _S.HELD: frozenset({_S.VALID, _S.NEEDS_ATTENTION, _S.CANCELLED}),
    _S.NEEDS_ATTENTION: frozenset(
        {
            _S.VALID,
            _S.RESERVED,
            _S.BOOKING,
            _S.BOOKED,
            _S.IN_TRANSIT,
            _S.DELIVERED,
            _S.HELD,
            _S.SPLIT,
            _S.CANCELLED,
            _S.RETURNED,
        }
    ),
    _S.BACKORDERED: frozenset({_S.VALID, _S.NEEDS_ATTENTION, _S.HELD, _S.SPLIT, _S.CANCELLED}),
    _S.SPLIT: frozenset({_S.BOOKED, _S.IN_TRANSIT, _S.DELIVERED, _S.RETURNED, _S.CANCELLED}),
    _S.CANCELLED: frozenset(),
    _S.RETURNED: frozenset(),
}

# Nothing more is expected to happen by itself.
FINAL_ORDER_STATES = frozenset({_S.DELIVERED, _S.CANCELLED, _S.RETURNED})
# May be taken up by dispatch again.
DISPATCHABLE = frozenset({_S.VALID, _S.BACKORDERED})
# May become several orders, or one that goes another way, as long as no platform has it.
SPLITTABLE = DISPATCHABLE | {_S.RESERVED, _S.NEEDS_ATTENTION}
# The carrier has the parcel, whatever the order waits for.
HANDED_OVER = frozenset({ShipmentState.IN_TRANSIT, ShipmentState.DELIVERED, ShipmentState.RETURNED})
# The label is bought, so the parcel counts as ready or gone.
LABELLED_ORDER_STATES = frozenset({_S.BOOKED, _S.IN_TRANSIT, _S.DELIVERED, _S.RETURNED})


def may_move(seen: OrderState, to: OrderState) -> bool:
    return to in MOVES[seen]
