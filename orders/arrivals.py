"""What orders do when stock arrives; importing this registers it."""

from __future__ import annotations

from collections.abc import Callable

from catalog.kits.contents import kits_with
from inventory.services.arrivals import on_arrival
from inventory.services.returns import Returned, on_return
from orders.models import Order, OrderLine, Shipment
from orders.rules.states import OrderState
from orders.services.progress import note_event
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


def follow_return(reference: str) -> Callable[[Returned], None]:
    """The order's history tells what came back; what that means for it a person decides."""
    shipped = Shipment.objects.filter(reference=reference).values("order_id")
    order = Order.objects.locked().filter(pk__in=shipped).first()

    def tell(returned: Returned) -> None:
        if order is None:
            return
        named = ", ".join(f"{count} × {sku}" for sku, count in returned.units.items())
        damaged = ", damaged" if returned.is_damaged else ""
        message = f"{named} came back to {returned.warehouse}{damaged}."
        note_event(order, kind="stock.returned", message=message, actor=returned.actor)

    return tell


on_arrival(wake_backorders)
on_return(follow_return)
