"""On which day a warehouse hands a parcel over: its cut-off, closed days and daily capacity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
# A calendar that has no open day within a year has none.
MOST_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """`cut_off` is by the warehouse's own clock, and None where the day ends with the day.

    `holidays` are days as 2026-12-25. `daily_capacity` counts parcels; None has no limit.
    """

    time_zone: str = "UTC"
    cut_off: time | None = None
    closed_weekdays: frozenset[str] = field(default_factory=frozenset)
    holidays: frozenset[str] = field(default_factory=frozenset)
    daily_capacity: int | None = None

    def is_open(self, day: date) -> bool:
        return (
            WEEKDAYS[day.weekday()] not in self.closed_weekdays
            and day.isoformat() not in self.holidays
        )


def ship_day(calendar: Calendar, moment: datetime, planned: Mapping[date, int]) -> date | None:
    """The first open day with room for one more parcel that is ready at `moment`.

    `planned` counts the parcels by the day they are planned for. None where no day within a year
    is open and has room.
    """
    first = first_day(calendar, moment)
    days = (first + timedelta(days=number) for number in range(MOST_DAYS))
    return next((day for day in days if _has_room(calendar, day, planned.get(day, 0))), None)


def open_days(calendar: Calendar, moment: datetime, count: int) -> list[date]:
    """The first open days for a parcel that is ready at `moment`, however full they are."""
    days = (first_day(calendar, moment) + timedelta(days=number) for number in range(MOST_DAYS))
    return list(islice((day for day in days if calendar.is_open(day)), count))


def first_day(calendar: Calendar, moment: datetime) -> date:
    """The day of `moment` by the warehouse's clock, or the next one past its cut-off."""
    local = moment.astimezone(ZoneInfo(calendar.time_zone))
    is_over = calendar.cut_off is not None and local.time() >= calendar.cut_off
    return local.date() + timedelta(days=int(is_over))


def _has_room(calendar: Calendar, day: date, planned: int) -> bool:
    capacity = calendar.daily_capacity
    return calendar.is_open(day) and (capacity is None or planned < capacity)


def is_late(calendar: Calendar, day: date | None, ship_by: datetime | None) -> bool:
    """Whether a parcel that leaves on `day` breaks the promise to hand it over by `ship_by`.

    The day of the promise is that of the warehouse.
    """
    if ship_by is None:
        return False
    return day is None or day > ship_by.astimezone(ZoneInfo(calendar.time_zone)).date()
