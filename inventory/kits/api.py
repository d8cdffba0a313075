"""Kits over REST."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.owners import OwnerField
from accounts.principals import label_of, warehouses_of
from catalog.kits.services import MOST_PARTS
from catalog.models import Sellable
from inventory.api.lines import SkuLineSerializer, lines_of
from inventory.kits.reports import kit_rows
from inventory.kits.services import compose_kit
from inventory.rules.sku_lines import SkuLine
from inventory.services.naming import sellables_named
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet


class PartSerializer(serializers.Serializer[Any]):
    sku = serializers.CharField()
    units = serializers.IntegerField(help_text="Units of it in one kit.")


class KitPlaceSerializer(serializers.Serializer[Any]):
    warehouse = serializers.CharField()
    available = serializers.IntegerField(help_text="Kits that the scarcest component makes.")


class KitSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="sellable.pk")
    organization = serializers.CharField(source="sellable.organization.slug")
    sku = serializers.CharField(source="sellable.sku")
    title = serializers.CharField(source="sellable.title")
    components = PartSerializer(source="parts", many=True)
    available = serializers.IntegerField()
    places = KitPlaceSerializer(many=True)


class ComposeSerializer(serializers.Serializer[Any]):
    organization = OwnerField()
    sku = serializers.CharField(max_length=64, help_text="The sellable that becomes the kit.")
    components = serializers.ListField(
        child=SkuLineSerializer(),
        max_length=MOST_PARTS,
        help_text="All of them; none at all: no kit any more.",
    )


class KitFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    organization = filters.CharFilter(field_name="organization__slug")
    sku = filters.CharFilter()


class KitViewSet(ReadOnlyViewSet[Sellable]):
    """Kits have no stock of their own: what is reserved and shipped are their components.

    Each is found by the id of its sellable; without components it is no kit.
    """

    queryset = Sellable.objects.all()
    serializer_class = KitSerializer
    filterset_class = KitFilter
    required_scopes = {"read": "stock:read", "write": "catalog:write"}

    def get_queryset(self) -> QuerySet[Sellable]:
        rows: QuerySet[Sellable] = Sellable.objects.visible_to(self.request.user)
        if self.action == "list":
            rows = rows.filter(components__isnull=False).distinct()
        return rows.select_related("organization")

    def documents(self, rows: Sequence[Sellable]) -> list[Any]:
        return list(
            KitSerializer(kit_rows(rows, within=warehouses_of(self.request.user)), many=True).data
        )

    @extend_schema(request=ComposeSerializer, responses=KitSerializer)
    def create(self, request: Request) -> Response:
        """Say what a kit is put together from, in place of what was said before."""
        form = ComposeSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        organization_id = facts["organization"].pk
        itself = [SkuLine(sku=facts["sku"], units=1)]
        kit = sellables_named(organization_id=organization_id, lines=itself, field="sku")
        lines = lines_of(facts["components"])
        parts = (
            sellables_named(organization_id=organization_id, lines=lines, field="components")
            if lines
            else {}
        )
        composed = compose_kit(
            kit_id=kit[facts["sku"]].pk,
            units={parts[line.sku].pk: line.units for line in lines},
            actor=label_of(request.user),
        )
        row = self.get_queryset().get(pk=composed.pk)
        return Response(KitSerializer(kit_rows([row], within=warehouses_of(request.user))[0]).data)
