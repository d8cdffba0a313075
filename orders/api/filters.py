"""What lists of orders and shipments can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from carriers.models import PLATFORM_CHOICES
from orders.models import Order, Shipment
from orders.models.intake import CARRIER_CHOICES
from shipping_project.kernel.filters import Moment


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

    class Meta:
        model = Order
        fields = ["state", "source", "external_ref", "number", "assignee"]

    def by_search(self, rows: Any, name: str, value: str) -> QuerySet[Order]:
        found: QuerySet[Order] = rows.search(value)
        return found


class ShipmentFilter(filters.FilterSet):  # type: ignore[misc]
    order = filters.CharFilter(field_name="order__number")

    class Meta:
        model = Shipment
        fields = ["state", "platform", "carrier", "reference"]
