"""Stock as people look at it: page by page, and what runs low."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory.models import MovementKind, StockLevel, StockMovement
from inventory.querysets import StockLevelQuerySet

PAGE_SIZE = 50
ALERTS_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """Units of one sellable in one warehouse; `is_low` says that it has an alert."""

    id: int
    sellable_id: int
    sku: str
    title: str
    organization: str
    warehouse: str
    warehouse_name: str
    on_hand: int
    reserved: int
    available: int
    incoming: int
    low_at: int
    is_low: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCriteria:
    """`warehouse` is a code; empty means any. `is_low` leaves only rows with an alert."""

    q: str = ""
    warehouse: str = ""
    is_low: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPage:
    """Rows by SKU; `previous` and `next` are the rows to go on from, 0 for no such page."""

    rows: tuple[StockRow, ...]
    previous: int = 0
    next: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAlerts:
    """How many rows are at or below their reorder point, and the worst of them."""

    count: int
    worst: tuple[StockRow, ...]


def stock_alerts(actor: object) -> StockAlerts:
    low = levels_matching(actor, StockCriteria(is_low=True))
    worst = low.select_related("sellable__organization", "warehouse")[:ALERTS_SHOWN]
    return StockAlerts(count=low.count(), worst=_rows(worst))


def damaged_among(returned: Sequence[StockMovement]) -> frozenset[int]:
    """Which of these returns, by primary key, were adjusted out again as damaged."""
    out = StockMovement.objects.filter(
        sellable__in={row.sellable_id for row in returned},
        warehouse__in={row.warehouse_id for row in returned},
        kind=MovementKind.ADJUSTMENT,
        reference__in={row.reference for row in returned},
        quantity__lt=0,
    )
    found = set(out.values_list("sellable_id", "warehouse_id", "reference"))
    return frozenset(
        row.pk for row in returned if (row.sellable_id, row.warehouse_id, row.reference) in found
    )


def levels_matching(actor: object, criteria: StockCriteria) -> StockLevelQuerySet:
    """Rows this actor may see that meet every criterion."""
    found: StockLevelQuerySet = StockLevel.objects.visible_to(actor).search(criteria.q)
    if criteria.warehouse:
        found = found.filter(warehouse__code=criteria.warehouse)
    return found.running_low() if criteria.is_low else found


def stock_page(
    actor: object, criteria: StockCriteria, *, after: int = 0, before: int = 0
) -> StockPage:
    """One page behind the row `after`, or before the row `before`; the first where neither is."""
    levels = levels_matching(actor, criteria).select_related("sellable__organization", "warehouse")
    place = StockLevel.objects.visible_to(actor).filter(pk=after or before)
    position = place.values_list("sellable__sku", "pk").first() if after or before else None
    if position and before and not after:
        found = list(levels.before(*position).order_by("-sellable__sku", "-pk")[: PAGE_SIZE + 1])
        return _page(found[:PAGE_SIZE][::-1], has_previous=len(found) > PAGE_SIZE, has_next=True)
    behind = levels.after(*position) if position else levels
    found = list(behind.order_by("sellable__sku", "pk")[: PAGE_SIZE + 1])
    return _page(found[:PAGE_SIZE], has_previous=bool(position), has_next=len(found) > PAGE_SIZE)


def _page(levels: list[StockLevel], *, has_previous: bool, has_next: bool) -> StockPage:
    return StockPage(
        rows=_rows(levels),
        previous=levels[0].pk if levels and has_previous else 0,
        next=levels[-1].pk if levels and has_next else 0,
    )


def _rows(levels: Iterable[StockLevel]) -> tuple[StockRow, ...]:
    return tuple(
        StockRow(
            id=level.pk,
            sellable_id=level.sellable_id,
            sku=level.sellable.sku,
            title=level.sellable.title,
            organization=level.sellable.organization.name,
            warehouse=level.warehouse.code,
            warehouse_name=level.warehouse.name,
            on_hand=level.on_hand,
            reserved=level.reserved,
            available=level.available,
            incoming=level.incoming,
            low_at=level.low_at,
            is_low=level.warehouse.is_active and level.is_low,
            updated_at=level.updated_at,
        )
        for level in levels
    )
