"""Returns into stock over REST."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import body_with_reference, idempotency_parameter
from accounts.api.owners import OwnerField
from accounts.principals import label_of
from inventory.api.lines import SkuLineSerializer, lines_of
from inventory.api.serializers import UnitsSerializer
from inventory.api.views import ROW, UnitsFilter
from inventory.models import StockMovement
from inventory.reports import damaged_among
from inventory.rules.sku_lines import MOST_LINES
from inventory.services.naming import sellables_named, warehouse_named
from inventory.services.returns import return_stock
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.filters import Moment


class ReturnSerializer(serializers.Serializer[Any]):
    organization = OwnerField()
    shipment = serializers.CharField(max_length=28, help_text="The reference it was shipped under.")
    # Required, though a request may leave it to the header, which the view puts in its place.
    reference = serializers.CharField(
        max_length=30,
        help_text="Of the return; a repeat changes nothing. Absent: the `Idempotency-Key` header.",
    )
    warehouse = serializers.CharField(max_length=12, help_text="Where it came back, by code.")
    lines = serializers.ListField(
        child=SkuLineSerializer(),
        max_length=MOST_LINES,
        help_text="Of a kit its components, which were shipped.",
    )
    damaged = serializers.BooleanField(
        default=False, help_text="Come in and are adjusted out again."
    )


class ReturnedSerializer(serializers.Serializer[Any]):
    shipment = serializers.CharField()
    warehouse = serializers.CharField()
    units = serializers.DictField(child=serializers.IntegerField(), help_text="By SKU.")
    damaged = serializers.BooleanField(source="is_damaged")


class ReturnRowSerializer(UnitsSerializer):
    """Units of one sellable that came back; a return of several SKUs has a row for each."""

    shipment = serializers.CharField(help_text="The reference it was shipped under.")
    reference = serializers.CharField(help_text="Of the return.")
    quantity = serializers.IntegerField()
    damaged = serializers.BooleanField(help_text="They were adjusted out again.")
    actor = serializers.CharField()
    at = serializers.DateTimeField()


class ReturnFilter(UnitsFilter):
    shipment = filters.CharFilter(method="by_shipment")
    since = Moment(field_name="at", lookup_expr="gte")

    def by_shipment(self, rows: Any, name: str, value: str) -> QuerySet[StockMovement]:
        found: QuerySet[StockMovement] = rows.of_shipment(value)
        return found


class ReturnViewSet(ReadOnlyViewSet[StockMovement]):
    queryset = StockMovement.objects.returned()
    serializer_class = ReturnRowSerializer
    filterset_class = ReturnFilter
    required_scopes = {"read": "stock:read", "write": "stock:write"}

    def get_queryset(self) -> QuerySet[StockMovement]:
        rows: QuerySet[StockMovement] = StockMovement.objects.visible_to(self.request.user)
        return rows.returned().select_related(*ROW)  # type: ignore[attr-defined,no-any-return]

    def documents(self, rows: Sequence[StockMovement]) -> list[dict[str, Any]]:
        damaged = damaged_among(rows) if self.asked.wants("damaged") else frozenset()
        return [_row_document(row, is_damaged=row.pk in damaged) for row in rows]

    @extend_schema(
        request=ReturnSerializer,
        responses={201: ReturnedSerializer, 200: ReturnedSerializer},
        parameters=[idempotency_parameter("reference")],
    )
    def create(self, request: Request) -> Response:
        """Take back what was shipped: 201, or 200 for a repeat of the reference."""
        form = ReturnSerializer(
            data=body_with_reference(request, "reference"), context={"request": request}
        )
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        lines = lines_of(facts["lines"])
        found = sellables_named(organization_id=facts["organization"].pk, lines=lines)
        returned = return_stock(
            shipment=facts["shipment"],
            reference=facts["reference"],
            sellables={row.pk: row for row in found.values()},
            units={found[line.sku].pk: line.units for line in lines},
            warehouse=warehouse_named(facts["warehouse"], actor=request.user),
            is_damaged=facts["damaged"],
            actor=label_of(request.user),
        )
        made = status.HTTP_201_CREATED if returned.created else status.HTTP_200_OK
        return Response(ReturnedSerializer(returned).data, status=made)


def _row_document(row: StockMovement, *, is_damaged: bool) -> dict[str, Any]:
    shipment, _, reference = row.reference.partition("/")
    return {
        "id": row.pk,
        "organization": row.sellable.organization.slug,
        "sku": row.sellable.sku,
        "warehouse": row.warehouse.code,
        "shipment": shipment,
        "reference": reference,
        "quantity": row.quantity,
        "damaged": is_damaged,
        "actor": row.actor,
        "at": row.at,
    }
