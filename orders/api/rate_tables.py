"""Our own tables of prices and the rates between currencies, over REST."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organization
from accounts.permissions import MANAGERS, RoleAllows, StaffWrite
from accounts.principals import label_of
from carriers.models import PLATFORM_CHOICES
from inventory.models import Warehouse
from orders.api.kept_rows import KeptRowsViewSet
from orders.models import CurrencyRate, TableRate
from orders.models.intake import CARRIER_CHOICES
from orders.services.rates import COLUMNS, enter_currency_rate, import_table
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet

LONGEST_CSV = 500_000


class TableRateSerializer(serializers.ModelSerializer[TableRate]):
    """`destination`: a country, a group such as EU, INSIDE or LEAVING, or empty for any."""

    organization = serializers.SlugRelatedField(
        slug_field="slug", queryset=Organization.objects.all(), required=False, allow_null=True
    )
    warehouse = serializers.SlugRelatedField(
        slug_field="code", queryset=Warehouse.objects.all(), required=False, allow_null=True
    )

    class Meta:
        model = TableRate
        fields = ["id", *COLUMNS]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        whole = {name: getattr(self.instance, name) for name in COLUMNS} if self.instance else {}
        try:
            TableRate(**{**whole, **attrs}).clean()
        except ValidationError as exc:
            raise serializers.ValidationError(exc.message_dict) from exc
        return attrs


class TableImportSerializer(serializers.Serializer[None]):
    """Columns: organization, platform, carrier, service_name, warehouse, origin_country,
    destination, above_g, up_to_g, price, per_kg, currency, promised_days, valid_from, valid_until.
    """

    csv = serializers.CharField(max_length=LONGEST_CSV)
    replace = serializers.BooleanField(default=False, help_text="Drop all rows of before.")


class ImportedSerializer(serializers.Serializer[None]):
    rows = serializers.IntegerField()


class TableRateFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    platform = filters.ChoiceFilter(choices=PLATFORM_CHOICES)
    carrier = filters.ChoiceFilter(choices=CARRIER_CHOICES)
    destination = filters.CharFilter()


class TableRateViewSet(KeptRowsViewSet[TableRate]):
    """Prices by service, place and band of billable weight, for where a platform tells none.

    What is chosen by them is marked as an estimate.
    """

    queryset = TableRate.objects.all()
    serializer_class = TableRateSerializer
    filterset_class = TableRateFilter

    @extend_schema(request=TableImportSerializer, responses=ImportedSerializer)
    @action(detail=False, methods=["post"], url_path="import", url_name="import")
    def import_csv(self, request: Request) -> Response:
        """All rows of a CSV or none; every fault is named by line and column."""
        form = TableImportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        rows = import_table(
            text=form.validated_data["csv"],
            replace=form.validated_data["replace"],
            actor=label_of(request.user),
        )
        return Response({"rows": rows})


class CurrencyRateSerializer(serializers.ModelSerializer[CurrencyRate]):
    class Meta:
        model = CurrencyRate
        fields = ["id", "base", "quote", "rate", "day", "source", "entered_by"]
        read_only_fields = ["entered_by"]
        # A repeat is no fault; the service tells it from another rate.
        validators: list[Any] = []
        extra_kwargs = {"rate": {"min_value": 0}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["base"] == attrs["quote"]:
            raise serializers.ValidationError({"quote": "Give another currency than the base."})
        if attrs["rate"] <= 0:
            raise serializers.ValidationError({"rate": "Give a rate above 0."})
        return attrs


class CurrencyRateFilter(filters.FilterSet):  # type: ignore[misc]
    base = filters.CharFilter()
    quote = filters.CharFilter()
    day = filters.DateFilter()


class CurrencyRateViewSet(ReadOnlyViewSet[CurrencyRate]):
    """What one unit of `base` buys of `quote` on a day: the only way currencies are compared."""

    queryset = CurrencyRate.objects.order_by("-id")
    serializer_class = CurrencyRateSerializer
    filterset_class = CurrencyRateFilter
    permission_classes = [RoleAllows, StaffWrite]
    write_roles = MANAGERS
    required_scopes = {"read": "rules:read"}

    def create(self, request: Request) -> Response:
        """A repeat is answered with what is stored; 409 where that is another rate."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = enter_currency_rate(**form.validated_data, actor=label_of(request.user))
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)
