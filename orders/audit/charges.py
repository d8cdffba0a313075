"""What Easyship charged, brought in line with our ledger, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from django.utils import timezone

from carriers.contracts import Page, Platform, TransactionRecord
from carriers.errors import UpstreamNotFound
from carriers.inbox.cursors import is_read, read_changes
from carriers.platforms import easyship_client, port_for
from orders.audit.lists import shipments_of
from orders.audit.looking import file_finding, look_at
from orders.models import LabelAudit, Package, Shipment
from orders.rules.audit import is_our_reference, is_plain_charge
from orders.services.audits import own_shipment
from orders.services.charges import match_purchase, record_charges

CHARGES = "audit charges"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRow:
    """`changed_at` is None: records are listed by day, so none is older than was asked for."""

    record: TransactionRecord
    changed_at: datetime | None = None


def read_charges(audit: LabelAudit) -> bool:
    """Charges of the whole account; a shipment with more than its label's price is summed up."""
    if is_read(Platform.EASYSHIP, CHARGES):
        return True
    client = easyship_client()
    currency = client.get_credit().balance.currency

    def read_page(since: datetime, page: int) -> Page[ChargeRow]:
        until = timezone.now() + timedelta(days=1)
        found = client.list_transaction_records(
            from_date=since.date(), to_date=until.date(), page=page
        )
        return found.mapped(lambda record: ChargeRow(record=record))

    def take(rows: Sequence[ChargeRow]) -> int:
        return _take_charges(audit, [row.record for row in rows], currency)

    read_changes(platform=Platform.EASYSHIP, resource=CHARGES, read_page=read_page, take_rows=take)
    return is_read(Platform.EASYSHIP, CHARGES)


def _take_charges(audit: LabelAudit, records: Sequence[TransactionRecord], currency: str) -> int:
    by_ref: dict[str, list[TransactionRecord]] = {}
    for record in records:
        if record.platform_ref:
            by_ref.setdefault(record.platform_ref, []).append(record)
    rows = Shipment.objects.filter(platform=audit.platform, platform_ref__in=list(by_ref))
    known = {row.platform_ref: row for row in rows.prefetch_related("packages__ledger")}
    for ref, charged in by_ref.items():
        shipment = known.get(ref)
        if shipment is None:
            _look_at_unknown(audit, ref)
        elif is_plain_charge(own_shipment(shipment), charged, currency):
            match_purchase(package=_leading(shipment), record=charged[0])
        else:
            look_at_charges(audit, shipment, currency)
    return len(known)


def _leading(shipment: Shipment) -> Package:
    """From what was fetched along."""
    return min(shipment.packages.all(), key=attrgetter("position"))


def _look_at_unknown(audit: LabelAudit, platform_ref: str) -> None:
    """Paid for in our account; of ours only if it says so."""
    try:
        booking = port_for(Platform.EASYSHIP).read_booking(platform_ref)
    except UpstreamNotFound:
        return
    if is_our_reference(booking.reference):
        look_at(audit, platform_ref, shipments_of(audit, [booking]).get(booking.reference))


def look_at_charges(audit: LabelAudit, shipment: Shipment, currency: str) -> None:
    records = charges_of(shipment.platform_ref)
    file_finding(
        audit,
        shipment,
        lambda: record_charges(shipment_id=shipment.pk, records=records, currency=currency),
    )


def charges_of(platform_ref: str) -> list[TransactionRecord]:
    """All there is about one shipment: a handful."""
    client = easyship_client()
    found: list[TransactionRecord] = []
    number: int | None = 1
    while number is not None:
        page = client.list_shipment_charges(platform_ref, page=number)
        found.extend(page.rows)
        number = page.next_page
    return found
