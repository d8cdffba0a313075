"""Which of a platform's quotes is bought for a shipment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from carriers.contracts import RateQuote


@dataclass(frozen=True, slots=True)
class JudgedQuote:
    """A quote and the first constraint that removed it, empty for the one chosen."""

    quote: RateQuote
    removed_by: str


def judge_quotes(quotes: Sequence[RateQuote], *, carrier: str) -> tuple[JudgedQuote, ...]:
    """The cheapest service of `carrier` wins; equal prices go by speed, then by name.

    Only one currency is compared (the first by code among the eligible); others are set aside.
    """
    eligible = [quote for quote in quotes if quote.carrier == carrier]
    currency = min((q.price.currency for q in eligible), default="")
    comparable = [quote for quote in eligible if quote.price.currency == currency]
    best = min(comparable, key=_preference, default=None)
    return tuple(
        JudgedQuote(quote, _removed_by(quote, best, carrier=carrier, currency=currency))
        for quote in quotes
    )


def chosen_quote(judged: Sequence[JudgedQuote]) -> RateQuote | None:
    return next((item.quote for item in judged if not item.removed_by), None)


def _preference(quote: RateQuote) -> tuple[object, ...]:
    days = quote.delivery_days if quote.delivery_days is not None else 999
    return quote.price.amount, days, quote.service_name, quote.service_ref


def _removed_by(quote: RateQuote, best: RateQuote | None, *, carrier: str, currency: str) -> str:
    if quote is best:
        return ""
    if quote.carrier != carrier:
        return f"the decision asks for {carrier}"
    if quote.price.currency != currency:
        return f"priced in {quote.price.currency}, others in {currency}"
    return "not the cheapest"
