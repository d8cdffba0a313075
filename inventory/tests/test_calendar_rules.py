"""On which day a warehouse hands over, by its cut-off, closed days and capacity."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from inventory.rules.calendar import Calendar, is_late, ship_day

RENO = "America/Los_Angeles"
# A Friday, nine in the morning in Reno.
FRIDAY = datetime(2026, 3, 6, 17, tzinfo=UTC)
CLOSED = frozenset({"SAT", "SUN"})


def test_without_a_calendar_it_leaves_on_the_local_day() -> None:
    late_in_london = datetime(2026, 3, 6, 3, tzinfo=UTC)

    assert ship_day(Calendar(time_zone=RENO), late_in_london, {}) == date(2026, 3, 5)


def test_at_the_cut_off_it_waits_for_the_next_open_day() -> None:
    calendar = Calendar(time_zone=RENO, cut_off=time(16), closed_weekdays=CLOSED)

    assert ship_day(calendar, FRIDAY.replace(hour=23, minute=59), {}) == date(2026, 3, 6)
    assert ship_day(calendar, datetime(2026, 3, 7, 0, tzinfo=UTC), {}) == date(2026, 3, 9)


def test_holidays_are_closed() -> None:
    calendar = Calendar(holidays=frozenset({"2026-03-06", "2026-03-07"}))

    assert ship_day(calendar, FRIDAY, {}) == date(2026, 3, 8)


def test_a_full_day_moves_to_the_next_with_room() -> None:
    calendar = Calendar(time_zone=RENO, closed_weekdays=CLOSED, daily_capacity=2)
    planned = {date(2026, 3, 6): 2, date(2026, 3, 9): 3}

    assert ship_day(calendar, FRIDAY, planned) == date(2026, 3, 10)


def test_a_warehouse_without_capacity_never_hands_over() -> None:
    assert ship_day(Calendar(daily_capacity=0), FRIDAY, {}) is None
    assert ship_day(Calendar(closed_weekdays=frozenset({*CLOSED, "MON"})), FRIDAY, {}) is not None


def test_a_promise_counts_by_the_day_of_the_warehouse() -> None:
    calendar = Calendar(time_zone=RENO)
    promise = datetime(2026, 3, 7, 2, tzinfo=UTC)

    assert not is_late(calendar, date(2026, 3, 6), promise)
    assert is_late(calendar, date(2026, 3, 7), promise)
    assert is_late(calendar, None, promise)
    assert not is_late(calendar, None, None)
