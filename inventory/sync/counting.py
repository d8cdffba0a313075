"""Which of our promised units a platform subtracts by itself, so that we do not do it again.

Whoever books at a platform says so here, and so does whoever reads its orders.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from inventory.models import PlatformStock, Reservation, StockLevel
from inventory.sync.expecting import shift_expected
from inventory.sync.kit_counting import (
    KitOrder,
    OrderedKits,
    count_promised_kits,
    make_levels,
    ordered_kits,
)
from inventory.sync.news import Reason, orders_read_until
from inventory.sync.numbers import WITH_STOCK

OWN_SHIPPED = "shipped there for our orders"
# Sellable and warehouse.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is reserved for an order, and the kits that it names at the platform."""

    holds: list[Reservation]
    kits: OrderedKits

    def places_of(self, units: Mapping[int, int]) -> dict[Place, int]:
        """Where the order lies in one piece, units by sellable are those of its warehouse."""
        places = {hold.warehouse_id for hold in self.holds}
        return {(pk, place): count for pk, count in units.items() for place in places}


@transaction.atomic
def note_allocated(*, reference: str, platform: str, units: Mapping[int, int]) -> None:
    """The platform holds the order in our warehouse's place.

    `units` are those that the order names there, by sellable: of a kit it counts the kit, so the
    components that are held here are none of them.
    """
    held = _held(reference, platform, units)
    there = held.places_of(units)
    _count_all(reference, platform, held, allocated=there, shipped={}, since=timezone.now())


@transaction.atomic
def note_shipped(
    *, reference: str, platform: str, units: Mapping[int, int], since: datetime | None = None
) -> None:
    """The platform took them off its numbers, as a label bought there does.

    It did so after `since`, when the label was asked for; None where nobody knows.
    """
    held = _held(reference, platform, units)
    gone = held.places_of(units)
    _count_all(reference, platform, held, allocated={}, shipped=gone, since=since)


@transaction.atomic
def note_counted(
    *,
    reference: str,
    platform: str,
    allocated: Mapping[Place, int],
    shipped: Mapping[Place, int],
) -> None:
    """What its order shows, by sellable and warehouse; units beyond the promised say nothing."""
    since = orders_read_until(platform)
    held = _held(reference, platform, {pk for pk, _ in (*allocated, *shipped)})
    _count_all(reference, platform, held, allocated=allocated, shipped=shipped, since=since)


@transaction.atomic
def note_not_counted(*, reference: str, platform: str) -> None:
    """The booking is gone there, and with it what was held for it."""
    held = _held(reference, platform, ())
    _count_all(reference, platform, held, allocated={}, shipped={}, since=timezone.now())


def _held(reference: str, platform: str, named: Collection[int]) -> Held:
    """Locked with their levels and the platform's numbers, in the order in which everybody does."""
    if platform not in WITH_STOCK:
        return Held(holds=[], kits=OrderedKits(parts={}, known={}))
    rows = Reservation.objects.held_for(reference).order_by("sellable_id", "pk")
    holds = list(rows.select_for_update())
    kits = ordered_kits(platform=platform, reference=reference, is_sale=False, named=named)
    places = {hold.warehouse_id for hold in holds}
    make_levels(kits, places)
    levels = StockLevel.objects.filter(
        sellable_id__in={hold.sellable_id for hold in holds} | kits.sellable_ids,
        warehouse_id__in=places | {place for _, place in kits.known},
    )
    list(levels.locked())
    # Whoever looks for what is to be told locks these alone, so they come in an order as well.
    list(PlatformStock.objects.at(platform).filter(level__in=levels.values("pk")).locked())
    return Held(holds=holds, kits=kits)


def _count_all(
    reference: str,
    platform: str,
    held: Held,
    *,
    allocated: Mapping[Place, int],
    shipped: Mapping[Place, int],
    since: datetime | None,
) -> None:
    for hold in held.holds:
        place = (hold.sellable_id, hold.warehouse_id)
        gone = min(hold.quantity, shipped.get(place, 0))
        there = min(hold.quantity - gone, allocated.get(place, 0))
        _count(hold, platform, allocated=there, shipped=gone, since=since)
    count_promised_kits(
        order=KitOrder(
            platform=platform,
            reference=reference,
            is_sale=False,
            reason=Reason(what=OWN_SHIPPED, ref=reference, since=since),
        ),
        kits=held.kits,
        holds=held.holds,
        allocated=allocated,
        shipped=shipped,
    )


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
