"""The figures of the stock pages, over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.principals import sees_all
from inventory.api.sync_serializers import StockRunSerializer
from inventory.reports import stock_alerts
from inventory.sync.reports import open_drifts, short_sales, standings
from shipping_project.kernel.api.figures import FIELDS, FiguresView


class LowRowSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="Of the row among `stock/levels`.")
    sku = serializers.CharField()
    title = serializers.CharField()
    organization = serializers.CharField(help_text="Its name.")
    warehouse = serializers.CharField()
    available = serializers.IntegerField()
    incoming = serializers.IntegerField()
    low_at = serializers.IntegerField()


class StockStandingSerializer(serializers.Serializer[Any]):
    platform = serializers.CharField()
    run = StockRunSerializer(allow_null=True, help_text="The newest reading.")
    complete_at = serializers.DateTimeField(allow_null=True)
    numbers = serializers.IntegerField(help_text="Stock numbers kept in step.")


class StockReportSerializer(serializers.Serializer[Any]):
    low = serializers.IntegerField(help_text="Rows of `stock/levels?low=true`.")
    worst = LowRowSerializer(many=True)
    drifts = serializers.IntegerField(help_text="Open rows of `stock/drifts`.")
    short_sales = serializers.IntegerField(help_text="Sold at a platform and not to be had here.")
    standings = StockStandingSerializer(many=True, help_text="By platform; for staff alone.")


class StockReportView(FiguresView):
    required_scopes = {"read": "stock:read"}
    serializer_class = StockReportSerializer

    @extend_schema(parameters=[FIELDS], responses=StockReportSerializer)
    def get(self, request: Request) -> Response:
        """What runs low, and how our numbers stand with those of the platforms."""
        self.question(request)
        alerts = stock_alerts(request.user)
        readings = standings() if sees_all(request.user) else ()
        document = {
            "low": alerts.count,
            "worst": LowRowSerializer(alerts.worst, many=True).data,
            "drifts": open_drifts(request.user)[0],
            "short_sales": short_sales(request.user)[0],
            "standings": StockStandingSerializer(readings, many=True).data,
        }
        return self.answer(document)
