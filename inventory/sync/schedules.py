"""How often a platform's stock is read by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from catalog.sync.scheduling import keep_schedule
from inventory.models import StockRun, StockSchedule
from inventory.sync.numbers import WITH_STOCK


def stock_schedules() -> list[StockSchedule]:
    """One for each platform with stock, as stored or as it is until somebody changes it."""
    stored = {row.platform: row for row in StockSchedule.objects.all()}
    return [
        stored.get(platform) or StockSchedule(platform=platform) for platform in sorted(WITH_STOCK)
    ]


def stock_schedule_of(platform: str) -> StockSchedule:
    found, _ = StockSchedule.objects.get_or_create(platform=platform)
    return found


@transaction.atomic
def change_stock_schedule(
    *, platform: str, is_on: bool, every_minutes: int, actor: str
) -> StockSchedule:
    """A repeat changes nothing and leaves no trace."""
    schedule = stock_schedule_of(platform)
    return keep_schedule(schedule, is_on=is_on, every_minutes=every_minutes, actor=actor)


def is_due(platform: str, now: datetime) -> bool:
    """Switched on, and the last reading began long enough ago."""
    schedule = stock_schedule_of(platform)
    last = StockRun.objects.counted(platform).first()
    pause = timedelta(minutes=schedule.every_minutes)
    return schedule.is_on and (last is None or last.started_at <= now - pause)
