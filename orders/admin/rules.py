"""Routing rules: versions, edited with their rules inside, exactly one of them live."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import LedgerAdmin, RoleAdmin, RoleRules
from accounts.permissions import MANAGERS
from orders.models import RoutingRule, RuleSet
from orders.rules.rule_check import rule_faults
from orders.services.rules import copy_rule_set, next_version, publish_rule_set, warehouse_codes
from orders.services.snapshots import as_carrier_rule

REGION = re.compile(r"[A-Z0-9]{1,3}")
WAREHOUSE = re.compile(r"[A-Z0-9-]{1,12}")
PREFERENCE = re.compile(r"same_region|nearest|region:[A-Z]{2}-[A-Z0-9]{1,3}")


class WordsField(forms.CharField):
    """Words between commas, kept as a list."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, *, pattern: re.Pattern[str], to_upper: bool = False, **options: Any) -> None:
        self.pattern = pattern
        self.to_upper = to_upper
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        words = [word.strip() for word in str(text).split(",") if word.strip()]
        words = [word.upper() for word in words] if self.to_upper else words
        strange = [word for word in words if not self.pattern.fullmatch(word)]
        if strange:
            raise ValidationError(f"This cannot be read: {', '.join(strange)}.")
        return words

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class RoutingRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    regions = WordsField(
        pattern=REGION,
        to_upper=True,
        required=False,
        help_text="Two-letter states between commas, such as NY, TX; empty means any.",
    )

    warehouses = WordsField(
        pattern=WAREHOUSE,
        to_upper=True,
        required=False,
        help_text="Codes between commas, best first: it leaves from the first with every line.",
    )

    class Meta:
        model = RoutingRule
        fields = [
            *("position", "name", "is_active", "reach", "country", "regions", "condition"),
            *("carrier", "platform", "strategy", "service", "max_days", "day_worth"),
            *("warehouses", "hold_reason", "stop", "valid_from", "valid_until"),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        cleaned["condition"] = cleaned.get("condition") or {}
        rule = RoutingRule(**{name: cleaned[name] for name in self.Meta.fields})
        for fault in rule_faults(as_carrier_rule(rule), warehouses=warehouse_codes()):
            place, _, inner = fault.field.partition(".")
            self.add_error(place, f"{inner}: {fault.message}" if inner else fault.message)
        return cleaned


class RuleSetForm(forms.ModelForm):  # type: ignore[type-arg]
    warehouse_preference = WordsField(
        pattern=PREFERENCE,
        help_text="Tried in order among warehouses that hold every line, such as "
        "same_region, region:US-NV, nearest.",
    )

    class Meta:
        model = RuleSet
        fields = [
            "name",
            "note",
            "default_carrier",
            "export_carrier",
            "export_platform",
            "warehouse_preference",
        ]


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
                    ("strategy", "service", "max_days", "day_worth"),
                    ("warehouses", "hold_reason"),
                    "stop",
                ]
            },
        ),
        ("In force", {"fields": [("valid_from", "valid_until")]}),
    ]
    form = RoutingRuleForm
    add_roles = change_roles = delete_roles = MANAGERS
    ordering = ["position"]


def _publish(rule_set: RuleSet, words: Words, actor: str) -> str:
    publish_rule_set(rule_set_id=rule_set.pk, actor=actor)
    return "Live."


def _copy(rule_set: RuleSet, words: Words, actor: str) -> str:
    copy = copy_rule_set(rule_set_id=rule_set.pk, actor=actor)
    return f"Version {copy.version} has the same rules and is not live."


@admin.register(RuleSet)
class RuleSetAdmin(RoleAdmin):
    """Never deleted, since decisions name the version they were made by."""

    form = RuleSetForm
    add_roles = change_roles = act_roles = MANAGERS
    list_display = ["version", "name", "is_live", "default_carrier", "export_carrier", "note"]
    list_display_links = ["version", "name"]
    list_filter = ["is_live"]
    search_fields = ["name", "note"]
    readonly_fields = ["version", "is_live"]
    fieldsets = [
        (None, {"fields": ["name", ("version", "is_live"), "note"]}),
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
                question="Orders dispatched from now on are routed by it. Choose one version.",
                run=_publish,
            )
        ),
        confirmed(
            NamedAction(
                name="copy_version",
                description="Copy to a new version",
                question="The copy can be changed without touching what is live.",
                run=_copy,
            )
        ),
    ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.version = next_version()
        super().save_model(request, obj, form, change)


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
