"""Runs, conflicts, the work list, masters and schedules over REST."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import MANAGERS, STAFF_READERS, RoleAllows, StaffOnly
from accounts.principals import label_of
from carriers.choices import PLATFORM_CHOICES
from catalog.api.serializers import PlatformListingSerializer
from catalog.api.sync_serializers import (
    BeginRunSerializer,
    CatalogRunSerializer,
    CatalogScheduleSerializer,
    FieldMasterSerializer,
    IgnoreSerializer,
    LinkSerializer,
    ListedIssueSerializer,
    SetMasterSerializer,
    SettleSerializer,
    SyncConflictSerializer,
)
from catalog.models import (
    CatalogRun,
    CatalogSchedule,
    FieldMaster,
    ListedIssue,
    SyncConflict,
)
from catalog.rules.merge import Group, Master
from catalog.sync.models import GROUP_CHOICES, ConflictState, IssueKind, RunState
from catalog.sync.reports import schedules
from catalog.sync.runs import begin_run, believe_run, cancel_run, change_schedule, schedule_of
from catalog.sync.scheduling import Schedule
from catalog.sync.settling import (
    Choice,
    ignore_issue,
    link_issue,
    sellable_like,
    set_master,
    settle_conflict,
)
from shipping_project.kernel.api.viewsets import ApiViewSet, Listed, ReadOnlyViewSet
from shipping_project.kernel.filters import TrueOrFalse
from shipping_project.kernel.pagination import whole_list

CATALOG_SCOPES = {"read": "catalog:read", "write": "catalog:write"}


class StaffView(APIView):
    """What a platform lists is nobody's own, so the firm's staff look and its managers act."""

    permission_classes = [RoleAllows, StaffOnly]
    read_roles = STAFF_READERS
    write_roles = MANAGERS
    required_scopes: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Kept(Generic[Schedule]):
    """How schedules of one kind are read and changed."""

    all: Callable[[], list[Schedule]]
    of: Callable[[str], Schedule]
    change: Callable[..., Schedule]


class RunFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    platform = filters.ChoiceFilter(choices=PLATFORM_CHOICES)
    state = filters.ChoiceFilter(choices=RunState.choices)
    is_dry = TrueOrFalse()


class ConflictFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter(field_name="listing__sellable__organization__slug")
    sku = filters.CharFilter(field_name="listing__sellable__sku")
    platform = filters.ChoiceFilter(field_name="listing__platform", choices=PLATFORM_CHOICES)
    group = filters.ChoiceFilter(choices=GROUP_CHOICES)
    state = filters.ChoiceFilter(choices=ConflictState.choices)


class IssueFilter(filters.FilterSet):  # type: ignore[misc]
    platform = filters.ChoiceFilter(choices=PLATFORM_CHOICES)
    kind = filters.ChoiceFilter(choices=IssueKind.choices)
    sku = filters.CharFilter()
    settled = TrueOrFalse(method="by_settled")

    def by_settled(self, rows: Any, name: str, value: bool) -> QuerySet[ListedIssue]:
        found: QuerySet[ListedIssue] = rows.filter(settled_at__isnull=not value)
        return found


class CatalogRunViewSet(
    ReadOnlyViewSet[CatalogRun],
    StaffView,
):
    """Readings of the platforms' products, newest first."""

    queryset = CatalogRun.objects.all()
    serializer_class = CatalogRunSerializer
    filterset_class = RunFilter

    @extend_schema(request=BeginRunSerializer, responses={202: CatalogRunSerializer})
    def create(self, request: Request) -> Response:
        """Begin a reading; 409 while one is under way."""
        form = BeginRunSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        run = begin_run(**form.validated_data, actor=label_of(request.user))
        return Response(self.get_serializer(run).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=CatalogRunSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """What was taken stays; no further page is."""
        run = cancel_run(run_id=self.get_object().pk, actor=label_of(request.user))
        return Response(self.get_serializer(run).data)

    @extend_schema(request=None, responses=CatalogRunSerializer)
    @action(detail=True, methods=["post"])
    def believe(self, request: Request, pk: str) -> Response:
        """A list with less than half of what is known is right: mark the rest as missing."""
        run = believe_run(run_id=self.get_object().pk, actor=label_of(request.user))
        return Response(self.get_serializer(run).data)


class SyncConflictViewSet(ReadOnlyViewSet[SyncConflict]):
    """Fields that both sides changed; neither is written until somebody decides."""

    queryset = SyncConflict.objects.all()
    serializer_class = SyncConflictSerializer
    filterset_class = ConflictFilter
    required_scopes = CATALOG_SCOPES

    def get_queryset(self) -> QuerySet[SyncConflict]:
        rows: QuerySet[SyncConflict] = SyncConflict.objects.visible_to(self.request.user)
        return rows.select_related("listing__sellable__organization")

    @extend_schema(request=SettleSerializer, responses=SyncConflictSerializer)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str) -> Response:
        """Keep ours, take theirs, or give other values."""
        conflict = self.get_object()
        form = SettleSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        settle_conflict(
            conflict_id=conflict.pk,
            choice=Choice(form.validated_data["choice"]),
            values=form.validated_data.get("values"),
            actor=label_of(request.user),
        )
        return Response(self.get_serializer(self.get_object()).data)


class ListedIssueViewSet(ReadOnlyViewSet[ListedIssue], StaffView):
    """What a platform lists that is not safely one sellable of ours."""

    queryset = ListedIssue.objects.all()
    serializer_class = ListedIssueSerializer
    filterset_class = IssueFilter

    @extend_schema(request=LinkSerializer, responses=PlatformListingSerializer)
    @action(detail=True, methods=["post"])
    def link(self, request: Request, pk: str) -> Response:
        """It is the sellable with the same SKU of this organization."""
        issue = self.get_object()
        form = LinkSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        sellable = sellable_like(issue, form.validated_data["organization"])
        listing = link_issue(issue_id=issue.pk, sellable=sellable, actor=label_of(request.user))
        return Response(PlatformListingSerializer(listing).data)

    @extend_schema(request=IgnoreSerializer, responses=ListedIssueSerializer)
    @action(detail=True, methods=["post"])
    def ignore(self, request: Request, pk: str) -> Response:
        """It leaves the work list until something else is wrong with it."""
        issue = self.get_object()
        form = IgnoreSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        ignored = ignore_issue(
            issue_id=issue.pk,
            reason=form.validated_data["reason"],
            actor=label_of(request.user),
        )
        return Response(self.get_serializer(ignored).data)


class FieldMasterViewSet(Listed[FieldMaster]):
    """Who decides a group of fields; without a row a person is asked when both sides changed."""

    queryset = FieldMaster.objects.all()
    serializer_class = FieldMasterSerializer
    required_scopes = CATALOG_SCOPES

    def get_queryset(self) -> QuerySet[FieldMaster]:
        rows: QuerySet[FieldMaster] = FieldMaster.objects.visible_to(self.request.user)
        return rows.select_related("organization")

    @extend_schema(request=SetMasterSerializer, responses=FieldMasterSerializer)
    def create(self, request: Request) -> Response:
        """Say who decides from the next reading on; a repeat changes nothing."""
        form = SetMasterSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        row = set_master(
            organization_id=form.validated_data["organization"].pk,
            group=Group(form.validated_data["group"]),
            master=Master(form.validated_data["master"]),
            actor=label_of(request.user),
        )
        return Response(self.get_serializer(row).data)


class ScheduleViewSet(ApiViewSet[Schedule], StaffView):
    """How often platforms are read by themselves; `kept` are the services that keep it so."""

    lookup_field = "platform"
    kept: ClassVar[Kept[Any]]

    def list(self, request: Request) -> Response:
        """One for each platform."""
        self.filter_queryset(self.get_queryset())
        return whole_list(self.tell(self.kept.all()))

    def partial_update(self, request: Request, platform: str) -> Response:
        """Switch it on or off, or change how often."""
        schedule = self.kept.of(platform)
        form = self.get_serializer(schedule, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        wanted = {
            "is_on": schedule.is_on,
            "every_minutes": schedule.every_minutes,
            **form.validated_data,
        }
        changed = self.kept.change(platform=platform, actor=label_of(request.user), **wanted)
        return Response(self.get_serializer(changed).data)


class CatalogScheduleViewSet(ScheduleViewSet[CatalogSchedule]):
    """How often a platform's products are read by themselves."""

    queryset = CatalogSchedule.objects.all()
    serializer_class = CatalogScheduleSerializer
    lookup_value_regex = "|".join(platform for platform, _ in PLATFORM_CHOICES)
    kept = Kept(schedules, schedule_of, change_schedule)
