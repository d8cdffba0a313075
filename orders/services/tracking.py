"""Following the parcel: scans come in any order and any number of times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from carriers.contracts import TrackingStatus, TrackingUpdate
from inventory.services.stock import ship_reservations
from orders.models import LabelState, Order, Package, Shipment, TrackingEvent
from orders.rules.states import OrderState, ShipmentState, may_move
from orders.services.news import tell_of_scans
from orders.services.progress import move_order, note_event, touch_order

# How far along a scan shows the parcel to be; an exception says nothing about progress.
PROGRESS = {
    TrackingStatus.PRE_TRANSIT: 0,
    TrackingStatus.EXCEPTION: 0,
    TrackingStatus.IN_TRANSIT: 1,
    TrackingStatus.FAILED_ATTEMPT: 1,
    TrackingStatus.OUT_FOR_DELIVERY: 2,
    TrackingStatus.DELIVERED: 3,
    TrackingStatus.RETURNED: 4,
}
GIVE_UP_AFTER = timedelta(days=90)
SLOW_AFTER = timedelta(days=7)
DEAD_LABEL = "parcel.dead_label"
# Longer than one question with all its pauses; a poll that dies costs a parcel no more than this.
POLL_LEASE = timedelta(minutes=3)


@transaction.atomic
def record_tracking(*, package_id: int, updates: Sequence[TrackingUpdate]) -> int:
    """Keep scans that are new and move the order forward, never back; returns how many are new.

    Scans of a parcel that was called off meanwhile move nothing.
    """
    order_id = Shipment.objects.values_list("order_id", flat=True).get(packages=package_id)
    # The order first and the parcel second, as everywhere, so that two callers cannot deadlock.
    order = Order.objects.locked().get(pk=order_id)
    package = Package.objects.select_for_update().get(pk=package_id)
    shipment = Shipment.objects.get(pk=package.shipment_id)
    before = package.tracking_events.count()
    TrackingEvent.objects.bulk_create(
        (_event(package, update) for update in updates), ignore_conflicts=True
    )
    reached = _reached(package)
    package.tracking_status = reached.value if reached else ""
    package.next_track_at = _next_look(package, reached)
    package.save(update_fields=["tracking_status", "next_track_at", "updated_at"])
    if package.contents:
        # What is told is told of the whole shipment, in whose other boxes is the rest.
        shipment.packages.update(tracking_status=package.tracking_status)
    if reached is not None and _is_followed(package):
        _advance(order, shipment, reached)
    elif reached is not None and PROGRESS[reached] >= 1:
        _tell_of_dead_label(order, package)
    found: int = package.tracking_events.count() - before
    if found:
        touch_order(order)
        tell_of_scans(order, package)
    return found


def _event(package: Package, update: TrackingUpdate) -> TrackingEvent:
    return TrackingEvent(
        package=package,
        status=update.status.value,
        happened_at=update.happened_at,
        description=update.description[:300],
        location=update.location[:120],
        raw_status=update.raw_status[:80],
    )


def _reached(package: Package) -> TrackingStatus | None:
    """The farthest point any scan shows, the latest scan deciding between equals."""
    scans = package.tracking_events.order_by("happened_at", "id").values_list("status", flat=True)
    statuses = [TrackingStatus(value) for value in scans]
    if not statuses:
        return None
    farthest = max(PROGRESS[status] for status in statuses)
    return [status for status in statuses if PROGRESS[status] == farthest][-1]


def _is_followed(package: Package) -> bool:
    """Not once its label was taken back or its shipment called off."""
    over = Shipment.objects.filter(pk=package.shipment_id, state=ShipmentState.CANCELLED.value)
    return package.label_state == LabelState.BOUGHT and not over.exists()


def _tell_of_dead_label(order: Order, package: Package) -> None:
    """Once: somebody ships with a label that we gave back, so it may be charged again."""
    message = f"Label {package.tracking_number} was taken back, yet its parcel is on its way."
    if not order.events.filter(kind=DEAD_LABEL, message=message).exists():
        note_event(order, kind=DEAD_LABEL, message=message)


def _next_look(package: Package, reached: TrackingStatus | None) -> datetime | None:
    """When to ask again: at the set pace, slower after a week, not after the end."""
    is_over = reached in {TrackingStatus.DELIVERED, TrackingStatus.RETURNED}
    if is_over or not _is_followed(package):
        return None
    now = timezone.now()
    age = now - (package.bought_at or now)
    if age > GIVE_UP_AFTER:
        return None
    pace = settings.TRACKING_POLL_S * (6 if age > SLOW_AFTER else 1)
    return now + timedelta(seconds=pace)


def _advance(order: Order, shipment: Shipment, reached: TrackingStatus) -> None:
    if PROGRESS[reached] >= 1:
        _hand_over(order, shipment)
    if reached is TrackingStatus.DELIVERED:
        _end(order, shipment, OrderState.DELIVERED, ShipmentState.DELIVERED, "Delivered.")
    elif reached is TrackingStatus.RETURNED:
        _end(order, shipment, OrderState.RETURNED, ShipmentState.RETURNED, "Returned to sender.")


def _hand_over(order: Order, shipment: Shipment) -> None:
    """The first scan on the way: the goods have left the shelf."""
    if shipment.state != ShipmentState.LABELLED.value:
        return
    ship_reservations(reference=shipment.reference, actor="tracking")
    shipment.state = ShipmentState.IN_TRANSIT.value
    shipment.save(update_fields=["state", "updated_at"])
    if may_move(OrderState(order.state), OrderState.IN_TRANSIT):
        move_order(
            order, OrderState.IN_TRANSIT, kind="parcel.in_transit", message="The carrier has it."
        )


def _end(
    order: Order, shipment: Shipment, to: OrderState, ended: ShipmentState, message: str
) -> None:
    if shipment.state == ended.value:
        return
    shipment.state = ended.value
    shipment.save(update_fields=["state", "updated_at"])
    if may_move(OrderState(order.state), to):
        move_order(order, to, kind=f"parcel.{to.value}", message=message)
    else:
        note_event(order, kind=f"parcel.{to.value}", message=message)


def take_to_track(*, package_id: int, due_at: datetime) -> bool:
    """Whether the parcel that was due is ours to ask after; another poll may have taken it."""
    again = timezone.now() + POLL_LEASE
    taken: int = Package.objects.filter(pk=package_id, next_track_at=due_at).update(
        next_track_at=again
    )
    return taken == 1


def postpone_tracking(*, package_id: int) -> None:
    """The platform did not answer; ask again at the usual pace."""
    package = Package.objects.get(pk=package_id)
    reached = TrackingStatus(package.tracking_status) if package.tracking_status else None
    Package.objects.filter(pk=package_id).update(next_track_at=_next_look(package, reached))
