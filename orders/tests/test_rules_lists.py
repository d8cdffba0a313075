"""The words that lists and figures of orders share: stages, days, criteria."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from orders.rules.criteria import Due, OrderCriteria
from orders.rules.days import day_around, day_bounds
from orders.rules.stages import ANY_OPEN, OPEN_STATES, STAGE_LABELS, STAGE_STATES, Stage, states_of
from orders.rules.states import FINAL_ORDER_STATES, OrderState


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_open_state_is_in_exactly_one_stage() -> None:
    staged = [state for states in STAGE_STATES.values() for state in states]

    assert sorted(staged) == sorted(set(OrderState) - FINAL_ORDER_STATES)
    assert len(staged) == len(set(staged))
    assert set(STAGE_LABELS) == set(Stage)


@pytest.mark.parametrize(
    ("stage", "states"),
    [
        ("new", ("received", "valid")),
        ("booking", ("routed", "reserved", "booking")),
        (ANY_OPEN, OPEN_STATES),
        ("delivered", ()),
        ("", ()),
        ("NEW", ()),
    ],
)
def test_stage_names_its_states(stage: str, states: tuple[str, ...]) -> None:
    assert states_of(stage) == states


@pytest.mark.parametrize(
    ("moment", "zone", "first", "hours"),
    [
        ("2026-03-10T03:00", "UTC", "2026-03-10T00:00", 24),
        ("2026-03-10T03:00", "America/Los_Angeles", "2026-03-09T07:00", 24),
        ("2026-03-10T07:00", "America/Los_Angeles", "2026-03-10T07:00", 24),
        ("2026-03-08T20:00", "America/Los_Angeles", "2026-03-08T08:00", 23),
        ("2026-11-01T20:00", "America/Los_Angeles", "2026-11-01T07:00", 25),
        ("2026-07-01T23:30", "Europe/London", "2026-07-01T23:00", 24),
    ],
)
def test_day_is_that_of_the_place(moment: str, zone: str, first: str, hours: int) -> None:
    start, end = day_around(at(moment), zone)

    assert start == at(first)
    assert end - start == timedelta(hours=hours)


def test_days_follow_one_another_without_gap() -> None:
    assert day_bounds(date(2026, 3, 8), "America/Los_Angeles")[1] == at("2026-03-09T07:00")
    assert day_bounds(date(2026, 3, 9), "America/Los_Angeles")[0] == at("2026-03-09T07:00")


@pytest.mark.parametrize(
    ("criteria", "query"),
    [
        (OrderCriteria(), ""),
        (OrderCriteria(state=("held", "valid")), "state=held&state=valid"),
        (OrderCriteria(due=Due.LATE, q="a&b"), "q=a%26b&due=late"),
        (
            OrderCriteria(carrier="UPS", labelled_since=date(2026, 3, 1)),
            "carrier=UPS&labelled_since=2026-03-01",
        ),
    ],
)
def test_criteria_become_the_query_of_an_address(criteria: OrderCriteria, query: str) -> None:
    assert criteria.query == query
