"""Which quote is bought."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from carriers.contracts import RateQuote
from orders.rules.exchange import DatedRate, Exchange
from orders.rules.quotes import best_quote, chosen_quote, judge_quotes, uncompared
from orders.rules.service_wish import ServiceWish, working_days_after
from shipping_project.kernel.money import Money


def quote(
    name: str, price: str, *, carrier: str = "UPS", days: int | None = 3, currency: str = "USD"
) -> RateQuote:
    return RateQuote(
        carrier=carrier,
        service_ref=name.lower(),
        service_name=name,
        price=Money(Decimal(price), currency),
        delivery_days=days,
    )


def chosen(*quotes: RateQuote, carrier: str = "UPS") -> str | None:
    best = chosen_quote(judge_quotes(quotes, carrier=carrier))
    return best.service_name if best else None


def test_the_cheapest_of_the_carrier_wins() -> None:
    assert chosen(quote("Air", "20"), quote("Ground", "9.10"), quote("Rail", "9.11")) == "Ground"


def test_a_cheaper_quote_of_another_carrier_does_not() -> None:
    assert chosen(quote("Post", "2", carrier="USPS"), quote("Ground", "9")) == "Ground"


def test_equal_prices_go_by_speed_and_then_by_name() -> None:
    assert chosen(quote("Slow", "9", days=5), quote("Quick", "9", days=2)) == "Quick"
    assert chosen(quote("B", "9"), quote("A", "9")) == "A"
    assert chosen(quote("Unknown", "9", days=None), quote("Slow", "9", days=30)) == "Slow"


def test_the_order_of_quotes_does_not_matter() -> None:
    quotes = [quote("C", "9"), quote("A", "9"), quote("B", "8", currency="GBP")]

    assert chosen(*quotes) == chosen(*quotes[::-1])


def test_two_currencies_are_never_compared() -> None:
    judged = judge_quotes(
        [quote("Dollars", "9"), quote("Pounds", "50", currency="GBP")], carrier="UPS"
    )

    assert [item.removed_by for item in judged] == ["priced in USD, others in GBP", ""]


def test_three_currencies_are_compared_by_rates_where_there_are_any() -> None:
    quotes = [
        quote("Dollars", "9"),
        quote("Pounds", "7", currency="GBP"),
        quote("Euros", "8", currency="EUR"),
    ]
    pound = DatedRate(base="GBP", quote="USD", rate="1.27", day="2026-03-10")
    euro = DatedRate(base="EUR", quote="USD", rate="1.09", day="2026-03-10")

    whole = judge_quotes(quotes, carrier="UPS", exchange=Exchange((pound, euro)))
    partly = judge_quotes(quotes, carrier="UPS", exchange=Exchange((pound,)))

    assert [item.removed_by for item in whole] == ["not the cheapest", "not the cheapest", ""]
    assert [item.removed_by for item in partly] == [
        "not the cheapest",
        "",
        "priced in EUR, others in GBP",
    ]
    assert (uncompared(whole), uncompared(partly)) == ((), ("EUR",))


@pytest.mark.parametrize("carrier", ["UPS", "USPS", "DHL"])
def test_the_best_quote_is_the_one_that_judging_chooses(carrier: str) -> None:
    quotes = [quote("A", "9"), quote("B", "8"), quote("C", "3", carrier="USPS")]
    wish = ServiceWish(max_days=4)

    best = best_quote(quotes, carrier=carrier, wish=wish, exchange=Exchange())

    assert best == chosen_quote(judge_quotes(quotes, carrier=carrier, wish=wish))


def test_each_quote_says_why_it_was_not_taken() -> None:
    judged = judge_quotes(
        [quote("Post", "2", carrier="USPS"), quote("Air", "20"), quote("Ground", "9")],
        carrier="UPS",
    )

    assert [item.removed_by for item in judged] == [
        "the decision asks for UPS",
        "not the cheapest",
        "",
    ]


def test_without_a_quote_of_the_carrier_nothing_is_chosen() -> None:
    assert chosen(quote("Post", "2", carrier="USPS")) is None
    assert chosen() is None


def wished(*quotes: RateQuote, **wish: Any) -> str | None:
    best = chosen_quote(judge_quotes(quotes, carrier="UPS", wish=ServiceWish(**wish)))
    return best.service_name if best else None


GROUND = quote("Ground", "9", days=5)
SAVER = quote("Air Saver", "14", days=2)
EXPRESS = quote("Air Express", "30", days=1)
SILENT = quote("Post", "5", days=None)


def test_the_wish_decides_which_service_is_best() -> None:
    offers = (GROUND, SAVER, EXPRESS, SILENT)

    assert wished(*offers) == "Post"
    assert wished(*offers, strategy="fastest") == "Air Express"
    assert wished(*offers, max_days=3) == "Air Saver"
    assert wished(*offers, service="air", max_days=1) == "Air Express"
    assert wished(*offers, strategy="best_score", day_worth="2.00") == "Air Saver"
    assert wished(*offers, strategy="best_score", day_worth="50") == "Air Express"


def test_without_a_service_that_meets_the_wish_none_is_bought() -> None:
    judged = judge_quotes(
        [GROUND, SILENT, EXPRESS],
        carrier="UPS",
        wish=ServiceWish(service="air", max_days=1, strategy="fastest"),
    )
    late = judge_quotes([GROUND, SILENT], carrier="UPS", wish=ServiceWish(max_days=2))

    assert [item.removed_by for item in judged] == [
        "the decision asks for “air”",
        "the decision asks for “air”",
        "",
    ]
    assert chosen_quote(late) is None
    assert [item.removed_by for item in late] == [
        "takes longer than 2 days",
        "does not say when it arrives",
    ]


TUESDAY = "2026-12-01"


@pytest.mark.parametrize(
    ("leaves", "days", "arrives"),
    [
        ("2026-12-01", 0, "2026-12-01"),
        ("2026-12-01", 1, "2026-12-02"),
        ("2026-12-01", 3, "2026-12-04"),
        ("2026-12-01", 4, "2026-12-07"),
        ("2026-12-04", 1, "2026-12-07"),
        ("2026-12-05", 1, "2026-12-07"),
        ("2026-12-06", 5, "2026-12-11"),
        ("2026-12-01", 10, "2026-12-15"),
    ],
)
def test_days_of_a_service_are_working_days(leaves: str, days: int, arrives: str) -> None:
    assert working_days_after(date.fromisoformat(leaves), days) == date.fromisoformat(arrives)


@pytest.mark.parametrize(
    ("deliver_by", "service"),
    [
        ("2026-12-08", "Ground"),
        ("2026-12-07", "Air Saver"),
        ("2026-12-03", "Air Saver"),
        ("2026-12-02", "Air Express"),
        ("2026-12-01", None),
        ("", "Post"),
    ],
)
def test_cheapest_that_keeps_the_promise(deliver_by: str, service: str | None) -> None:
    wish = ServiceWish(strategy="in_time").promised(deliver_by=deliver_by, leaves_on=TUESDAY)

    judged = judge_quotes([GROUND, SAVER, EXPRESS, SILENT], carrier="UPS", wish=wish)

    best = chosen_quote(judged)
    assert (best.service_name if best else None) == service


def test_a_quote_that_breaks_the_promise_says_by_how_much() -> None:
    wish = ServiceWish(strategy="in_time").promised(deliver_by="2026-12-03", leaves_on=TUESDAY)

    judged = judge_quotes([GROUND, SAVER, EXPRESS, SILENT], carrier="UPS", wish=wish)

    assert [item.removed_by for item in judged] == [
        "arrives 8 Dec 2026, promised 3 Dec 2026",
        "",
        "not the cheapest",
        "does not say when it arrives",
    ]
    assert wish.words == "the cheapest service that arrives by 3 Dec 2026"


def test_other_wishes_do_not_look_at_the_promise() -> None:
    for strategy in ("cheapest", "fastest", "best_score"):
        wish = ServiceWish(strategy=strategy, day_worth="1")
        assert wish.promised(deliver_by="2026-12-01", leaves_on=TUESDAY) is wish
