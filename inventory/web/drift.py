"""Where stock differs at a platform, and what a person has to decide."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import MANAGERS, STAFF_READERS, WRITERS, may, page_for
from accounts.principals import label_of, sees_all
from accounts.web.owners import told
from catalog.web.sync import keep_asked_schedule
from inventory.models import OWNER_CHOICES, StockDrift, StockRun, WarehouseLink
from inventory.rules.stock_sync import Owner
from inventory.sync.numbers import WITH_STOCK
from inventory.sync.owners import change_link
from inventory.sync.reports import SHOWN, links, open_drifts, short_sales, standings
from inventory.sync.runs import begin_stock_run, believe_stock_run, cancel_stock_run
from inventory.sync.schedules import change_stock_schedule
from inventory.sync.settling import MOST_UNITS, Choice, settle_drift
from shipping_project.kernel.htmx import is_fragment

RUNNING = "running"


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def drift(request: HttpRequest) -> HttpResponse:
    """The page, and the readings alone while one is under way."""
    is_staff = sees_all(request.user) and may(request.user, STAFF_READERS)
    readings = standings() if is_staff else ()
    context: dict[str, object] = {
        "is_staff": is_staff,
        "may_steer": is_staff and may(request.user, MANAGERS),
        "standings": readings,
        "is_reading": any(one.run and one.run.state == RUNNING for one in readings),
    }
    if is_fragment(request):
        return render(request, "inventory/_stock_runs.html", context | {"is_part": True})
    count, drifts = open_drifts(request.user)
    short_count, short = short_sales(request.user)
    context |= {
        "may_settle": may(request.user, WRITERS),
        "shows_organization": sees_all(request.user),
        "count": count,
        "drifts": drifts,
        "short_count": short_count,
        "short_sales": short,
        "links": links() if is_staff else (),
        "owners": OWNER_CHOICES,
        "most_units": MOST_UNITS,
        "shown": SHOWN,
    }
    return render(request, "inventory/drift.html", context)


@page_for()
@require_POST
def settle(request: HttpRequest, drift_id: int) -> HttpResponse:
    row = get_object_or_404(StockDrift.objects.visible_to(request.user), pk=drift_id)
    chosen = request.POST.get("choice", "")
    if chosen not in set(Choice):
        raise Http404
    counted = _units(request.POST.get("counted", ""))

    def decide() -> str:
        choice = Choice(chosen)
        settle_drift(drift_id=row.pk, choice=choice, counted=counted, actor=label_of(request.user))
        if choice is Choice.THEIRS:
            return "Theirs was taken."
        return "It is told to the platform."

    return _told(request, decide)


@page_for(*MANAGERS)
@require_POST
def read(request: HttpRequest, platform: str) -> HttpResponse:
    _require_staff(request)
    if platform not in WITH_STOCK:
        raise Http404

    def begin() -> str:
        begin_stock_run(platform=platform, actor=label_of(request.user))
        return f"The stock of {platform.capitalize()} is being read."

    return _told(request, begin)


@page_for(*MANAGERS)
@require_POST
def schedule(request: HttpRequest, platform: str) -> HttpResponse:
    _require_staff(request)
    if platform not in WITH_STOCK:
        raise Http404
    keep_asked_schedule(request, platform, change_stock_schedule)
    return redirect("stock-drift")


@page_for(*MANAGERS)
@require_POST
def steer(request: HttpRequest, run_id: int) -> HttpResponse:
    """Cancel a reading, or believe one that waits for a person."""
    _require_staff(request)
    run = get_object_or_404(StockRun, pk=run_id)
    way = request.POST.get("way", "")
    if way not in ("cancel", "believe"):
        raise Http404

    def do() -> str:
        if way == "cancel":
            cancel_stock_run(run_id=run.pk, actor=label_of(request.user))
            return "The reading is cancelled; what was taken stays."
        believe_stock_run(run_id=run.pk, actor=label_of(request.user))
        return "The short list counts as whole."

    return _told(request, do)


@page_for(*MANAGERS)
@require_POST
def own(request: HttpRequest, link_id: int) -> HttpResponse:
    """Say whose numbers are right in a warehouse, and how many units are kept back."""
    _require_staff(request)
    link = get_object_or_404(WarehouseLink, pk=link_id)
    owner, buffer = request.POST.get("owner", ""), _units(request.POST.get("buffer", ""))
    if owner not in set(Owner):
        raise Http404
    if buffer is None:
        messages.error(request, f"Give units to keep back, from 0 to {MOST_UNITS:,}.")
        return redirect("stock-drift")

    def change() -> str:
        changed = change_link(
            link_id=link.pk,
            stock_owner=Owner(owner),
            stock_buffer=buffer,
            actor=label_of(request.user),
        )
        return f"{changed}: {changed.get_stock_owner_display()}; {buffer} kept back."

    return _told(request, change)


def _units(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        return None
    units = int(text)
    return units if units <= MOST_UNITS else None


def _told(request: HttpRequest, do: Callable[[], str]) -> HttpResponse:
    told(request, do)
    return redirect("stock-drift")


def _require_staff(request: HttpRequest) -> None:
    """Readings and warehouses concern the products of all organizations."""
    if not sees_all(request.user):
        raise PermissionDenied
