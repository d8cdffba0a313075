"""Parcels and where they are, across all shipments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from carriers.models import PLATFORM_CHOICES
from orders.api.expansions import OF_PACKAGES, scans_of
from orders.api.labels import LABEL_ANSWERS, LABEL_RENDERERS, label_file
from orders.api.order_documents import PACKAGE, package_as_told, shipment_documents
from orders.api.serializers import PackageSerializer, ScanSerializer, ShipmentSerializer
from orders.models import LabelState, Package, TrackingEvent
from orders.models.intake import CARRIER_CHOICES
from orders.models.shipping import TRACKING_CHOICES
from shipping_project.kernel.api.asked import Expansion
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.errors import NotFound
from shipping_project.kernel.filters import Moment

READ = {"read": "orders:read"}
TextField = serializers.CharField


class ParcelSerializer(PackageSerializer):
    """A package by itself, with the order and shipment that it belongs to."""

    order = TextField(help_text="The number of its order.")
    shipment = TextField(help_text="The reference of its shipment.")
    label_ref = TextField()
    bought_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()


PARCEL = PACKAGE | {
    "order": "shipment__order__number",
    "shipment": "shipment__reference",
    "label_ref": "label_ref",
    "bought_at": "bought_at",
    "updated_at": "updated_at",
}
TOLD = [(name, attrgetter(path.replace("__", "."))) for name, path in PARCEL.items()]


def parcel_document(package: Package) -> dict[str, Any]:
    """Of a package read with its shipment and order."""
    return package_as_told({name: tell(package) for name, tell in TOLD})


class ParcelFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    organization = filters.CharFilter(field_name="shipment__order__organization__slug")
    order = filters.CharFilter(field_name="shipment__order__number")
    shipment = filters.CharFilter(field_name="shipment__reference")
    warehouse = filters.CharFilter(field_name="shipment__warehouse__code")
    platform = filters.ChoiceFilter(field_name="shipment__platform", choices=PLATFORM_CHOICES)
    carrier = filters.ChoiceFilter(field_name="shipment__carrier", choices=CARRIER_CHOICES)
    label_state = filters.ChoiceFilter(choices=LabelState.choices)
    tracking_status = filters.ChoiceFilter(choices=TRACKING_CHOICES)
    tracking_number = filters.CharFilter()
    bought_since = Moment(field_name="bought_at", lookup_expr="gte")


class PackageViewSet(ReadOnlyViewSet[Package]):
    """Every parcel with its label and what it cost; its contents stand with its order."""

    queryset = Package.objects.all()
    serializer_class = ParcelSerializer  # type: ignore[assignment] # describes a document
    filterset_class = ParcelFilter
    required_scopes = READ
    expansions = OF_PACKAGES

    def get_queryset(self) -> QuerySet[Package]:
        rows: QuerySet[Package] = Package.objects.visible_to(self.request.user)
        return rows.select_related("shipment__order")

    def documents(self, rows: Sequence[Package]) -> list[dict[str, Any]]:
        return [parcel_document(package) for package in rows]

    @extend_schema(responses=LABEL_ANSWERS)
    @action(detail=True, methods=["get"], renderer_classes=LABEL_RENDERERS)
    def label(self, request: Request, pk: str) -> HttpResponseBase:
        """The label of this parcel, in the ways that `orders/{id}/label` has."""
        package = self.get_object()
        if package.label_state != LabelState.BOUGHT or not package.label_file:
            raise NotFound("This parcel has no label, or it was taken back.")
        return label_file(package, request)


class ScanRowSerializer(serializers.ModelSerializer[TrackingEvent]):
    """One scan. `received_at` is when it came here."""

    tracking_number = TextField(source="package.tracking_number", read_only=True)
    order = TextField(source="package.shipment.order.number", read_only=True)
    shipment = TextField(source="package.shipment.reference", read_only=True)

    class Meta:
        model = TrackingEvent
        fields = [
            "id",
            "tracking_number",
            "order",
            "shipment",
            "package",
            "status",
            "happened_at",
            "description",
            "location",
            "received_at",
        ]


class ScanFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter(field_name="package__shipment__order__organization__slug")
    tracking_number = filters.CharFilter(field_name="package__tracking_number")
    order = filters.CharFilter(field_name="package__shipment__order__number")
    shipment = filters.CharFilter(field_name="package__shipment__reference")
    package = filters.NumberFilter(field_name="package", min_value=1, max_value=2**63 - 1)
    status = filters.ChoiceFilter(choices=TRACKING_CHOICES)
    since = Moment(field_name="happened_at", lookup_expr="gte")
    received_since = Moment(field_name="received_at", lookup_expr="gte")


def _parcels(scans: Sequence[TrackingEvent]) -> Mapping[Any, object]:
    ids = {scan.package_id for scan in scans}
    rows = Package.objects.filter(pk__in=ids).select_related("shipment__order")
    told = {row.pk: parcel_document(row) for row in rows}
    return {scan.pk: told.get(scan.package_id) for scan in scans}


class ScanViewSet(ReadOnlyViewSet[TrackingEvent]):
    """Every scan of every parcel; a scan that is reported again is the same row."""

    queryset = TrackingEvent.objects.all()
    serializer_class = ScanRowSerializer
    filterset_class = ScanFilter
    required_scopes = READ
    expansions = {"package": Expansion(serializer=ParcelSerializer, tell=_parcels)}

    def get_queryset(self) -> QuerySet[TrackingEvent]:
        rows: QuerySet[TrackingEvent] = TrackingEvent.objects.visible_to(self.request.user)
        return rows.select_related("package__shipment__order")


class TrackedSerializer(serializers.Serializer[Any]):
    package = ParcelSerializer()
    shipment = ShipmentSerializer()
    events = ScanSerializer(many=True, help_text="Every scan, the oldest first.")


class TrackedView(APIView):
    required_scopes = READ

    @extend_schema(responses=TrackedSerializer)
    def get(self, request: Request, number: str) -> Response:
        """Where the parcel with a tracking number is, capitals or not.

        Of several with this number the newest whose label is good, else the newest.
        """
        package = _tracked(request.user, number)
        return Response(
            {
                "package": parcel_document(package),
                "shipment": shipment_documents([package.shipment])[0],
                "events": scans_of("package__shipment_id", [package.shipment])[package.shipment_id],
            }
        )


def _tracked(actor: object, number: str) -> Package:
    rows = Package.objects.visible_to(actor).tracked_as(number.replace("\x00", ""))
    around = ("shipment__order", "shipment__warehouse")
    found: list[Package] = list(rows.select_related(*around).order_by("-id"))
    if not found:
        raise NotFound("No parcel of yours has this tracking number.")
    return next((row for row in found if row.label_state == LabelState.BOUGHT), found[0])
