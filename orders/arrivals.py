"""What orders do when stock arrives; importing this registers it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from carriers.models import OutboxCommand
from catalog.kits.contents import kits_with
from inventory.holds.services import on_expiry
from inventory.services.arrivals import on_arrival
from inventory.services.returns import Returned, on_return
from orders.models import Order, OrderLine, Shipment
from orders.rules.states import OrderState, ShipmentState
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


def let_expire(reference: str) -> Callable[[], object] | None:
    """A shipment gives its units back only while its order waits for a person and nothing of it
    is upstream; Retry routes it anew then, since it holds less than it needs.
    """
    shipped = Shipment.objects.filter(reference=reference).values("order_id")
    order = Order.objects.locked().filter(pk__in=shipped).first()
    if order is None:
        return _tell_nobody
    shipment = Shipment.objects.get(reference=reference)
    is_free = (
        order.state == OrderState.NEEDS_ATTENTION.value
        and shipment.state == ShipmentState.REQUESTED.value
        and not shipment.platform_ref
        and not shipment.packages.labelled().exists()
        and not OutboxCommand.objects.in_lane(order.lane).still_open().exists()
    )
    message = f"Nobody went on in time; what was held for {reference} is free again."
    tell = partial(note_event, order, kind="stock.hold_expired", message=message)
    return tell if is_free else None


def _tell_nobody() -> None:
    """A hold that no shipment has."""


on_arrival(wake_backorders)
on_expiry(let_expire)
on_return(follow_return)
