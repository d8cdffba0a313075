"""What lists of orders and shipments can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from carriers.models import PLATFORM_CHOICES
from orders.models import Order, Shipment
from orders.models.intake import CARRIER_CHOICES
from orders.reports.finding import narrowed_by
from orders.rules.criteria import Due, OrderCriteria
from orders.rules.stages import ANY_OPEN, STAGE_LABELS
from shipping_project.kernel.filters import Day, Moment

STAGE_CHOICES = [(name, name) for name in (ANY_OPEN, *(stage.value for stage in STAGE_LABELS))]
# What pages narrow lists by, in one place for both.
TOGETHER = ("stage", "due", "warehouse", "country", "placed", "labelled", "labelled_since")


class OrderFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    organization = filters.CharFilter(field_name="organization__slug")
    created_since = Moment(field_name="created_at", lookup_expr="gte")
    updated_since = Moment(field_name="updated_at", lookup_expr="gte")
    carrier = filters.ChoiceFilter(
        field_name="shipments__carrier", choices=CARRIER_CHOICES, distinct=True
    )
    platform = filters.ChoiceFilter(
        field_name="shipments__platform", choices=PLATFORM_CHOICES, distinct=True
    )
    search = filters.CharFilter(method="by_search")
    # As on the pages: with `labelled` or `labelled_since`, carrier, platform and warehouse are
    # those of the labels bought then.
    stage = filters.ChoiceFilter(method="later", choices=STAGE_CHOICES)
    due = filters.ChoiceFilter(method="later", choices=[(due.value, due.value) for due in Due])
    warehouse = filters.CharFilter(method="later")
    country = filters.CharFilter(method="later")
    placed = Day(method="later")
    labelled = Day(method="later")
    labelled_since = Day(method="later")

    class Meta:
        model = Order
        fields = ["state", "source", "external_ref", "number", "assignee"]

    def by_search(self, rows: Any, name: str, value: str) -> QuerySet[Order]:
        found: QuerySet[Order] = rows.search(value)
        return found

    def later(self, rows: Any, name: str, value: object) -> Any:
        """They are one criterion together."""
        return rows

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        given = self.form.cleaned_data
        wanted = {name: given[name] for name in TOGETHER if given.get(name)}
        if not wanted:
            return rows
        if {"labelled", "labelled_since"} & set(wanted):
            wanted |= {name: given[name] for name in ("carrier", "platform") if given.get(name)}
        due = Due(wanted.pop("due")) if "due" in wanted else None
        return narrowed_by(rows, OrderCriteria(due=due, **wanted))


class ShipmentFilter(filters.FilterSet):  # type: ignore[misc]
    order = filters.CharFilter(field_name="order__number")

    class Meta:
        model = Shipment
        fields = ["state", "platform", "carrier", "reference"]
