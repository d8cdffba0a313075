"""Correcting an order before its label is bought."""

from __future__ import annotations

from django.db import transaction

from carriers.models import OutboxCommand
from carriers.outbox.commands import cancel_pending
from orders.models import LabelState, Order
from orders.rules.addresses import check_address, normalize_address
from orders.rules.states import OrderState
from orders.rules.validation import address_errors, warnings_of
from orders.services.booking import ask
from orders.services.cancellation import GONE, end_shipment
from orders.services.intake import DISPATCH
from orders.services.kinds import CANCEL_BOOKING
from orders.services.progress import move_order, note_event
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict, InvalidInput
from shipping_project.kernel.postal import PostalAddress


def correct_address(*, order_id: int, address: PostalAddress, actor: str) -> Order:
    """Change the destination and route the order anew; a booking made for the old one is cancelled.

    Raises InvalidInput naming every fault, and Conflict when a label is bought already or a
    call for the order is still under way.
    """
    clean, findings = normalize_address(address)
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        checked = check_address(clean, carrier=order.requested_carrier)
        if errors := address_errors(checked):
            raise InvalidInput(errors=errors)
        _require_correctable(order)
        values = clean.as_dict()
        order.region = values.pop("state")
        for name, value in values.items():
            setattr(order, name, value)
        order.findings = warnings_of((*findings, *checked))
        order.save()
        note_event(order, kind="order.address_corrected", message="Address corrected.", actor=actor)
        _start_over(order, actor=actor)
        return order


def _require_correctable(order: Order) -> None:
    if OrderState(order.state) in GONE or order.cancel_requested_at:
        raise Conflict(f"Order {order.number} is {order.get_state_display().lower()}.")
    if order.shipments.live().filter(packages__label_state=LabelState.BOUGHT).exists():
        raise Conflict("The label is bought for the old address; cancel the order first.")
    cancel_pending(lane=order.lane)
    if OutboxCommand.objects.in_lane(order.lane).still_open().exists():
        raise Conflict("A call to the platform is under way; try again in a moment.")


def _start_over(order: Order, *, actor: str) -> None:
    shipment = order.shipments.live().first()
    if shipment is not None and shipment.platform_ref:
        ask(shipment, CANCEL_BOOKING, order)
        return
    if shipment is not None:
        end_shipment(shipment)
    if OrderState(order.state) in {OrderState.NEEDS_ATTENTION, OrderState.RESERVED}:
        move_order(
            order,
            OrderState.VALID,
            kind="order.restarted",
            message="Routed anew.",
            actor=actor,
            attention_code="",
            attention_detail="",
        )
    nudge(DISPATCH, order.pk, queue="orders")
