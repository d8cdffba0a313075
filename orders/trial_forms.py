"""Which orders of the past a draft is tried on, as a form for the pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from accounts.models import Organization
from orders.api.simulations import MOST_ORDERS
from orders.services.simulations import USUAL_SAMPLE


def _day(initial: Any, label: str) -> forms.DateField:
    return forms.DateField(
        label=label, initial=initial, widget=forms.DateInput(attrs={"type": "date"})
    )


def _gate_day() -> date:
    return timezone.now().date() - timedelta(days=max(settings.ROUTING_GATE_DAYS, 1))


def _today() -> date:
    return timezone.now().date()


class TrialForm(forms.Form):
    """Days are whole days in UTC, the last one among them."""

    organization = forms.ModelChoiceField(
        Organization.objects.order_by("name"), required=False, empty_label="All"
    )
    since = _day(_gate_day, "From")
    until = _day(_today, "To")
    sample = forms.IntegerField(
        label="The newest so many orders",
        min_value=1,
        max_value=MOST_ORDERS,
        initial=USUAL_SAMPLE,
    )

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        since, until = facts.get("since"), facts.get("until")
        if since and until and since > until:
            self.add_error("since", "Give a day that is not after the last one.")
        return facts

    @property
    def asked(self) -> dict[str, Any]:
        """As `start_simulation` takes it."""
        facts = self.cleaned_data
        owner = facts["organization"]
        after = _midnight(facts["until"] + timedelta(days=1))
        return {
            "organization_id": owner.pk if owner else None,
            "since": _midnight(facts["since"]),
            "until": min(after, timezone.now()),
            "sample": facts["sample"],
        }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
