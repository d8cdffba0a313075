"""Adding up what other rules would have done."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from orders.rules.exchange import NO_EXCHANGE
from orders.rules.replay import (
    Gate,
    Tally,
    Way,
    beyond_gate,
    changed_aspects,
    cost_changes,
    read_tally,
)
from orders.rules.replay_prices import CarriedOut, Priced, priced_way
from orders.rules.routing import RouteDecision
from orders.rules.service_wish import ServiceWish
from orders.tests.test_quotes_rules import quote


def way(**changes: str) -> Way:
    names = ("platform", "carrier", "service", "warehouse", "hold", "failure")
    return Way(**(dict.fromkeys(names, "") | {"carrier": "UPS"} | changes))


def priced(price: str, days: int | None = None, currency: str = "USD") -> Priced:
    return Priced(price=Decimal(price), currency=currency, days=days)


def tallied(*rises: str) -> Tally:
    """Orders that cost 10 before and so much more after."""
    tally = Tally()
    for rise in rises:
        tally.add(way(), way(carrier="DHL"), priced("10"), priced(str(10 + Decimal(rise))))
    return tally


def test_what_differs_is_named() -> None:
    assert changed_aspects(way(), way()) == ()
    assert changed_aspects(way(), way(carrier="DHL", hold="look")) == ("carrier", "hold")


def test_the_price_of_a_way_is_that_of_the_service_it_would_buy() -> None:
    quotes = [quote("Ground", "9", days=5), quote("Air", "20", days=1)]
    cheap = RouteDecision(platform="veeqo", carrier="UPS", warehouse="NV")
    fast = RouteDecision(
        platform="veeqo", carrier="UPS", warehouse="NV", wish=ServiceWish(strategy="fastest")
    )

    def told(route: RouteDecision, platform: str, warehouse: str) -> Priced:
        then = CarriedOut(platform=platform, warehouse=warehouse, quotes=quotes)
        return priced_way(route, then, NO_EXCHANGE)

    assert told(cheap, "veeqo", "NV") == priced("9", 5)
    assert told(fast, "veeqo", "NV") == priced("20", 1)
    assert told(fast, "easyship", "NV") == Priced()
    assert told(fast, "veeqo", "CA") == Priced()


def test_costs_are_added_up_by_currency_with_their_certainty() -> None:
    tally = tallied("1", "2", "3")
    tally.add(way(), way(), priced("5", currency="EUR"), priced("5", currency="EUR"))

    euros, dollars = cost_changes(tally)

    assert (euros.orders, str(euros.rise), str(euros.percent)) == (1, "0", "0.00")
    assert (str(dollars.before), str(dollars.after), str(dollars.rise)) == ("30", "36", "6")
    assert dollars.percent == 20
    # The mean is 2, the standard deviation 1, so the margin 1.96 / √3.
    assert (dollars.mean, dollars.low, dollars.high) == (
        Decimal("2.00"),
        Decimal("0.87"),
        Decimal("3.13"),
    )


def test_counts_say_what_would_change() -> None:
    tally = Tally()
    tally.add(way(), way(failure="no_platform_for_carrier"), priced("9"), Priced())
    tally.add(way(failure="no_stock"), way(), Priced(), Priced())
    tally.add(way(), way(hold="look"), priced("9", 5), priced("9", 2))
    tally.add(way(), way(carrier="DHL"), priced("9", 2), priced("4", 6))
    same = tally.add(way(), way(), priced("9"), priced("9"))

    assert not same
    assert (tally.replayed, tally.changed) == (5, 4)
    assert (tally.unmatched, tally.matched, tally.held) == (1, 1, 1)
    assert (tally.faster, tally.slower) == (1, 1)
    assert tally.aspects == {"failure": 2, "hold": 1, "carrier": 1}
    assert sum(tally.flows.values()) == 4


def test_a_way_without_a_price_is_counted_apart() -> None:
    tally = Tally()
    tally.add(way(), way(carrier="DHL"), priced("9"), Priced())
    tally.add(way(), way(carrier="DHL"), priced("9"), priced("9", currency="EUR"))

    assert (tally.unpriced, tally.unpriced_changes, tally.costs) == (2, 2, {})


def test_estimates_and_days_are_counted() -> None:
    tally = Tally()
    guess = Priced(price=Decimal(8), currency="USD", days=2, is_estimate=True)
    tally.add(way(), way(carrier="DHL"), guess, replace(guess, days=5))
    tally.add(way(), way(carrier="DHL"), priced("9", 3), priced("9", 2))
    tally.add(way(), way(), guess, guess)

    (cost,) = cost_changes(tally)
    assert (tally.estimated, cost.orders, cost.estimated) == (1, 3, 2)
    assert (tally.more_days, tally.days_known, tally.mean_days) == (2, 2, Decimal("1.00"))


def test_sums_survive_their_record() -> None:
    tally = tallied("1", "-2")

    assert read_tally(json.loads(json.dumps(tally.as_dict()))) == tally


GATE = Gate(unmatched=0, cost_percent=1, unpriced_percent=10)


@pytest.mark.parametrize(
    ("tally", "reasons"),
    [
        (tallied("0.10", "0.10"), 0),
        (tallied("0.11", "0.10"), 1),
        (tallied("-5"), 0),
        (Tally(unmatched=1), 1),
        (Tally(unreadable=2), 1),
        (Tally(), 0),
        (Tally(changed=10, unpriced_changes=1), 0),
        (Tally(changed=9, unpriced_changes=1), 1),
    ],
)
def test_the_gate_takes_no_lost_order_and_no_higher_cost(tally: Tally, reasons: int) -> None:
    assert len(beyond_gate(tally, GATE)) == reasons
