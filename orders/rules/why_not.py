"""Why an order did not go another way, and which single change would have made it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import chain

from orders.rules.conditions import Comparison
from orders.rules.conditions.fields import Kind, Operator
from orders.rules.offers import Offer
from orders.rules.routing.choosing import Router
from orders.rules.routing.parts import OFFERS, RouteDecision, RouteSnapshot
from orders.rules.routing.warehouses import missing_units
from orders.rules.service_wish import day_words, working_days_after

MOST_TRIED = 500
MOST_TOLD = 5
# Facts that stand beside the others in a snapshot.
OWN_FIELDS = frozenset({"country", "region"})
Size = tuple[int, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The way that is asked about; empty means whichever."""

    carrier: str = ""
    platform: str = ""
    warehouse: str = ""

    def first_miss(self, route: RouteDecision) -> str:
        """The first of the three that the route does not have, "" when it has all."""
        for name in ("warehouse", "carrier", "platform"):
            if getattr(self, name) not in ("", getattr(route, name)):
                return name
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """`constraint` is what kept it from going so; `changes` each suffice alone, smallest first."""

    is_chosen: bool
    constraint: str = ""
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    size: Size
    words: str
    snapshot: RouteSnapshot


def why_not(snapshot: RouteSnapshot, wanted: Wanted) -> WhyNot:
    """Every change is proven by routing the changed order once more."""
    router = Router(snapshot.book)
    route = router.route(snapshot)
    if route.is_routed and not wanted.first_miss(route):
        return WhyNot(is_chosen=True)
    flips: list[_Change] = []
    changes = chain(
        _with_price(snapshot, wanted, route.offer), _single_changes(snapshot, router, wanted)
    )
    for tried, change in enumerate(changes):
        if tried == MOST_TRIED:
            break
        is_same_book = change.snapshot.book is snapshot.book
        other = (router if is_same_book else Router(change.snapshot.book)).route(change.snapshot)
        if other.is_routed and not wanted.first_miss(other):
            flips.append(change)
    flips.sort(key=lambda change: (change.size, change.words))
    return WhyNot(
        is_chosen=False,
        constraint=_constraint(snapshot, route, wanted),
        changes=tuple(dict.fromkeys(change.words for change in flips))[:MOST_TOLD],
    )


def _constraint(snapshot: RouteSnapshot, route: RouteDecision, wanted: Wanted) -> str:
    if not route.is_routed:
        return route.sentences[0]
    missed = wanted.first_miss(route)
    if missed == "warehouse":
        stock = [s for s in route.trace if (s.stage, s.subject) == ("stock", wanted.warehouse)]
        if not stock:
            return f"{wanted.warehouse} is no active warehouse."
        if stock[0].outcome == "failed":
            return f"{wanted.warehouse} is {stock[0].reason}."
    if route.offer is not None and (lost := _lost_offer(snapshot, route, wanted)):
        return lost
    return route.sentences[("warehouse", "carrier", "platform").index(missed)]


def _lost_offer(snapshot: RouteSnapshot, route: RouteDecision, wanted: Wanted) -> str:
    """Where prices decided: why the first service on offer that is so was not taken."""
    named = {offer.words for offer in snapshot.offers if _is_wanted(offer, wanted)}
    steps = (s for s in route.trace if s.stage == OFFERS and s.subject in named)
    step = next(steps, None)
    return f"{step.subject}: {step.reason}." if step else ""


def _is_wanted(offer: Offer, wanted: Wanted) -> bool:
    return wanted.carrier in ("", offer.carrier) and wanted.platform in ("", offer.platform)


def _with_price(snapshot: RouteSnapshot, wanted: Wanted, best: Offer | None) -> Iterator[_Change]:
    """A service that would cost just less than the one chosen, in the same currency."""
    for place, offer in enumerate(snapshot.offers):
        if best is None or offer.currency != best.currency or not _is_wanted(offer, wanted):
            continue
        price = best.money.amount - Decimal("0.01")
        cheaper = replace(offer, price=str(price))
        offers = (*snapshot.offers[:place], cheaper, *snapshot.offers[place + 1 :])
        words = f"{offer.service} by {offer.platform.capitalize()} costs {cheaper.money}"
        yield _Change(
            _distance(offer.price, price),
            f"{words}, not {offer.money}",
            replace(snapshot, offers=offers),
        )


def _single_changes(snapshot: RouteSnapshot, router: Router, wanted: Wanted) -> Iterator[_Change]:
    if wanted.carrier:
        words = f"a person picks {wanted.carrier}"
        picked = replace(snapshot, requested_carrier=wanted.carrier)
        yield _Change((4, Decimal(0)), words, picked)
    if snapshot.requested_carrier:
        yield _Change(
            (3, Decimal(0)), "nobody picks a carrier", replace(snapshot, requested_carrier="")
        )
    yield from _with_stock(snapshot, wanted.warehouse)
    yield from _with_promise(snapshot)
    for ready in router.rules:
        rules = tuple(rule for rule in snapshot.book.rules if rule is not ready.rule)
        without = replace(snapshot, book=replace(snapshot.book, rules=rules))
        yield _Change((2, Decimal(0)), f"the rule “{ready.rule.name}” is switched off", without)
        for comparison in ready.asks.comparisons():
            yield from _with_fact(snapshot, comparison)


def _with_stock(snapshot: RouteSnapshot, code: str) -> Iterator[_Change]:
    for option in snapshot.warehouses:
        gaps = missing_units(option, snapshot.needs)
        if not gaps or code not in ("", option.code):
            continue
        full = replace(option, available={**option.available, **snapshot.needs})
        options = tuple(full if one is option else one for one in snapshot.warehouses)
        missing = ", ".join(f"{units} more of {sku}" for sku, units in sorted(gaps.items()))
        words = f"{option.code} has {missing}"
        yield _Change(
            (3, Decimal(sum(gaps.values()))), words, replace(snapshot, warehouses=options)
        )


def _with_promise(snapshot: RouteSnapshot) -> Iterator[_Change]:
    """Promised for a day on which one of the services on offer would arrive."""
    told = snapshot.facts.get("deliver_by_day")
    if not told:
        return
    promised = date.fromisoformat(str(told))
    leaves = {one.code: one.ships_on or snapshot.at[:10] for one in snapshot.warehouses}
    arrivals = {
        working_days_after(date.fromisoformat(leaves[offer.warehouse]), offer.days)
        for offer in snapshot.offers
        if offer.days is not None and leaves.get(offer.warehouse)
    }
    for day in sorted(arrivals - {promised}):
        facts = {**snapshot.facts, "deliver_by_day": day.isoformat()}
        words = f"it is promised for {day_words(day)}, not {day_words(promised)}"
        size = (0, Decimal(abs((day - promised).days)))
        yield _Change(size, words, replace(snapshot, facts=facts))


def _with_fact(snapshot: RouteSnapshot, comparison: Comparison) -> Iterator[_Change]:
    """The order with the nearest value that turns the comparison, where it is the order's own."""
    name = comparison.field.name
    if name in OWN_FIELDS:
        for value in comparison.values[:5]:
            changed = _moved(snapshot, name, str(value))
            yield _Change((1, Decimal(0)), f"{comparison.field.label} is {value}", changed)
        return
    now = snapshot.facts.get(name)
    if now is None or comparison.field.kind not in (Kind.NUMBER, Kind.FLAG, Kind.MONEY):
        return
    for value in _turning(comparison, now):
        told = str(value) if isinstance(value, Decimal) else value
        facts = {**snapshot.facts, name: told}
        words = f"{comparison.field.label} is {_word(value)}{_unit(comparison)}, not {_word(now)}"
        yield _Change(_distance(now, value), words, replace(snapshot, facts=facts))


def _moved(snapshot: RouteSnapshot, name: str, value: str) -> RouteSnapshot:
    if name == "country":
        return replace(snapshot, country=value)
    return replace(snapshot, region=value)


def _turning(comparison: Comparison, now: object) -> list[bool | int | Decimal]:
    if isinstance(now, bool):
        return [not now]
    step = Decimal("0.01") if comparison.field.kind is Kind.MONEY else 1
    found: list[bool | int | Decimal] = []
    for bound in comparison.values:
        assert isinstance(bound, int | Decimal)
        beside = [bound - step, bound, bound + step]
        is_true = comparison.test(Decimal(str(now)))
        turned = [value for value in beside if comparison.test(value) is not is_true]
        found += sorted(turned, key=lambda value: abs(Decimal(value) - Decimal(str(now))))[:1]
    return found


def _distance(now: object, value: bool | int | Decimal) -> Size:
    if isinstance(value, bool):
        return (1, Decimal(0))
    before = Decimal(str(now))
    return (0, abs(Decimal(value) - before) / max(abs(before), Decimal(1)))


def _word(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _unit(comparison: Comparison) -> str:
    unit = comparison.currency or comparison.field.unit
    return f" {unit}" if unit and comparison.operator is not Operator.IS else ""
