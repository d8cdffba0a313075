"""Rules tried on past orders, over REST."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organization
from accounts.permissions import MANAGERS, RoleAllows, StaffOnly
from accounts.principals import label_of
from orders.models import RuleSet, SimulatedChange, Simulation
from orders.reports.simulations import CSV_COLUMNS, change_rows, simulation_report
from orders.rules.replay import CostChange
from orders.services.simulations import (
    USUAL_SAMPLE,
    approve_simulation,
    cancel_simulation,
    start_simulation,
)
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet

TextField = serializers.CharField
MOST_ORDERS = 100_000


class SimulationAskedSerializer(serializers.Serializer[None]):
    """Without times the days of the gate, without an organization the orders of all."""

    rule_set = serializers.SlugRelatedField(
        slug_field="version", queryset=RuleSet.objects.all(), help_text="The version to try."
    )
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    organization = serializers.SlugRelatedField(
        slug_field="slug", queryset=Organization.objects.all(), required=False
    )
    sample = serializers.IntegerField(
        default=USUAL_SAMPLE,
        min_value=1,
        max_value=MOST_ORDERS,
        help_text="The newest so many orders.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        until = attrs.setdefault("until", timezone.now())
        since = attrs.setdefault("since", until - timedelta(days=settings.ROUTING_GATE_DAYS))
        if since >= until:
            raise serializers.ValidationError({"since": "Give a moment before `until`."})
        return attrs


class CostSerializer(serializers.Serializer[None]):
    """`estimated` of the orders have prices of the rate tables.

    `low` and `high` bound the mean rise of an order with 95 % confidence.
    """

    currency = TextField()
    orders = serializers.IntegerField()
    estimated = serializers.IntegerField()
    before = TextField()
    after = TextField()
    rise = TextField()
    percent = TextField()
    mean = TextField()
    low = TextField()
    high = TextField()


class ChangeSerializer(serializers.Serializer[None]):
    order = TextField()
    before = serializers.DictField()
    after = serializers.DictField()
    rise = TextField(allow_null=True)
    currency = TextField()
    is_estimate = serializers.BooleanField()
    is_short = serializers.BooleanField()
    days_before = serializers.IntegerField(allow_null=True)
    days_after = serializers.IntegerField(allow_null=True)


class FlowSerializer(serializers.Serializer[None]):
    way = TextField()
    before = TextField()
    after = TextField()
    orders = serializers.IntegerField()


class ShortSerializer(serializers.Serializer[None]):
    """Orders that would have found a SKU gone from their warehouse."""

    what = TextField()
    orders = serializers.IntegerField()


class SimulationSerializer(serializers.Serializer[None]):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    base_version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=["waiting", "running", "finished", "cancelled"])
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    organization = TextField(allow_null=True)
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    created_by = TextField()
    approved_by = TextField()
    counts = serializers.DictField(child=serializers.IntegerField())
    aspects = serializers.DictField(child=serializers.IntegerField())
    costs = CostSerializer(many=True)
    flows = FlowSerializer(many=True)
    short = ShortSerializer(many=True)
    losers = ChangeSerializer(many=True)
    winners = ChangeSerializer(many=True)
    beyond_gate = serializers.ListField(child=TextField())
    needs_second_person = serializers.BooleanField()


COUNTS = (
    *("replayed", "changed", "unmatched", "matched", "held", "slower", "faster"),
    *("unpriced", "unpriced_changes", "estimated", "unreadable"),
    *("more_days", "days_known", "stockouts"),
)


class SimulationViewSet(ReadOnlyViewSet[Simulation]):
    """Past orders routed once more by the live rules and by others; no platform is asked.

    For the firm's own staff, since rules and their orders are those of all organizations.
    """

    queryset = Simulation.objects.select_related("rule_set", "base", "organization")
    serializer_class = SimulationSerializer  # type: ignore[assignment] # describes a document
    permission_classes = [RoleAllows, StaffOnly]
    write_roles = MANAGERS

    def documents(self, rows: Sequence[Simulation]) -> list[dict[str, Any]]:
        return [simulation_document(row) for row in rows]

    @extend_schema(request=SimulationAskedSerializer, responses={202: SimulationSerializer})
    def create(self, request: Request) -> Response:
        form = SimulationAskedSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        organization = asked.get("organization")
        simulation = start_simulation(
            rule_set_id=asked["rule_set"].pk,
            since=asked["since"],
            until=asked["until"],
            sample=asked["sample"],
            organization_id=organization.pk if organization else None,
            actor=label_of(request.user),
        )
        return Response(simulation_document(simulation), status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=SimulationSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        cancel_simulation(simulation_id=self.get_object().pk, actor=label_of(request.user))
        return Response(simulation_document(self.get_object()))

    @extend_schema(request=None, responses=SimulationSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Let the rules go live although they are beyond the gate: by a second person."""
        approve_simulation(simulation_id=self.get_object().pk, actor=label_of(request.user))
        return Response(simulation_document(self.get_object()))

    @extend_schema(responses={(200, "text/csv"): OpenApiResponse(description="Changed orders")})
    @action(detail=True, methods=["get"])
    def changes(self, request: Request, pk: str) -> StreamingHttpResponse:
        """Every order that would have gone another way, as CSV."""
        return changes_csv(self.get_object())


def changes_csv(simulation: Simulation) -> StreamingHttpResponse:
    lines = _csv_lines([CSV_COLUMNS], change_rows(simulation))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"simulation-{simulation.pk}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv_lines(*parts: Iterable[tuple[object, ...]]) -> Iterator[str]:
    for rows in parts:
        for row in rows:
            line = io.StringIO()
            csv.writer(line).writerow(["" if cell is None else cell for cell in row])
            yield line.getvalue()


def simulation_document(simulation: Simulation) -> dict[str, Any]:
    report = simulation_report(simulation)
    organization = simulation.organization
    return {
        "id": simulation.pk,
        "version": simulation.rule_set.version,
        "base_version": simulation.base.version,
        "state": simulation.state,
        "since": simulation.since,
        "until": simulation.until,
        "organization": organization.slug if organization else None,
        "total": simulation.total,
        "done": simulation.done,
        "created_by": simulation.created_by,
        "approved_by": simulation.approved_by,
        "counts": {name: getattr(report.tally, name) for name in COUNTS},
        "aspects": dict(report.tally.aspects),
        "costs": [_cost_document(cost) for cost in report.costs],
        "flows": [_flow_document(way, orders) for way, orders in report.flows],
        "short": [{"what": what, "orders": orders} for what, orders in report.short],
        "losers": [_change_document(change) for change in report.losers],
        "winners": [_change_document(change) for change in report.winners],
        "beyond_gate": list(report.beyond),
        "needs_second_person": report.needs_second_person,
    }


def _flow_document(way: str, orders: int) -> dict[str, Any]:
    before, _, after = way.partition(" → ")
    return {"way": way, "before": before, "after": after, "orders": orders}


def _cost_document(cost: CostChange) -> dict[str, Any]:
    names = ("before", "after", "rise", "percent", "mean", "low", "high")
    amounts = {name: str(getattr(cost, name)) for name in names}
    counted = {"orders": cost.orders, "estimated": cost.estimated}
    return {"currency": cost.currency, **counted, **amounts}


def _change_document(change: SimulatedChange) -> dict[str, Any]:
    return {
        "order": change.order.number,
        "before": change.before,
        "after": change.after,
        "rise": None if change.rise is None else str(change.rise),
        "currency": change.currency,
        "is_estimate": change.is_estimate,
        "is_short": change.is_short,
        "days_before": change.old_days,
        "days_after": change.new_days,
    }
