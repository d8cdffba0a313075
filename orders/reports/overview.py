"""The figures that managers look at first, each counted from rows and leading to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from orders.models import Package
from orders.querysets import OrderQuerySet, PackageQuerySet
from orders.reports.finding import orders_matching
from orders.rules.criteria import Due, OrderCriteria
from orders.rules.days import day_bounds
from orders.rules.stages import ANY_OPEN, STAGE_LABELS, STAGE_STATES, Stage
from shipping_project.kernel.money import Money

DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A count of orders, how it is counted, and the query of the list behind it.

    `code` is for programs. `tone` is "bad" or "warn" where a count above nought wants somebody to
    act.
    """

    code: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """Whose orders are looked at, when, and what they are narrowed to everywhere."""

    actor: object
    now: datetime
    days: int
    within: OrderCriteria

    @property
    def today(self) -> date:
        return self.now.astimezone(UTC).date()

    @property
    def first_day(self) -> date:
        return self.today - timedelta(days=self.days - 1)

    def orders(self, **more: Any) -> OrderQuerySet:
        return orders_matching(self.actor, replace(self.within, **more), now=self.now)

    def query(self, **more: Any) -> str:
        return replace(self.within, **more).query

    def labels(self, first: date) -> PackageQuerySet:
        """Bought from this day to today, and not voided."""
        rows: PackageQuerySet = Package.objects.visible_to(self.actor).labelled()
        if self.within.organization:
            rows = rows.filter(shipment__order__organization__slug=self.within.organization)
        if self.within.warehouse:
            rows = rows.filter(shipment__warehouse__code=self.within.warehouse)
        return rows.filter(
            bought_at__gte=day_bounds(first)[0], bought_at__lt=day_bounds(self.today)[1]
        )


def overview_for(
    actor: object, now: datetime, *, days: int = DAYS, organization: str = "", warehouse: str = ""
) -> Overview:
    """All of it for the orders that the actor may see, in a fixed number of queries.

    `organization` is a slug and `warehouse` a code; empty means all of them.
    """
    within = OrderCriteria(organization=organization, warehouse=warehouse)
    view = _View(actor=actor, now=now, days=days, within=within)
    stages = _stages(view)
    return Overview(
        figures=(*_work(view, stages), *_deadlines(view), _labels_of(view)),
        stages=tuple(
            StageCount(
                label=STAGE_LABELS[stage],
                count=count,
                query=view.query(stage=stage.value),
            )
            for stage, count in stages.items()
        ),
        costs=_costs(view),
        days=_days(view),
    )


def _stages(view: _View) -> dict[Stage, int]:
    rows = view.orders().still_open().order_by().values_list("state")
    counts = dict(rows.annotate(count=Count("pk")))
    return {
        stage: sum(counts.get(state.value, 0) for state in STAGE_STATES[stage]) for stage in Stage
    }


def _work(view: _View, stages: dict[Stage, int]) -> tuple[Figure, ...]:
    return (
        Figure(
            code=ANY_OPEN,
            label="Open orders",
            value=sum(stages.values()),
            formula="Orders that are not delivered, cancelled or returned.",
            query=view.query(stage=ANY_OPEN),
        ),
        _stage_figure(
            view,
            Stage.ATTENTION,
            stages,
            "Orders that cannot go on until a person corrects something.",
            tone="bad",
        ),
        _stage_figure(
            view,
            Stage.BACKORDERED,
            stages,
            "Orders for which no warehouse holds every line; looked at again every minute.",
            tone="warn",
        ),
        _stage_figure(view, Stage.HELD, stages, "Orders kept back until a person releases them."),
        _stage_figure(
            view, Stage.IN_TRANSIT, stages, "Orders whose parcel the carrier has scanned."
        ),
    )


def _stage_figure(
    view: _View, stage: Stage, stages: dict[Stage, int], formula: str, *, tone: str = ""
) -> Figure:
    return Figure(
        code=stage.value,
        label=STAGE_LABELS[stage],
        value=stages[stage],
        formula=formula,
        query=view.query(stage=stage.value),
        tone=tone if stages[stage] else "",
    )


def _deadlines(view: _View) -> tuple[Figure, ...]:
    due_count = view.orders(due=Due.TODAY).count()
    late_count = view.orders(due=Due.LATE).count()
    return (
        Figure(
            code="due_today",
            label="Due today",
            value=due_count,
            formula=(
                "Orders not yet handed to the carrier whose ship-by time falls on today: the day "
                "of the warehouse that ships it, and the day in UTC where none is chosen yet."
            ),
            query=view.query(due=Due.TODAY),
        ),
        Figure(
            code="late",
            label="Late",
            value=late_count,
            formula="Orders not yet handed to the carrier whose ship-by time has passed.",
            query=view.query(due=Due.LATE),
            tone="bad" if late_count else "",
        ),
    )


def _labels_of(view: _View) -> Figure:
    rows = view.labels(view.today)
    labels = rows.count()
    sums = _sums(rows.order_by().values_list("cost_currency").annotate(cost=Sum("cost")))
    return Figure(
        code="labelled_today",
        label="Labelled today",
        value=view.orders(labelled=view.today).count(),
        formula=(
            "Orders with a label bought today (UTC) and not voided since. Beneath: how many "
            "labels, and their cost as the platform told it at purchase, one sum for each currency."
        ),
        query=view.query(labelled=view.today),
        note=" · ".join([f"{labels} label{'' if labels == 1 else 's'}", *map(str, sums)]),
    )


def _sums(rows: Iterable[tuple[str, Decimal | None]]) -> tuple[Money, ...]:
    """Sums by currency; labels whose cost the platform has not told count for nothing."""
    told = [(code, cost) for code, cost in rows if code and cost is not None]
    return tuple(Money(cost, code) for code, cost in sorted(told))


def _costs(view: _View) -> tuple[CarrierCost, ...]:
    rows = view.labels(view.first_day).order_by()
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
            query=view.query(carrier=carrier, labelled_since=view.first_day),
        )
        for carrier, orders, labels in sorted(counts)
    )


def _days(view: _View) -> tuple[DayCount, ...]:
    days = [view.first_day + timedelta(days=number) for number in range(view.days)]
    span = (day_bounds(days[0])[0], day_bounds(view.today)[1])
    placed = _by_day(view.orders().placed_within(span), "placed_at", Count("pk"))
    labelled = _by_day(view.labels(days[0]), "bought_at", Count("shipment__order", distinct=True))
    return tuple(
        DayCount(
            day=day,
            placed=placed.get(day, 0),
            placed_query=view.query(placed=day),
            labelled=labelled.get(day, 0),
            labelled_query=view.query(labelled=day),
        )
        for day in days
    )


def _by_day(rows: QuerySet[Any], moment: str, counted: Count) -> dict[date, int]:
    grouped = rows.order_by().annotate(day=TruncDate(moment, tzinfo=UTC))
    return dict(grouped.values_list("day").annotate(count=counted))
