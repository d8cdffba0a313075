"""Days as a place counts them, given as instants in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_around(moment: datetime, zone: str) -> tuple[datetime, datetime]:
    """First instant of the day on which `moment` falls in `zone`, and of the day after.

    The day is 23 or 25 hours long where clocks change.
    """
    place = ZoneInfo(zone)
    return day_bounds(moment.astimezone(place).date(), zone)


def day_bounds(day: date, zone: str = "UTC") -> tuple[datetime, datetime]:
    """First instant of `day` in `zone` and of the day after."""
    place = ZoneInfo(zone)
    return (
        datetime.combine(day, time(), place).astimezone(UTC),
        datetime.combine(day + timedelta(days=1), time(), place).astimezone(UTC),
    )
