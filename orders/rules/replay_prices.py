"""What an order of the past would have cost by one set of rules and by another.

Prices of that day come first: what the platform asked when the order was carried out. They tell
only of its own way, so where another platform or warehouse is chosen both ways are priced by the
rate tables. A real price is never set against an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from carriers.contracts import RateQuote
from orders.rules.exchange import DatedRate, Exchange, usable_rates
from orders.rules.offers import Offer, PriceSource
from orders.rules.quotes import best_quote
from orders.rules.rate_table import Carriage, RateTable
from orders.rules.routing import OffersWanted, RouteDecision, RouteSnapshot
from shipping_project.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The service that would have been bought of the prices there were; None where none fits."""

    price: Decimal | None = None
    currency: str = ""
    days: int | None = None
    is_estimate: bool = False

    @property
    def money(self) -> Money | None:
        return None if self.price is None else Money(self.price, self.currency)


NOT_PRICED = Priced()


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOut:
    """What came of a decision: `quotes` are what `platform` asked for it from `warehouse`."""

    platform: str
    warehouse: str
    quotes: Sequence[RateQuote] = ()


def priced_way(route: RouteDecision, then: CarriedOut, exchange: Exchange) -> Priced:
    """By the prices of that day; they say nothing of another platform or warehouse."""
    if route.platform != then.platform or route.warehouse != then.warehouse or not then.quotes:
        return NOT_PRICED
    best = best_quote(then.quotes, carrier=route.carrier, wish=route.wish, exchange=exchange)
    return _priced(best, is_estimate=False)


def _priced(quote: RateQuote | None, *, is_estimate: bool) -> Priced:
    if quote is None:
        return NOT_PRICED
    return Priced(
        price=quote.price.amount,
        currency=quote.price.currency,
        days=quote.delivery_days,
        is_estimate=is_estimate,
    )


class ReplayPrices:
    """Tables and currency rates, made ready once for many orders."""

    def __init__(
        self, table: RateTable, *, rates: Sequence[DatedRate] = (), most_days: int = 0
    ) -> None:
        self.table = table
        self._rates = tuple(rates)
        self._most_days = most_days
        self._exchanges: dict[str, Exchange] = {}

    def exchange_on(self, day: str) -> Exchange:
        """`day` as 2026-03-01, empty for none."""
        if not self._rates or not day:
            return Exchange()
        if day not in self._exchanges:
            usable = usable_rates(self._rates, day=day, most_days=self._most_days)
            self._exchanges[day] = Exchange(usable)
        return self._exchanges[day]

    def both(
        self, snapshot: RouteSnapshot, old: RouteDecision, new: RouteDecision, then: CarriedOut
    ) -> tuple[Priced, Priced]:
        """The old way and the new, both real or both estimates, in one currency."""
        exchange = self.exchange_on(snapshot.at[:10])
        before = priced_way(old, then, exchange)
        after = before if new is old else priced_way(new, then, exchange)
        if before.price is None or after.price is None:
            if not (old.is_routed and new.is_routed):
                return before, after
            before = self.estimate(snapshot, old)
            after = before if new is old else self.estimate(snapshot, new)
        return before, _in_currency_of(before, after, exchange)

    def estimate(self, snapshot: RouteSnapshot, route: RouteDecision) -> Priced:
        """By the rate tables."""
        carriage = carriage_of(snapshot, route.warehouse)
        if carriage is None:
            return NOT_PRICED
        offers = self.table.offers(carriage, platform=route.platform, carrier=route.carrier)
        quotes = [_quote(offer) for offer in offers]
        exchange = self.exchange_on(snapshot.at[:10])
        best = best_quote(quotes, carrier=route.carrier, wish=route.wish, exchange=exchange)
        return _priced(best, is_estimate=True)

    def with_offers(
        self, snapshot: RouteSnapshot, wants: OffersWanted, then: CarriedOut
    ) -> RouteSnapshot:
        """As if prices had been looked at then: those of that day and, of other platforms, the
        tables'."""
        told: tuple[Offer, ...] = ()
        if wants.warehouse == then.warehouse and then.platform in wants.platforms:
            told = tuple(_offer(quote, then) for quote in then.quotes)
        carriage = carriage_of(snapshot, wants.warehouse)
        silent = [place for place in wants.platforms if not told or place != then.platform]
        guessed = (
            ()
            if carriage is None
            else tuple(
                offer for place in silent for offer in self.table.offers(carriage, platform=place)
            )
        )
        return replace(
            snapshot,
            offers_from=(*snapshot.offers_from, wants.warehouse),
            offers=(*snapshot.offers, *told, *guessed),
            exchange=self.exchange_on(snapshot.at[:10]).rates,
        )


def _in_currency_of(before: Priced, after: Priced, exchange: Exchange) -> Priced:
    """What cannot be compared stays as it is, and is counted as not priced both ways."""
    if after.money is None or before.price is None or before.currency == after.currency:
        return after
    brought = exchange.in_currency(after.money, before.currency)
    if brought is None:
        return after
    return replace(after, price=brought.amount, currency=brought.currency)


def carriage_of(snapshot: RouteSnapshot, warehouse: str) -> Carriage | None:
    """The parcel as routing saw it; None for a record from before it did."""
    origin = next((one.country for one in snapshot.warehouses if one.code == warehouse), None)
    facts: Mapping[str, object] = snapshot.facts
    weight, volume = facts.get("weight_g"), facts.get("volume_cm3")
    if origin is None or not isinstance(weight, int) or not isinstance(volume, int):
        return None
    return Carriage(
        organization=str(facts.get("organization") or ""),
        warehouse=warehouse,
        origin=origin,
        destination=snapshot.country,
        weight_g=weight,
        volume_cm3=volume,
        day=_day(snapshot.at),
    )


def _day(at: str) -> str:
    return date.fromisoformat(at[:10]).isoformat() if at else ""


def _quote(offer: Offer) -> RateQuote:
    return RateQuote(
        carrier=offer.carrier,
        service_ref=offer.service,
        service_name=offer.service,
        price=offer.money,
        delivery_days=offer.days,
    )


def _offer(quote: RateQuote, then: CarriedOut) -> Offer:
    return Offer(
        warehouse=then.warehouse,
        platform=then.platform,
        carrier=quote.carrier,
        service=quote.service_name,
        price=str(quote.price.amount),
        currency=quote.price.currency,
        source=PriceSource.CACHED.value,
        days=quote.delivery_days,
    )
