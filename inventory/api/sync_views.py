"""Stock at the platforms, differences, sales there, readings, and whose numbers are right."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import (
    MANAGERS,
    STAFF_READERS,
    RoleAllows,
    StaffOnly,
    StaffWrite,
)
from accounts.principals import label_of
from carriers.choices import PLATFORM_CHOICES
from catalog.api.sync_views import Kept, ScheduleViewSet
from catalog.sync.paged import RunState
from inventory.api.sync_serializers import (
    BeginStockRunSerializer,
    PlatformSaleSerializer,
    PlatformStockSerializer,
    SettleDriftSerializer,
    StockDriftSerializer,
    StockRunSerializer,
    StockScheduleSerializer,
    WarehouseLinkSerializer,
)
from inventory.models import (
    OWNER_CHOICES,
    PlatformSale,
    PlatformStock,
    StockDrift,
    StockRun,
    StockSchedule,
    WarehouseLink,
)
from inventory.rules.stock_sync import Owner
from inventory.sync.models import DriftState
from inventory.sync.numbers import WITH_STOCK
from inventory.sync.owners import change_link
from inventory.sync.runs import begin_stock_run, believe_stock_run, cancel_stock_run
from inventory.sync.schedules import (
    change_stock_schedule,
    stock_schedule_of,
    stock_schedules,
)
from inventory.sync.settling import Choice, settle_drift
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.filters import TrueOrFalse

STOCK_SCOPES = {"read": "stock:read", "write": "stock:write"}


class AtPlatformFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    organization = filters.CharFilter(field_name="level__sellable__organization__slug")
    sku = filters.CharFilter(field_name="level__sellable__sku")
    warehouse = filters.CharFilter(field_name="level__warehouse__code")


class PlatformStockFilter(AtPlatformFilter):
    platform = filters.ChoiceFilter(field_name="link__platform", choices=PLATFORM_CHOICES)
    owner = filters.ChoiceFilter(field_name="link__stock_owner", choices=OWNER_CHOICES)


class PlatformSaleFilter(AtPlatformFilter):
    platform = filters.ChoiceFilter(choices=PLATFORM_CHOICES)
    number = filters.CharFilter()
    short = TrueOrFalse(method="by_short")

    def by_short(self, rows: Any, name: str, value: bool) -> QuerySet[PlatformSale]:
        short = PlatformSale.objects.short().values("pk")
        found: QuerySet[PlatformSale] = (
            rows.filter(pk__in=short) if value else rows.exclude(pk__in=short)
        )
        return found


class StockDriftFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter(field_name="stock__level__sellable__organization__slug")
    sku = filters.CharFilter(field_name="stock__level__sellable__sku")
    warehouse = filters.CharFilter(field_name="stock__level__warehouse__code")
    state = filters.ChoiceFilter(choices=DriftState.choices)


class StockRunFilter(filters.FilterSet):  # type: ignore[misc]
    platform = filters.ChoiceFilter(choices=PLATFORM_CHOICES)
    state = filters.ChoiceFilter(choices=RunState.choices)


class WarehouseLinkFilter(filters.FilterSet):  # type: ignore[misc]
    warehouse = filters.CharFilter(field_name="warehouse__code")
    platform = filters.ChoiceFilter(choices=PLATFORM_CHOICES)


class PlatformStockViewSet(ReadOnlyViewSet[PlatformStock]):
    """Our stock numbers as the platforms have them, with what was read and told last."""

    queryset = PlatformStock.objects.all()
    serializer_class = PlatformStockSerializer
    filterset_class = PlatformStockFilter
    required_scopes = {"read": "stock:read"}

    def get_queryset(self) -> QuerySet[PlatformStock]:
        rows: QuerySet[PlatformStock] = PlatformStock.objects.visible_to(self.request.user)
        return rows.select_related("level__sellable__organization", "level__warehouse", "link")


class PlatformSaleViewSet(ReadOnlyViewSet[PlatformSale]):
    """Units of orders of the platforms' own shops, and how far they are held or gone here."""

    queryset = PlatformSale.objects.all()
    serializer_class = PlatformSaleSerializer
    filterset_class = PlatformSaleFilter
    required_scopes = {"read": "stock:read"}

    def get_queryset(self) -> QuerySet[PlatformSale]:
        rows: QuerySet[PlatformSale] = PlatformSale.objects.visible_to(self.request.user)
        return rows.select_related("level__sellable__organization", "level__warehouse")


class StockDriftViewSet(ReadOnlyViewSet[StockDrift]):
    """Differences that nothing explains; neither number is written until somebody decides."""

    queryset = StockDrift.objects.with_kits()
    serializer_class = StockDriftSerializer
    filterset_class = StockDriftFilter
    required_scopes = STOCK_SCOPES

    def get_queryset(self) -> QuerySet[StockDrift]:
        rows: QuerySet[StockDrift] = StockDrift.objects.with_kits().visible_to(self.request.user)
        return rows.select_related(
            "stock__level__sellable__organization", "stock__level__warehouse", "stock__link"
        )

    @extend_schema(request=SettleDriftSerializer, responses=StockDriftSerializer)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str) -> Response:
        """Keep ours, take theirs, or give what was counted just now; of a kit, ours alone."""
        drift = self.get_object()
        form = SettleDriftSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        settle_drift(
            drift_id=drift.pk,
            choice=Choice(form.validated_data["choice"]),
            counted=form.validated_data.get("counted"),
            actor=label_of(request.user),
        )
        return Response(self.get_serializer(self.get_object()).data)


class StockRunViewSet(ReadOnlyViewSet[StockRun]):
    """Readings of all stock of a platform; they concern the products of all organizations."""

    queryset = StockRun.objects.all()
    serializer_class = StockRunSerializer
    filterset_class = StockRunFilter
    permission_classes = [RoleAllows, StaffOnly]
    read_roles = STAFF_READERS
    write_roles = MANAGERS
    required_scopes: dict[str, str] = {}

    @extend_schema(request=BeginStockRunSerializer, responses={202: StockRunSerializer})
    def create(self, request: Request) -> Response:
        """Read all stock of a platform now."""
        form = BeginStockRunSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        run = begin_stock_run(
            platform=form.validated_data["platform"], actor=label_of(request.user)
        )
        return Response(self.get_serializer(run).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=StockRunSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """What was taken stays; no further page is read."""
        run = cancel_stock_run(run_id=self.get_object().pk, actor=label_of(request.user))
        return Response(self.get_serializer(run).data)

    @extend_schema(request=None, responses=StockRunSerializer)
    @action(detail=True, methods=["post"])
    def believe(self, request: Request, pk: str) -> Response:
        """The list of less than half of the known numbers counts as whole."""
        run = believe_stock_run(run_id=self.get_object().pk, actor=label_of(request.user))
        return Response(self.get_serializer(run).data)


class StockScheduleViewSet(ScheduleViewSet[StockSchedule]):
    """How often a platform's stock is read by itself."""

    queryset = StockSchedule.objects.all()
    serializer_class = StockScheduleSerializer
    lookup_value_regex = "|".join(sorted(WITH_STOCK))
    kept = Kept(stock_schedules, stock_schedule_of, change_stock_schedule)


class WarehouseLinkViewSet(ReadOnlyViewSet[WarehouseLink]):
    """Warehouses as the platforms know them, and whose stock numbers are right there."""

    queryset = WarehouseLink.objects.select_related("warehouse")
    serializer_class = WarehouseLinkSerializer
    filterset_class = WarehouseLinkFilter
    permission_classes = [RoleAllows, StaffWrite]
    write_roles = MANAGERS
    required_scopes = {"read": "stock:read"}

    def partial_update(self, request: Request, pk: str) -> Response:
        """Say whose numbers are right, or how many units are kept back, from the next look on."""
        link = self.get_object()
        form = self.get_serializer(link, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        changed = change_link(
            link_id=link.pk,
            stock_owner=Owner(given.get("stock_owner", link.stock_owner)),
            stock_buffer=given.get("stock_buffer", link.stock_buffer),
            actor=label_of(request.user),
        )
        return Response(self.get_serializer(changed).data)
