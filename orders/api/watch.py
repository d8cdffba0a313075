"""How rules have fared since they went live, over REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from orders.reports.watch import Outlay, Watch, WatchDay

TextField = serializers.CharField


class OutlaySerializer(serializers.Serializer[None]):
    """`forecast` is what the simulation foretold for as many orders by these rules, `before` by
    those before; null without one. `off_percent` is how far the actual cost is above it."""

    currency = TextField()
    orders = serializers.IntegerField()
    actual = TextField()
    forecast = TextField(allow_null=True)
    before = TextField(allow_null=True)
    off_percent = TextField(allow_null=True)


class WatchDaySerializer(serializers.Serializer[None]):
    day = serializers.DateField()
    decided = serializers.IntegerField()
    differing = serializers.IntegerField()
    outlays = OutlaySerializer(many=True)


class ShadowFlowSerializer(serializers.Serializer[None]):
    way = TextField(help_text="By the rules before → by these.")
    orders = serializers.IntegerField()


class WatchSerializer(serializers.Serializer[None]):
    """Percentages are of the orders; so many were foretold to change by the simulation."""

    version = serializers.IntegerField()
    shadow_version = serializers.IntegerField(allow_null=True)
    simulation = serializers.IntegerField(allow_null=True)
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    is_over = serializers.BooleanField()
    decided = serializers.IntegerField()
    differing = serializers.IntegerField()
    differing_percent = TextField(allow_null=True)
    foretold_percent = TextField(allow_null=True)
    aspects = serializers.DictField(child=serializers.IntegerField())
    flows = ShadowFlowSerializer(many=True)
    outlays = OutlaySerializer(many=True)
    days = WatchDaySerializer(many=True)


def watch_document(watch: Watch) -> dict[str, Any]:
    rule_set, simulation = watch.rule_set, watch.simulation
    return {
        "version": rule_set.version,
        "shadow_version": rule_set.shadow_version,
        "simulation": simulation.pk if simulation else None,
        "since": rule_set.shadow_since,
        "until": rule_set.shadow_until,
        "is_over": watch.is_over,
        "decided": watch.decided,
        "differing": watch.differing,
        "differing_percent": _text(watch.differing_percent),
        "foretold_percent": _text(watch.foretold_percent),
        "aspects": dict(watch.aspects),
        "flows": [{"way": way, "orders": orders} for way, orders in watch.flows],
        "outlays": [_outlay_document(outlay) for outlay in watch.outlays],
        "days": [_day_document(day) for day in watch.days],
    }


def _day_document(day: WatchDay) -> dict[str, Any]:
    return {
        "day": day.day,
        "decided": day.decided,
        "differing": day.differing,
        "outlays": [_outlay_document(outlay) for outlay in day.outlays],
    }


def _outlay_document(outlay: Outlay) -> dict[str, Any]:
    return {
        "currency": outlay.currency,
        "orders": outlay.orders,
        "actual": str(outlay.actual),
        "forecast": _text(outlay.forecast),
        "before": _text(outlay.before),
        "off_percent": _text(outlay.off_percent),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
