"""Carrier and platform by price: the best of the services on offer from the chosen warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orders.rules.exchange import NO_CURRENCY_RATE, Exchange, missing_words
from orders.rules.offers import Offer
from orders.rules.quotes import (
    common_currency,
    earliest_words,
    lost_words,
    preference,
    wish_fault,
)
from orders.rules.routing.parts import (
    NO_OFFER,
    OFFERS,
    OffersWanted,
    RouteSnapshot,
    RuleBook,
)
from orders.rules.routing.several import one_parcel_words, place_for
from orders.rules.routing.trace import Log
from orders.rules.service_wish import ServiceWish
from shipping_project.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPrice:
    """What a rule asks for that leaves the carrier open; a `platform` of "" is open too."""

    wish: ServiceWish
    platform: str
    is_export: bool
    package: str = ""
    boxes: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOffer:
    """The service chosen, or `failure` and why; `wants` where nobody has looked at prices yet."""

    offer: Offer | None = None
    reason: str = ""
    failure: str = ""
    wants: OffersWanted | None = None


def best_offer(
    snapshot: RouteSnapshot, asked: ByPrice, warehouse: str, log: Log | None
) -> BestOffer:
    if warehouse not in snapshot.offers_from:
        platforms = _platforms(snapshot.book, asked)
        wants = OffersWanted(warehouse=warehouse, platforms=platforms, package=asked.package)
        reason = f"{_asked(asked)}, and nobody has looked at prices from {warehouse} yet."
        return BestOffer(failure=NO_OFFER, reason=reason, wants=wants)
    offers = [offer for offer in snapshot.offers if offer.warehouse == warehouse]
    faults = [_fault(offer, snapshot.book, asked) for offer in offers]
    fitting = [one for one, fault in zip(offers, faults, strict=True) if not fault]
    if fitting:
        best = _best(fitting, snapshot, asked)
    else:
        best = BestOffer(failure=NO_OFFER, reason=_none_fits(offers, snapshot.book, asked))
    if log:
        _tell(log, offers, faults, best, asked)
    return best


def _best(fitting: Sequence[Offer], snapshot: RouteSnapshot, asked: ByPrice) -> BestOffer:
    exchange = Exchange(snapshot.exchange)
    codes = {offer.currency for offer in fitting}
    currency = common_currency(codes, exchange)
    if missing := exchange.missing(codes, currency):
        reason = missing_words(missing, into=currency, day=snapshot.at[:10])
        return BestOffer(failure=NO_CURRENCY_RATE, reason=reason)
    prices = {offer: exchange.in_currency(offer.money, currency) for offer in fitting}
    offer = min(fitting, key=lambda one: _rank(one, prices, asked.wish))
    return BestOffer(offer=offer, reason=_why(offer, fitting, snapshot, asked.wish))


def _rank(
    offer: Offer, prices: Mapping[Offer, Money | None], wish: ServiceWish
) -> tuple[object, ...]:
    price = prices[offer]
    assert price is not None, "every currency was asked for"
    return *preference(price, offer.days, wish), offer.service, offer.carrier, offer.platform


def _why(offer: Offer, fitting: Sequence[Offer], snapshot: RouteSnapshot, wish: ServiceWish) -> str:
    told = f"{offer.words}: {wish.words}, out of {len(fitting)}"
    if len({one.currency for one in fitting}) > 1:
        told += f" ({'; '.join(rate.words for rate in snapshot.exchange)})"
    return f"{told}; its price is an estimate of our tables." if offer.is_estimate else f"{told}."


def _none_fits(offers: Sequence[Offer], book: RuleBook, asked: ByPrice) -> str:
    """With the soonest arrival of what could be booked at all, where a promise is what fails."""
    anyhow = replace(asked, wish=replace(asked.wish, max_days=0, deliver_by=""))
    bookable = [(offer.service, offer.days) for offer in offers if not _fault(offer, book, anyhow)]
    told = f"{_asked(asked)}, and none of {len(offers)} on offer fits."
    return " ".join(filter(None, (told, earliest_words(bookable, asked.wish))))


def _asked(asked: ByPrice) -> str:
    return f"Asked for is {asked.wish.words}"


def _fault(offer: Offer, book: RuleBook, asked: ByPrice) -> str:
    """The first constraint that removes it, "" for none."""
    if offer.carrier not in book.platform_of:
        return f"{offer.carrier} is not in use"
    place = asked.platform or _place_of(offer.carrier, book, asked)
    if offer.platform != place:
        if asked.platform:
            return f"a rule says {place.capitalize()}"
        if offer.platform == _usual_place(offer.carrier, book, asked):
            return one_parcel_words(offer.platform, asked.boxes)
        if asked.is_export:
            return f"parcels that leave the country are booked at {place.capitalize()}"
        return f"{offer.carrier} is bought at {place.capitalize()} inside one country"
    return wish_fault(offer.service, offer.days, asked.wish)


def _place_of(carrier: str, book: RuleBook, asked: ByPrice) -> str:
    return place_for(_usual_place(carrier, book, asked), asked.boxes, book)


def _usual_place(carrier: str, book: RuleBook, asked: ByPrice) -> str:
    return book.export_platform if asked.is_export else book.platform_of[carrier]


def _platforms(book: RuleBook, asked: ByPrice) -> tuple[str, ...]:
    if asked.platform:
        return (asked.platform,)
    usual = [book.export_platform] if asked.is_export else book.platform_of.values()
    return tuple(sorted({place_for(one, asked.boxes, book) for one in usual}))


def _tell(
    log: Log, offers: Sequence[Offer], faults: Sequence[str], best: BestOffer, asked: ByPrice
) -> None:
    for offer, fault in zip(offers, faults, strict=True):
        if offer is best.offer:
            log.add(OFFERS, offer.words, "chosen", asked.wish.words)
        else:
            lost = best.reason if best.offer is None else lost_words(asked.wish)
            log.add(OFFERS, offer.words, "failed", fault or lost)
