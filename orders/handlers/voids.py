"""Taking a label and a booking back. Both calls may be repeated, so nothing is looked up."""

from __future__ import annotations

from carriers.errors import UpstreamNotFound
from carriers.models import OutboxCommand
from carriers.outbox.outcomes import Delivered, Outcome, Rejected
from orders.handlers.consignments import port_of, shipment_of
from orders.models import Package
from orders.services.booking import record_refusal
from orders.services.cancellation import (
    record_booking_cancelled,
    record_void,
    record_void_refused,
)
from orders.services.progress import need_attention


def void_label(command: OutboxCommand) -> Outcome:
    shipment = shipment_of(command)
    package = Package.objects.get(shipment=shipment)
    port_of(shipment).void_label(package.label_ref, shipment.platform_ref)
    return Delivered()


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
            port.void_label(booking.label.label_ref, shipment.platform_ref)
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
