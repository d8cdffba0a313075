"""Carriers for everybody; platforms, the outbox and the call record for staff."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import MANAGERS, STAFF, STAFF_READERS, RoleAllows, StaffOnly, StaffWrite
from accounts.principals import label_of
from carriers.api.serializers import (
    ApiCallSerializer,
    CarrierSerializer,
    CarrierServiceSerializer,
    OutboxCommandSerializer,
    PlatformAccountSerializer,
    PlatformSwitchSerializer,
)
from carriers.models import (
    PLATFORM_CHOICES,
    ApiCall,
    Carrier,
    CarrierService,
    CommandState,
    OutboxCommand,
    PlatformAccount,
)
from carriers.services.commands import look_again
from carriers.services.platforms import set_platform_enabled
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.filters import Moment, TrueOrFalse


class CarrierFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    platform = filters.ChoiceFilter(choices=PLATFORM_CHOICES)
    is_active = TrueOrFalse()


class CarrierServiceFilter(CarrierFilter):
    carrier = filters.CharFilter(field_name="carrier__code")


class OutboxCommandFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.ChoiceFilter(choices=CommandState.choices)
    lane = filters.CharFilter()
    kind = filters.CharFilter()
    platform = filters.ChoiceFilter(choices=PLATFORM_CHOICES)


class ApiCallFilter(filters.FilterSet):  # type: ignore[misc]
    platform = filters.ChoiceFilter(choices=PLATFORM_CHOICES)
    lane = filters.CharFilter()
    operation = filters.CharFilter()
    request_id = filters.CharFilter()
    failed = TrueOrFalse(method="by_failed")
    since = Moment(field_name="started_at", lookup_expr="gte")

    def by_failed(self, rows: QuerySet[ApiCall], name: str, value: bool) -> QuerySet[ApiCall]:
        return rows.exclude(error_code="") if value else rows.filter(error_code="")


class CarrierViewSet(ReadOnlyViewSet[Carrier]):
    """What may be asked for as the `carrier` of an order, found by its code."""

    queryset = Carrier.objects.all()
    serializer_class = CarrierSerializer
    filterset_class = CarrierFilter
    lookup_field = "code"
    # PostgreSQL refuses a NUL rather than finding nothing.
    lookup_value_regex = "[A-Za-z0-9_-]+"
    required_scopes = {"read": "orders:read"}


class CarrierServiceViewSet(ReadOnlyViewSet[CarrierService]):
    """Services that a platform has offered us at least once."""

    queryset = CarrierService.objects.select_related("carrier")
    serializer_class = CarrierServiceSerializer
    filterset_class = CarrierServiceFilter
    required_scopes = {"read": "orders:read"}


class PlatformAccountViewSet(ReadOnlyViewSet[PlatformAccount]):
    """Switched off, the commands of a platform wait and orders are still accepted."""

    queryset = PlatformAccount.objects.all()
    serializer_class = PlatformAccountSerializer
    lookup_field = "platform"
    lookup_value_regex = "[A-Za-z0-9_-]+"
    permission_classes = [RoleAllows, StaffWrite]
    write_roles = MANAGERS
    required_scopes = {"read": "orders:read"}

    @extend_schema(request=PlatformSwitchSerializer, responses=PlatformAccountSerializer)
    def partial_update(self, request: Request, platform: str) -> Response:
        account = self.get_object()
        form = PlatformSwitchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        changed = set_platform_enabled(
            platform=account.platform,
            is_enabled=form.validated_data["is_enabled"],
            actor=label_of(request.user),
        )
        return Response(self.get_serializer(changed).data)


class OutboxCommandViewSet(ReadOnlyViewSet[OutboxCommand]):
    """Everything that was or is to be done at a platform."""

    queryset = OutboxCommand.objects.all()
    serializer_class = OutboxCommandSerializer
    filterset_class = OutboxCommandFilter
    permission_classes = [RoleAllows, StaffOnly]
    read_roles = STAFF_READERS
    write_roles = STAFF
    required_scopes: dict[str, str] = {}

    def get_queryset(self) -> QuerySet[OutboxCommand]:
        rows: QuerySet[OutboxCommand] = OutboxCommand.objects.visible_to(self.request.user)
        return rows.select_related("organization")

    @extend_schema(request=None, responses=OutboxCommandSerializer)
    @action(detail=True, methods=["post"], url_path="look-again")
    def look_again(self, request: Request, pk: str) -> Response:
        """Ask the platform once more what became of a command that waits for a person."""
        command = look_again(command_id=self.get_object().pk, actor=label_of(request.user))
        return Response(self.get_serializer(command).data)


class ApiCallViewSet(ReadOnlyViewSet[ApiCall]):
    """Every call to a platform, newest first."""

    queryset = ApiCall.objects.all()
    serializer_class = ApiCallSerializer
    filterset_class = ApiCallFilter
    permission_classes = [RoleAllows, StaffOnly]
    read_roles = STAFF_READERS
    required_scopes: dict[str, str] = {}

    def get_queryset(self) -> QuerySet[ApiCall]:
        rows: QuerySet[ApiCall] = ApiCall.objects.visible_to(self.request.user)
        return rows
