"""Which of our promised units a platform subtracts by itself, so that we do not do it again.

Whoever books at a platform says so here, and so does whoever reads its orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from inventory.models import PlatformStock, Reservation, StockLevel
from inventory.sync.news import Reason, is_put_away, line_of, may_be_put_away, orders_read_until
from inventory.sync.numbers import WITH_STOCK

LINES_KEPT = 100
OWN_SHIPPED = "shipped there for our orders"


@transaction.atomic
def note_allocated(*, reference: str, platform: str, units: Mapping[int, int]) -> None:
    """The platform holds the order in our warehouse's place.

    `units` are those that the order names there, by sellable: of a kit it counts the kit, so the
    components that are held here are none of them.
    """
    for hold in _holds(reference, platform):
        there = min(hold.quantity, units.get(hold.sellable_id, 0))
        _count(hold, platform, allocated=there, shipped=0, since=timezone.now())


@transaction.atomic
def note_shipped(
    *, reference: str, platform: str, units: Mapping[int, int], since: datetime | None = None
) -> None:
    """The platform took them off its numbers, as a label bought there does.

    It did so after `since`, when the label was asked for; None where nobody knows.
    """
    for hold in _holds(reference, platform):
        gone = min(hold.quantity, units.get(hold.sellable_id, 0))
        _count(hold, platform, allocated=0, shipped=gone, since=since)


@transaction.atomic
def note_counted(
    *,
    reference: str,
    platform: str,
    allocated: Mapping[tuple[int, int], int],
    shipped: Mapping[tuple[int, int], int],
) -> None:
    """What its order shows, by sellable and warehouse; units beyond the promised say nothing."""
    since = orders_read_until(platform)
    for hold in _holds(reference, platform):
        place = (hold.sellable_id, hold.warehouse_id)
        gone = min(hold.quantity, shipped.get(place, 0))
        there = min(hold.quantity - gone, allocated.get(place, 0))
        _count(hold, platform, allocated=there, shipped=gone, since=since)


@transaction.atomic
def note_not_counted(*, reference: str, platform: str) -> None:
    """The booking is gone there, and with it what was held for it."""
    for hold in _holds(reference, platform):
        _count(hold, platform, allocated=0, shipped=0, since=timezone.now())


def _holds(reference: str, platform: str) -> list[Reservation]:
    """Locked with their levels and the platform's numbers, in the order in which everybody does."""
    if platform not in WITH_STOCK:
        return []
    rows = Reservation.objects.held_for(reference).order_by("sellable_id", "pk")
    holds = list(rows.select_for_update())
    levels = StockLevel.objects.filter(
        sellable_id__in={hold.sellable_id for hold in holds},
        warehouse_id__in={hold.warehouse_id for hold in holds},
    )
    list(levels.locked())
    # Whoever looks for what is to be told locks these alone, so they come in an order as well.
    list(PlatformStock.objects.at(platform).filter(level__in=levels.values("pk")).locked())
    return holds


def _count(
    hold: Reservation, platform: str, *, allocated: int, shipped: int, since: datetime | None
) -> None:
    before = (hold.counted_at, hold.allocated_there, hold.shipped_there)
    if before == (platform, allocated, shipped):
        return
    gone = shipped - hold.shipped_there
    Reservation.objects.filter(pk=hold.pk).update(
        counted_at=platform, allocated_there=allocated, shipped_there=shipped
    )
    level = StockLevel.objects.filter(sellable=hold.sellable_id, warehouse=hold.warehouse_id)
    # For the next look at what is to be told.
    level.change()
    shift_expected(
        level_id=level.values_list("pk", flat=True).get(),
        platform=platform,
        units=-gone,
        reason=Reason(what=OWN_SHIPPED, ref=hold.reference, since=since),
    )


def shift_expected(*, level_id: int, platform: str, units: int, reason: Reason) -> None:
    """The platform changed its own number by so many; the caller holds the level.

    Where our own number was set there after the change, it stands in its place. Where that is not
    to be said, the number is looked at again at once.
    """
    if not units:
        return
    now = timezone.now()
    for stock in PlatformStock.objects.at(platform).filter(level=level_id).locked():
        if stock.telling is None and is_put_away(reason.went, stock.set_at):
            continue
        if stock.expected is not None:
            stock.expected += units
        if stock.telling is not None:
            stock.telling += units
        is_unsure = may_be_put_away(stock, reason)
        line = line_of(units, reason, at=now, is_unsure=is_unsure)
        stock.lines = [*stock.lines, line][-LINES_KEPT:]
        if is_unsure or stock.rest_since is not None:
            # It may be what the last reading could not explain.
            stock.look_again_at = now
        stock.save(update_fields=["expected", "telling", "lines", "look_again_at"])
