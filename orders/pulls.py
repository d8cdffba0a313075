"""What is read from the platforms about orders.

Veeqo has no webhooks, so this is how we learn of what was changed there. At Easyship it makes up
for events that never came.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from carriers.contracts import AllocatedUnits, Booking, ListedOrder, Page, Platform
from carriers.errors import UpstreamError
from carriers.inbox.cursors import rewind_to
from carriers.inbox.models import PullOutcome
from carriers.inbox.windows import Went, read_window
from carriers.models import PlatformAccount
from carriers.platforms import easyship_client, port_for, veeqo_client
from orders.models import Package, PullSource, Shipment
from orders.services.places import link_same_places, unlinked_warehouses
from orders.services.pulled import WAITS, take_listed_orders
from orders.services.stock_there import OrderThere, follow_orders_there
from orders.services.tracking import postpone_tracking, record_tracking, take_to_track
from orders.services.upstream import CommandUnderWay, hurry_tracking, note_upstream
from shipping_project.kernel.postal import PostalAddress

logger = logging.getLogger(__name__)
# One task reads for at most this long; what is left over is due again in the next minute.
POLL_SECONDS = 40
SWEEP_SPAN = timedelta(days=3)
LISTS = (
    (Platform.VEEQO, "orders"),
    (Platform.VEEQO, "orders cancelled"),
    (Platform.EASYSHIP, "shipments"),
)
FOREIGN = "No booking of ours."
OUR_FAULT = "A fault of ours; the log tells what."
OVER = "A booking of ours that is over."


def poll_tracking() -> int:
    """Ask after parcels that are due; returns how many new scans came in.

    Those of a platform that is switched off stay due until it is switched on again.
    """
    stop_at = time.monotonic() + POLL_SECONDS
    found = 0
    off = PlatformAccount.objects.filter(is_enabled=False).values("platform")
    due = Package.objects.to_track(timezone.now()).exclude(shipment__platform__in=off)
    for package in due.select_related("shipment")[:500]:
        if time.monotonic() > stop_at:
            break
        due_at = package.next_track_at
        # Polls are woken by the clock and by events, so two may run at once.
        if due_at is not None and take_to_track(package_id=package.pk, due_at=due_at):
            found += _poll(package)
    return found


def _poll(package: Package) -> int:
    """One parcel; whatever goes wrong costs this parcel a round and no other."""
    shipment = package.shipment
    try:
        updates = port_for(Platform(shipment.platform)).track(
            package.label_ref, shipment.platform_ref
        )
    except UpstreamError as exc:
        logger.warning("tracking not read", extra={"package_id": package.pk, "code": exc.code})
        postpone_tracking(package_id=package.pk)
        return 0
    try:
        return record_tracking(package_id=package.pk, updates=updates)
    except Exception:
        # Due first again in the next round, it would keep all others from ever being read.
        logger.exception("tracking not recorded", extra={"package_id": package.pk})
        postpone_tracking(package_id=package.pk)
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A booking as a list shows it; `ship_to` is None where the list tells no address.

    `read_at` is when the list was asked for.
    `listed` is the whole order where the platform has orders of its own.
    """

    booking: Booking
    ship_to: PostalAddress | None
    changed_at: datetime | None
    read_at: datetime
    allocated: tuple[AllocatedUnits, ...] = ()
    listed: ListedOrder | None = None

    @property
    def external_ref(self) -> str:
        return self.booking.platform_ref


def pull_veeqo_orders() -> int:
    """Read orders changed at Veeqo; returns how many told something new.

    Its list hides cancelled orders, so those are a list of their own.
    """
    if _is_switched_off(Platform.VEEQO):
        return 0
    _link_warehouses()
    return sum(_pull_veeqo(status) for status in ("", "cancelled"))


def _link_warehouses() -> None:
    """An order of a channel leaves from where it is allocated, so those places must be known."""
    if not PullSource.objects.filter(platform=Platform.VEEQO.value, is_on=True).exists():
        return
    warehouses = unlinked_warehouses(Platform.VEEQO)
    try:
        found = port_for(Platform.VEEQO).list_warehouses() if warehouses else ()
    except UpstreamError as exc:
        logger.warning("warehouses not read", extra={"code": exc.code})
        return
    link_same_places(platform=Platform.VEEQO, warehouses=warehouses, found=found)


def _pull_veeqo(status: str) -> int:
    client = veeqo_client()

    def read_page(since: datetime, page: int) -> Page[Sighting]:
        read_at = timezone.now()
        found = client.list_orders(updated_since=since, page=page, status=status)
        return found.mapped(
            lambda row: Sighting(
                booking=row.booking,
                ship_to=row.ship_to,
                changed_at=row.updated_at,
                read_at=read_at,
                allocated=row.allocated,
                listed=row,
            )
        )

    return read_window(
        platform=Platform.VEEQO,
        resource=f"orders {status}".strip(),
        read_page=read_page,
        take_rows=_take_veeqo,
    )


def pull_easyship_shipments() -> int:
    """Read shipments changed at Easyship, whose events may have been lost."""
    if _is_switched_off(Platform.EASYSHIP):
        return 0
    client = easyship_client()

    def read_page(since: datetime, page: int) -> Page[Sighting]:
        read_at = timezone.now()
        found = client.list_shipments(updated_since=since, page=page)
        return found.mapped(
            lambda row: Sighting(
                booking=row, ship_to=None, changed_at=row.changed_at, read_at=read_at
            )
        )

    return read_window(
        platform=Platform.EASYSHIP,
        resource="shipments",
        read_page=read_page,
        take_rows=_take_easyship,
    )


def _is_switched_off(platform: Platform) -> bool:
    return PlatformAccount.objects.filter(platform=platform.value, is_enabled=False).exists()


def _take_veeqo(rows: Sequence[Sighting]) -> list[Went]:
    """Its orders hold its stock, ours as those of its own shops."""
    went = _take(Platform.VEEQO, rows)
    follow_orders_there(
        platform=Platform.VEEQO.value,
        orders=[
            OrderThere(
                order_ref=row.booking.platform_ref,
                number=row.booking.reference,
                changed_at=row.changed_at,
                read_at=row.read_at,
                units=() if row.booking.is_cancelled else row.allocated,
            )
            for row in rows
        ],
    )
    return went


def _take_easyship(rows: Sequence[Sighting]) -> list[Went]:
    return _take(Platform.EASYSHIP, rows)


def _take(platform: Platform, rows: Sequence[Sighting]) -> list[Went]:
    """Each row is a booking of ours, or an order of the platform's own, or nothing of ours."""
    seen = {row.external_ref: row for row in rows}
    ours = Shipment.objects.filter(platform=platform.value, platform_ref__in=list(seen))
    live = dict(ours.live().order_by("-id").values_list("platform_ref", "pk"))
    over = set(ours.filter(order__pulled=None).values_list("platform_ref", flat=True)) - set(live)
    went = [_take_one(pk, seen[ref]) for ref, pk in sorted(live.items())]
    went += [Went(ref, PullOutcome.FILTERED, OVER) for ref in sorted(over)]
    foreign = [row for ref, row in seen.items() if ref not in live and ref not in over]
    listed = [row.listed for row in foreign if row.listed is not None]
    went += [
        Went(row.external_ref, PullOutcome.FILTERED, FOREIGN)
        for row in foreign
        if row.listed is None
    ]
    return went + (_take_listed(platform, listed) if listed else [])


def _take_listed(platform: Platform, listed: Sequence[ListedOrder]) -> list[Went]:
    """One that we fail over costs no other of its page, which is taken one by one then."""
    try:
        return take_listed_orders(platform=platform.value, listed=listed)
    except Exception:
        logger.exception("orders not taken", extra={"platform": platform.value})
        if len(listed) == 1:
            return [Went(listed[0].order_ref, PullOutcome.REJECTED, OUR_FAULT)]
    return [went for one in listed for went in _take_listed(platform, [one])]


def _take_one(shipment_id: int, seen: Sighting) -> Went:
    """One that cannot be taken costs no other; it is seen again within the overlap."""
    ref = seen.external_ref
    try:
        told = note_upstream(shipment_id=shipment_id, booking=seen.booking, ship_to=seen.ship_to)
    except CommandUnderWay:
        return Went(ref, PullOutcome.UNCHANGED, WAITS)
    except Exception:
        logger.exception("sighting not taken", extra={"shipment_id": shipment_id})
        return Went(ref, PullOutcome.REJECTED, OUR_FAULT)
    has_parcel = seen.booking.label is not None and seen.changed_at is not None
    hurried = has_parcel and hurry_tracking(shipment_id=shipment_id, changed_at=seen.changed_at)
    is_news = told > 0 or hurried
    return Went(ref, PullOutcome.UPDATED if is_news else PullOutcome.UNCHANGED)


def sweep_orders() -> None:
    """Have the lists read again as far back as a lost row may lie."""
    since = timezone.now() - SWEEP_SPAN
    for platform, resource in LISTS:
        rewind_to(platform=platform, resource=resource, since=since)
