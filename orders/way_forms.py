"""The way that a person picks for an order, as a form for the admin and the pages alike."""

from __future__ import annotations

from typing import Any

from django import forms

from carriers.contracts import CarrierCode
from carriers.models import PLATFORM_CHOICES
from inventory.models import Warehouse
from orders.models.routing import STRATEGY_CHOICES
from orders.rules.picked import PickedWay
from orders.rules.service_wish import wish_of

BY_RULES = ("", "By the rules")


def _warehouses() -> list[tuple[str, str]]:
    rows = Warehouse.objects.filter(is_active=True).order_by("code").values_list("code", "name")
    return [BY_RULES, *((code, f"{code} · {name}") for code, name in rows)]


class WayForm(forms.Form):
    """Leaving all of it to the rules gives the order back to them."""

    carrier = forms.ChoiceField(
        choices=[BY_RULES, *((code.value, code.value) for code in CarrierCode)], required=False
    )
    platform = forms.ChoiceField(choices=[BY_RULES, *PLATFORM_CHOICES], required=False)
    warehouse = forms.ChoiceField(choices=_warehouses, required=False)
    strategy = forms.ChoiceField(
        choices=[BY_RULES, *STRATEGY_CHOICES], required=False, label="Service"
    )
    service = forms.CharField(
        max_length=60,
        required=False,
        label="Service name",
        help_text="Only services whose name holds these words.",
    )
    max_days = forms.IntegerField(
        min_value=0, max_value=365, required=False, label="Days at most", help_text="Empty: any."
    )
    day_worth = forms.DecimalField(
        min_value=0,
        max_digits=8,
        decimal_places=2,
        required=False,
        label="A day is worth",
        help_text="For the best score, in the currency of the prices.",
    )
    reason = forms.CharField(
        max_length=200, help_text="Kept beside the choice of the rules, for whoever asks later."
    )

    @property
    def picked(self) -> PickedWay:
        return picked_from(self.cleaned_data)


def picked_from(words: Any) -> PickedWay:
    return PickedWay(
        platform=words["platform"],
        carrier=words["carrier"],
        warehouse=words["warehouse"].upper(),
        wish=wish_of(
            strategy=words["strategy"],
            service=words["service"],
            max_days=words["max_days"] or 0,
            day_worth=words["day_worth"] or 0,
        ),
    )
