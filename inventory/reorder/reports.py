"""What to buy for a warehouse, by supplier, from what was shipped there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from inventory.models import (
    MovementKind,
    StockLevel,
    StockMovement,
    Supplier,
    SupplierItem,
    Warehouse,
)
from inventory.rules.reorder import DAYS, Day, Need, Policy, need_of
from shipping_project.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the person who buys chooses; a sellable without supplier takes `lead_days`."""

    service: float = 0.95
    cover_days: int = 14
    lead_days: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    sellable_id: int
    sku: str
    title: str
    available: int
    incoming: int
    need: Need
    unit_cost: Decimal | None

    @property
    def cost(self) -> Decimal | None:
        return None if self.unit_cost is None else self.unit_cost * self.need.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierNeeds:
    """What to buy from one supplier; None where nobody said from whom it is bought."""

    supplier: Supplier | None
    rows: tuple[Suggestion, ...]

    @property
    def units(self) -> int:
        return sum(row.need.quantity for row in self.rows)

    @property
    def cost(self) -> Money | None:
        if self.supplier is None:
            return None
        total = sum((row.cost or Decimal(0) for row in self.rows), Decimal("0.00"))
        return Money(total, self.supplier.currency)

    @property
    def is_below_minimum(self) -> bool:
        return self.supplier is not None and self.units < self.supplier.minimum_units


@dataclass(frozen=True, slots=True)
class _Moved:
    """Units of one day: shipped, and by how much on hand changed in all."""

    shipped: int
    change: int


def reorder_suggestions(
    actor: object, warehouse: Warehouse, terms: Terms, *, organization_id: int | None = None
) -> tuple[SupplierNeeds, ...]:
    """Those that are due, the soonest to run out first, in three queries."""
    levels = StockLevel.objects.visible_to(actor).filter(
        warehouse=warehouse, sellable__is_active=True
    )
    if organization_id is not None:
        levels = levels.of_organization(organization_id)
    today = timezone.now().astimezone(ZoneInfo(warehouse.time_zone)).date()
    moved = _moved(levels, warehouse, today)
    chosen = levels.filter(sellable_id__in=_shipped(levels, warehouse, today))
    supplies = _supplies(chosen)
    rows: dict[Supplier | None, list[Suggestion]] = defaultdict(list)
    for level in chosen.select_related("sellable"):
        item = supplies.get(level.sellable_id)
        found = _suggest(level, item, moved.get(level.sellable_id, {}), terms, today)
        if found.need.quantity:
            rows[item.supplier if item else None].append(found)
    return tuple(
        SupplierNeeds(supplier=supplier, rows=_soonest(found))
        for supplier, found in sorted(rows.items(), key=lambda pair: _by_name(pair[0]))
    )


def _suggest(
    level: StockLevel,
    item: SupplierItem | None,
    moved: Mapping[date, _Moved],
    terms: Terms,
    today: date,
) -> Suggestion:
    policy = Policy(
        lead_days=item.supplier.lead_time_days if item else terms.lead_days,
        service=terms.service,
        cover_days=terms.cover_days,
        minimum_units=item.minimum_units if item else 1,
    )
    need = need_of(
        _days(level.on_hand, moved, today),
        available=level.available,
        incoming=level.incoming,
        policy=policy,
        today=today,
    )
    return Suggestion(
        sellable_id=level.sellable_id,
        sku=level.sellable.sku,
        title=level.sellable.title,
        available=level.available,
        incoming=level.incoming,
        need=need,
        unit_cost=item.unit_cost if item else None,
    )


def _days(on_hand: int, moved: Mapping[date, _Moved], today: date) -> list[Day]:
    """The last whole days, the newest first. Out is a day that ended so and shipped nothing."""
    nothing = _Moved(0, 0)
    closing = on_hand - moved.get(today, nothing).change
    days = []
    for back in range(1, DAYS + 1):
        found = moved.get(today - timedelta(days=back), nothing)
        days.append(Day(found.shipped, was_out=closing <= 0 and found.shipped == 0))
        closing -= found.change
    return days


def _since(warehouse: Warehouse, today: date) -> datetime:
    first = today - timedelta(days=DAYS)
    return datetime.combine(first, time.min, tzinfo=ZoneInfo(warehouse.time_zone))


def _shipped(levels: QuerySet[StockLevel], warehouse: Warehouse, today: date) -> QuerySet[Any, Any]:
    """Sellables of which something was shipped lately: nothing else has a demand."""
    rows = StockMovement.objects.filter(
        warehouse=warehouse,
        kind=MovementKind.SHIPPED,
        at__gte=_since(warehouse, today),
        sellable_id__in=levels.order_by().values("sellable_id"),
    )
    return rows.order_by().values("sellable_id")


def _moved(
    levels: QuerySet[StockLevel], warehouse: Warehouse, today: date
) -> dict[int, dict[date, _Moved]]:
    rows = StockMovement.objects.filter(
        warehouse=warehouse,
        at__gte=_since(warehouse, today),
        sellable_id__in=_shipped(levels, warehouse, today),
    )
    day = TruncDate("at", tzinfo=ZoneInfo(warehouse.time_zone))
    sums = rows.order_by().annotate(day=day).values_list("sellable_id", "day")
    totals = sums.annotate(
        change=Sum("quantity"),
        left=Sum("quantity", filter=Q(kind=MovementKind.SHIPPED), default=0),
    )
    found: dict[int, dict[date, _Moved]] = defaultdict(dict)
    for sellable_id, on, change, left in totals.iterator():
        found[sellable_id][on] = _Moved(shipped=-left, change=change)
    return found


def _supplies(levels: QuerySet[StockLevel]) -> dict[int, SupplierItem]:
    items = SupplierItem.objects.filter(
        sellable_id__in=levels.order_by().values("sellable_id"), supplier__is_active=True
    )
    return {item.sellable_id: item for item in items.select_related("supplier__organization")}


def _soonest(rows: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    return tuple(sorted(rows, key=lambda row: (row.need.days_of_cover or 0, row.sku)))


def _by_name(supplier: Supplier | None) -> tuple[bool, str, int]:
    return (supplier is None, supplier.name if supplier else "", supplier.pk if supplier else 0)
