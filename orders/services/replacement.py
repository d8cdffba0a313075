"""Giving a label back to buy another one, because it no longer fits its order."""

from __future__ import annotations

from django.db import transaction

from carriers.models import OutboxCommand
from orders.models import LabelState, Order, Shipment
from orders.rules.states import HANDED_OVER, OrderState
from orders.rules.voids import VoidPurpose
from orders.services.booking import ask
from orders.services.cancellation import GONE, end_shipment
from orders.services.intake import DISPATCH
from orders.services.kinds import FETCH_LABEL
from orders.services.native import native_booking
from orders.services.progress import move_order, note_event
from orders.services.voids import is_to_be_replaced, keep, request_void
from orders.services.withdrawal import withdraw_pending
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict


class LabelInTheWay(Conflict):
    """A label is bought for what stood there before; somebody has to want another one."""

    code = "label.must_be_replaced"
    title = "The label is bought already"


class InParts(Conflict):
    """What is asked for is done with the parts, which are orders of their own."""

    code = "order.in_parts"
    title = "The order is in parts"


def replace_label(*, order_id: int, reason: str, actor: str) -> Order:
    """Give the label back; once the platform took it, the order is routed and labelled anew.

    Raises Conflict where there is no label to give back, or a call for the order is under way.
    """
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        require_free(order)
        give_label_back(order, reason=reason, actor=actor)
        return order


def keep_label(*, order_id: int, reason: str, actor: str) -> Order:
    """Ship with the label after all, which could not be given back.

    Raises Conflict where no label waits for that decision.
    """
    with transaction.atomic(durable=True):
        order, shipment = _undecided(order_id)
        keep(shipment.packages.leading().get())
        move_order(
            order,
            OrderState.BOOKED,
            kind="label.kept",
            message=f"It is shipped with the label after all: {reason or 'no reason given'}",
            actor=actor,
            attention_code="",
            attention_detail="",
        )
        if shipment.packages.leading().filter(label_file="").exists():
            ask(shipment, FETCH_LABEL, order)
        return order


def write_off_label(*, order_id: int, reason: str, actor: str) -> Order:
    """Buy another label although this one could not be given back; its money stays spent.

    The old booking is left at the platform, where the audit goes on to show it. Raises Conflict
    where no label waits for that decision.
    """
    with transaction.atomic(durable=True):
        order, shipment = _undecided(order_id)
        if native_booking(order) is not None:
            raise Conflict("It stands on the platform's own order, which has room for one label.")
        end_shipment(shipment)
        move_order(
            order,
            OrderState.VALID,
            kind="label.written_off",
            message=f"The label is written off and another one bought: {reason or 'no reason'}",
            actor=actor,
            attention_code="",
            attention_detail="",
        )
        nudge(DISPATCH, order.pk, queue="orders")
        return order


def _undecided(order_id: int) -> tuple[Order, Shipment]:
    """An order whose label was to be replaced and could not be given back, under its lock."""
    order: Order = Order.objects.locked().get(pk=order_id)
    require_free(order)
    shipment = labelled_shipment(order)
    waits = order.state == OrderState.NEEDS_ATTENTION.value and shipment is not None
    if not waits or shipment is None or not is_to_be_replaced(shipment.packages.leading().get()):
        raise Conflict(f"Order {order.number} has no label that could not be given back.")
    return order, shipment


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
    if order.part_count:
        raise InParts(f"Order {order.number} is in parts: {', '.join(order.part_numbers)}.")
    if OrderState(order.state) in GONE or order.cancel_requested_at:
        raise Conflict(f"Order {order.number} is {order.get_state_display().lower()}.")
    if order.shipments.live().filter(state__in=HANDED_OVER).exists():
        raise Conflict(f"The carrier has the parcel of order {order.number}.")
    withdraw_pending(order)
    if OutboxCommand.objects.in_lane(order.lane).still_open().exists():
        raise Conflict("A call to the platform is under way; try again in a moment.")


def labelled_shipment(order: Order) -> Shipment | None:
    found: Shipment | None = (
        order.shipments.live().filter(packages__label_state=LabelState.BOUGHT).first()
    )
    return found
