"""How complete intake is: readings of the platforms' lists, their sources, and what is here."""

from __future__ import annotations

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Organization
from accounts.permissions import MANAGERS, STAFF_READERS, RoleAllows, StaffOnly
from accounts.principals import label_of
from carriers.choices import PLATFORM_CHOICES
from carriers.inbox.models import PullEntry, PullWindow
from orders.models import PullSource
from orders.reports.pulled import list_standings, standing_of_refs
from orders.services.pulled import change_source
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet

MOST_REFS = 10_000


class StaffView(APIView):
    """Lists of a platform hold orders of every organization."""

    permission_classes = [RoleAllows, StaffOnly]
    read_roles = STAFF_READERS
    write_roles = MANAGERS
    required_scopes: dict[str, str] = {}


class PullWindowSerializer(serializers.ModelSerializer[PullWindow]):
    """`seen` is the sum of the five outcomes once it is closed."""

    class Meta:
        model = PullWindow
        fields = [
            "id",
            "platform",
            "resource",
            "since",
            "opened_at",
            "closed_at",
            "seen",
            "created",
            "updated",
            "unchanged",
            "rejected",
            "filtered",
            "repeats",
            "rereads",
            "missing",
        ]


class PullEntrySerializer(serializers.ModelSerializer[PullEntry]):
    class Meta:
        model = PullEntry
        fields = ["external_ref", "outcome", "reason"]


class PullSourceSerializer(serializers.ModelSerializer[PullSource]):
    organization = serializers.SlugRelatedField(
        slug_field="slug",
        queryset=Organization.objects.filter(is_active=True),
        allow_null=True,
        required=False,
    )

    class Meta:
        model = PullSource
        fields = [
            "id",
            "platform",
            "store_ref",
            "name",
            "organization",
            "is_on",
            "taken_since",
            "silent_since",
        ]
        read_only_fields = ["platform", "store_ref", "name", "taken_since", "silent_since"]


class ListStandingSerializer(serializers.Serializer[Any]):
    platform = serializers.ChoiceField(choices=PLATFORM_CHOICES)
    resource = serializers.CharField()
    complete_until = serializers.DateTimeField(allow_null=True)
    error_code = serializers.CharField()
    newest = PullWindowSerializer()


class WindowFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    platform = filters.ChoiceFilter(choices=PLATFORM_CHOICES)
    resource = filters.CharFilter()


class PullWindowViewSet(ReadOnlyViewSet[PullWindow], StaffView):
    """Readings of the platforms' lists of orders, newest first."""

    queryset = PullWindow.objects.all()
    serializer_class = PullWindowSerializer
    filterset_class = WindowFilter

    @extend_schema(responses=ListStandingSerializer(many=True), filters=False)
    @action(detail=False, pagination_class=None, filterset_class=None)
    def standing(self, request: Request) -> Response:
        """Each list with the moment up to which it was read whole."""
        return Response(ListStandingSerializer(list_standings(), many=True).data)

    @extend_schema(responses=PullEntrySerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None)
    def entries(self, request: Request, pk: str) -> Response:
        """Where each row of a reading went; kept for 14 days."""
        entries: Any = self.get_object().entries.all()
        rows: Any = self.paginate_queryset(entries)
        return self.get_paginated_response(PullEntrySerializer(rows, many=True).data)


class PullSourceViewSet(
    ReadOnlyViewSet[PullSource],
    StaffView,
):
    """Sales channels at the platforms, and whether their orders become ours."""

    queryset = PullSource.objects.select_related("organization")
    serializer_class = PullSourceSerializer

    def partial_update(self, request: Request, pk: str) -> Response:
        source = self.get_object()
        form = self.get_serializer(source, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        owner = form.validated_data.get("organization", source.organization)
        changed = change_source(
            source_id=source.pk,
            organization_id=owner.pk if owner else None,
            is_on=form.validated_data.get("is_on", source.is_on),
            actor=label_of(request.user),
        )
        return Response(self.get_serializer(changed).data)


class IntakeCheckSerializer(serializers.Serializer[Any]):
    external_refs = serializers.ListField(
        child=serializers.CharField(max_length=100),
        min_length=1,
        max_length=MOST_REFS,
        help_text="What senders call their orders, or the platforms theirs.",
    )


class RefStandingSerializer(serializers.Serializer[Any]):
    external_ref = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # a base class has one, too
    number = serializers.CharField(help_text="Our order; empty for one that was not taken.")
    outcome = serializers.CharField(help_text="`here`, or what became of it instead.")
    reason = serializers.CharField()


class IntakeAnswerSerializer(serializers.Serializer[Any]):
    found = RefStandingSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField())


class IntakeCheckView(APIView):
    """Which of many orders are here, without taking any in."""

    required_scopes = {"write": "orders:read"}

    @extend_schema(request=IntakeCheckSerializer, responses=IntakeAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Say of up to 10,000 external references which are here and which were never seen."""
        form = IntakeCheckSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        refs = form.validated_data["external_refs"]
        found = standing_of_refs(request.user, refs)
        known = [found[ref] for ref in dict.fromkeys(refs) if ref in found]
        missing = [ref for ref in dict.fromkeys(refs) if ref not in found]
        return Response(IntakeAnswerSerializer({"found": known, "missing": missing}).data)
