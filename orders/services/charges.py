"""What a platform charged for a shipment, brought in line with our ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from carriers.contracts import Platform, TransactionRecord
from orders.models import Package, Shipment
from orders.rules.audit import DiscrepancyKind, amount_finding
from orders.rules.charges import REFUNDED, Accounting, Entry, account_for, net_charge, net_of
from orders.rules.voids import REFUNDABLE
from orders.services.audits import (
    Found,
    file_findings,
    held_shipment,
    own_lines,
    own_shipment,
)
from orders.services.ledger import enter_adjusted, enter_refunded, match_line
from orders.services.progress import note_event
from orders.services.voids import record_refund


def record_charges(
    *, shipment_id: int, records: Sequence[TransactionRecord], currency: str
) -> tuple[Found, int]:
    """Match our lines with all the platform's records of a shipment, and enter what we lack.

    Where the sums differ even so, the difference is filed. Returns what is new, and how many
    earlier findings are no longer so. May be repeated: a record is taken once. Raises
    CommandUnderWay while it cannot be said whose doing a record is.
    """
    with transaction.atomic():
        shipment = held_shipment(shipment_id)
        package = shipment.packages.leading().first() if shipment else None
        if shipment is None or package is None:
            return Found(), 0
        _enter(shipment, package, account_for(own_lines(package), records, currency))
        return _file_difference(shipment, package, records, currency)


@transaction.atomic
def match_purchase(*, package: Package, record: TransactionRecord) -> None:
    """The one record of a shipment is the price that stands in our ledger."""
    for line in own_lines(package):
        if line.kind == "bought" and not line.matched_ref:
            match_line(line_id=line.pk, record_ref=record.record_ref)


def _enter(shipment: Shipment, package: Package, accounting: Accounting) -> None:
    for line_pk, record_ref in accounting.matches:
        match_line(line_id=line_pk, record_ref=record_ref)
    for entry in accounting.entries:
        if entry.kind == REFUNDED:
            _enter_refund(package, entry)
        else:
            _enter_adjustment(shipment, package, entry)


def _enter_refund(package: Package, entry: Entry) -> None:
    """To the void that waits for it, if there is one; there are refunds without, as for damage."""
    back = entry.money * -1
    void = package.voids.filter(state__in=[state.value for state in REFUNDABLE]).first()
    if back.amount <= 0:
        line = enter_adjusted(
            package=package, record_ref=entry.record_ref, change=entry.money, note=entry.note
        )
    else:
        line = enter_refunded(
            package=package, record_ref=entry.record_ref, back=back, note=entry.note
        )
        if void is not None:
            record_refund(void_id=void.pk, record_ref=entry.record_ref, back=back, note=entry.note)
    match_line(line_id=line.pk, record_ref=entry.record_ref)


def _enter_adjustment(shipment: Shipment, package: Package, entry: Entry) -> None:
    line = enter_adjusted(
        package=package, record_ref=entry.record_ref, change=entry.money, note=entry.note
    )
    match_line(line_id=line.pk, record_ref=entry.record_ref)
    place = shipment.get_platform_display()
    message = f"{place} charged {entry.money} later: {entry.note or 'price of the label'}."
    note_event(shipment.order, kind="label.adjusted", message=message)


def _file_difference(
    shipment: Shipment, package: Package, records: Sequence[TransactionRecord], currency: str
) -> tuple[Found, int]:
    theirs, lines = net_charge(records, currency), own_lines(package)
    ours = replace(
        own_shipment(shipment),
        label_ref=package.label_ref,
        tracking_number=package.tracking_number,
        cost=net_of(lines, currency) if lines else None,
    )
    findings = amount_finding(ours, theirs) if package.label_ref else ()
    return file_findings(Platform(shipment.platform), shipment, findings, {DiscrepancyKind.AMOUNT})
