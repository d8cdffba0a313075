"""The figures of the overview and of the platforms' page, over REST."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import STAFF_READERS, RoleAllows, StaffOnly
from carriers.reports import PlatformHealth, failure_shares, platform_health
from carriers.reports_pacing import PacingStanding, pacing_standing
from orders.api.ledger_serializers import MoneySerializer
from orders.api.order_documents import amount
from orders.api.pulled import ListStandingSerializer
from orders.reports.audit import audit_standing
from orders.reports.overview import DAYS, CarrierCost, Overview, overview_for
from orders.reports.pulled import list_standings
from shipping_project.kernel.api.figures import FIELDS, FiguresView

TextField = serializers.CharField
MOST_DAYS = 92


class OverviewQuestionSerializer(serializers.Serializer[None]):
    days = serializers.IntegerField(
        min_value=1, max_value=MOST_DAYS, default=DAYS, help_text="Up to today, in UTC."
    )
    organization = TextField(max_length=60, default="", help_text="Slug; absent: all you may see.")
    warehouse = TextField(max_length=12, default="", help_text="Code; absent: all of them.")


class FigureSerializer(serializers.Serializer[None]):
    code = TextField()
    label: Any = TextField()
    value = serializers.IntegerField()
    formula = TextField(help_text="How it is counted.")
    query = TextField(help_text="Of the list of orders behind it: `orders?` and this.")
    tone = TextField(help_text="`bad` or `warn` where it wants somebody to act.")
    note = TextField()


class StageSerializer(serializers.Serializer[None]):
    label: Any = TextField()
    count = serializers.IntegerField()
    query = TextField()


class CarrierCostSerializer(serializers.Serializer[None]):
    carrier = TextField()
    orders = serializers.IntegerField()
    labels = serializers.IntegerField()
    costs = MoneySerializer(many=True, help_text="One sum for each currency.")
    query = TextField()


class DaySerializer(serializers.Serializer[None]):
    day = serializers.DateField()
    placed = serializers.IntegerField()
    placed_query = TextField()
    labelled = serializers.IntegerField()
    labelled_query = TextField()


class OverviewSerializer(serializers.Serializer[None]):
    at = serializers.DateTimeField()
    figures = FigureSerializer(many=True)
    stages = StageSerializer(many=True)
    costs = CarrierCostSerializer(many=True, help_text="Of labels bought in these days.")
    days = DaySerializer(many=True)


OVERVIEW = OpenApiExample(
    "One figure and one carrier",
    value={
        "at": "2026-03-01T10:00:00Z",
        "figures": [
            {
                "code": "late",
                "label": "Late",
                "value": 3,
                "formula": "Orders not yet handed to the carrier whose ship-by time has passed.",
                "query": "due=late",
                "tone": "bad",
                "note": "",
            }
        ],
        "stages": [{"label": "New", "count": 12, "query": "stage=new"}],
        "costs": [
            {
                "carrier": "UPS",
                "orders": 40,
                "labels": 41,
                "costs": [{"amount": "312.40", "currency": "USD"}],
                "query": "carrier=UPS&labelled_since=2026-02-16",
            }
        ],
        "days": [
            {
                "day": "2026-03-01",
                "placed": 52,
                "placed_query": "placed=2026-03-01",
                "labelled": 40,
                "labelled_query": "labelled=2026-03-01",
            }
        ],
    },
    response_only=True,
    status_codes=["200"],
)


class OverviewView(FiguresView):
    required_scopes = {"read": "orders:read"}
    serializer_class = OverviewSerializer
    question_class = OverviewQuestionSerializer

    @extend_schema(
        parameters=[OverviewQuestionSerializer, FIELDS],
        responses=OverviewSerializer,
        examples=[OVERVIEW],
    )
    def get(self, request: Request) -> Response:
        """What managers look at first; each figure names the list of orders that it counts."""
        question, now = self.question(request), timezone.now()
        report = overview_for(request.user, now, **question)
        return self.answer({"at": now, **_overview_document(report)})


def _overview_document(report: Overview) -> dict[str, Any]:
    return {
        "figures": [asdict(figure) for figure in report.figures],
        "stages": [asdict(stage) for stage in report.stages],
        "costs": [_cost_document(cost) for cost in report.costs],
        "days": [asdict(day) for day in report.days],
    }


def _cost_document(cost: CarrierCost) -> dict[str, Any]:
    sums = [{"amount": amount(one.amount), "currency": one.currency} for one in cost.costs]
    return {
        "carrier": cost.carrier,
        "orders": cost.orders,
        "labels": cost.labels,
        "costs": sums,
        "query": cost.query,
    }


class HealthSerializer(serializers.Serializer[None]):
    """Calls are of the last 24 hours, commands the open ones now."""

    platform = TextField()
    is_enabled = serializers.BooleanField()
    note = TextField()
    calls = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    success_percent = TextField(help_text="Empty without calls.")
    is_below_target = serializers.BooleanField()
    p95_ms = serializers.IntegerField(allow_null=True)
    last_answer_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.IntegerField(allow_null=True, help_text="Its id among `api-calls`.")
    pending = serializers.IntegerField()
    in_flight = serializers.IntegerField()
    unknown = serializers.IntegerField()
    stuck = serializers.IntegerField()
    due = serializers.IntegerField()
    oldest_due_s = serializers.IntegerField(allow_null=True, help_text="Seconds.")
    set_aside = serializers.IntegerField(help_text="Rows that could not be read.")


class FailureShareSerializer(serializers.Serializer[Any]):
    platform = TextField()
    failures = serializers.IntegerField()
    explained = serializers.IntegerField()
    percent = TextField(help_text="Empty without failures.")
    unmapped = serializers.IntegerField(help_text="Kinds of words without a meaning yet.")


class RestingSerializer(serializers.Serializer[Any]):
    platform = TextField()
    operation = TextField()


class PacingSerializer(serializers.Serializer[None]):
    platform = TextField()
    limit = TextField(help_text="Empty for none.")
    calls = serializers.IntegerField()
    refusals = serializers.IntegerField()
    resting = RestingSerializer(many=True)


class AuditStandingSerializer(serializers.Serializer[Any]):
    """Open findings, and labels given back whose money is awaited or did not come in time."""

    platform = TextField()
    orphans = serializers.IntegerField()
    ghosts = serializers.IntegerField()
    amounts = serializers.IntegerField()
    awaited = serializers.IntegerField()
    expired = serializers.IntegerField()
    last_audit_at = serializers.DateTimeField(allow_null=True)


class PlatformsReportSerializer(serializers.Serializer[None]):
    at = serializers.DateTimeField()
    health = HealthSerializer(many=True)
    failures = FailureShareSerializer(many=True)
    pacing = PacingSerializer(many=True)
    audit = AuditStandingSerializer(many=True)
    lists = ListStandingSerializer(many=True)


class PlatformsReportView(FiguresView):
    """Platforms serve all organizations together, so their health is for staff."""

    permission_classes = [RoleAllows, StaffOnly]
    read_roles = STAFF_READERS
    required_scopes: dict[str, str] = {}
    serializer_class = PlatformsReportSerializer

    @extend_schema(parameters=[FIELDS], responses=PlatformsReportSerializer)
    def get(self, request: Request) -> Response:
        """How the platforms do. What failed and what waits are lists: `api-calls?failed=true`,
        `outbox/commands?state=stuck`, `intake/windows`."""
        self.question(request)
        now, wants = timezone.now(), self.asked.wants
        told: dict[str, Any] = {"at": now}
        if wants("health"):
            told["health"] = [_health_document(one) for one in platform_health(now)]
        if wants("failures"):
            told["failures"] = FailureShareSerializer(failure_shares(now), many=True).data
        if wants("pacing"):
            told["pacing"] = [_pacing_document(one) for one in pacing_standing()]
        if wants("audit"):
            told["audit"] = AuditStandingSerializer(audit_standing(), many=True).data
        if wants("lists"):
            told["lists"] = ListStandingSerializer(list_standings(), many=True).data
        return self.answer(told)


def _health_document(health: PlatformHealth) -> dict[str, Any]:
    names = [name for name in HealthSerializer().get_fields() if name != "last_error"]
    told = {name: getattr(health, name) for name in names}
    return told | {"last_error": health.last_error.pk if health.last_error else None}


def _pacing_document(pacing: PacingStanding) -> dict[str, Any]:
    return {
        "platform": pacing.platform,
        "limit": pacing.limit,
        "calls": pacing.calls,
        "refusals": pacing.refusals,
        "resting": RestingSerializer(pacing.resting, many=True).data,
    }
