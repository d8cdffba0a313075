"""Trying again where an order stopped, never repeating what may have happened."""

from __future__ import annotations

from django.db import transaction

from carriers.models import CommandState, OutboxCommand
from carriers.outbox.commands import release_stuck
from orders.models import Order, Shipment
from orders.rules.prices import PRICE_RISEN
from orders.rules.states import DISPATCHABLE, OrderState, ShipmentState
from orders.rules.upstream import LABEL_CHANGED
from orders.rules.voids import VoidPurpose
from orders.services.booking import ask
from orders.services.cancellation import continue_cancellation, end_shipment
from orders.services.contents import is_outdated
from orders.services.intake import DISPATCH
from orders.services.kinds import (
    BOOK,
    BOOKING_GONE,
    BUY_LABEL,
    CANCEL_BOOKING,
    FETCH_LABEL,
)
from orders.services.progress import move_order, note_event
from orders.services.upstream import is_lost_there
from orders.services.voids import is_to_be_replaced, request_void
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict

# The goods have left, so nothing is booked or taken back any more.
ON_THE_WAY = {
    ShipmentState.IN_TRANSIT.value: OrderState.IN_TRANSIT,
    ShipmentState.DELIVERED.value: OrderState.DELIVERED,
    ShipmentState.RETURNED.value: OrderState.RETURNED,
}


class LabelReplaced(Conflict):
    """The booking holds a label that is not ours; going on would ship with one that is dead."""

    code = LABEL_CHANGED
    title = "Another label stands on the booking; cancel the order to take back both"


def retry_order(*, order_id: int, actor: str) -> Order:
    """Go on from the step that failed. Raises Conflict when the order is not waiting for it."""
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        if OrderState(order.state) in DISPATCHABLE:
            nudge(DISPATCH, order.pk, queue="orders")
        elif order.state == OrderState.NEEDS_ATTENTION.value:
            go_on(order, actor=actor)
        else:
            raise Conflict(
                f"Order {order.number} is {order.get_state_display().lower()}; "
                "there is nothing to retry."
            )
        return order


def buy_anyway(*, order_id: int, actor: str) -> Order:
    """Agree to the price that was asked for last, and go on to the label.

    Should it have risen again by then, the order waits once more. Raises Conflict for an order
    that does not wait because of its price.
    """
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        shipment = order.shipments.live().first()
        quote = shipment.quotes.filter(is_chosen=True).first() if shipment else None
        waits = order.state == OrderState.NEEDS_ATTENTION.value
        if not waits or order.attention_code != PRICE_RISEN or shipment is None or quote is None:
            raise Conflict(f"Order {order.number} does not wait because of its price.")
        shipment.agreed_price, shipment.agreed_currency = quote.price, quote.currency
        shipment.save(update_fields=["agreed_price", "agreed_currency", "updated_at"])
        note_event(
            order,
            kind="price.agreed",
            message=f"{shipment.agreed} is agreed to.",
            actor=actor,
        )
        go_on(order, actor=actor)
        return order


def go_on(order: Order, *, actor: str) -> None:
    """The next step of an order that waits for a person; the caller holds it."""
    open_command = OutboxCommand.objects.in_lane(order.lane).still_open().order_by("id").first()
    if open_command is not None:
        if open_command.state == CommandState.STUCK:
            release_stuck(open_command, as_missed=False)
    elif order.cancel_requested_at:
        # Whatever failed was a step of the cancellation; going on to a label would spend money.
        continue_cancellation(order)
    elif (shipment := order.shipments.live().first()) is None:
        _route_anew(order, actor=actor)
    else:
        _go_on_with(order, shipment, actor=actor)


def _go_on_with(order: Order, shipment: Shipment, *, actor: str) -> None:
    label = shipment.packages.labelled().first()
    last = OutboxCommand.objects.in_lane(order.lane).order_by("-id").first()
    if shipment.state in ON_THE_WAY:
        _resume(order, ON_THE_WAY[shipment.state], "The parcel is followed on.", actor)
        if label is not None and not label.label_file:
            ask(shipment, FETCH_LABEL, order)
    elif last is not None and last.error_code == BOOKING_GONE:
        end_shipment(shipment)
        _route_anew(order, actor=actor)
    elif is_lost_there(order, shipment) or (label is not None and is_to_be_replaced(label)):
        _take_back(order, shipment, actor=actor)
    elif order.attention_code == LABEL_CHANGED:
        raise LabelReplaced(order.attention_detail)
    elif label is not None:
        _resume(order, OrderState.BOOKED, "The label file is fetched again.", actor)
        ask(shipment, FETCH_LABEL, order)
    elif (last is not None and last.kind == CANCEL_BOOKING) or is_outdated(order, shipment):
        # Booked for what was corrected since, so it must not get a label.
        _take_back(order, shipment, actor=actor)
    elif not shipment.platform_ref:
        _resume(order, OrderState.RESERVED, "Booking is tried again.", actor)
        ask(shipment, BOOK, order)
    else:
        _resume(order, OrderState.BOOKING, "The label is tried again.", actor)
        ask(shipment, BUY_LABEL, order)


def _take_back(order: Order, shipment: Shipment, *, actor: str) -> None:
    """Void and cancel what stands at the platform, after which the order is routed anew."""
    if not shipment.platform_ref:
        end_shipment(shipment)
        _route_anew(order, actor=actor)
        return
    note_event(
        order,
        kind="order.retried",
        message="What stands at the platform is taken back, then the order is routed anew.",
        actor=actor,
    )
    if shipment.packages.labelled().exists():
        request_void(shipment=shipment, order=order, purpose=VoidPurpose.REPLACE, actor=actor)
    else:
        ask(shipment, CANCEL_BOOKING, order)


def _route_anew(order: Order, *, actor: str) -> None:
    _resume(order, OrderState.VALID, "Routed anew.", actor)
    nudge(DISPATCH, order.pk, queue="orders")


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
