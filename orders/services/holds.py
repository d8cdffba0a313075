"""Keeping an order back, and letting it go."""

from __future__ import annotations

from django.db import transaction

from orders.models import Order
from orders.rules.states import OrderState
from orders.services.intake import DISPATCH
from orders.services.progress import move_order
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict


def hold_order(*, order_id: int, reason: str, actor: str) -> Order:
    """Keep an order from being dispatched. Raises Conflict once it has a live shipment."""
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        if order.shipments.live().exists():
            raise Conflict(f"Order {order.number} is already being shipped; cancel it instead.")
        move_order(
            order,
            OrderState.HELD,
            kind="order.held",
            message=f"Held: {reason or 'no reason given'}",
            actor=actor,
            hold_reason=reason[:200] or "no reason given",
        )
        return order


def release_order(*, order_id: int, actor: str) -> Order:
    """Let a held order go on to dispatch."""
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        if order.state != OrderState.HELD.value:
            raise Conflict(f"Order {order.number} is not held.")
        move_order(
            order,
            OrderState.VALID,
            kind="order.released",
            message="Released.",
            actor=actor,
            hold_reason="",
        )
        nudge(DISPATCH, order.pk, queue="orders")
        return order
