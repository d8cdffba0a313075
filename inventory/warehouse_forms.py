"""When a warehouse hands parcels over, as a form for the admin and the pages alike."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from inventory.models import Warehouse
from inventory.rules.calendar import WEEKDAYS

CALENDAR_FIELDS = (
    "cut_off",
    "daily_capacity",
    "closed_weekdays",
    "holidays",
    "handling_cost",
    "handling_currency",
)
MOST_HOLIDAYS = 500


class DaysField(forms.CharField):
    """Days between commas or blanks, kept as a sorted list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        words = str(super().clean(value)).replace(",", " ").split()
        try:
            days = sorted({date.fromisoformat(word).isoformat() for word in words})
        except ValueError as exc:
            raise ValidationError("Give days such as 2026-12-25, between commas.") from exc
        if len(days) > MOST_HOLIDAYS:
            raise ValidationError(f"Give at most {MOST_HOLIDAYS} days.")
        return days

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class CalendarForm(forms.ModelForm):  # type: ignore[type-arg]
    closed_weekdays = forms.MultipleChoiceField(
        choices=[(day, day.capitalize()) for day in WEEKDAYS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    holidays = DaysField(
        required=False, help_text="Days on which it is closed, such as 2026-12-25, 2026-12-26."
    )

    class Meta:
        model = Warehouse
        fields = CALENDAR_FIELDS
        labels = {"cut_off": "Cut-off"}
        widgets = {"cut_off": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}

    def clean_closed_weekdays(self) -> list[str]:
        days: list[str] = self.cleaned_data["closed_weekdays"]
        if len(days) == len(WEEKDAYS):
            raise ValidationError("One day has to be open; switch the warehouse off instead.")
        return days

    def clean_handling_currency(self) -> str:
        return str(self.cleaned_data["handling_currency"]).upper()
