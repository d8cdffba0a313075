"""Demand, safety and how many to order, worked out by hand beside the rule."""

from __future__ import annotations

from datetime import date

import pytest

from inventory.rules.reorder import Day, Policy, need_of

TODAY = date(2026, 11, 25)
STEADY = [Day(4)] * 30


def test_steady_demand_needs_no_safety() -> None:
    found = need_of(STEADY, available=20, incoming=5, policy=Policy(lead_days=10), today=TODAY)

    assert (found.demand, found.deviation, found.safety) == (4.0, 0.0, 0)
    assert (found.reorder_point, found.target, found.expected) == (40, 96, 25)
    assert found.quantity == 96 - 25
    assert (found.days_of_cover, found.run_out_on) == (5.0, date(2026, 11, 30))


def test_recent_days_count_most() -> None:
    days = [Day(10)] * 7 + [Day(2)] * 23

    found = need_of(days, available=0, incoming=0, policy=Policy(lead_days=1), today=TODAY)

    # 0.5 × 70/7 + 0.3 × 84/14 + 0.2 × 116/30
    assert found.demand == pytest.approx(5 + 1.8 + 0.7733, abs=0.001)
    assert [(rate.units, rate.days) for rate in found.rates] == [(70, 7), (84, 14), (116, 30)]


def test_days_without_stock_are_left_out() -> None:
    days = [Day(0, was_out=True)] * 5 + [Day(4)] * 25

    found = need_of(days, available=0, incoming=0, policy=Policy(lead_days=10), today=TODAY)

    assert (found.demand, found.out_days, found.deviation) == (4.0, 5, 0.0)
    assert "5 without stock left out" in found.sentences[0]


def test_window_without_stock_gives_its_weight_to_the_others() -> None:
    days = [Day(0, was_out=True)] * 7 + [Day(2)] * 7 + [Day(6)] * 16

    found = need_of(days, available=0, incoming=0, policy=Policy(lead_days=1), today=TODAY)

    # 0.6 × 14/7 + 0.4 × 110/23
    assert [rate.weight for rate in found.rates] == [0.6, 0.4]
    assert found.demand == pytest.approx(1.2 + 1.91304, abs=0.001)


def test_safety_grows_with_swings_lead_time_and_service() -> None:
    days = [Day(0), Day(8)] * 15
    policies = [
        Policy(lead_days=4, service=0.95),
        Policy(lead_days=16, service=0.95),
        Policy(lead_days=16, service=0.99),
        Policy(lead_days=16, service=0.5),
    ]

    found = [
        need_of(days, available=0, incoming=0, policy=policy, today=TODAY).safety
        for policy in policies
    ]

    # Deviation 4; 1.645 × 4 × 2, 1.645 × 4 × 4, 2.326 × 4 × 4, 0 × 4 × 4, rounded up.
    assert found == [14, 27, 38, 0]


def test_enough_is_not_ordered_and_the_fewest_are() -> None:
    policy = Policy(lead_days=10, minimum_units=500)

    above = need_of(STEADY, available=41, incoming=0, policy=policy, today=TODAY)
    at_point = need_of(STEADY, available=30, incoming=10, policy=policy, today=TODAY)

    assert (above.quantity, at_point.quantity) == (0, 500)


def test_what_is_not_sold_is_not_bought() -> None:
    found = need_of(
        [Day(0)] * 30, available=0, incoming=0, policy=Policy(lead_days=10), today=TODAY
    )

    assert (found.quantity, found.days_of_cover, found.run_out_on) == (0, None, None)


def test_never_in_stock_tells_that_there_is_nothing_to_go_by() -> None:
    found = need_of(
        [Day(0, was_out=True)] * 30,
        available=0,
        incoming=0,
        policy=Policy(lead_days=10),
        today=TODAY,
    )

    assert found.sentences == ("Nothing was shipped while there was stock.",)


def test_sentences_show_the_figures() -> None:
    found = need_of(STEADY, available=20, incoming=5, policy=Policy(lead_days=10), today=TODAY)

    assert found.sentences == (
        "Demand: 0.5 × 4.00 + 0.3 × 4.00 + 0.2 × 4.00 = 4.00 a day, over the last 7, 14, 30 days.",
        "Safety: 1.64 × 0.00 × √10 = 0, so that 95.0% of deliveries come in time.",
        "Reorder at 4.00 × 10 days + 0 = 40; up to 40 + 4.00 × 14 days = 96.",
        "25 are there or on their way, so 71 are to be ordered.",
    )
