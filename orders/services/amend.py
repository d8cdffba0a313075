"""Correcting where an order goes, before or after its label is bought."""

from __future__ import annotations

from django.db import transaction

from orders.models import Order
from orders.rules.addresses import check_address, normalize_address
from orders.rules.states import OrderState
from orders.rules.validation import address_errors, warnings_of
from orders.services.booking import ask
from orders.services.cancellation import end_shipment
from orders.services.intake import DISPATCH
from orders.services.kinds import CANCEL_BOOKING
from orders.services.progress import move_order, note_event
from orders.services.replacement import (
    LabelInTheWay,
    give_label_back,
    labelled_shipment,
    require_free,
)
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import InvalidInput
from shipping_project.kernel.postal import PostalAddress

IN_THE_WAY = (
    "The label is bought for the old address; say that it is to be given back and replaced."
)


def correct_address(
    *, order_id: int, address: PostalAddress, actor: str, replaces_label: bool = False
) -> Order:
    """Change the destination and route the order anew; a booking made for the old one is cancelled.

    A label that is bought for the old one is in the way (LabelInTheWay) unless somebody said by
    `replaces_label` that it is to be given back and another one bought. Raises InvalidInput naming
    every fault, and Conflict when a call for the order is still under way.
    """
    clean, findings = normalize_address(address)
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        checked = check_address(clean, carrier=order.requested_carrier)
        if errors := address_errors(checked):
            raise InvalidInput(errors=errors)
        require_free(order)
        has_label = labelled_shipment(order) is not None
        if has_label and not replaces_label:
            raise LabelInTheWay(IN_THE_WAY)
        values = clean.as_dict()
        order.region = values.pop("state")
        for name, value in values.items():
            setattr(order, name, value)
        order.findings = warnings_of((*findings, *checked))
        order.save()
        note_event(order, kind="order.address_corrected", message="Address corrected.", actor=actor)
        if has_label:
            give_label_back(order, reason="Address corrected", actor=actor)
        else:
            _start_over(order, actor=actor)
        return order


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
