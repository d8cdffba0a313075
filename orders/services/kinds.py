"""The commands that orders give to the platforms."""

from __future__ import annotations

BOOK = "orders.book"
BUY_LABEL = "orders.buy_label"
FETCH_LABEL = "orders.fetch_label"
VOID_LABEL = "orders.void_label"
CANCEL_BOOKING = "orders.cancel_booking"
VOID_ORPHAN = "orders.void_orphan"
ADOPT_LABEL = "orders.adopt_label"

# Why a label was not bought: the booking is no longer there to buy it on.
BOOKING_GONE = "booking.gone"
