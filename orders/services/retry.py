"""Trying again where an order stopped, never repeating what may have happened."""

from __future__ import annotations

from django.db import transaction

from carriers.models import CommandState, OutboxCommand
from carriers.outbox.commands import release_stuck
from orders.models import LabelState, Order, Shipment
from orders.rules.states import DISPATCHABLE, OrderState
from orders.services.booking import ask
from orders.services.cancellation import continue_cancellation, end_shipment
from orders.services.intake import DISPATCH
from orders.services.kinds import (
    BOOK,
    BOOKING_GONE,
    BUY_LABEL,
    CANCEL_BOOKING,
    FETCH_LABEL,
)
from orders.services.progress import move_order
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict


def retry_order(*, order_id: int, actor: str) -> Order:
    """Go on from the step that failed. Raises Conflict when the order is not waiting for it."""
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        if OrderState(order.state) in DISPATCHABLE:
            nudge(DISPATCH, order.pk, queue="orders")
        elif order.state == OrderState.NEEDS_ATTENTION.value:
            _go_on(order, actor=actor)
        else:
            raise Conflict(
                f"Order {order.number} is {order.get_state_display().lower()}; "
                "there is nothing to retry."
            )
        return order


def _go_on(order: Order, *, actor: str) -> None:
    open_command = OutboxCommand.objects.in_lane(order.lane).still_open().order_by("id").first()
    shipment = order.shipments.live().first()
    if open_command is not None:
        if open_command.state == CommandState.STUCK:
            release_stuck(open_command, as_missed=False)
        return
    if order.cancel_requested_at:
        # Whatever failed was a step of the cancellation; going on to a label would spend money.
        continue_cancellation(order)
        return
    last = OutboxCommand.objects.in_lane(order.lane).order_by("-id").first()
    if shipment is not None and last is not None and last.error_code == BOOKING_GONE:
        end_shipment(shipment)
        shipment = None
    if shipment is None:
        _resume(order, OrderState.VALID, "Routed anew.", actor)
        nudge(DISPATCH, order.pk, queue="orders")
    elif last is not None and last.kind == CANCEL_BOOKING:
        # The booking is for an address that was corrected since; it must not get a label.
        ask(shipment, CANCEL_BOOKING, order)
    elif not shipment.platform_ref:
        _resume(order, OrderState.RESERVED, "Booking is tried again.", actor)
        ask(shipment, BOOK, order)
    else:
        _go_on_with_label(order, shipment, actor=actor)


def _go_on_with_label(order: Order, shipment: Shipment, *, actor: str) -> None:
    if shipment.packages.filter(label_state=LabelState.BOUGHT).exists():
        _resume(order, OrderState.BOOKED, "The label file is fetched again.", actor)
        ask(shipment, FETCH_LABEL, order)
        return
    _resume(order, OrderState.BOOKING, "The label is tried again.", actor)
    ask(shipment, BUY_LABEL, order)


def _resume(order: Order, to: OrderState, message: str, actor: str) -> None:
    move_order(
        order,
        to,
        kind="order.retried",
        message=message,
        actor=actor,
        attention_code="",
        attention_detail="",
    )
