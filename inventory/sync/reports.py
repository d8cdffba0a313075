"""How our stock stands with each platform; page and API show the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory.models import (
    PlatformSale,
    PlatformStock,
    StockDrift,
    StockRun,
    StockSchedule,
    WarehouseLink,
)
from inventory.rules.stock_sync import explanation, signed
from inventory.sync.numbers import WITH_STOCK, lines_of, ours_of
from inventory.sync.schedules import stock_schedules

SHOWN = 50
# The outcomes of a run as people read them, by column.
OUTCOMES = (
    ("agreed", "the same"),
    ("to_tell", "ours is newer"),
    ("taken", "taken from there"),
    ("waiting", "may yet be explained"),
    ("drifted", "not explained"),
    ("left_alone", "left alone"),
    ("unlinked", "not known here"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockStanding:
    """One platform: its schedule, the newest reading, and when one last ended well."""

    platform: str
    label: str
    run: StockRun | None
    outcomes: tuple[tuple[str, int], ...]
    complete_at: datetime | None
    numbers: int
    schedule: StockSchedule


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRow:
    """One open difference; `reasons` explain what they can of it, `rest` is what is left."""

    id: int
    sellable_id: int
    sku: str
    title: str
    organization: str
    warehouse: str
    platform: str
    ours: int
    theirs: int
    rest: str
    reasons: tuple[str, ...]
    owner: str
    is_kit: bool
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ThereNow:
    """One of our stock numbers as a platform has it, for whoever asks why."""

    platform: str
    warehouse: str
    owner: str
    buffer: int
    should_say: int
    physical: int | None
    allocated: int
    available: int | None
    is_infinite: bool
    seen_at: datetime | None
    told: int | None
    told_at: datetime | None
    tell_error: str
    explained: str
    reasons: tuple[str, ...]
    rest: int


def standings() -> tuple[StockStanding, ...]:
    return tuple(_standing(schedule) for schedule in stock_schedules())


def _standing(schedule: StockSchedule) -> StockStanding:
    platform = schedule.platform
    runs = StockRun.objects.filter(platform=platform)
    run = runs.order_by("-id").first()
    complete = runs.filter(state="finished").order_by("-id").first()
    outcomes = [(label, getattr(run, name)) for name, label in OUTCOMES] if run else []
    return StockStanding(
        platform=platform,
        label=platform.capitalize(),
        run=run,
        outcomes=tuple((label, count) for label, count in outcomes if count),
        complete_at=complete.started_at if complete else None,
        numbers=PlatformStock.objects.at(platform).kept_in_step().count(),
        schedule=schedule,
    )


def open_drifts(actor: object) -> tuple[int, tuple[DriftRow, ...]]:
    """How many there are, and the oldest of them."""
    rows = StockDrift.objects.visible_to(actor).still_open()
    around = ("stock__level__sellable__organization", "stock__level__warehouse", "stock__link")
    oldest = rows.with_kits().select_related(*around).order_by("id")[:SHOWN]
    return rows.count(), tuple(_drift(row) for row in oldest)


def _drift(row: StockDrift) -> DriftRow:
    stock = row.stock
    return DriftRow(
        id=row.pk,
        sellable_id=stock.level.sellable_id,
        sku=stock.level.sellable.sku,
        title=stock.level.sellable.title,
        organization=stock.level.sellable.organization.name,
        warehouse=stock.level.warehouse.code,
        platform=stock.link.get_platform_display(),
        ours=row.ours,
        theirs=row.theirs,
        rest=signed(row.rest),
        reasons=explanation(lines_of(row.lines)),
        owner=stock.link.stock_owner,
        is_kit=row.is_kit,
        found_at=row.found_at,
    )


def short_sales(actor: object) -> tuple[int, tuple[PlatformSale, ...]]:
    """Sold at a platform and not to be had here; the oldest first."""
    rows = PlatformSale.objects.visible_to(actor).short()
    around = ("level__sellable__organization", "level__warehouse")
    return rows.count(), tuple(rows.select_related(*around).order_by("id")[:SHOWN])


def links() -> tuple[WarehouseLink, ...]:
    """Warehouses that a platform with stock knows."""
    rows = WarehouseLink.objects.filter(platform__in=WITH_STOCK).select_related("warehouse")
    return tuple(rows.order_by("platform", "warehouse__code"))


def stock_there(sellable_id: int, within: Sequence[str] = ()) -> tuple[ThereNow, ...]:
    """In the warehouses with these codes, or in all."""
    rows = PlatformStock.objects.with_all().filter(level__sellable=sellable_id)
    if within:
        rows = rows.filter(level__warehouse__code__in=within)
    ours = ours_of(list(rows))
    return tuple(
        ThereNow(
            platform=row.link.get_platform_display(),
            warehouse=row.level.warehouse.code,
            owner=row.link.stock_owner,
            buffer=ours[row.pk].buffer,
            should_say=ours[row.pk].to_tell,
            physical=row.physical,
            allocated=row.allocated,
            available=row.available,
            is_infinite=row.is_infinite,
            seen_at=row.seen_at,
            told=row.told,
            told_at=row.told_at,
            tell_error=row.tell_error,
            explained=row.explained,
            reasons=explanation(lines_of(row.lines)),
            rest=row.rest,
        )
        for row in rows
    )
