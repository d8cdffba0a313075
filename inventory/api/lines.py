"""Units by SKU in the body of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from inventory.rules.sku_lines import SkuLine

MAX_UNITS = 1_000_000


class SkuLineSerializer(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=1, max_value=MAX_UNITS)


class PricedLineSerializer(SkuLineSerializer):
    unit_cost = serializers.DecimalField(
        max_digits=12, decimal_places=2, min_value=0, required=False, help_text="Of one unit."
    )


def lines_of(rows: Iterable[Mapping[str, Any]]) -> tuple[SkuLine, ...]:
    return tuple(
        SkuLine(sku=row["sku"], units=row["quantity"], price=row.get("unit_cost")) for row in rows
    )
