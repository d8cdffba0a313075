"""The figures that managers look at first, each counted from rows and leading to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from orders.models import Order, Package
from orders.querysets import PackageQuerySet
from orders.reports.finding import orders_matching
from orders.rules.criteria import Due, OrderCriteria
from orders.rules.days import day_bounds
from orders.rules.stages import ANY_OPEN, STAGE_LABELS, STAGE_STATES, Stage
from shipping_project.kernel.money import Money

DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A count of orders, how it is counted, and the query of the list behind it.

    `tone` is "bad" or "warn" where a count above nought wants somebody to act.
    """

    label: str
    value: int
    formula: str
    query: str
    tone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCount:
    label: str
    count: int
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierCost:
    """Labels bought with a carrier; `costs` holds one sum for each currency."""

    carrier: str
    orders: int
    labels: int
    costs: tuple[Money, ...]
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """Orders placed, and orders whose label was bought, on one day in UTC."""

    day: date
    placed: int
    placed_query: str
    labelled: int
    labelled_query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    figures: tuple[Figure, ...]
    stages: tuple[StageCount, ...]
    costs: tuple[CarrierCost, ...]
    days: tuple[DayCount, ...]


def overview_for(actor: object, now: datetime) -> Overview:
    """All of it for the orders that the actor may see, in a fixed number of queries."""
    stages = _stages(actor)
    return Overview(
        figures=(*_work(stages), *_deadlines(actor, now), _labels_of(actor, now)),
        stages=tuple(
            StageCount(
                label=STAGE_LABELS[stage],
                count=count,
                query=OrderCriteria(stage=stage.value).query,
            )
            for stage, count in stages.items()
        ),
        costs=_costs(actor, now),
        days=_days(actor, now),
    )


def _stages(actor: object) -> dict[Stage, int]:
    rows = Order.objects.visible_to(actor).still_open().order_by().values_list("state")
    counts = dict(rows.annotate(count=Count("pk")))
    return {
        stage: sum(counts.get(state.value, 0) for state in STAGE_STATES[stage]) for stage in Stage
    }


def _work(stages: dict[Stage, int]) -> tuple[Figure, ...]:
    return (
        Figure(
            label="Open orders",
            value=sum(stages.values()),
            formula="Orders that are not delivered, cancelled or returned.",
            query=OrderCriteria(stage=ANY_OPEN).query,
        ),
        _stage_figure(
            Stage.ATTENTION,
            stages,
            "Orders that cannot go on until a person corrects something.",
            tone="bad",
        ),
        _stage_figure(
            Stage.BACKORDERED,
            stages,
            "Orders for which no warehouse holds every line; looked at again every minute.",
            tone="warn",
        ),
        _stage_figure(Stage.HELD, stages, "Orders kept back until a person releases them."),
        _stage_figure(Stage.IN_TRANSIT, stages, "Orders whose parcel the carrier has scanned."),
    )


def _stage_figure(
    stage: Stage, stages: dict[Stage, int], formula: str, *, tone: str = ""
) -> Figure:
    return Figure(
        label=STAGE_LABELS[stage],
        value=stages[stage],
        formula=formula,
        query=OrderCriteria(stage=stage.value).query,
        tone=tone if stages[stage] else "",
    )


def _deadlines(actor: object, now: datetime) -> tuple[Figure, ...]:
    today, late = OrderCriteria(due=Due.TODAY), OrderCriteria(due=Due.LATE)
    due_count = orders_matching(actor, today, now=now).count()
    late_count = orders_matching(actor, late, now=now).count()
    return (
        Figure(
            label="Due today",
            value=due_count,
            formula=(
                "Orders not yet handed to the carrier whose ship-by time falls on today: the day "
                "of the warehouse that ships it, and the day in UTC where none is chosen yet."
            ),
            query=today.query,
        ),
        Figure(
            label="Late",
            value=late_count,
            formula="Orders not yet handed to the carrier whose ship-by time has passed.",
            query=late.query,
            tone="bad" if late_count else "",
        ),
    )


def _labels_of(actor: object, now: datetime) -> Figure:
    today = now.astimezone(UTC).date()
    criteria = OrderCriteria(labelled=today)
    rows = _labels(actor, today, today)
    labels = rows.count()
    sums = _sums(rows.order_by().values_list("cost_currency").annotate(cost=Sum("cost")))
    return Figure(
        label="Labelled today",
        value=orders_matching(actor, criteria, now=now).count(),
        formula=(
            "Orders with a label bought today (UTC) and not voided since. Beneath: how many "
            "labels, and their cost as the platform told it at purchase, one sum for each currency."
        ),
        query=criteria.query,
        note=" · ".join([f"{labels} label{'' if labels == 1 else 's'}", *map(str, sums)]),
    )


def _labels(actor: object, first: date, last: date) -> PackageQuerySet:
    rows: PackageQuerySet = Package.objects.visible_to(actor).labelled()
    return rows.filter(bought_at__gte=day_bounds(first)[0], bought_at__lt=day_bounds(last)[1])


def _sums(rows: Iterable[tuple[str, Decimal | None]]) -> tuple[Money, ...]:
    """Sums by currency; labels whose cost the platform has not told count for nothing."""
    told = [(code, cost) for code, cost in rows if code and cost is not None]
    return tuple(Money(cost, code) for code, cost in sorted(told))


def _costs(actor: object, now: datetime) -> tuple[CarrierCost, ...]:
    today = now.astimezone(UTC).date()
    since = today - timedelta(days=DAYS - 1)
    rows = _labels(actor, since, today).order_by()
    counts = rows.values_list("shipment__carrier").annotate(
        orders=Count("shipment__order", distinct=True), labels=Count("pk")
    )
    money: dict[str, list[tuple[str, Decimal | None]]] = {}
    sums = rows.values_list("shipment__carrier", "cost_currency").annotate(cost=Sum("cost"))
    for carrier, currency, cost in sums:
        money.setdefault(carrier, []).append((currency, cost))
    return tuple(
        CarrierCost(
            carrier=carrier,
            orders=orders,
            labels=labels,
            costs=_sums(money.get(carrier, ())),
            query=OrderCriteria(carrier=carrier, labelled_since=since).query,
        )
        for carrier, orders, labels in sorted(counts)
    )


def _days(actor: object, now: datetime) -> tuple[DayCount, ...]:
    today = now.astimezone(UTC).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    orders = Order.objects.visible_to(actor)
    span = (day_bounds(days[0])[0], day_bounds(today)[1])
    placed = _by_day(orders.placed_within(span), "placed_at", Count("pk"))
    labelled = _by_day(
        _labels(actor, days[0], today), "bought_at", Count("shipment__order", distinct=True)
    )
    return tuple(
        DayCount(
            day=day,
            placed=placed.get(day, 0),
            placed_query=OrderCriteria(placed=day).query,
            labelled=labelled.get(day, 0),
            labelled_query=OrderCriteria(labelled=day).query,
        )
        for day in days
    )


def _by_day(rows: QuerySet[Any], moment: str, counted: Count) -> dict[date, int]:
    grouped = rows.order_by().annotate(day=TruncDate(moment, tzinfo=UTC))
    return dict(grouped.values_list("day").annotate(count=counted))
