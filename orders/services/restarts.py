"""Sending an order round again that no platform has booked yet."""

from __future__ import annotations

from orders.models import LabelState, Order, Shipment
from orders.rules.states import OrderState
from orders.services.booking import ask
from orders.services.cancellation import end_shipment
from orders.services.intake import DISPATCH
from orders.services.kinds import CANCEL_BOOKING
from orders.services.progress import move_order, note_event
from orders.services.replacement import require_free
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict

# Its booking was refused a label, so it is in nobody's way.
FAILED = OrderState.NEEDS_ATTENTION.value


class AlreadyBooked(Conflict):
    """The platform has the booking, or a label is bought: another way would be a second one."""

    code = "routing.already_booked"
    title = "The order is booked already"


def give_up_unbooked(order: Order) -> Shipment | None:
    """Free the order for another way; its stock is free again unless a booking is left to cancel.

    Answers that booking, which was refused a label. Raises AlreadyBooked, and Conflict for an order
    that is gone or has a call under way. The caller holds the order and rolls back on a refusal.
    """
    shipment: Shipment | None = order.shipments.live().first()
    if shipment is not None and _is_booked(order, shipment):
        raise AlreadyBooked(
            f"Order {order.number} is booked at {shipment.get_platform_display()}; cancel it, or "
            "have its label replaced."
        )
    require_free(order)
    if shipment is None or shipment.platform_ref:
        return shipment
    end_shipment(shipment)
    return None


def _is_booked(order: Order, shipment: Shipment) -> bool:
    if shipment.packages.filter(label_state=LabelState.BOUGHT).exists():
        return True
    return bool(shipment.platform_ref) and order.state != FAILED


def route_again(order: Order, booking: Shipment | None, *, actor: str, words: str) -> None:
    """Dispatch anew, once `booking` is cancelled; a held order waits until it is released."""
    if booking is not None:
        note_event(order, kind="order.rerouted", message=words, actor=actor)
        ask(booking, CANCEL_BOOKING, order)
        return
    if order.state in (FAILED, OrderState.RESERVED.value):
        move_order(order, OrderState.VALID, kind="order.rerouted", message=words, actor=actor)
    else:
        note_event(order, kind="order.rerouted", message=words, actor=actor)
    if order.state != OrderState.HELD.value:
        nudge(DISPATCH, order.pk, queue="orders")
