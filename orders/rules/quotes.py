"""Which of a platform's quotes is bought for a shipment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from carriers.contracts import RateQuote
from orders.rules.exchange import NO_EXCHANGE, Exchange
from orders.rules.service_wish import ANY_CHEAPEST, ServiceWish, Strategy, day_words
from shipping_project.kernel.money import Money

# Later than any service that says when it arrives.
UNKNOWN_DAYS = 999
Preference = tuple[object, ...]
OTHER_CURRENCY = "priced in "


@dataclass(frozen=True, slots=True)
class JudgedQuote:
    """A quote and the first constraint that removed it, empty for the one chosen."""

    quote: RateQuote
    removed_by: str


def judge_quotes(
    quotes: Sequence[RateQuote],
    *,
    carrier: str,
    wish: ServiceWish = ANY_CHEAPEST,
    exchange: Exchange = NO_EXCHANGE,
) -> tuple[JudgedQuote, ...]:
    """The service of `carrier` that fits the wish best; equals go by price, speed, then name.

    Currencies are compared by the rates of `exchange`. What they lead nowhere near is set aside:
    most of all is compared, and of as many the first currency by code.
    """
    faults = [_fault(quote, carrier, wish) for quote in quotes]
    eligible = [quote for quote, fault in zip(quotes, faults, strict=True) if not fault]
    currency = common_currency([quote.price.currency for quote in eligible], exchange)
    prices = {
        id(quote): price
        for quote in eligible
        if (price := exchange.in_currency(quote.price, currency)) is not None
    }
    comparable = [quote for quote in eligible if id(quote) in prices]
    best = min(
        comparable, key=lambda quote: _preference(quote, prices[id(quote)], wish), default=None
    )
    return tuple(
        JudgedQuote(quote, fault or _lost(quote, best, currency, prices, wish))
        for quote, fault in zip(quotes, faults, strict=True)
    )


def chosen_quote(judged: Sequence[JudgedQuote]) -> RateQuote | None:
    return next((item.quote for item in judged if not item.removed_by), None)


def best_quote(
    quotes: Sequence[RateQuote], *, carrier: str, wish: ServiceWish, exchange: Exchange
) -> RateQuote | None:
    """The one that `judge_quotes` chooses, without a word on the others."""
    eligible = [quote for quote in quotes if not _fault(quote, carrier, wish)]
    if len(eligible) < 2:
        return eligible[0] if eligible else None
    return chosen_quote(judge_quotes(eligible, carrier=carrier, wish=wish, exchange=exchange))


def common_currency(currencies: Collection[str], exchange: Exchange) -> str:
    """The one that most of the others can be brought into, "" of none."""

    codes = sorted(set(currencies))
    if len(codes) < 2:
        return codes[0] if codes else ""
    return max(codes, key=lambda code: -len(exchange.missing(codes, code)))


def uncompared(judged: Sequence[JudgedQuote]) -> tuple[str, ...]:
    """Currencies that were set aside since no rate leads to the others."""
    return tuple(
        sorted(
            {
                item.quote.price.currency
                for item in judged
                if item.removed_by.startswith(OTHER_CURRENCY)
            }
        )
    )


def wish_fault(service_name: str, days: int | None, wish: ServiceWish) -> str:
    """What keeps a service from being what is wished for, "" where nothing does."""
    if wish.service.casefold() not in service_name.casefold():
        return f"the decision asks for “{wish.service}”"
    if (wish.max_days or wish.deliver_by) and days is None:
        return "does not say when it arrives"
    if wish.max_days and (days or 0) > wish.max_days:
        return f"takes longer than {wish.max_days} days"
    if wish.deliver_by and (arrives := wish.arrives(days or 0)).isoformat() > wish.deliver_by:
        return f"arrives {day_words(arrives)}, promised {day_words(wish.deliver_by)}"
    return ""


def earliest_words(services: Iterable[tuple[str, int | None]], wish: ServiceWish) -> str:
    """Where nothing keeps the promise: when the soonest of the services, given by name and days,
    that are wished for at all arrives; "" otherwise."""
    anyhow = replace(wish, max_days=0, deliver_by="")
    known = [
        days for name, days in services if days is not None and not wish_fault(name, days, anyhow)
    ]
    if not wish.deliver_by or not known:
        return ""
    return f"The earliest that one arrives is {day_words(wish.arrives(min(known)))}."


def preference(price: Money, days: int | None, wish: ServiceWish) -> Preference:
    """The smallest is what the wish wants most, of prices in one currency."""
    known = UNKNOWN_DAYS if days is None else days
    if wish.strategy == Strategy.FASTEST.value:
        return known, price.amount, known
    if wish.strategy == Strategy.BEST_SCORE.value:
        return price.amount + known * Decimal(wish.day_worth or 0), price.amount, known
    return price.amount, known


def lost_words(wish: ServiceWish) -> str:
    return _LOST.get(wish.strategy, "not the cheapest")


_LOST: Mapping[str, str] = {
    Strategy.FASTEST.value: "not the fastest",
    Strategy.BEST_SCORE.value: "not the best score",
}


def _fault(quote: RateQuote, carrier: str, wish: ServiceWish) -> str:
    if quote.carrier != carrier:
        return f"the decision asks for {carrier}"
    return wish_fault(quote.service_name, quote.delivery_days, wish)


def _lost(
    quote: RateQuote,
    best: RateQuote | None,
    currency: str,
    prices: Mapping[int, Money],
    wish: ServiceWish,
) -> str:
    if quote is best:
        return ""
    if id(quote) not in prices:
        return f"{OTHER_CURRENCY}{quote.price.currency}, others in {currency}"
    return lost_words(wish)


def _preference(quote: RateQuote, price: Money, wish: ServiceWish) -> Preference:
    return *preference(price, quote.delivery_days, wish), quote.service_name, quote.service_ref
