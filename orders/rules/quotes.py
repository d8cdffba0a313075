"""Which of a platform's quotes is bought for a shipment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from carriers.contracts import RateQuote
from orders.rules.service_wish import ANY_CHEAPEST, ServiceWish, Strategy

# Later than any service that says when it arrives.
UNKNOWN_DAYS = 999
Preference = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class JudgedQuote:
    """A quote and the first constraint that removed it, empty for the one chosen."""

    quote: RateQuote
    removed_by: str


def judge_quotes(
    quotes: Sequence[RateQuote], *, carrier: str, wish: ServiceWish = ANY_CHEAPEST
) -> tuple[JudgedQuote, ...]:
    """The service of `carrier` that fits the wish best; equals go by price, speed, then name.

    Only one currency is compared (the first by code among the eligible); others are set aside.
    """
    faults = [_fault(quote, carrier, wish) for quote in quotes]
    eligible = [quote for quote, fault in zip(quotes, faults, strict=True) if not fault]
    currency = min((q.price.currency for q in eligible), default="")
    comparable = [quote for quote in eligible if quote.price.currency == currency]
    best = min(comparable, key=lambda quote: _preference(quote, wish), default=None)
    return tuple(
        JudgedQuote(quote, fault or _lost(quote, best, currency=currency, wish=wish))
        for quote, fault in zip(quotes, faults, strict=True)
    )


def chosen_quote(judged: Sequence[JudgedQuote]) -> RateQuote | None:
    return next((item.quote for item in judged if not item.removed_by), None)


def _fault(quote: RateQuote, carrier: str, wish: ServiceWish) -> str:
    if quote.carrier != carrier:
        return f"the decision asks for {carrier}"
    if wish.service.casefold() not in quote.service_name.casefold():
        return f"the decision asks for “{wish.service}”"
    if wish.max_days and quote.delivery_days is None:
        return "does not say when it arrives"
    if wish.max_days and _days(quote) > wish.max_days:
        return f"takes longer than {wish.max_days} days"
    return ""


def _lost(quote: RateQuote, best: RateQuote | None, *, currency: str, wish: ServiceWish) -> str:
    if quote is best:
        return ""
    if quote.price.currency != currency:
        return f"priced in {quote.price.currency}, others in {currency}"
    return _LOST.get(wish.strategy, "not the cheapest")


_LOST: Mapping[str, str] = {
    Strategy.FASTEST.value: "not the fastest",
    Strategy.BEST_SCORE.value: "not the best score",
}


def _preference(quote: RateQuote, wish: ServiceWish) -> Preference:
    return _FIRST.get(wish.strategy, _by_price)(quote, wish) + _by_price(quote, wish)


def _by_price(quote: RateQuote, wish: ServiceWish) -> Preference:
    return quote.price.amount, _days(quote), quote.service_name, quote.service_ref


def _by_speed(quote: RateQuote, wish: ServiceWish) -> Preference:
    return (_days(quote),)


def _by_score(quote: RateQuote, wish: ServiceWish) -> Preference:
    return (quote.price.amount + _days(quote) * Decimal(wish.day_worth or 0),)


_FIRST: Mapping[str, Callable[[RateQuote, ServiceWish], Preference]] = {
    Strategy.FASTEST.value: _by_speed,
    Strategy.BEST_SCORE.value: _by_score,
}


def _days(quote: RateQuote) -> int:
    return UNKNOWN_DAYS if quote.delivery_days is None else quote.delivery_days
