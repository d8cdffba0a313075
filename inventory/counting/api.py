"""Counts over REST."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.owners import OwnerField
from accounts.principals import label_of
from inventory.api.lines import MAX_UNITS, lines_of
from inventory.counting.services import (
    MOST_LINES,
    approve_count,
    cancel_count,
    enter_counts,
    open_count,
    reopen_count,
    submit_count,
)
from inventory.models import CountLine, CountState, StockCount
from inventory.rules.sku_lines import SkuLine
from inventory.services.naming import units_named, warehouse_named
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet


class CountLineSerializer(serializers.ModelSerializer[CountLine]):
    sku = serializers.CharField(source="sellable.sku")
    variance = serializers.IntegerField(
        allow_null=True, help_text="Units found above what was expected then."
    )

    class Meta:
        model = CountLine
        fields = ["sku", "expected", "counted", "variance", "counted_by", "counted_at"]


class CountSerializer(serializers.ModelSerializer[StockCount]):
    organization = serializers.CharField(source="organization.slug")
    warehouse = serializers.CharField(source="warehouse.code")

    class Meta:
        model = StockCount
        fields = [
            "id",
            "number",
            "organization",
            "warehouse",
            "state",
            "note",
            "opened_by",
            "submitted_by",
            "submitted_at",
            "approved_by",
            "closed_at",
            "created_at",
            "updated_at",
        ]


class WholeCountSerializer(CountSerializer):
    lines = CountLineSerializer(many=True)

    class Meta(CountSerializer.Meta):
        fields = [*CountSerializer.Meta.fields, "lines"]


class NewCountSerializer(serializers.Serializer[Any]):
    organization = OwnerField()
    warehouse = serializers.CharField(max_length=12, help_text="Its code.")
    skus = serializers.ListField(
        child=serializers.CharField(max_length=64),
        max_length=MOST_LINES,
        required=False,
        help_text="Absent: all that the warehouse has or had.",
    )
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class FoundSerializer(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=0, max_value=MAX_UNITS)


class EnterSerializer(serializers.Serializer[Any]):
    lines = serializers.ListField(child=FoundSerializer(), max_length=MOST_LINES)


class CountFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    organization = filters.CharFilter(field_name="organization__slug")
    warehouse = filters.CharFilter(field_name="warehouse__code")
    state = filters.ChoiceFilter(choices=CountState.choices)


class CountViewSet(ReadOnlyViewSet[StockCount]):
    """Being counted, waiting for approval, approved; or cancelled."""

    queryset = StockCount.objects.all()
    serializer_class = WholeCountSerializer
    filterset_class = CountFilter
    required_scopes = {"read": "stock:read", "write": "stock:write"}

    def get_queryset(self) -> QuerySet[StockCount]:
        rows: QuerySet[StockCount] = StockCount.objects.visible_to(self.request.user)
        rows = rows.select_related("organization", "warehouse")
        return rows if self.action == "list" else rows.prefetch_related("lines__sellable")

    def get_serializer_class(self) -> type[CountSerializer]:
        return CountSerializer if self.action == "list" else WholeCountSerializer

    @extend_schema(request=NewCountSerializer, responses={201: WholeCountSerializer})
    def create(self, request: Request) -> Response:
        """Open a sheet."""
        form = NewCountSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        owner_id = facts["organization"].pk
        named = [SkuLine(sku=sku, units=0) for sku in facts.get("skus", ())]
        count = open_count(
            organization_id=owner_id,
            warehouse_id=warehouse_named(facts["warehouse"], actor=request.user).pk,
            sellable_ids=units_named(owner_id, named, field="skus") if named else (),
            note=facts.get("note", ""),
            actor=label_of(request.user),
        )
        return self._answer(count, status.HTTP_201_CREATED)

    @extend_schema(request=EnterSerializer, responses=WholeCountSerializer)
    @action(detail=True, methods=["post"])
    def enter(self, request: Request, pk: str) -> Response:
        """What is on the shelf now; a SKU that was not on the sheet is added."""
        count = self.get_object()
        form = EnterSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        units = units_named(count.organization_id, lines_of(form.validated_data["lines"]))
        enter_counts(count_id=count.pk, units=units, actor=label_of(request.user))
        return self._answer(count)

    @extend_schema(request=None, responses=WholeCountSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Ready for approval; what nobody counted changes nothing."""
        count = self.get_object()
        submit_count(count_id=count.pk, actor=label_of(request.user))
        return self._answer(count)

    @extend_schema(request=None, responses=WholeCountSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Adjust the stock by what was found. Not by who counted or submitted it."""
        count = self.get_object()
        approve_count(count_id=count.pk, actor=label_of(request.user))
        return self._answer(count)

    @extend_schema(request=None, responses=WholeCountSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Not as it should be: count again."""
        count = self.get_object()
        reopen_count(count_id=count.pk, actor=label_of(request.user))
        return self._answer(count)

    @extend_schema(request=None, responses=WholeCountSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Nothing is adjusted."""
        count = self.get_object()
        cancel_count(count_id=count.pk, actor=label_of(request.user))
        return self._answer(count)

    def _answer(self, count: StockCount, code: int = status.HTTP_200_OK) -> Response:
        row: Any = self.get_queryset().get(pk=count.pk)
        return Response(WholeCountSerializer(row).data, status=code)
