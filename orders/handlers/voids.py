"""Taking a label and a booking back. Whether it is done already is looked at before each call."""

from __future__ import annotations

from django.utils import timezone

from carriers.errors import UpstreamNotFound
from carriers.models import OutboxCommand
from carriers.outbox.leases import mark_sending
from carriers.outbox.outcomes import Delivered, Finding, Missed, Outcome, Rejected
from orders.handlers.consignments import package_of, port_of, shipment_of
from orders.models import Shipment
from orders.services.booking import record_refusal
from orders.services.cancellation import (
    record_booking_cancelled,
    record_void,
    record_void_refused,
)
from orders.services.labels import record_found_label
from orders.services.native import stays_there
from orders.services.progress import need_attention
from orders.services.voids import open_void_of

WINDOW_OVER = Rejected("void.window_over", "The time in which the platform takes it back is over.")


def void_label(command: OutboxCommand) -> Outcome:
    shipment = shipment_of(command)
    if _is_given_back(shipment):
        return Delivered()
    package = package_of(shipment)
    void = open_void_of(package)
    if void is not None and void.window_ends_at < timezone.now():
        return WINDOW_OVER
    mark_sending(command)
    port_of(shipment).void_label(package.label_ref, shipment.platform_ref)
    return Delivered()


def find_void(command: OutboxCommand) -> Finding:
    """What became of a void without a clear answer, read from the booking itself."""
    if _is_given_back(shipment_of(command)):
        return Delivered()
    return Missed("The label still stands on the booking.")


def _is_given_back(shipment: Shipment) -> bool:
    """Not while the platform makes one anew: it is unclear then which label that is."""
    try:
        booking = port_of(shipment).read_booking(shipment.platform_ref)
    except UpstreamNotFound:
        return True
    if booking.label is None:
        return not booking.label_pending
    return booking.label.label_ref != package_of(shipment).label_ref


def settle_void(command: OutboxCommand, outcome: Outcome) -> None:
    shipment_id = command.payload["shipment_id"]
    if isinstance(outcome, Delivered):
        record_void(shipment_id=shipment_id)
    elif isinstance(outcome, Rejected):
        record_void_refused(shipment_id=shipment_id, code=outcome.code, detail=outcome.detail)
    else:
        _hand_over(command, outcome, "It is not clear whether the label was voided.")


def cancel_booking(command: OutboxCommand) -> Outcome:
    shipment = shipment_of(command)
    port = port_of(shipment)
    try:
        booking = port.read_booking(shipment.platform_ref)
        if booking.label is not None:
            # Bought without our knowing: by somebody there, or by a call taken for lost.
            record_found_label(shipment_id=shipment.pk, label=booking.label)
            port.void_label(booking.label.label_ref, shipment.platform_ref)
        if not stays_there(shipment.order):
            port.cancel_booking(shipment.platform_ref, shipment.order.cancel_reason or "Corrected")
    except UpstreamNotFound:
        return Delivered({"was_gone": True})
    return Delivered({"voided_label": booking.label.label_ref if booking.label else ""})


def settle_booking_cancelled(command: OutboxCommand, outcome: Outcome) -> None:
    shipment_id = command.payload["shipment_id"]
    if isinstance(outcome, Delivered):
        record_booking_cancelled(shipment_id=shipment_id)
    elif isinstance(outcome, Rejected):
        record_refusal(
            shipment_id=shipment_id,
            step="refused to cancel the booking",
            code=outcome.code,
            detail=outcome.detail,
        )
    else:
        _hand_over(command, outcome, "It is not clear whether the booking was cancelled.")


def _hand_over(command: OutboxCommand, outcome: Outcome, lead: str) -> None:
    detail = getattr(outcome, "detail", "")
    code = getattr(outcome, "code", "upstream.outcome_unknown")
    need_attention(
        shipment_of(command).order, code=code, detail=f"{lead} {detail}", kind="void.unknown"
    )
