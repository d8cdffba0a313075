"""Booking a shipment at its platform."""

from __future__ import annotations

from collections.abc import Sequence

from carriers.contracts import Booking
from carriers.models import OutboxCommand
from carriers.outbox.leases import mark_sending
from carriers.outbox.outcomes import Delivered, Finding, Missed, Outcome, Rejected
from orders.handlers.batches import BATCH_UNDER_WAY, is_batch_done
from orders.handlers.consignments import (
    CALLED_OFF,
    consignment_for,
    is_called_off,
    port_of,
    shipment_of,
)
from orders.services.booking import record_booking, record_refusal
from orders.services.cancellation import go_on_cancelling
from orders.services.progress import need_attention


def book(command: OutboxCommand) -> Outcome:
    shipment = shipment_of(command)
    if shipment.platform_ref:
        return Delivered({"platform_ref": shipment.platform_ref})
    consignment = consignment_for(shipment)
    if is_called_off(shipment):
        return CALLED_OFF
    mark_sending(command)
    booking = port_of(shipment).create_booking(consignment)
    return Delivered({"platform_ref": booking.platform_ref})


def find_booking(command: OutboxCommand) -> Finding:
    """Look the booking up by our reference; the oldest live one is ours."""
    shipment = shipment_of(command)
    found = delivered_from(port_of(shipment).find_bookings(shipment.reference))
    if found is not None:
        return found
    if command.batch_ref and not is_batch_done(command):
        return BATCH_UNDER_WAY
    return Missed("The platform shows no booking under our reference.")


def delivered_from(found: Sequence[Booking]) -> Delivered | None:
    """The oldest live one is ours."""
    live = [booking for booking in found if not booking.is_cancelled]
    return Delivered({"platform_ref": min(live, key=_age).platform_ref}) if live else None


def _age(booking: Booking) -> tuple[int, str]:
    """Platform numbers grow, so the shortest and smallest is the oldest."""
    return len(booking.platform_ref), booking.platform_ref


def settle_booking(command: OutboxCommand, outcome: Outcome) -> None:
    shipment = shipment_of(command)
    if isinstance(outcome, Delivered):
        record_booking(shipment_id=shipment.pk, platform_ref=str(outcome.result["platform_ref"]))
    elif isinstance(outcome, Rejected):
        if go_on_cancelling(order_id=shipment.order_id):
            return
        record_refusal(
            shipment_id=shipment.pk,
            step="refused the booking",
            code=outcome.code,
            detail=outcome.detail,
        )
    else:
        need_attention(
            shipment.order,
            code=outcome.code,
            detail=f"It is not clear whether the booking was made. {outcome.detail}",
            kind="shipment.unknown",
        )
