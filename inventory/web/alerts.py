"""Open alerts on stock, the most urgent first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import WRITERS, may, page_for
from accounts.principals import label_of, sees_all
from accounts.web.owners import told
from inventory.alerts.services import acknowledge_alert, mute_alert
from inventory.models import StockAlert

SHOWN = 100
LONGEST_DAYS = 366


@page_for()
@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    rows = StockAlert.objects.visible_to(request.user).still_open()
    worst = rows.worst_first().select_related("level__sellable__organization", "level__warehouse")
    context = {
        "count": rows.count(),
        "alerts": worst[:SHOWN],
        "shown": SHOWN,
        "now": timezone.now(),
        "may_act": may(request.user, WRITERS),
        "shows_organization": sees_all(request.user),
    }
    return render(request, "inventory/alerts.html", context)


@page_for()
@require_POST
def acknowledge(request: HttpRequest, alert_id: int) -> HttpResponse:
    alert = _alert(request, alert_id)

    def do() -> str:
        acknowledge_alert(alert_id=alert.pk, actor=label_of(request.user))
        return "You look after it; the alert stays until the stock recovers."

    return _told(request, do)


@page_for()
@require_POST
def mute(request: HttpRequest, alert_id: int) -> HttpResponse:
    """For so many days from now."""
    alert = _alert(request, alert_id)
    text = request.POST.get("days", "")
    days = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0

    def do() -> str:
        until = timezone.now() + timedelta(days=min(days, LONGEST_DAYS + 1))
        mute_alert(alert_id=alert.pk, until=until, actor=label_of(request.user))
        return f"Nobody is told of it until {until:%Y-%m-%d}."

    return _told(request, do)


def _alert(request: HttpRequest, alert_id: int) -> StockAlert:
    return get_object_or_404(StockAlert.objects.visible_to(request.user), pk=alert_id)


def _told(request: HttpRequest, do: Callable[[], str]) -> HttpResponse:
    told(request, do)
    return redirect("stock-alerts")
