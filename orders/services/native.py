"""Orders whose booking is an order of the platform's own."""

from __future__ import annotations

from orders.models import Order, OrderSource, PulledOrder


def native_booking(order: Order) -> PulledOrder | None:
    """The order there that this one was taken from; None where we book it ourselves."""
    if order.source != OrderSource.PLATFORM:
        return None
    rows = PulledOrder.objects.select_related("source", "warehouse").filter(order=order)
    found: PulledOrder | None = rows.first()
    return found


def stays_there(order: Order) -> bool:
    """Its booking is the customer's order there: taken back is only what we added to it, unless
    the order itself is called off.
    """
    return order.cancel_requested_at is None and native_booking(order) is not None
