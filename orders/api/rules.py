"""The rules that route orders, over REST: read, draft, publish."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import MANAGERS, RoleAllows, StaffOnly, StaffWrite
from accounts.principals import label_of
from orders.api.linting import (
    CoverageAskedSerializer,
    CoverageSerializer,
    LintSerializer,
    coverage_document,
    lint_document,
)
from orders.api.watch import WatchSerializer, watch_document
from orders.models import RoutingRule, RuleSet
from orders.reports.watch import watch_of
from orders.services.linting import cover_rule_set, lint_rule_set
from orders.services.rules import (
    change_draft,
    copy_rule_set,
    discard_draft,
    is_at_work,
    publish_rule_set,
    rows_of,
)
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.errors import NotFound

MOST_RULES = 1000


class RoutingRuleSerializer(serializers.ModelSerializer[RoutingRule]):
    regions = serializers.ListField(child=serializers.RegexField("^[A-Z0-9]{1,3}$"), default=list)
    warehouses = serializers.ListField(child=serializers.CharField(max_length=12), default=list)
    tags = serializers.ListField(child=serializers.CharField(max_length=40), default=list)

    def validate_assignee(self, name: str) -> str:
        if name and not is_at_work(name):
            raise serializers.ValidationError(
                f"There is no active user {name}.", code="user.unknown"
            )
        return name

    class Meta:
        model = RoutingRule
        fields = [
            *("id", "position", "name", "is_active", "valid_from", "valid_until"),
            *("reach", "country", "regions", "condition"),
            *("carrier", "platform", "strategy", "service", "max_days", "day_worth"),
            "any_carrier",
            *("warehouses", "hold_reason", "split"),
            *("is_insured", "wants_signature", "incoterm", "package", "tags", "assignee"),
            *("stop",),
        ]
        read_only_fields = ["position"]


class RuleSetSerializer(serializers.ModelSerializer[RuleSet]):
    """Rules are tried in the order of the list."""

    rules = RoutingRuleSerializer(many=True, read_only=True)
    warehouse_preference = serializers.ListField(
        child=serializers.RegexField(
            "^(same_region|nearest|soonest|cheapest|(region:[A-Z]{2}-[A-Z0-9]{1,3})|(warehouse:[A-Z0-9-]{1,12}))$"
        )
    )

    class Meta:
        model = RuleSet
        fields = [
            *("id", "name", "version", "is_live", "is_draft", "note"),
            *("created_by", "published_at", "published_by", "digest"),
            *("default_carrier", "export_carrier", "export_platform", "warehouse_preference"),
            "rules",
        ]
        read_only_fields = [
            *("version", "is_live", "is_draft", "created_by", "published_at", "published_by"),
            "digest",
        ]


class RulesSerializer(serializers.Serializer[None]):
    rules: Any = serializers.ListSerializer(child=RoutingRuleSerializer(), max_length=MOST_RULES)


class RuleSetChangeSerializer(RuleSetSerializer):
    rules: Any = serializers.ListSerializer(
        child=RoutingRuleSerializer(), required=False, help_text="All of them, in their order."
    )


class DraftAskedSerializer(serializers.Serializer[None]):
    from_version = serializers.SlugRelatedField(
        slug_field="version",
        queryset=RuleSet.objects.all(),
        required=False,
        help_text="Copied from this version; without it from the live one.",
    )
    note = serializers.CharField(max_length=200, default="", allow_blank=True)


class RuleSetViewSet(ReadOnlyViewSet[RuleSet]):
    """The rules that route orders, newest version first.

    Shared by all organizations, so only the managers of the shipping firm change them. One version
    is live and at most one the draft, which alone can be changed.
    """

    queryset = RuleSet.objects.prefetch_related("rules").order_by("-id")
    serializer_class = RuleSetSerializer
    permission_classes = [RoleAllows, StaffWrite]
    write_roles = MANAGERS
    required_scopes = {"read": "rules:read"}

    @extend_schema(request=DraftAskedSerializer, responses={201: RuleSetSerializer})
    def create(self, request: Request) -> Response:
        """A draft as a copy; 409 `rules.draft_exists` while there is one."""
        asked = DraftAskedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        source = asked.validated_data.get("from_version") or RuleSet.objects.get(is_live=True)
        draft = copy_rule_set(
            rule_set_id=source.pk, note=asked.validated_data["note"], actor=label_of(request.user)
        )
        return self._told(draft, code=status.HTTP_201_CREATED)

    @extend_schema(request=RuleSetChangeSerializer, responses=RuleSetSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the draft. `rules` replaces all of them; every fault is named with its place."""
        draft = self.get_object()
        form = self.get_serializer(draft, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        changed = change_draft(
            rule_set_id=draft.pk,
            changes=form.validated_data,
            rules=_rules_of(request),
            actor=label_of(request.user),
        )
        return self._told(changed)

    def destroy(self, request: Request, pk: str) -> Response:
        """Discard the draft; what was published stays."""
        discard_draft(rule_set_id=self.get_object().pk, actor=label_of(request.user))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=RuleSetSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Make this version live: the draft, or an earlier one to go back to."""
        chosen = publish_rule_set(rule_set_id=self.get_object().pk, actor=label_of(request.user))
        return self._told(chosen)

    @extend_schema(responses=LintSerializer)
    @action(detail=True, methods=["get"])
    def lint(self, request: Request, pk: str) -> Response:
        """What is wrong, doubtful or missing in these rules, each with an order that shows it."""
        rule_set = self.get_object()
        report = lint_rule_set(rule_set)
        return Response(lint_document(rule_set.version, report.book, report.findings))

    @extend_schema(request=RulesSerializer, responses=LintSerializer)
    @lint.mapping.post
    def lint_rules(self, request: Request, pk: str) -> Response:
        """The same of rules that are not saved, in place of those of this version."""
        rule_set = self.get_object()
        form = RulesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        report = lint_rule_set(rule_set, rules=rows_of(rule_set, form.validated_data["rules"]))
        return Response(lint_document(rule_set.version, report.book, report.findings))

    @extend_schema(parameters=[CoverageAskedSerializer], responses=CoverageSerializer)
    @action(detail=True, methods=["get"])
    def coverage(self, request: Request, pk: str) -> Response:
        """Which rule wins, by country group, weight and value, with the holes."""
        rule_set = self.get_object()
        form = CoverageAskedSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        found = cover_rule_set(rule_set, currency=form.validated_data["currency"])
        return Response(coverage_document(rule_set.version, found))

    @extend_schema(responses=WatchSerializer)
    @action(detail=True, methods=["get"], permission_classes=[RoleAllows, StaffOnly])
    def watch(self, request: Request, pk: str) -> Response:
        """How these rules have fared for their first days: what labels cost and were foretold to,
        and which orders the rules before would have sent another way. 404 before they went live."""
        found = watch_of(self.get_object())
        if found is None:
            raise NotFound("These rules were not live yet.")
        return Response(watch_document(found))

    def _told(self, rule_set: RuleSet, *, code: int = status.HTTP_200_OK) -> Response:
        row = self.get_queryset().get(pk=rule_set.pk)
        return Response(self.get_serializer(row).data, status=code)


def _rules_of(request: Request) -> list[dict[str, Any]] | None:
    """Each whole, although other fields may be left out; None without a list of rules."""
    body = request.data if isinstance(request.data, dict) else {}
    if "rules" not in body:
        return None
    form = RulesSerializer(data={"rules": body["rules"]})
    form.is_valid(raise_exception=True)
    rules: list[dict[str, Any]] = form.validated_data["rules"]
    return rules
