"""Taking back what no worker has touched yet, and what waited for it."""

from __future__ import annotations

from carriers.models import OutboxCommand
from carriers.outbox.commands import cancel_pending
from orders.models import DiscrepancyState, Order, PlatformDiscrepancy


def withdraw_pending(order: Order) -> int:
    """Withdraw the order's commands that no worker has touched; returns how many.

    An audit finding that one of them was to settle is open again, or it would wait for ever. The
    caller holds the order.
    """
    withdrawn = cancel_pending(lane=order.lane)
    # One that a worker has in hand settles its finding itself.
    if withdrawn and not OutboxCommand.objects.in_lane(order.lane).still_open().exists():
        asked = PlatformDiscrepancy.objects.filter(
            shipment__order=order, state=DiscrepancyState.ASKED
        )
        asked.update(state=DiscrepancyState.OPEN, last_error="Withdrawn: the order was changed.")
    return withdrawn
