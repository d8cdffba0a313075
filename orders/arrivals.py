"""What orders do when stock arrives; importing this registers it."""

from __future__ import annotations

from catalog.kits.contents import kits_with
from inventory.services.arrivals import on_arrival
from orders.models import OrderLine
from orders.rules.states import OrderState
from shipping_project.jobs.queue import nudge

DISPATCH_WAITING = "orders.tasks.dispatch_waiting"


def wake_backorders(sellable_ids: frozenset[int]) -> None:
    """Have those that waited for it looked at at once, rather than within a minute."""
    wanted = sellable_ids | kits_with(sellable_ids)
    waiting = OrderLine.objects.filter(
        order__state=OrderState.BACKORDERED.value, sellable_id__in=wanted
    )
    if waiting.exists():
        nudge(DISPATCH_WAITING, queue="orders")


on_arrival(wake_backorders)
