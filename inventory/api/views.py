"""Warehouses, stock and its ledger over REST."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.idempotency import body_with_reference, idempotency_parameter
from accounts.permissions import MANAGERS, RoleAllows, StaffWrite
from accounts.principals import label_of
from inventory.alerts.services import change_thresholds
from inventory.api.serializers import (
    AdjustmentSerializer,
    ReservationSerializer,
    StockLevelSerializer,
    StockMovementSerializer,
    WarehouseSerializer,
)
from inventory.holds.api import HoldSteering
from inventory.models import (
    MovementKind,
    Reservation,
    ReservationState,
    StockLevel,
    StockMovement,
    Warehouse,
)
from inventory.services.adjustments import adjust_stock
from inventory.services.warehouses import change_warehouse, create_warehouse
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.filters import Moment, TrueOrFalse

READ = {"read": "stock:read"}
ROW = ("sellable__organization", "warehouse")


class WarehouseFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    code = filters.CharFilter()
    country = filters.CharFilter()
    is_active = TrueOrFalse()


class UnitsFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter(field_name="sellable__organization__slug")
    sku = filters.CharFilter(field_name="sellable__sku")
    warehouse = filters.CharFilter(field_name="warehouse__code")


class StockLevelFilter(UnitsFilter):
    low = TrueOrFalse(method="by_low")

    def by_low(self, rows: Any, name: str, value: bool) -> QuerySet[StockLevel]:
        found: QuerySet[StockLevel] = rows.running_low() if value else rows.well_stocked()
        return found


class StockMovementFilter(UnitsFilter):
    kind = filters.ChoiceFilter(choices=MovementKind.choices)
    reference = filters.CharFilter()
    since = Moment(field_name="at", lookup_expr="gte")


class ReservationFilter(UnitsFilter):
    state = filters.ChoiceFilter(choices=ReservationState.choices)
    reference = filters.CharFilter()


class WarehouseViewSet(ReadOnlyViewSet[Warehouse]):
    """Shared by all organizations, so only the managers of the shipping firm change them."""

    queryset = Warehouse.objects.all()
    serializer_class = WarehouseSerializer
    filterset_class = WarehouseFilter
    permission_classes = [RoleAllows, StaffWrite]
    write_roles = MANAGERS
    required_scopes = READ

    def create(self, request: Request) -> Response:
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        warehouse = create_warehouse(
            warehouse=Warehouse(**form.validated_data), actor=label_of(request.user)
        )
        return Response(self.get_serializer(warehouse).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        warehouse = self.get_object()
        form = self.get_serializer(warehouse, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        change_warehouse(
            warehouse=warehouse, changes=form.validated_data, actor=label_of(request.user)
        )
        return Response(self.get_serializer(warehouse).data)


class StockLevelViewSet(ReadOnlyViewSet[StockLevel]):
    """Units by sellable and warehouse; only what alerts and platforms go by is changed here."""

    queryset = StockLevel.objects.all()
    serializer_class = StockLevelSerializer
    filterset_class = StockLevelFilter
    required_scopes = {"read": "stock:read", "write": "stock:write"}

    def get_queryset(self) -> QuerySet[StockLevel]:
        rows: QuerySet[StockLevel] = StockLevel.objects.visible_to(self.request.user)
        return rows.select_related(*ROW)

    def partial_update(self, request: Request, pk: str) -> Response:
        """Say when an alert is due, and how many units no platform is told of."""
        level = self.get_object()
        form = self.get_serializer(level, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        change_thresholds(
            level_id=level.pk,
            low_at=form.validated_data.get("low_at", level.low_at),
            overstock_factor=form.validated_data.get("overstock_factor", level.overstock_factor),
            buffer=form.validated_data.get("buffer", level.buffer),
            actor=label_of(request.user),
        )
        return Response(self.get_serializer(self.get_object()).data)


class StockMovementViewSet(ReadOnlyViewSet[StockMovement]):
    """The ledger: every change of units on hand, newest first."""

    queryset = StockMovement.objects.all()
    serializer_class = StockMovementSerializer
    filterset_class = StockMovementFilter
    required_scopes = READ

    def get_queryset(self) -> QuerySet[StockMovement]:
        rows: QuerySet[StockMovement] = StockMovement.objects.visible_to(self.request.user)
        return rows.select_related(*ROW)


class ReservationViewSet(HoldSteering, ReadOnlyViewSet[Reservation]):
    """Units promised to shipments; `reference` is the shipment's."""

    queryset = Reservation.objects.all()
    serializer_class = ReservationSerializer
    filterset_class = ReservationFilter
    required_scopes = {"read": "stock:read", "write": "stock:write"}

    def get_queryset(self) -> QuerySet[Reservation]:
        rows: QuerySet[Reservation] = Reservation.objects.visible_to(self.request.user)
        return rows.select_related(*ROW)


class AdjustmentView(APIView):
    required_scopes = {"write": "stock:write"}

    @extend_schema(
        request=AdjustmentSerializer,
        responses={201: StockMovementSerializer, 200: StockMovementSerializer},
        parameters=[idempotency_parameter("reference")],
        examples=[
            OpenApiExample(
                "Three found in a count",
                value={
                    "sku": "MUG-01",
                    "warehouse": "NV",
                    "quantity": 3,
                    "reason": "Found in a count",
                    "reference": "COUNT-7",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Add or take units: 201 with the movement, 200 with the first one for a repeat."""
        form = AdjustmentSerializer(
            data=body_with_reference(request, "reference"), context={"request": request}
        )
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        adjusted = adjust_stock(
            sellable_id=facts["sku"].pk,
            warehouse_id=facts["warehouse"].pk,
            quantity=facts["quantity"],
            reason=facts["reason"],
            reference=facts["reference"],
            actor=label_of(request.user),
        )
        code = status.HTTP_201_CREATED if adjusted.created else status.HTTP_200_OK
        return Response(StockMovementSerializer(adjusted.movement).data, status=code)
