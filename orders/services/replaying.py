"""Decisions of the past taken once more: read in lots, routed by two versions, priced."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from carriers.contracts import RateQuote
from orders.models import Quote, RoutingDecision, SimulatedChange, Simulation
from orders.rules.replay import Tally, read_tally, way_of
from orders.rules.replay_prices import CarriedOut, Priced, ReplayPrices
from orders.rules.replay_stock import StockShift, read_shift, replay_stock
from orders.rules.routing import RouteDecision, Router, RouteSnapshot
from orders.rules.routing.pair import RouterPair
from orders.services.rates import replay_prices
from orders.services.rule_books import carrier_platforms, kept_book
from orders.services.snapshots import restored_snapshot
from shipping_project.kernel.money import Money

# Carrier, service, price, currency, days.
_QuoteRow = list[Any]


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the cyclic collector, which takes a third of the time: a lot makes some hundred
    thousand objects that hold no cycles, and it would look through all of them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Decided:
    """What a replay reads of a decision; `warehouse` is a code."""

    pk: int
    order_id: int
    platform: str
    warehouse: str
    snapshot: Mapping[str, Any]


def replay_lot(simulation: Simulation, rows: QuerySet[RoutingDecision]) -> bool:
    """Add the decisions to what the simulation has found; False when there are none."""
    lot = _read(rows)
    if lot:
        _replay(simulation, lot)
    return bool(lot)


def _read(rows: QuerySet[RoutingDecision]) -> list[_Decided]:
    columns = ("pk", "order_id", "platform", "warehouse__code", "snapshot")
    return [
        _Decided(pk, order_id, platform, warehouse or "", snapshot)
        for pk, order_id, platform, warehouse, snapshot in rows.values_list(*columns)
    ]


def _pair(simulation: Simulation) -> RouterPair:
    base, platforms = simulation.base, carrier_platforms()
    before = kept_book(
        base.content, digest=base.digest, version=base.version, platform_of=platforms
    )
    after = kept_book(
        simulation.content,
        digest=simulation.digest,
        version=simulation.rule_set.version,
        platform_of=platforms,
    )
    return RouterPair(before, after)


@dataclass(frozen=True, slots=True)
class _Run:
    """What one lot is worked off with; `tally` and `shift` go on from lot to lot."""

    pair: RouterPair
    prices: ReplayPrices
    tally: Tally
    shift: StockShift


def _replay(simulation: Simulation, lot: Sequence[_Decided]) -> None:
    run = _Run(
        pair=_pair(simulation),
        prices=replay_prices(),
        tally=read_tally(simulation.tally),
        shift=read_shift(simulation.stock_shift),
    )
    tally, quotes = run.tally, _quotes_of(lot)
    changes: list[SimulatedChange] = []
    for decision in lot:
        try:
            change = _compare(simulation, decision, run, quotes.get(decision.pk, ()))
        except (KeyError, TypeError, ValueError):
            # A record from before it held what routing asks for.
            tally.unreadable += 1
            continue
        changes += [change] if change else []
    SimulatedChange.objects.bulk_create(changes)
    tally.is_stock_partial = run.shift.is_partial
    simulation.tally = tally.as_dict()
    simulation.stock_shift = run.shift.as_dict()
    simulation.done += len(lot)
    simulation.after_id = lot[-1].pk


def _compare(
    simulation: Simulation, decision: _Decided, run: _Run, rows: Sequence[_QuoteRow]
) -> SimulatedChange | None:
    snapshot = restored_snapshot(decision.snapshot, book=run.pair.before.book)
    old, new, then = _routed(snapshot, decision, run, rows)
    new = old if new == old else new
    before = way_of(old)
    after = before if new is old else way_of(new)
    old_priced, new_priced = run.prices.both(snapshot, old, new, then)
    missing = replay_stock(run.shift, snapshot, old, new)
    if missing:
        run.tally.add_stockout(new.warehouse, missing)
    if not run.tally.add(before, after, old_priced, new_priced):
        return None
    return SimulatedChange(
        simulation=simulation,
        order_id=decision.order_id,
        decision_id=decision.pk,
        before=before.as_dict(),
        after=after.as_dict(),
        is_short=bool(missing),
        **_prices(old_priced, new_priced),
    )


def _routed(
    snapshot: RouteSnapshot, decision: _Decided, run: _Run, rows: Sequence[_QuoteRow]
) -> tuple[RouteDecision, RouteDecision, CarriedOut]:
    """Both ways, and the prices of that day that count for them."""
    old, new = run.pair.route(snapshot)
    then = CarriedOut(platform=decision.platform, warehouse=decision.warehouse)
    if old.wants is None and new.wants is None:
        # Of other carriers nothing would be bought.
        return old, new, replace(then, quotes=_offered(rows, (old.carrier, new.carrier)))
    then = replace(then, quotes=_offered(rows))
    priced = _by_price(run.pair.before, old, snapshot, run.prices, then)
    if new is old:
        return priced, priced, then
    return priced, _by_price(run.pair.after, new, snapshot, run.prices, then), then


def _by_price(
    router: Router,
    route: RouteDecision,
    snapshot: RouteSnapshot,
    prices: ReplayPrices,
    then: CarriedOut,
) -> RouteDecision:
    if route.wants is None:
        return route
    return router.route(prices.with_offers(snapshot, route.wants, then))


def _prices(old: Priced, new: Priced) -> dict[str, Any]:
    return {
        "old_price": old.price,
        "new_price": new.price,
        "rise": _rise(old, new),
        "currency": old.currency or new.currency,
        "is_estimate": old.is_estimate or new.is_estimate,
        "old_days": old.days,
        "new_days": new.days,
    }


def _rise(old: Priced, new: Priced) -> Decimal | None:
    if old.price is None or new.price is None or old.currency != new.currency:
        return None
    return new.price - old.price


def _quotes_of(lot: Iterable[_Decided]) -> Mapping[int, Sequence[_QuoteRow]]:
    """The prices that the platform asked when each decision was carried out."""
    found: dict[int, list[_QuoteRow]] = {}
    rows = Quote.objects.filter(shipment__decision__in=[row.pk for row in lot]).exclude(currency="")
    columns = ("shipment__decision_id", "carrier", "service_name", "price", "currency")
    for decision_id, *row in rows.order_by("id").values_list(*columns, "delivery_days").iterator():
        found.setdefault(decision_id, []).append(row)
    return found


def _offered(rows: Iterable[_QuoteRow], carriers: Collection[str] = ()) -> list[RateQuote]:
    """Of these carriers only, if any are named."""
    return [
        RateQuote(
            carrier=carrier,
            service_ref=str(place),
            service_name=name,
            price=Money(price, currency),
            delivery_days=days,
        )
        for place, (carrier, name, price, currency, days) in enumerate(rows)
        if not carriers or carrier in carriers
    ]


def records_of(change: SimulatedChange) -> tuple[RouteDecision, RouteDecision]:
    """What the live rules of then and the rules tried say of the order, with every step."""
    run = _Run(
        pair=_pair(change.simulation), prices=replay_prices(), tally=Tally(), shift=StockShift()
    )
    rows = RoutingDecision.objects.filter(pk=change.decision_id)
    (decided,) = _read(rows)
    snapshot = restored_snapshot(decided.snapshot, book=run.pair.before.book)
    old, new, _ = _routed(snapshot, decided, run, _quotes_of([decided]).get(decided.pk, ()))
    return old, new
