"""Calling an order off, wherever it is: here at once, upstream by commands in its lane."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from carriers.models import OutboxCommand
from inventory.services.stock import release_reservations
from inventory.sync.counting import note_not_counted
from orders.models import LabelState, Order, Shipment
from orders.rules.states import FINAL_ORDER_STATES, HANDED_OVER, OrderState, ShipmentState
from orders.rules.voids import VoidPurpose
from orders.services.booking import ask
from orders.services.intake import DISPATCH
from orders.services.kinds import CANCEL_BOOKING, FETCH_LABEL
from orders.services.labels import mark_voided
from orders.services.parts import follow_parts
from orders.services.progress import move_order, need_attention, note_event
from orders.services.voids import open_void_of, reject_void, request_void
from orders.services.withdrawal import withdraw_pending
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict

GONE = FINAL_ORDER_STATES | {OrderState.IN_TRANSIT}


def cancel_order(*, order_id: int, reason: str, actor: str) -> Order:
    """Cancel now if nothing is upstream, else ask for it; a repeat changes nothing.

    Of an order in parts each part is. Raises Conflict once the carrier has the parcel.
    """
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        # Known only under the lock, since it may be split at this very moment.
        if not order.part_count:
            return _cancel_whole(order, reason=reason, actor=actor)
    return _cancel_parts(order_id, reason=reason, actor=actor)


def _cancel_whole(order: Order, *, reason: str, actor: str) -> Order:
    if order.state == OrderState.CANCELLED.value or order.cancel_requested_at:
        return order
    if OrderState(order.state) in GONE:
        raise Conflict(
            f"Order {order.number} is {order.get_state_display().lower()}; "
            "it can no longer be cancelled."
        )
    if order.shipments.filter(state__in=HANDED_OVER).exists():
        raise Conflict(
            f"The carrier has the parcel of order {order.number}; it can no longer be cancelled."
        )
    _note_wish(order, what="Cancel", reason=reason, actor=actor)
    withdraw_pending(order)
    continue_cancellation(order)
    return order


def _note_wish(order: Order, *, what: str, reason: str, actor: str) -> None:
    order.cancel_requested_at = timezone.now()
    order.cancel_reason = reason[:200]
    order.save(update_fields=["cancel_requested_at", "cancel_reason", "updated_at"])
    message = f"{what}: {reason or 'no reason given'}"
    note_event(order, kind="order.cancel_requested", message=message, actor=actor)


def _cancel_parts(order_id: int, *, reason: str, actor: str) -> Order:
    """Each part by itself; what was asked for is kept first, so that a crash leaves no part out."""
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        if OrderState(order.state) in FINAL_ORDER_STATES:
            raise Conflict(f"Order {order.number} is {order.get_state_display().lower()}.")
        if order.cancel_requested_at is None:
            _note_wish(order, what="Cancel all parts", reason=reason, actor=actor)
    cancel_open_parts(order_id=order_id, actor=actor)
    order.refresh_from_db()
    return order


def cancel_open_parts(*, order_id: int, actor: str = "") -> None:
    """Cancel the parts of an order that was called off; one that has left goes on and is told of.

    A repeat cancels only what is left, so that it may be called again after a crash.
    """
    order = Order.objects.get(pk=order_id)
    left: list[str] = []
    for part in order.parts.order_by("pk"):
        try:
            cancel_order(order_id=part.pk, reason=order.cancel_reason, actor=actor)
        except Conflict:
            left.append(part.number)
    if left:
        with transaction.atomic():
            order = Order.objects.locked().get(pk=order_id)
            order.cancel_requested_at = None
            order.save(update_fields=["cancel_requested_at", "updated_at"])
            message = f"{', '.join(left)} cannot be cancelled any more; the others are."
            note_event(order, kind="order.cancel_refused", message=message)
    follow_parts(order_id=order_id)


def continue_cancellation(order: Order) -> None:
    """Take the next step of a requested cancellation; waits while a command is open.

    The caller holds the order.
    """
    if OutboxCommand.objects.in_lane(order.lane).still_open().exists():
        return
    shipment = order.shipments.live().first()
    if shipment is None:
        _close_order(order)
    elif shipment.packages.filter(label_state=LabelState.BOUGHT).exists():
        request_void(
            shipment=shipment,
            order=order,
            purpose=VoidPurpose.CANCEL,
            reason=order.cancel_reason,
        )
    elif shipment.platform_ref:
        ask(shipment, CANCEL_BOOKING, order)
    else:
        end_shipment(shipment)
        _close_order(order)


@transaction.atomic
def go_on_cancelling(*, order_id: int) -> bool:
    """After a command has ended: the next step, if a cancellation was asked for meanwhile.

    The order is read under its lock, or a request made at this very moment would be overlooked
    and then wait for ever.
    """
    order = Order.objects.locked().get(pk=order_id)
    if order.cancel_requested_at is None:
        return False
    continue_cancellation(order)
    return True


@transaction.atomic
def record_void(*, shipment_id: int) -> None:
    """The platform took the label back; the booking is cancelled next."""
    shipment = Shipment.objects.select_related("order").get(pk=shipment_id)
    order = Order.objects.locked().get(pk=shipment.order_id)
    mark_voided(shipment=shipment)
    note_event(order, kind="label.voided", message="The label was voided; a refund is asked for.")
    ask(shipment, CANCEL_BOOKING, order)


@transaction.atomic
def record_void_refused(*, shipment_id: int, code: str, detail: str) -> None:
    """The label stands, so the order is not cancelled and a person is told."""
    shipment = Shipment.objects.get(pk=shipment_id)
    order = Order.objects.locked().get(pk=shipment.order_id)
    void = open_void_of(shipment.packages.leading().get())
    if void is not None:
        reject_void(void=void, detail=detail)
    if order.cancel_requested_at is None:
        # Asked for by a retry: the booking is dead there, so the order cannot go on with it.
        told = f"The label could not be voided: {detail}"
        need_attention(order, code=code, detail=told, kind="label.void_refused")
        return
    order.cancel_requested_at = None
    order.save(update_fields=["cancel_requested_at", "updated_at"])
    note_event(
        order,
        kind="label.void_refused",
        message=f"The label could not be voided, the order goes on: {detail}",
        data={"code": code},
    )
    if shipment.packages.filter(label_state=LabelState.BOUGHT, label_file="").exists():
        # The request to cancel withdrew the fetching of the file.
        ask(shipment, FETCH_LABEL, order)


@transaction.atomic
def record_booking_cancelled(*, shipment_id: int) -> None:
    """Nothing is left upstream: close the order, or send it round again."""
    shipment = Shipment.objects.get(pk=shipment_id)
    order = Order.objects.locked().get(pk=shipment.order_id)
    if shipment.packages.labelled().exists():
        # A label that was found on the booking went back with it.
        mark_voided(shipment=shipment)
    if shipment.state in HANDED_OVER:
        _tell_that_it_left(order)
        return
    end_shipment(shipment)
    if order.cancel_requested_at:
        _close_order(order)
        return
    move_order(
        order,
        OrderState.VALID,
        kind="order.restarted",
        message=f"Booking {shipment.reference} was cancelled; the order is routed anew.",
        attention_code="",
        attention_detail="",
    )
    nudge(DISPATCH, order.pk, queue="orders")


def _tell_that_it_left(order: Order) -> None:
    """The parcel was scanned while it was being called off; nothing here brings it back."""
    Order.objects.filter(pk=order.pk).update(cancel_requested_at=None)
    need_attention(
        order,
        code="label.voided_in_use",
        detail="The parcel was scanned while its label and booking were taken back.",
        kind="parcel.left_too_soon",
    )


def end_shipment(shipment: Shipment) -> None:
    """Give the stock back and close the shipment; the caller holds the order."""
    note_not_counted(reference=shipment.reference, platform=shipment.platform)
    release_reservations(reference=shipment.reference)
    shipment.state = ShipmentState.CANCELLED.value
    shipment.save(update_fields=["state", "updated_at"])


def _close_order(order: Order) -> None:
    move_order(
        order,
        OrderState.CANCELLED,
        kind="order.cancelled",
        message="Cancelled; stock is free again.",
        attention_code="",
        attention_detail="",
    )
