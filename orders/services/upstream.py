"""What a platform tells of our bookings, by event or by list: one place for both."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from carriers.contracts import Booking
from carriers.models import OutboxCommand
from orders.models import LabelState, Order, Package, Shipment
from orders.rules.states import FINAL_ORDER_STATES, OrderState, ShipmentState
from orders.rules.upstream import CANCELLED, LABEL_GONE, Difference, OwnBooking, differences
from orders.services.progress import need_attention
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict
from shipping_project.kernel.postal import PostalAddress

POLL_TRACKING = "orders.tasks.poll_tracking"


class CommandUnderWay(Conflict):
    """A command of ours is open, so what the platform shows may be our own doing."""

    code = "upstream.command_under_way"
    title = "A command of ours is under way"


def note_upstream(
    *, shipment_id: int, booking: Booking, ship_to: PostalAddress | None = None
) -> int:
    """Hand the order to a person for what was changed there and not by us; returns how much.

    Each difference is told once. Nothing is undone here: somebody wanted it. Raises
    CommandUnderWay while it cannot be said whose doing it was.
    """
    shipment = Shipment.objects.select_related("order").get(pk=shipment_id)
    if not _differences(shipment, booking, ship_to):
        return 0
    with transaction.atomic(durable=True):
        order = Order.objects.locked().get(pk=shipment.order_id)
        if OutboxCommand.objects.in_lane(order.lane).still_open().exists():
            raise CommandUnderWay(f"Order {order.number} has an open command.")
        # Read again under the lock: a command of ours may have ended just now.
        fresh = Shipment.objects.select_related("order").get(pk=shipment_id)
        found = _differences(fresh, booking, ship_to)
        return sum(_tell(order, fresh, difference) for difference in found)


def _differences(
    shipment: Shipment, booking: Booking, ship_to: PostalAddress | None
) -> tuple[Difference, ...]:
    """None where we are done with the shipment, or are ourselves taking it back."""
    order = shipment.order
    is_over = (
        shipment.state == ShipmentState.CANCELLED.value
        or OrderState(order.state) in FINAL_ORDER_STATES
        or order.cancel_requested_at is not None
    )
    if is_over:
        return ()
    label = shipment.packages.filter(label_state=LabelState.BOUGHT).first()
    ours = OwnBooking(
        label_ref=label.label_ref if label else "",
        tracking_number=label.tracking_number if label else "",
        ship_to=order.address,
    )
    return differences(ours, booking, ship_to)


def _tell(order: Order, shipment: Shipment, difference: Difference) -> bool:
    """False for what stands in the order's story already."""
    detail = f"{shipment.get_platform_display()}: {difference.detail}"
    if order.events.filter(kind=difference.code, message=detail[:500]).exists():
        return False
    need_attention(order, code=difference.code, detail=detail, kind=difference.code)
    return True


def is_lost_there(order: Order, shipment: Shipment) -> bool:
    """Whether somebody at the platform cancelled this booking or took its label back."""
    told = order.events.filter(kind__in=[CANCELLED, LABEL_GONE], at__gte=shipment.created_at)
    return bool(told.exists())


def hurry_tracking(*, shipment_id: int, changed_at: datetime | None = None) -> bool:
    """Ask after a shipment's parcels now rather than when their turn comes.

    With `changed_at`, only parcels that we have not heard of since and still follow. Without, also
    those that counted as delivered: a parcel may yet come back.
    """
    parcels = Package.objects.labelled().filter(shipment_id=shipment_id)
    if changed_at is not None:
        parcels = parcels.filter(next_track_at__isnull=False, updated_at__lt=changed_at)
    with transaction.atomic(durable=True):
        hurried: int = parcels.update(next_track_at=timezone.now())
        if hurried:
            nudge(POLL_TRACKING, queue="sync")
    return hurried > 0
