"""The page that managers look at first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import page_for
from accounts.principals import sees_all
from carriers.reports import platform_health
from inventory.reports import stock_alerts
from orders.reports.overview import CarrierCost, Overview, overview_for
from shipping_project.kernel.charts import Chart, Series
from shipping_project.kernel.htmx import is_fragment


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def overview(request: HttpRequest) -> HttpResponse:
    """The page, and its figures alone when they refresh."""
    now = timezone.now()
    report = overview_for(request.user, now)
    context = {
        "at": now,
        "report": report,
        "alerts": stock_alerts(request.user),
        # Platforms serve all organizations together, so their health is for staff.
        "health": platform_health(now) if sees_all(request.user) else (),
        "stages_chart": _stages_chart(report).data,
        "days_chart": _days_chart(report).data,
        "costs_chart": _costs_chart(report.costs).data,
    }
    name = "orders/_overview.html" if is_fragment(request) else "orders/overview.html"
    return render(request, name, context)


def _list(query: str) -> str:
    return f"{reverse('orders')}?{query}"


def _stages_chart(report: Overview) -> Chart:
    return Chart(
        labels=[stage.label for stage in report.stages],
        series=[
            Series(
                label="Open orders",
                values=[stage.count for stage in report.stages],
                links=[_list(stage.query) for stage in report.stages],
            )
        ],
        is_horizontal=True,
    )


def _days_chart(report: Overview) -> Chart:
    return Chart(
        labels=[f"{day.day.day} {day.day:%b}" for day in report.days],
        series=[
            Series(
                label="Placed",
                values=[day.placed for day in report.days],
                links=[_list(day.placed_query) for day in report.days],
            ),
            Series(
                label="Labelled",
                values=[day.labelled for day in report.days],
                links=[_list(day.labelled_query) for day in report.days],
            ),
        ],
    )


def _costs_chart(costs: tuple[CarrierCost, ...]) -> Chart:
    """One row of bars for each currency; amounts of two currencies are never one bar."""
    currencies = sorted({money.currency for cost in costs for money in cost.costs})
    return Chart(
        labels=[cost.carrier for cost in costs],
        series=[
            Series(
                label=currency,
                values=[
                    sum(money.amount for money in cost.costs if money.currency == currency)
                    for cost in costs
                ],
                links=[_list(cost.query) for cost in costs],
            )
            for currency in currencies
        ],
        precision=2,
    )
