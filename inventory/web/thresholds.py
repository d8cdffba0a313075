"""When an alert is due, and what no platform is told of, for one sellable in one warehouse."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.permissions import page_for
from accounts.principals import label_of
from inventory.alerts.services import change_thresholds
from inventory.models import StockLevel
from inventory.web.owners import told


class ThresholdForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = StockLevel
        fields: ClassVar = ["low_at", "overstock_factor", "buffer"]
        labels: ClassVar = {
            "low_at": "Low at",
            "overstock_factor": "Too much above ×",
            "buffer": "Keep back",
        }


def threshold_forms(rows: QuerySet[StockLevel]) -> list[tuple[StockLevel, ThresholdForm]]:
    """One for each warehouse, with the numbers of now."""
    levels = rows.select_related("warehouse").order_by("warehouse__code")
    return [
        (level, ThresholdForm(instance=level, auto_id=f"level-{level.pk}-%s")) for level in levels
    ]


@page_for()
@require_POST
def thresholds(request: HttpRequest, level_id: int) -> HttpResponse:
    rows = StockLevel.objects.visible_to(request.user).select_related("warehouse")
    level = get_object_or_404(rows, pk=level_id)
    form = ThresholdForm(request.POST, instance=level)
    if not form.is_valid():
        for name, faults in form.errors.items():
            messages.error(request, f"{form.fields[name].label}: {' '.join(map(str, faults))}")
        return redirect("stock-why", level.sellable_id)

    def change() -> tuple[StockLevel, str]:
        changed = change_thresholds(
            level_id=level.pk, actor=label_of(request.user), **form.cleaned_data
        )
        return changed, f"{level.warehouse.code}: an alert is due at {changed.low_at} units."

    told(request, change)
    return redirect("stock-why", level.sellable_id)
