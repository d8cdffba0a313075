"""Taking back, or taking over, what an audit found at a platform. All of it may be repeated."""

from __future__ import annotations

from carriers.contracts import Platform
from carriers.errors import UpstreamNotFound
from carriers.models import OutboxCommand
from carriers.outbox.outcomes import Delivered, Outcome, Rejected
from carriers.platforms import port_for
from orders.handlers.labels import label_from, label_record
from orders.models import PlatformDiscrepancy
from orders.rules.audit import DiscrepancyKind, compare
from orders.services.audits import own_shipment
from orders.services.discrepancies import (
    record_adoption,
    record_attempt_failed,
    record_orphan_voided,
)

NOT_AN_ORPHAN = Rejected("audit.not_an_orphan", "By now our ledger says that this one is ours.")
NO_LABEL = Rejected("audit.no_label", "The booking holds no label any more.")


def void_orphan(command: OutboxCommand) -> Outcome:
    """The label first, then the booking unless it is the very one that we still ship with."""
    row = _row(command)
    port = port_for(Platform(row.platform))
    try:
        booking = port.read_booking(row.platform_ref)
        ours = own_shipment(row.shipment) if row.shipment else None
        if not any(one.kind is DiscrepancyKind.ORPHAN for one in compare(ours, booking)):
            is_gone = booking.is_cancelled or (row.label_ref and booking.label is None)
            return Delivered({"was_gone": True}) if is_gone else NOT_AN_ORPHAN
        if booking.label is not None:
            port.void_label(booking.label.label_ref, row.platform_ref)
        if ours is None or not ours.is_live or ours.platform_ref != row.platform_ref:
            port.cancel_booking(row.platform_ref, row.reason or "Booked twice")
    except UpstreamNotFound:
        return Delivered({"was_gone": True})
    return Delivered({"was_gone": False})


def settle_void_orphan(command: OutboxCommand, outcome: Outcome) -> None:
    pk = command.payload["discrepancy_id"]
    if isinstance(outcome, Delivered):
        was_gone = bool(outcome.result["was_gone"])
        record_orphan_voided(discrepancy_id=pk, was_gone=was_gone)
    else:
        record_attempt_failed(discrepancy_id=pk, detail=outcome.detail)


def adopt_label(command: OutboxCommand) -> Outcome:
    """Reads only: the label as the platform has it now."""
    row = _row(command)
    try:
        booking = port_for(Platform(row.platform)).read_booking(row.platform_ref)
    except UpstreamNotFound:
        return NO_LABEL
    if booking.label is None or booking.is_cancelled:
        return NO_LABEL
    return Delivered(label_record(booking.label))


def settle_adoption(command: OutboxCommand, outcome: Outcome) -> None:
    pk = command.payload["discrepancy_id"]
    if isinstance(outcome, Delivered):
        record_adoption(discrepancy_id=pk, label=label_from(outcome.result))
    else:
        record_attempt_failed(discrepancy_id=pk, detail=outcome.detail)


def _row(command: OutboxCommand) -> PlatformDiscrepancy:
    rows = PlatformDiscrepancy.objects.select_related("shipment")
    found: PlatformDiscrepancy = rows.get(pk=command.payload["discrepancy_id"])
    return found
