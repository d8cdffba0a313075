"""Stock in step with the platforms, over REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from catalog.sync.scheduling import LONGEST_INTERVAL
from inventory.models import (
    OWNER_CHOICES,
    PlatformSale,
    PlatformStock,
    StockDrift,
    StockRun,
    StockSchedule,
    WarehouseLink,
)
from inventory.rules.stock_sync import explanation
from inventory.sync.numbers import WITH_STOCK, buffer_of, lines_of
from inventory.sync.settling import MOST_UNITS, Choice


class PlatformStockSerializer(serializers.ModelSerializer[PlatformStock]):
    """`expected` is what the platform should say; `rest` is what its last reading left over."""

    organization = serializers.CharField(source="level.sellable.organization.slug")
    sku = serializers.CharField(source="level.sellable.sku")
    warehouse = serializers.CharField(source="level.warehouse.code")
    platform = serializers.CharField(source="link.platform")
    owner = serializers.CharField(source="link.stock_owner")
    available = serializers.IntegerField(allow_null=True)
    buffer = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()

    class Meta:
        model = PlatformStock
        fields = [
            "id",
            "organization",
            "sku",
            "warehouse",
            "platform",
            "owner",
            "buffer",
            "physical",
            "allocated",
            "available",
            "is_infinite",
            "seen_at",
            "expected",
            "reasons",
            "explained",
            "rest",
            "told",
            "told_at",
            "tell_error",
        ]

    def get_buffer(self, stock: PlatformStock) -> int:
        return buffer_of(stock)

    def get_reasons(self, stock: PlatformStock) -> list[str]:
        return list(explanation(lines_of(stock.lines)))


class StockDriftSerializer(serializers.ModelSerializer[StockDrift]):
    organization = serializers.CharField(source="stock.level.sellable.organization.slug")
    sku = serializers.CharField(source="stock.level.sellable.sku")
    warehouse = serializers.CharField(source="stock.level.warehouse.code")
    platform = serializers.CharField(source="stock.link.platform")
    owner = serializers.CharField(source="stock.link.stock_owner")
    reasons = serializers.SerializerMethodField(help_text="What explains the others.")
    is_kit = serializers.BooleanField(
        help_text="Of a kit only `ours` can be kept: its number follows from its components."
    )

    class Meta:
        model = StockDrift
        fields = [
            "id",
            "organization",
            "sku",
            "warehouse",
            "platform",
            "owner",
            "ours",
            "theirs",
            "rest",
            "reasons",
            "is_kit",
            "state",
            "found_at",
            "settled_at",
            "settled_by",
        ]

    def get_reasons(self, drift: StockDrift) -> list[str]:
        return list(explanation(lines_of(drift.lines)))


class SettleDriftSerializer(serializers.Serializer[Any]):
    choice = serializers.ChoiceField(choices=[one.value for one in Choice])
    counted = serializers.IntegerField(
        min_value=0,
        max_value=MOST_UNITS,
        required=False,
        help_text="With `counted`: the units that lie there now, the promised ones with them.",
    )


class PlatformSaleSerializer(serializers.ModelSerializer[PlatformSale]):
    """`short` are units sold there that are not to be had here."""

    organization = serializers.CharField(source="level.sellable.organization.slug")
    sku = serializers.CharField(source="level.sellable.sku")
    warehouse = serializers.CharField(source="level.warehouse.code")
    short = serializers.IntegerField()

    class Meta:
        model = PlatformSale
        fields = [
            "id",
            "organization",
            "sku",
            "warehouse",
            "platform",
            "order_ref",
            "number",
            "allocated",
            "held",
            "shipped",
            "taken",
            "short",
            "changed_at",
            "seen_at",
        ]


class StockRunSerializer(serializers.ModelSerializer[StockRun]):
    """`seen` is the sum of all outcomes."""

    class Meta:
        model = StockRun
        fields = [
            "id",
            "platform",
            "state",
            "page",
            "known",
            "seen",
            "agreed",
            "to_tell",
            "taken",
            "waiting",
            "drifted",
            "left_alone",
            "unlinked",
            "asked_by",
            "started_at",
            "finished_at",
            "error_code",
            "error_detail",
        ]


class BeginStockRunSerializer(serializers.Serializer[Any]):
    platform = serializers.ChoiceField(choices=sorted(WITH_STOCK))


class StockScheduleSerializer(serializers.ModelSerializer[StockSchedule]):
    class Meta:
        model = StockSchedule
        fields = ["platform", "is_on", "every_minutes"]
        read_only_fields = ["platform"]
        extra_kwargs = {"every_minutes": {"min_value": 1, "max_value": LONGEST_INTERVAL}}


class WarehouseLinkSerializer(serializers.ModelSerializer[WarehouseLink]):
    warehouse = serializers.CharField(source="warehouse.code", read_only=True)
    stock_owner = serializers.ChoiceField(choices=OWNER_CHOICES)
    stock_buffer = serializers.IntegerField(min_value=0, max_value=MOST_UNITS)

    class Meta:
        model = WarehouseLink
        fields = ["id", "warehouse", "platform", "external_ref", "stock_owner", "stock_buffer"]
        read_only_fields = ["platform", "external_ref"]
