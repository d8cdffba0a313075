"""What follows from a booking: the platform's number is kept and the label is asked for."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from carriers.outbox.commands import enqueue_command
from orders.models import Order, Shipment
from orders.rules.states import OrderState, ShipmentState
from orders.services.kinds import BUY_LABEL, CANCEL_BOOKING
from orders.services.progress import move_order, need_attention, note_event


@transaction.atomic
def record_booking(*, shipment_id: int, platform_ref: str) -> None:
    """The platform holds the shipment as `platform_ref`; go on to the label, or cancel it."""
    shipment = Shipment.objects.select_related("order").get(pk=shipment_id)
    order = Order.objects.locked().get(pk=shipment.order_id)
    shipment.platform_ref = platform_ref
    shipment.state = ShipmentState.BOOKED.value
    shipment.booked_at = timezone.now()
    shipment.save(update_fields=["platform_ref", "state", "booked_at", "updated_at"])
    message = f"{shipment.get_platform_display()} booked it as {platform_ref}."
    if order.cancel_requested_at:
        note_event(order, kind="shipment.booked", message=message)
        ask(shipment, CANCEL_BOOKING, order)
        return
    move_order(order, OrderState.BOOKING, kind="shipment.booked", message=message)
    ask(shipment, BUY_LABEL, order)


@transaction.atomic
def record_refusal(*, shipment_id: int, step: str, code: str, detail: str) -> None:
    """The platform refused a step; a person sees its words and what may be done."""
    shipment = Shipment.objects.get(pk=shipment_id)
    order = Order.objects.locked().get(pk=shipment.order_id)
    need_attention(
        order,
        code=code,
        detail=f"{shipment.get_platform_display()} {step}: {detail}",
        kind="shipment.refused",
    )


def ask(shipment: Shipment, kind: str, order: Order) -> None:
    """Put one more command for this shipment into the order's lane."""
    enqueue_command(
        organization_id=order.organization_id,
        kind=kind,
        lane=order.lane,
        platform=shipment.platform,
        payload={"shipment_id": shipment.pk},
    )
