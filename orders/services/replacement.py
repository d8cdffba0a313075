"""Giving a label back to buy another one, because it no longer fits its order."""

from __future__ import annotations

from django.db import transaction

from carriers.models import OutboxCommand
from carriers.outbox.commands import cancel_pending
from orders.models import LabelState, Order, Shipment
from orders.rules.states import OrderState
from orders.rules.voids import VoidPurpose
from orders.services.cancellation import GONE
from orders.services.progress import note_event
from orders.services.voids import request_void
from shipping_project.kernel.errors import Conflict


class LabelInTheWay(Conflict):
    """A label is bought for what stood there before; somebody has to want another one."""

    code = "label.must_be_replaced"
    title = "The label is bought already"


def replace_label(*, order_id: int, reason: str, actor: str) -> Order:
    """Give the label back; once the platform took it, the order is routed and labelled anew.

    Raises Conflict where there is no label to give back, or a call for the order is under way.
    """
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        require_free(order)
        give_label_back(order, reason=reason, actor=actor)
        return order


def give_label_back(order: Order, *, reason: str, actor: str) -> None:
    """Ask for the void that makes room for another label. The caller holds the order."""
    shipment = labelled_shipment(order)
    if shipment is None:
        raise Conflict(f"Order {order.number} has no label that could be replaced.")
    request_void(
        shipment=shipment, order=order, purpose=VoidPurpose.REPLACE, reason=reason, actor=actor
    )
    note_event(
        order,
        kind="label.replaced",
        message=f"The label is given back and another one bought: {reason or 'no reason given'}",
        actor=actor,
    )


def require_free(order: Order) -> None:
    """Raises Conflict for an order that is gone or being called off, or has a call under way."""
    if OrderState(order.state) in GONE or order.cancel_requested_at:
        raise Conflict(f"Order {order.number} is {order.get_state_display().lower()}.")
    cancel_pending(lane=order.lane)
    if OutboxCommand.objects.in_lane(order.lane).still_open().exists():
        raise Conflict("A call to the platform is under way; try again in a moment.")


def labelled_shipment(order: Order) -> Shipment | None:
    found: Shipment | None = (
        order.shipments.live().filter(packages__label_state=LabelState.BOUGHT).first()
    )
    return found
