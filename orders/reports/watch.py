"""How rules have fared since they went live: against their rehearsal, and those before them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from orders.models import LedgerLine, RoutingDecision, RuleSet, ShadowDifference, Simulation
from orders.models.simulation import SimulationState
from orders.rules.replay import CostChange, Way, changed_aspects, cost_changes, read_tally

MOST_FLOWS = 50
# Of the differences the newest so many tell which ways they were.
MOST_READ = 20_000
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlay:
    """What the labels of so many orders cost. `forecast` is what the rehearsal foretold for as
    many by these rules, and `before` by those before; None without a rehearsal in that currency."""

    currency: str
    orders: int
    actual: Decimal
    forecast: Decimal | None
    before: Decimal | None

    @property
    def off_percent(self) -> Decimal | None:
        """How far the actual cost is above the forecast."""
        if not self.forecast:
            return None
        return ((self.actual - self.forecast) * 100 / self.forecast).quantize(CENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchDay:
    """A day in UTC. `differing` orders would have gone another way by the rules before."""

    day: date
    decided: int
    differing: int
    outlays: tuple[Outlay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """`foretold_percent` of orders were to change by the rehearsal, `differing_percent` did."""

    rule_set: RuleSet
    simulation: Simulation | None
    is_over: bool
    days: tuple[WatchDay, ...]
    decided: int
    differing: int
    aspects: Mapping[str, int]
    flows: tuple[tuple[str, int], ...]
    foretold_percent: Decimal | None
    outlays: tuple[Outlay, ...]

    @property
    def differing_percent(self) -> Decimal | None:
        return _percent(self.differing, self.decided)


def watch_of(rule_set: RuleSet) -> Watch | None:
    """None for one that was never live in the shadow's time."""
    since, until = rule_set.shadow_since, rule_set.shadow_until
    if since is None or until is None:
        return None
    rehearsal = _rehearsal(rule_set, since)
    tally = read_tally(rehearsal.tally) if rehearsal else None
    foretold = {cost.currency: cost for cost in cost_changes(tally)} if tally else {}
    decisions = RoutingDecision.objects.filter(rule_set=rule_set, at__gte=since, at__lt=until)
    differences = ShadowDifference.objects.filter(decision__in=decisions)
    days = _days(decisions, foretold)
    aspects, flows = _told(differences)
    return Watch(
        rule_set=rule_set,
        simulation=rehearsal,
        is_over=until <= timezone.now(),
        days=days,
        decided=sum(day.decided for day in days),
        differing=sum(day.differing for day in days),
        aspects=aspects,
        flows=tuple(flows.most_common(MOST_FLOWS)),
        foretold_percent=_percent(tally.changed, tally.replayed) if tally else None,
        outlays=_sums(days),
    )


def _rehearsal(rule_set: RuleSet, live_since: datetime) -> Simulation | None:
    """The one that these rules went live with."""
    finished = Simulation.objects.filter(
        rule_set=rule_set,
        digest=rule_set.digest,
        organization=None,
        state=SimulationState.FINISHED,
        finished_at__lte=live_since,
    )
    return finished.order_by("-id").first()


def _days(
    decisions: QuerySet[RoutingDecision], foretold: Mapping[str, CostChange]
) -> tuple[WatchDay, ...]:
    decided = _by_day(decisions, "at")
    differing = _by_day(ShadowDifference.objects.filter(decision__in=decisions), "decision__at")
    outlays: dict[date, list[Outlay]] = {}
    lines = LedgerLine.objects.costs().filter(
        package__shipment__decision__in=decisions, amount__isnull=False
    )
    rows = (
        lines.annotate(day=TruncDate("package__shipment__decision__at"))
        .order_by("day", "currency")
        .values_list("day", "currency")
        .annotate(Count("package__shipment__order", distinct=True), Sum("amount"))
    )
    for day, currency, orders, total in rows:
        outlays.setdefault(day, []).append(
            _outlay(currency, orders, total.quantize(CENT), foretold.get(currency))
        )
    return tuple(
        WatchDay(
            day=day,
            decided=count,
            differing=differing.get(day, 0),
            outlays=tuple(outlays.get(day, ())),
        )
        for day, count in sorted(decided.items())
    )


def _by_day(rows: QuerySet[RoutingDecision] | QuerySet[ShadowDifference], at: str) -> Counter[date]:
    counted = rows.annotate(day=TruncDate(at)).order_by().values_list("day").annotate(Count("pk"))
    return Counter(dict(counted))


def _outlay(currency: str, orders: int, actual: Decimal, foretold: CostChange | None) -> Outlay:
    if foretold is None:
        return Outlay(currency=currency, orders=orders, actual=actual, forecast=None, before=None)
    share = Decimal(orders) / foretold.orders
    return Outlay(
        currency=currency,
        orders=orders,
        actual=actual,
        forecast=(foretold.after * share).quantize(CENT),
        before=(foretold.before * share).quantize(CENT),
    )


def _sums(days: Sequence[WatchDay]) -> tuple[Outlay, ...]:
    sums: dict[str, Outlay] = {}
    for one in (outlay for day in days for outlay in day.outlays):
        other = sums.get(one.currency)
        sums[one.currency] = one if other is None else _together(other, one)
    return tuple(sums[currency] for currency in sorted(sums))


def _together(one: Outlay, other: Outlay) -> Outlay:
    """Of the same currency, so both have a forecast or neither."""
    return Outlay(
        currency=one.currency,
        orders=one.orders + other.orders,
        actual=one.actual + other.actual,
        forecast=None if one.forecast is None else one.forecast + (other.forecast or 0),
        before=None if one.before is None else one.before + (other.before or 0),
    )


def _told(rows: QuerySet[ShadowDifference]) -> tuple[Counter[str], Counter[str]]:
    """What differed, and from which way to which."""
    aspects: Counter[str] = Counter()
    flows: Counter[str] = Counter()
    newest = rows.order_by("-id").values_list("way", "actual")[:MOST_READ]
    for way, actual in newest.iterator():
        before, now = Way(**way), Way(**actual)
        aspects.update(changed_aspects(before, now))
        flows[f"{before.words} → {now.words}"] += 1
    return aspects, flows


def _percent(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) * 100 / whole).quantize(CENT) if whole else None
