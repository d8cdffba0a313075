"""Which quote is bought."""

from __future__ import annotations

from decimal import Decimal

from carriers.contracts import RateQuote
from orders.rules.quotes import chosen_quote, judge_quotes
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
