"""Suppliers and purchases as JSON."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from rest_framework import serializers

from accounts.api.owners import OwnerField
from inventory.api.lines import MAX_UNITS, PricedLineSerializer, SkuLineSerializer
from inventory.models import GoodsReceipt, PurchaseLine, PurchaseOrder, Supplier, SupplierItem
from inventory.rules.sku_lines import MOST_LINES


class SupplierSerializer(serializers.ModelSerializer[Supplier]):
    organization = OwnerField()

    class Meta:
        model = Supplier
        fields = [
            "id",
            "organization",
            "name",
            "email",
            "currency",
            "lead_time_days",
            "minimum_units",
            "is_active",
            "created_at",
            "updated_at",
        ]
        # One of a name for each organization: the service tells, with the other faults.
        validators: list[object] = []
        extra_kwargs = {
            "lead_time_days": {"min_value": 0},
            "minimum_units": {"min_value": 0, "max_value": MAX_UNITS},
        }


class OwnSuppliers(serializers.PrimaryKeyRelatedField[Supplier]):
    """Suppliers that the caller may know of."""

    def get_queryset(self) -> QuerySet[Supplier]:
        rows: QuerySet[Supplier] = Supplier.objects.visible_to(self.context["request"].user)
        return rows


class SupplierItemSerializer(serializers.ModelSerializer[SupplierItem]):
    organization = serializers.CharField(source="supplier.organization.slug", read_only=True)
    supplier = OwnSuppliers(queryset=Supplier.objects.all())
    sku = serializers.CharField(source="sellable.sku", max_length=64)

    class Meta:
        model = SupplierItem
        fields = [
            "id",
            "organization",
            "supplier",
            "sku",
            "supplier_sku",
            "unit_cost",
            "minimum_units",
        ]
        extra_kwargs = {
            "unit_cost": {"min_value": 0},
            "minimum_units": {"min_value": 1, "max_value": MAX_UNITS},
        }


class PurchaseLineSerializer(serializers.ModelSerializer[PurchaseLine]):
    sku = serializers.CharField(source="sellable.sku")
    outstanding = serializers.IntegerField()

    class Meta:
        model = PurchaseLine
        fields = ["sku", "quantity", "received", "outstanding", "unit_cost"]


class GoodsReceiptSerializer(serializers.ModelSerializer[GoodsReceipt]):
    units = serializers.IntegerField(source="total", help_text="Of all lines.")

    class Meta:
        model = GoodsReceipt
        fields = ["reference", "units", "actor", "at"]


class PurchaseSerializer(serializers.ModelSerializer[PurchaseOrder]):
    organization = serializers.CharField(source="organization.slug")
    supplier_name = serializers.CharField(source="supplier.name")
    warehouse = serializers.CharField(source="warehouse.code")
    cost = serializers.CharField(source="cost.amount", help_text="Of all lines, in `currency`.")
    lines = PurchaseLineSerializer(many=True)
    receipts = GoodsReceiptSerializer(many=True)

    class Meta:
        model = PurchaseOrder
        fields = [
            "id",
            "number",
            "organization",
            "supplier",
            "supplier_name",
            "warehouse",
            "state",
            "currency",
            "cost",
            "note",
            "drafted_by",
            "ordered_at",
            "expected_on",
            "closed_at",
            "lines",
            "receipts",
            "created_at",
            "updated_at",
        ]


class DraftLinesSerializer(serializers.Serializer[Any]):
    lines = serializers.ListField(child=PricedLineSerializer(), max_length=MOST_LINES)


class DraftSerializer(DraftLinesSerializer):
    supplier = OwnSuppliers(queryset=Supplier.objects.all())
    warehouse = serializers.CharField(max_length=12, help_text="Its code.")
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ReceiptSerializer(serializers.Serializer[Any]):
    # Required, though a request may leave it to the header, which the view puts in its place.
    reference = serializers.CharField(
        max_length=40,
        help_text="Of the delivery note; a repeat changes nothing. "
        "Absent: the `Idempotency-Key` header.",
    )
    lines = serializers.ListField(
        child=SkuLineSerializer(), max_length=MOST_LINES, help_text="What arrived."
    )


def supplier_in(facts: dict[str, Any]) -> Supplier:
    return cast("Supplier", facts["supplier"])
