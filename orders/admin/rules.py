"""Routing rules: versions, edited with their rules inside, exactly one of them live."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.shortcuts import redirect
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import AnyRow, LedgerAdmin, RoleAdmin, RoleRules
from accounts.permissions import MANAGERS
from accounts.principals import label_of
from orders.models import RoutingRule, RuleSet
from orders.rule_forms import RoutingRuleForm, RuleSetForm, WordsField
from orders.services.linting import lint_rule_set
from orders.services.rules import (
    copy_rule_set,
    discard_draft,
    next_version,
    publish_rule_set,
)
from orders.services.simulations import rehearse

MOST_FINDINGS = 10


class AdminRuleForm(RoutingRuleForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        dress_words(self)


class AdminRuleSetForm(RuleSetForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        dress_words(self)


def dress_words(form: forms.BaseForm) -> None:
    """The admin's own look for fields that no model field stands behind."""
    for field in form.fields.values():
        if isinstance(field, WordsField):
            field.widget = UnfoldAdminTextInputWidget()


class RoutingRuleInline(RoleRules, StackedInline):  # type: ignore[misc]
    """One card for each rule; what most rules need comes first."""

    model = RoutingRule
    extra = 0
    fieldsets = [
        (None, {"fields": [("position", "name", "is_active")]}),
        ("If", {"fields": [("reach", "country", "regions"), "condition"]}),
        (
            "Then",
            {
                "fields": [
                    ("carrier", "platform"),
                    ("strategy", "service", "max_days", "day_worth", "any_carrier"),
                    ("warehouses", "hold_reason", "split"),
                    ("is_insured", "wants_signature", "incoterm"),
                    ("package", "tags", "assignee"),
                    "stop",
                ]
            },
        ),
        ("In force", {"fields": [("valid_from", "valid_until")]}),
    ]
    form = AdminRuleForm
    add_roles = change_roles = delete_roles = MANAGERS
    ordering = ["position"]

    def has_add_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        return _may_change(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        return _may_change(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        return _may_change(obj) and super().has_delete_permission(request, obj)


def _may_change(rule_set: AnyRow | None) -> bool:
    """The draft, or one that is being added; what was published stays as it is."""
    return not isinstance(rule_set, RuleSet) or rule_set.is_draft


def _publish(rule_set: RuleSet, words: Words, actor: str) -> str:
    publish_rule_set(rule_set_id=rule_set.pk, actor=actor)
    return "Live."


def _copy(rule_set: RuleSet, words: Words, actor: str) -> str:
    copy = copy_rule_set(rule_set_id=rule_set.pk, actor=actor)
    return f"Version {copy.version} is the draft and has the same rules."


def _simulate(rule_set: RuleSet, words: Words, actor: str) -> str:
    started = rehearse(rule_set_id=rule_set.pk, actor=actor)
    return f"Simulation {started.pk} tries it on {started.total} orders; see Simulations."


def _discard(rule_set: RuleSet, words: Words, actor: str) -> str:
    discard_draft(rule_set_id=rule_set.pk, actor=actor)
    return "Discarded."


@admin.register(RuleSet)
class RuleSetAdmin(RoleAdmin):
    """Only the draft changes; decisions name the version they were made by."""

    form = AdminRuleSetForm
    add_roles = change_roles = act_roles = MANAGERS
    list_display = [
        *("version", "name", "is_live", "is_draft", "note", "published_at", "published_by"),
    ]
    list_display_links = ["version", "name"]
    list_filter = ["is_live", "is_draft"]
    search_fields = ["name", "note"]
    readonly_fields = [
        *("version", "is_live", "is_draft", "created_by", "published_at", "published_by", "digest"),
    ]
    fieldsets = [
        (None, {"fields": ["name", ("version", "is_live", "is_draft"), "note"]}),
        ("Published", {"fields": [("created_by", "published_by", "published_at"), "digest"]}),
        (
            "Where no rule matches",
            {"fields": ["default_carrier", "export_carrier", "export_platform"]},
        ),
        ("Warehouse", {"fields": ["warehouse_preference"]}),
    ]
    inlines = [RoutingRuleInline]
    actions = [
        confirmed(
            NamedAction(
                name="publish",
                description="Make live",
                question="Orders dispatched from now on are routed by it, and it is changed no "
                "more. Choose one version; an earlier one brings its rules back.",
                run=_publish,
            )
        ),
        confirmed(
            NamedAction(
                name="simulate",
                description="Try on past orders",
                question="Past orders are routed once more by it and by the live rules. No order "
                "is touched and no platform asked.",
                run=_simulate,
            )
        ),
        confirmed(
            NamedAction(
                name="copy_version",
                description="Copy to a new draft",
                question="The draft can be changed without touching what is live.",
                run=_copy,
            )
        ),
        confirmed(
            NamedAction(
                name="discard",
                description="Discard the draft",
                question="Its rules are gone for good.",
                run=_discard,
                is_danger=True,
            )
        ),
    ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """There is one draft at a time, so a second one leads to the first."""
        draft = RuleSet.objects.filter(is_draft=True).first()
        if draft is None:
            return super().add_view(request, form_url, extra_context)
        messages.info(request, f"Version {draft.version} is the draft; publish or discard it.")
        return redirect("admin:orders_ruleset_change", draft.pk)

    def has_change_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        return _may_change(obj) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.version = next_version()
            obj.is_draft = True
            obj.created_by = label_of(request.user)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Saved as it is, and told what there is to be said of it."""
        super().save_related(request, form, formsets, change)
        findings = lint_rule_set(RuleSet.objects.get(pk=form.instance.pk)).findings
        for finding in findings[:MOST_FINDINGS]:
            messages.warning(request, finding.words)
        if len(findings) > MOST_FINDINGS:
            messages.warning(request, f"{len(findings) - MOST_FINDINGS} more findings.")


@admin.register(RoutingRule)
class RoutingRuleAdmin(LedgerAdmin):
    """Found here, changed inside their version."""

    list_display = [
        "rule_set",
        "position",
        "name",
        "reach",
        "country",
        "regions",
        "carrier",
        "is_active",
    ]
    list_display_links = ["name"]
    list_filter = ["rule_set", "carrier", "is_active"]
    list_select_related = ["rule_set"]
    search_fields = ["name"]
