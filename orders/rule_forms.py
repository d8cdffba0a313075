"""Rules and their sets as forms, for the admin and the pages alike."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from orders.models import RoutingRule, RuleSet
from orders.rules.rule_check import rule_faults
from orders.services.rule_books import as_carrier_rule
from orders.services.rules import box_names, is_at_work, warehouse_codes

REGION = re.compile(r"[A-Z0-9]{1,3}")
WAREHOUSE = re.compile(r"[A-Z0-9-]{1,12}")
TAG = re.compile(r"[^,]{1,40}")
PREFERENCE = re.compile(r"same_region|nearest|soonest|cheapest|region:[A-Z]{2}-[A-Z0-9]{1,3}")


class WordsField(forms.CharField):
    """Words between commas, kept as a list."""

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

    tags = WordsField(
        pattern=TAG, required=False, help_text="Put on the order; words between commas."
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
            "any_carrier",
            *("warehouses", "hold_reason", "split"),
            *("is_insured", "wants_signature", "incoterm", "package", "tags", "assignee"),
            *("stop", "valid_from", "valid_until"),
        ]

    def clean_assignee(self) -> str:
        name: str = self.cleaned_data["assignee"]
        if name and not is_at_work(name):
            raise ValidationError(f"There is no active user {name}.")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        cleaned["condition"] = cleaned.get("condition") or {}
        rule = RoutingRule(**{name: cleaned[name] for name in self.Meta.fields})
        known = {"warehouses": warehouse_codes(), "boxes": box_names()}
        for fault in rule_faults(as_carrier_rule(rule), **known):
            place, _, inner = fault.field.partition(".")
            self.add_error(place, f"{inner}: {fault.message}" if inner else fault.message)
        return cleaned


class RuleSetForm(forms.ModelForm):  # type: ignore[type-arg]
    warehouse_preference = WordsField(
        pattern=PREFERENCE,
        help_text="Tried in order among warehouses that hold every line, such as "
        "same_region, region:US-NV, nearest, soonest (day of handing over) or cheapest (handling).",
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
