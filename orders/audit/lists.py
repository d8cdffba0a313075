"""From theirs to ours: every booking of ours that their lists show as changed, page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from carriers.contracts import Booking, Page, Platform
from carriers.inbox.cursors import is_read, read_changes
from carriers.platforms import easyship_client, veeqo_client
from orders.audit.looking import TELLS_COST, look_at
from orders.models import LabelAudit, LabelState, Shipment
from orders.rules.audit import OwnShipment, compare, is_our_reference
from orders.services.audits import count_seen, mark_seen, own_shipment
from orders.services.ledger import match_labels

VEEQO_LISTS = {"audit orders": "", "audit cancelled orders": "cancelled"}
EASYSHIP_LIST = "audit shipments"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRow:
    booking: Booking
    changed_at: datetime | None


def read_veeqo(audit: LabelAudit) -> bool:
    """Its list hides cancelled orders, which may hold a paid label all the same."""
    client = veeqo_client()
    for resource, status in VEEQO_LISTS.items():

        def read_page(since: datetime, page: int, status: str = status) -> Page[BookingRow]:
            found = client.list_orders(updated_since=since, page=page, status=status)
            return found.mapped(lambda r: BookingRow(booking=r.booking, changed_at=r.updated_at))

        if not _read_bookings(audit, resource, read_page):
            return False
    return True


def read_easyship(audit: LabelAudit) -> bool:
    client = easyship_client()

    def read_page(since: datetime, page: int) -> Page[BookingRow]:
        found = client.list_shipments(updated_since=since, page=page)
        return found.mapped(lambda row: BookingRow(booking=row, changed_at=row.changed_at))

    return _read_bookings(audit, EASYSHIP_LIST, read_page)


def _read_bookings(
    audit: LabelAudit, resource: str, read_page: Callable[[datetime, int], Page[BookingRow]]
) -> bool:
    def take(rows: Sequence[BookingRow]) -> int:
        return _take_bookings(audit, [row.booking for row in rows])

    platform = Platform(audit.platform)
    if is_read(platform, resource):
        return True
    read_changes(platform=platform, resource=resource, read_page=read_page, take_rows=take)
    return is_read(platform, resource)


def _take_bookings(audit: LabelAudit, bookings: Sequence[Booking]) -> int:
    """Those of ours, known or not; bookings of others in the same account are passed over."""
    known = shipments_of(audit, bookings)
    used, seen, priced = 0, set[int](), set[int]()
    for booking in bookings:
        shipment = known.get(booking.reference) or known.get(booking.platform_ref)
        if shipment is None and not is_our_reference(booking.reference):
            continue
        used += 1
        ours = own_shipment(shipment) if shipment else None
        if compare(ours, _comparable(audit, booking)):
            look_at(audit, booking.platform_ref, shipment)
        elif shipment is not None and _shows_label(ours, booking):
            labelled = {p.pk for p in shipment.packages.all() if p.label_state == LabelState.BOUGHT}
            seen |= labelled
            if _tells_price(audit, booking):
                priced |= labelled
    mark_seen(package_ids=seen, at=timezone.now())
    match_labels(package_ids=priced)
    count_seen(audit_id=audit.pk, count=used)
    return used


def shipments_of(audit: LabelAudit, bookings: Sequence[Booking]) -> dict[str, Shipment]:
    """By our reference and by the platform's number; the two never look alike."""
    refs = [booking.platform_ref for booking in bookings]
    references = [booking.reference for booking in bookings if booking.reference]
    rows = Shipment.objects.filter(
        Q(reference__in=references) | Q(platform_ref__in=refs), platform=audit.platform
    ).prefetch_related("packages__ledger")
    known: dict[str, Shipment] = {}
    for row in rows:
        known[row.reference] = row
        if row.platform_ref:
            known.setdefault(row.platform_ref, row)
    return known


def _shows_label(ours: OwnShipment | None, booking: Booking) -> bool:
    label = booking.label
    return ours is not None and label is not None and label.label_ref == ours.label_ref


def _tells_price(audit: LabelAudit, booking: Booking) -> bool:
    label = _comparable(audit, booking).label
    return label is not None and label.cost is not None


def _comparable(audit: LabelAudit, booking: Booking) -> Booking:
    """Without a price that is only what was quoted."""
    if Platform(audit.platform) in TELLS_COST or booking.label is None:
        return booking
    return replace(booking, label=replace(booking.label, cost=None))
