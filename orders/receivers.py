"""What orders listen to; importing this registers the receivers.

An event is a hint: its signature does not cover its body, and events come late, twice and out of
order. So nothing in it is taken over; it only says what to ask the platform about.
"""

from __future__ import annotations

from carriers.contracts import Booking, Platform
from carriers.errors import UpstreamNotFound
from carriers.inbox.events import InboxEvent
from carriers.inbox.registry import NotYet, register
from carriers.models import OutboxCommand
from carriers.outbox.commands import hurry_unknown
from carriers.platforms import port_for
from orders.models import Shipment
from orders.services.upstream import CommandUnderWay, hurry_tracking, note_upstream

TRACKING_EVENTS = ("shipment.tracking.status.changed", "shipment.tracking.checkpoints.created")
LABEL_EVENTS = ("shipment.label.created", "shipment.label.failed")
STATE_EVENTS = ("shipment.cancelled", "shipment.warehouse.state.updated")


def hear_of_tracking(event: InboxEvent) -> None:
    """The parcel moved: its scans are read by the next poll, which is woken for it."""
    shipment = _shipment_of(event)
    if shipment is not None:
        hurry_tracking(shipment_id=shipment.pk)


def hear_of_label(event: InboxEvent) -> None:
    """A label was made, or failed. A command that waits to know is looked up soon and tells it."""
    shipment = _shipment_of(event)
    if shipment is None:
        return
    hurry_unknown(lane=shipment.order.lane)
    if not _has_open_command(shipment):
        _compare(shipment)


def hear_of_state(event: InboxEvent) -> None:
    """A booking changed. Raises NotYet while a command of ours may be the cause."""
    shipment = _shipment_of(event)
    if shipment is None:
        return
    if _has_open_command(shipment):
        raise NotYet("A command for this order is under way.")
    _compare(shipment)


def _has_open_command(shipment: Shipment) -> bool:
    return OutboxCommand.objects.in_lane(shipment.order.lane).still_open().exists()


def _compare(shipment: Shipment) -> None:
    if not shipment.platform_ref:
        return
    try:
        note_upstream(shipment_id=shipment.pk, booking=_booking_now(shipment))
    except CommandUnderWay as exc:
        raise NotYet(exc.detail) from exc


def _booking_now(shipment: Shipment) -> Booking:
    """As the platform shows it now, whatever the event said; deleted counts as cancelled."""
    try:
        return port_for(Platform(shipment.platform)).read_booking(shipment.platform_ref)
    except UpstreamNotFound:
        return Booking(
            platform_ref=shipment.platform_ref, reference=shipment.reference, is_cancelled=True
        )


def _shipment_of(event: InboxEvent) -> Shipment | None:
    """By the platform's number; by ours while a lost answer has kept us from learning that."""
    ours = Shipment.objects.filter(platform=event.platform.value).select_related("order")
    found: Shipment | None = None
    if event.shipment_ref:
        found = ours.filter(platform_ref=event.shipment_ref).first()
    if found is None and event.reference:
        found = ours.filter(reference=event.reference, platform_ref="").first()
    return found


RECEIVERS = (
    (TRACKING_EVENTS, hear_of_tracking),
    (LABEL_EVENTS, hear_of_label),
    (STATE_EVENTS, hear_of_state),
)
for _event_types, _receiver in RECEIVERS:
    for _event_type in _event_types:
        register(Platform.EASYSHIP, _event_type, _receiver)
