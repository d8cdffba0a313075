"""How our products and the platforms' stand to one another, and what a person has to decide."""

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
from accounts.web.owners import organizations_of, told
from carriers.choices import PLATFORM_CHOICES
from catalog.models import CatalogRun, ListedIssue, SyncConflict
from catalog.rules.merge import Group, Master
from catalog.sync.models import GROUP_CHOICES, MASTER_CHOICES, RunState
from catalog.sync.reports import (
    SHOWN,
    export_blockers,
    masters_of,
    open_conflicts,
    open_issues,
    standings,
)
from catalog.sync.runs import begin_run, believe_run, cancel_run, change_schedule
from catalog.sync.scheduling import LONGEST_INTERVAL
from catalog.sync.settling import (
    Choice,
    ignore_issue,
    link_issue,
    sellable_like,
    set_master,
    settle_conflict,
)
from shipping_project.kernel.errors import FieldError, InvalidInput
from shipping_project.kernel.htmx import is_fragment

PLATFORMS = dict(PLATFORM_CHOICES)
FIELD = "value-"


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def catalog(request: HttpRequest) -> HttpResponse:
    """The page, and the readings alone while one is under way."""
    is_staff = sees_all(request.user) and may(request.user, STAFF_READERS)
    readings = standings() if is_staff else ()
    context: dict[str, object] = {
        "is_staff": is_staff,
        "may_steer": is_staff and may(request.user, MANAGERS),
        "standings": readings,
        "is_reading": any(one.run and one.run.state == RunState.RUNNING for one in readings),
    }
    if is_fragment(request):
        return render(request, "catalog/_runs.html", context | {"is_part": True})
    count, conflicts = open_conflicts(request.user)
    blocker_count, blockers = export_blockers(request.user)
    issue_count, issues = open_issues() if is_staff else (0, ())
    context |= {
        "may_settle": may(request.user, WRITERS),
        "masters": masters_of(request.user),
        "organizations": organizations_of(request),
        "groups": GROUP_CHOICES,
        "master_choices": MASTER_CHOICES,
        "conflict_count": count,
        "conflicts": conflicts,
        "blocker_count": blocker_count,
        "blockers": blockers,
        "issue_count": issue_count,
        "issues": issues,
        "shown": SHOWN,
    }
    return render(request, "catalog/page.html", context)


@page_for(*MANAGERS)
@require_POST
def read(request: HttpRequest, platform: str) -> HttpResponse:
    """Begin a reading: what changed, the whole list, or dry."""
    _require_platform(request, platform)
    way = request.POST.get("way", "")

    def begin() -> str:
        begin_run(
            platform=platform,
            actor=label_of(request.user),
            is_full=way == "full",
            is_dry=way == "dry",
        )
        return f"The products of {PLATFORMS[platform]} are being read."

    return _told(request, begin)


@page_for(*MANAGERS)
@require_POST
def schedule(request: HttpRequest, platform: str) -> HttpResponse:
    _require_platform(request, platform)
    keep_asked_schedule(request, platform, change_schedule)
    return redirect("catalog")


def keep_asked_schedule(request: HttpRequest, platform: str, change: Callable[..., object]) -> None:
    """What the form of a schedule says is kept by `change`, and the person told."""
    text = request.POST.get("every_minutes", "")
    minutes = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    if not 1 <= minutes <= LONGEST_INTERVAL:
        messages.error(request, f"Give minutes from 1 to {LONGEST_INTERVAL}.")
        return
    is_on = request.POST.get("is_on") == "1"

    def keep() -> str:
        change(platform=platform, is_on=is_on, every_minutes=minutes, actor=label_of(request.user))
        every = "every minute" if minutes == 1 else f"every {minutes} minutes"
        return f"{PLATFORMS[platform]} is read {every if is_on else 'only when asked to'}."

    told(request, keep)


@page_for(*MANAGERS)
@require_POST
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    run = _run(request, run_id)

    def stop() -> str:
        cancel_run(run_id=run.pk, actor=label_of(request.user))
        return "The reading is cancelled; what was taken stays."

    return _told(request, stop)


@page_for(*MANAGERS)
@require_POST
def believe(request: HttpRequest, run_id: int) -> HttpResponse:
    run = _run(request, run_id)

    def mark() -> str:
        missing = believe_run(run_id=run.pk, actor=label_of(request.user)).missing
        return f"{missing} listings are marked as missing at {run.get_platform_display()}."

    return _told(request, mark)


@page_for()
@require_POST
def settle(request: HttpRequest, conflict_id: int) -> HttpResponse:
    conflict = get_object_or_404(SyncConflict.objects.visible_to(request.user), pk=conflict_id)
    chosen = request.POST.get("choice", "")
    if chosen not in set(Choice):
        raise Http404
    choice = Choice(chosen)
    given = {
        name.removeprefix(FIELD): str(value).replace("\x00", "").strip()
        for name, value in request.POST.items()
        if name.startswith(FIELD)
    }

    def decide() -> str:
        settle_conflict(
            conflict_id=conflict.pk,
            choice=choice,
            values=given if choice is Choice.EDITED else None,
            actor=label_of(request.user),
        )
        return "The conflict is settled."

    return _told(request, decide)


@page_for(*MANAGERS)
@require_POST
def fit(request: HttpRequest, issue_id: int) -> HttpResponse:
    """Say of a listed item whose it is, or that it is not ours to keep in step."""
    _require_staff(request)
    issue = get_object_or_404(ListedIssue.objects.unsettled(), pk=issue_id)
    way = request.POST.get("way", "")

    def link() -> str:
        owner = get_object_or_404(
            organizations_of(request), slug=request.POST.get("organization", "")
        )
        sellable = sellable_like(issue, owner)
        link_issue(issue_id=issue.pk, sellable=sellable, actor=label_of(request.user))
        return f"Linked to {sellable}."

    def ignore() -> str:
        reason = request.POST.get("reason", "").replace("\x00", "").strip()[:200]
        if not reason:
            fault = FieldError(field="reason", code="required", message="Say why.")
            raise InvalidInput(errors=[fault])
        ignore_issue(issue_id=issue.pk, reason=reason, actor=label_of(request.user))
        return "It leaves the list until something else is wrong with it."

    do = {"link": link, "ignore": ignore}.get(way)
    if do is None:
        raise Http404
    return _told(request, do)


@page_for()
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Say who decides a group of fields of one organization's products."""
    owner = get_object_or_404(organizations_of(request), slug=request.POST.get("organization", ""))
    group, master = request.POST.get("group", ""), request.POST.get("master", "")
    if group not in set(Group) or master not in set(Master):
        raise Http404

    def declare() -> str:
        row = set_master(
            organization_id=owner.pk,
            group=Group(group),
            master=Master(master),
            actor=label_of(request.user),
        )
        return f"{owner.name}, {row}."

    return _told(request, declare)


def _told(request: HttpRequest, do: Callable[[], str]) -> HttpResponse:
    told(request, do)
    return redirect("catalog")


def _run(request: HttpRequest, run_id: int) -> CatalogRun:
    _require_staff(request)
    return get_object_or_404(CatalogRun, pk=run_id)


def _require_platform(request: HttpRequest, platform: str) -> None:
    _require_staff(request)
    if platform not in PLATFORMS:
        raise Http404


def _require_staff(request: HttpRequest) -> None:
    """Readings concern the products of all organizations."""
    if not sees_all(request.user):
        raise PermissionDenied
