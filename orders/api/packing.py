"""Saved boxes, and which of them an order is packed in, over REST."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organization
from inventory.models import Warehouse
from orders.api.kept_rows import KeptRowsViewSet
from orders.models import Box
from orders.rules.packing import PackedBox
from orders.services.packing import OrderPacking, order_packing

TextField = serializers.CharField
NumberField = serializers.IntegerField


class BoxSerializer(serializers.ModelSerializer[Box]):
    """Inner sides; `max_weight_g` is that of the closed box."""

    organization = serializers.SlugRelatedField(
        slug_field="slug", queryset=Organization.objects.all(), required=False, allow_null=True
    )
    warehouse = serializers.SlugRelatedField(
        slug_field="code", queryset=Warehouse.objects.all(), required=False, allow_null=True
    )

    class Meta:
        model = Box
        fields = [
            *("id", "organization", "warehouse", "name", "length_mm", "width_mm", "height_mm"),
            *("wall_mm", "weight_g", "max_weight_g", "is_active"),
        ]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        before = self.instance
        now = {
            name: attrs.get(name, getattr(before, name, None))
            for name in ("weight_g", "max_weight_g")
        }
        try:
            Box(**now).clean()
        except ValidationError as exc:
            raise serializers.ValidationError(exc.message_dict) from exc
        return attrs


class BoxViewSet(KeptRowsViewSet[Box]):
    """Boxes that there is a stack of. Orders dispatched from now on are packed by them."""

    queryset = Box.objects.all()
    serializer_class = BoxSerializer


class ContentSerializer(serializers.Serializer[None]):
    sku = TextField()
    quantity = NumberField()


class PackedBoxSerializer(serializers.Serializer[None]):
    """`box` is empty for a carton made to measure. Outer sides, and the weight with the box.

    `tracking_number` is empty before the label is bought, and for a box that goes by the first
    one's.
    """

    box = TextField()
    weight_g = NumberField()
    length_mm = NumberField()
    width_mm = NumberField()
    height_mm = NumberField()
    fill_percent = NumberField()
    tracking_number = TextField()
    contents = ContentSerializer(many=True)


class BillableSerializer(serializers.Serializer[None]):
    carrier = TextField()
    billable_g = NumberField()
    volumetric_g = NumberField()
    divisor_cm3_per_kg = NumberField()


class PackingSerializer(serializers.Serializer[None]):
    """`boxes` are the parcels of its one shipment; `is_booked`: as the platform was told them.

    `parcel` is the only one, and null where there are several.
    """

    is_booked = serializers.BooleanField()
    weight_g = NumberField(help_text="Of all boxes together.")
    parcel = PackedBoxSerializer(allow_null=True)
    boxes = PackedBoxSerializer(many=True)
    billable = BillableSerializer(many=True)


class PackingView:
    """A part of the orders' viewset."""

    get_object: Any

    @extend_schema(responses=PackingSerializer)
    @action(detail=True, methods=["get"])
    def packing(self, request: Request, pk: str) -> Response:
        """The boxes that are booked for it, or would be, and what each carrier bills them by."""
        return Response(packing_document(order_packing(self.get_object())))


def packing_document(packing: OrderPacking) -> dict[str, Any]:
    boxes = [
        _box_document(box, packing.skus) | {"tracking_number": number}
        for box, number in zip(packing.boxes, packing.numbers, strict=True)
    ]
    return {
        "is_booked": packing.is_booked,
        "weight_g": packing.weight_g,
        "parcel": boxes[0] if len(boxes) == 1 else None,
        "boxes": boxes,
        "billable": [
            {
                "carrier": carrier,
                "billable_g": weight.grams,
                "volumetric_g": weight.volumetric_g,
                "divisor_cm3_per_kg": weight.divisor,
            }
            for carrier, weight in packing.billable
        ],
    }


def _box_document(box: PackedBox, skus: tuple[str, ...]) -> dict[str, Any]:
    parcel = box.parcel
    return {
        "box": box.name,
        "weight_g": parcel.weight_g,
        "length_mm": parcel.length_mm,
        "width_mm": parcel.width_mm,
        "height_mm": parcel.height_mm,
        "fill_percent": box.fill_percent,
        "contents": [{"sku": skus[item], "quantity": units} for item, units in box.units],
    }
