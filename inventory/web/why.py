"""The page behind a stock number."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET

from accounts.permissions import WRITERS, may, page_for
from accounts.principals import warehouses_of
from catalog.models import Sellable
from inventory.models import StockLevel
from inventory.reports_why import LINES_SHOWN, stock_why
from inventory.web.adjust import new_reference
from inventory.web.owners import warehouses_for
from inventory.web.thresholds import threshold_forms
from shipping_project.kernel.moments import is_in_range


@page_for()
@require_GET
def why(request: HttpRequest, sellable_id: int) -> HttpResponse:
    """`at` is a time in UTC as a form sends it; without one the numbers are those of now."""
    rows = Sellable.objects.visible_to(request.user).select_related("organization")
    sellable = get_object_or_404(rows, pk=sellable_id)
    text = request.GET.get("at", "")
    at = _moment(text)
    if text and at is None:
        messages.error(request, "That is no time. Shown are the numbers of now.")
    may_adjust = at is None and may(request.user, WRITERS)
    levels = StockLevel.objects.visible_to(request.user).filter(sellable=sellable)
    context = {
        "why": stock_why(sellable, at=at, within=warehouses_of(request.user)),
        "shown": LINES_SHOWN,
        "may_adjust": may_adjust,
        "levels": threshold_forms(levels) if may_adjust else (),
        "warehouses": warehouses_for(request),
        "reference": new_reference(),
    }
    return render(request, "inventory/why.html", context)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return aware if is_in_range(aware) else None
