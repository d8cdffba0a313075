"""What other rules would have done with orders of the past, added up in ways and in money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from math import sqrt
from typing import Any

from orders.rules.replay_prices import Priced
from orders.rules.routing import RouteDecision

# Of a normal distribution, 95 % lie within so many standard errors of its mean.
Z_95 = Decimal("1.96")
NO_COSTS: Mapping[str, str | int] = {
    "orders": 0,
    "estimated": 0,
    "before": "0",
    "after": "0",
    "squares": "0",
}
# So many SKUs that run short are named, those that come first.
MOST_NAMED = 200
ASPECTS = ("platform", "carrier", "service", "warehouse", "hold", "failure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How an order goes; `failure` when it does not, `hold` when somebody looks at it first."""

    platform: str
    carrier: str
    service: str
    warehouse: str
    hold: str
    failure: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    @property
    def words(self) -> str:
        if self.failure:
            return f"no route: {self.failure}"
        if not self.carrier:
            return ""
        return f"{self.carrier} by {self.platform} from {self.warehouse}"


def way_of(route: RouteDecision) -> Way:
    is_routed = route.is_routed
    return Way(
        platform=route.platform,
        carrier=route.carrier,
        service=route.wish.words if is_routed else "",
        warehouse=route.warehouse,
        hold=route.hold_reason,
        failure=route.failure,
    )


def changed_aspects(before: Way, after: Way) -> tuple[str, ...]:
    return tuple(name for name in ASPECTS if getattr(before, name) != getattr(after, name))


@dataclass
class Tally:
    """Sums only, so that a million orders take no more room than one. Kept as JSON between lots."""

    replayed: int = 0
    unreadable: int = 0
    changed: int = 0
    unmatched: int = 0
    matched: int = 0
    held: int = 0
    unpriced: int = 0
    # Of the changed ones: without a price both ways, and priced by the tables alone.
    unpriced_changes: int = 0
    estimated: int = 0
    slower: int = 0
    faster: int = 0
    # Days that all together would take longer, over so many orders that tell.
    more_days: int = 0
    days_known: int = 0
    # Orders whose warehouse would have run out before them, and of what, where.
    stockouts: int = 0
    is_stock_partial: bool = False
    short: Counter[str] = field(default_factory=Counter)
    aspects: Counter[str] = field(default_factory=Counter)
    flows: Counter[str] = field(default_factory=Counter)
    costs: dict[str, dict[str, str | int]] = field(default_factory=dict)

    def add(self, before: Way, after: Way, old: Priced, new: Priced) -> bool:
        """Whether the order would have gone another way."""
        self.replayed += 1
        goes = not (before.failure or after.failure)
        is_priced = self._add_cost(old, new, counts=goes)
        aspects = changed_aspects(before, after)
        if not aspects:
            return False
        self.changed += 1
        self.unpriced_changes += goes and not is_priced
        self.estimated += is_priced and new.is_estimate
        self.aspects.update(aspects)
        self.flows[f"{before.words} → {after.words}"] += 1
        self.unmatched += bool(after.failure and not before.failure)
        self.matched += bool(before.failure and not after.failure)
        self.held += bool(after.hold and not before.hold)
        if old.days is not None and new.days is not None:
            self.slower += new.days > old.days
            self.faster += new.days < old.days
            self.more_days += new.days - old.days
            self.days_known += 1
        return True

    def add_stockout(self, warehouse: str, skus: Iterable[str]) -> None:
        self.stockouts += 1
        for sku in skus:
            words = f"{sku} in {warehouse}"
            if words in self.short or len(self.short) < MOST_NAMED:
                self.short[words] += 1

    @property
    def mean_days(self) -> Decimal:
        """How many days later a changed order would arrive."""
        if not self.days_known:
            return Decimal(0)
        return (Decimal(self.more_days) / self.days_known).quantize(Decimal("0.01"))

    def _add_cost(self, old: Priced, new: Priced, *, counts: bool) -> bool:
        """Whether both ways have a price."""
        if old.price is None or new.price is None or old.currency != new.currency:
            self.unpriced += counts
            return False
        sums = self.costs.setdefault(old.currency, dict(NO_COSTS))
        rise = new.price - old.price
        sums["orders"] = int(sums["orders"]) + 1
        sums["estimated"] = int(sums.get("estimated", 0)) + new.is_estimate
        for name, more in (("before", old.price), ("after", new.price), ("squares", rise * rise)):
            sums[name] = str(Decimal(sums[name]) + more)
        return True

    def as_dict(self) -> dict[str, Any]:
        sums = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: dict(value) if isinstance(value, dict) else value for name, value in sums.items()
        }


def read_tally(data: Mapping[str, Any]) -> Tally:
    counters = {name: Counter(data.get(name, {})) for name in ("aspects", "flows", "short")}
    return Tally(**{**data, **counters})


@dataclass(frozen=True, slots=True, kw_only=True)
class CostChange:
    """Of the orders that both ways could be priced for. `low` and `high` bound the mean rise of an
    order with 95 % confidence; they are equal to it for a single order. `estimated` are those that
    the rate tables priced."""

    currency: str
    orders: int
    estimated: int
    before: Decimal
    after: Decimal
    mean: Decimal
    low: Decimal
    high: Decimal

    @property
    def rise(self) -> Decimal:
        return self.after - self.before

    @property
    def percent(self) -> Decimal:
        if not self.before:
            return Decimal(100 if self.after else 0)
        return (self.rise * 100 / self.before).quantize(Decimal("0.01"))


def cost_changes(tally: Tally) -> tuple[CostChange, ...]:
    return tuple(_cost_change(currency, sums) for currency, sums in sorted(tally.costs.items()))


def _cost_change(currency: str, sums: Mapping[str, str | int]) -> CostChange:
    count = int(sums["orders"])
    before, after, squares = (Decimal(sums[name]) for name in ("before", "after", "squares"))
    mean = (after - before) / count
    spread = max(squares - count * mean * mean, Decimal(0)) / max(count - 1, 1)
    margin = Z_95 * Decimal(sqrt(spread / count))
    cent = Decimal("0.01")
    return CostChange(
        currency=currency,
        orders=count,
        estimated=int(sums.get("estimated", 0)),
        before=before,
        after=after,
        mean=mean.quantize(cent),
        low=(mean - margin).quantize(cent),
        high=(mean + margin).quantize(cent),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """How far a change of rules may go without a second person."""

    unmatched: int
    cost_percent: int
    unpriced_percent: int


def beyond_gate(tally: Tally, gate: Gate) -> tuple[str, ...]:
    """Every limit that the change goes beyond, in words."""
    found: list[str] = []
    if tally.unmatched > gate.unmatched:
        found.append(f"{tally.unmatched} orders would find no route any more")
    if tally.unreadable:
        found.append(f"{tally.unreadable} decisions of the past cannot be worked out again")
    if tally.unpriced_changes * 100 > gate.unpriced_percent * max(tally.changed, 1):
        found.append(
            f"{tally.unpriced_changes} of {tally.changed} changed orders have no price both ways"
        )
    found += [
        f"labels in {cost.currency} would cost {cost.percent} % more"
        for cost in cost_changes(tally)
        if cost.percent > gate.cost_percent
    ]
    return tuple(found)
