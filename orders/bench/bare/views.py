"""Orders by model serializers: no key, no limit, no check of an address, no repeat noticed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organization
from catalog.models import Sellable
from orders.models import IntakeRecord, Order, OrderEvent, OrderLine, Package, Shipment

PAGE = 50


def bare_view(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


class BareLineSerializer(serializers.ModelSerializer[OrderLine]):
    sku = serializers.CharField(max_length=64)

    class Meta:
        model = OrderLine
        fields = ["position", "sku", "title", "quantity", "unit_price", "short_quantity"]
        read_only_fields = ["position", "title", "unit_price", "short_quantity"]


class BarePackageSerializer(serializers.ModelSerializer[Package]):
    class Meta:
        model = Package
        fields = [
            *("id", "weight_g", "length_mm", "width_mm", "height_mm", "label_state"),
            *("tracking_number", "tracking_url", "tracking_status", "cost", "cost_currency"),
            "label_file",
        ]


class BareShipmentSerializer(serializers.ModelSerializer[Shipment]):
    warehouse = serializers.SlugRelatedField[Any](slug_field="code", read_only=True)
    packages = BarePackageSerializer(many=True)

    class Meta:
        model = Shipment
        fields = [
            *("id", "reference", "state", "platform", "platform_ref", "carrier"),
            *("service_name", "warehouse", "ship_on", "packages"),
        ]


class BareAddressSerializer(serializers.ModelSerializer[Order]):
    state = serializers.CharField(source="region", required=False)

    class Meta:
        model = Order
        fields = [
            *("name", "company", "phone", "email", "address_1", "address_2"),
            *("city", "state", "postal_code", "country"),
        ]


class BareOrderSerializer(serializers.ModelSerializer[Order]):
    organization = serializers.SlugRelatedField(
        slug_field="slug", queryset=Organization.objects.all()
    )
    ship_to = BareAddressSerializer(source="*")
    lines = BareLineSerializer(many=True)
    shipments = BareShipmentSerializer(many=True, read_only=True)

    class Meta:
        model = Order
        fields = [
            *("id", "number", "organization", "source", "external_ref", "state", "ship_to"),
            *("requested_carrier", "currency", "total", "note", "findings"),
            *("attention_code", "attention_detail", "hold_reason", "cancel_requested_at"),
            *(
                "placed_at",
                "ship_by",
                "deliver_by",
                "created_at",
                "updated_at",
                "lines",
                "shipments",
            ),
        ]
        read_only_fields = ["number", "source", "state", "total", "findings"]
        validators: list[Any] = []

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Order:
        """The same rows as an order of the API has, but for the word to the queue."""
        lines = validated_data.pop("lines")
        owner = validated_data["organization"]
        skus = {line["sku"] for line in lines}
        known = {s.sku: s for s in Sellable.objects.filter(organization=owner, sku__in=skus)}
        total = sum(known[line["sku"]].price * line["quantity"] for line in lines)
        order = Order.objects.create(
            **validated_data, number=uuid4().hex[:20], source="api", state="valid", total=total
        )
        OrderLine.objects.bulk_create(
            OrderLine(
                order=order,
                position=position,
                sellable=known[line["sku"]],
                title=known[line["sku"]].title,
                unit_price=known[line["sku"]].price,
                **line,
            )
            for position, line in enumerate(lines, start=1)
        )
        IntakeRecord.objects.create(
            organization=owner, source="api", external_ref=order.external_ref, order=order
        )
        OrderEvent.objects.bulk_create(
            OrderEvent(order=order, kind=kind, message=kind, actor="bare")
            for kind in ("order.received", "order.valid")
        )
        return order


class BareOrderViewSet(
    mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Order]
):
    queryset = Order.objects.all()
    serializer_class = BareOrderSerializer
    authentication_classes = []
    permission_classes = []
    throttle_classes = []
    filter_backends = []
    pagination_class = None

    def get_queryset(self) -> QuerySet[Order]:
        rows: QuerySet[Order] = Order.objects.for_list()
        return rows.order_by("id")

    def list(self, request: Request) -> Response:
        form = self.get_serializer(self.get_queryset()[:PAGE], many=True)
        return Response({"next": None, "previous": None, "results": form.data})
