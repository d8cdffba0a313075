"""Alerts on stock over REST."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.principals import label_of
from inventory.alerts.models import KIND_CHOICES, SEVERITY_CHOICES
from inventory.alerts.services import acknowledge_alert, mute_alert
from inventory.models import StockAlert
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.filters import TrueOrFalse


class StockAlertSerializer(serializers.ModelSerializer[StockAlert]):
    organization = serializers.CharField(source="level.sellable.organization.slug")
    sku = serializers.CharField(source="level.sellable.sku")
    warehouse = serializers.CharField(source="level.warehouse.code")

    class Meta:
        model = StockAlert
        fields = [
            "id",
            "organization",
            "sku",
            "warehouse",
            "kind",
            "severity",
            "available",
            "opened_at",
            "closed_at",
            "acknowledged_at",
            "acknowledged_by",
            "muted_until",
        ]


class MuteSerializer(serializers.Serializer[Any]):
    until = serializers.DateTimeField(help_text="From now to a year ahead.")


class StockAlertFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    organization = filters.CharFilter(field_name="level__sellable__organization__slug")
    sku = filters.CharFilter(field_name="level__sellable__sku")
    warehouse = filters.CharFilter(field_name="level__warehouse__code")
    kind = filters.ChoiceFilter(choices=KIND_CHOICES)
    severity = filters.ChoiceFilter(choices=SEVERITY_CHOICES)
    open = TrueOrFalse(method="by_open")

    def by_open(self, rows: Any, name: str, value: bool) -> QuerySet[StockAlert]:
        found: QuerySet[StockAlert] = rows.filter(closed_at__isnull=value)
        return found


class StockAlertViewSet(ReadOnlyViewSet[StockAlert]):
    """One open row for each level and kind; it closes itself when the stock recovers."""

    queryset = StockAlert.objects.all()
    serializer_class = StockAlertSerializer
    filterset_class = StockAlertFilter
    required_scopes = {"read": "stock:read", "write": "stock:write"}

    def get_queryset(self) -> QuerySet[StockAlert]:
        rows: QuerySet[StockAlert] = StockAlert.objects.visible_to(self.request.user)
        return rows.select_related("level__sellable__organization", "level__warehouse")

    @extend_schema(request=None, responses=StockAlertSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Say that somebody looks after it; it stays open until the stock recovers."""
        acknowledge_alert(alert_id=self.get_object().pk, actor=label_of(request.user))
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=MuteSerializer, responses=StockAlertSerializer)
    @action(detail=True, methods=["post"])
    def mute(self, request: Request, pk: str) -> Response:
        """Tell nobody of it, nor of the next of its kind there, for a while."""
        alert = self.get_object()
        form = MuteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        mute_alert(
            alert_id=alert.pk, until=form.validated_data["until"], actor=label_of(request.user)
        )
        return Response(self.get_serializer(self.get_object()).data)
