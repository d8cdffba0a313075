"""Prices in several currencies, compared only by a rate that was stored for the day.

A rate says how much of `quote` one unit of `base` buys. It counts for its own day and, until a
newer one is entered, for so many days after.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from shipping_project.kernel.money import CENT, Money

NO_CURRENCY_RATE = "no_currency_rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedRate:
    """`rate` is a decimal as text and `day` as 2026-03-01, so that a snapshot keeps it as it is."""

    base: str
    quote: str
    rate: str
    day: str
    source: str = ""

    @property
    def words(self) -> str:
        return f"1 {self.base} = {self.rate} {self.quote} of {self.day}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """The rates that may be used on one day; the newest of a pair counts."""

    rates: tuple[DatedRate, ...] = ()

    def in_currency(self, money: Money, currency: str) -> Money | None:
        """None where no stored rate leads there, directly or the other way round."""
        if money.currency == currency:
            return money
        found = self.rate_between(money.currency, currency)
        if found is None:
            return None
        rate = Decimal(found.rate)
        amount = money.amount * rate if found.base == money.currency else money.amount / rate
        return Money(amount.quantize(CENT, ROUND_HALF_UP), currency)

    def rate_between(self, one: str, other: str) -> DatedRate | None:
        pair = {one, other}
        fitting = [rate for rate in self.rates if {rate.base, rate.quote} == pair]
        return max(fitting, key=lambda rate: (rate.day, rate.base == one), default=None)

    def missing(self, currencies: Iterable[str], into: str) -> tuple[str, ...]:
        """The currencies that cannot be brought into that one."""
        return tuple(
            sorted(
                code
                for code in set(currencies)
                if code != into and self.rate_between(code, into) is None
            )
        )


NO_EXCHANGE = Exchange()


def usable_rates(rates: Iterable[DatedRate], *, day: str, most_days: int) -> tuple[DatedRate, ...]:
    """Those of the day or before it, at most so many days old; of each pair the newest."""
    last = date.fromisoformat(day)
    first = (last - timedelta(days=most_days)).isoformat()
    newest: dict[tuple[str, str], DatedRate] = {}
    for rate in rates:
        if first <= rate.day <= day:
            pair = (rate.base, rate.quote)
            newest[pair] = max(newest.get(pair, rate), rate, key=lambda one: one.day)
    return tuple(newest[pair] for pair in sorted(newest))


def missing_words(missing: Iterable[str], *, into: str, day: str) -> str:
    """Such as "Prices are in CAD too, and no rate of CAD to USD is stored for 2026-03-01."."""
    codes = list(missing)
    pairs = " and ".join(f"{code} to {into}" for code in codes)
    return f"Prices are in {' and '.join(codes)} too, and no rate of {pairs} is stored for {day}."
