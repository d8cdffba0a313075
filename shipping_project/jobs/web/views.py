"""Long pieces of work: how far each is, what was refused, cancel, resume and the whole result."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import WRITERS, may, page_for
from accounts.principals import label_of, sees_all
from accounts.web.owners import told
from shipping_project.jobs.models import (
    OPEN_STATES,
    RESUMABLE_STATES,
    ItemState,
    Job,
    JobItem,
    JobState,
)
from shipping_project.jobs.reports import progress_of
from shipping_project.jobs.results import result_file
from shipping_project.jobs.services import cancel_job, resume_job
from shipping_project.kernel.htmx import is_fragment
from shipping_project.kernel.keyset import keyset_page

LARGEST_ID = 2**31 - 1
REFUSED_SHOWN = 50


@page_for()
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("state", "")
    state = asked if asked in JobState.values else ""
    rows = Job.objects.visible_to(request.user).select_related("organization")
    page = keyset_page(rows.filter(state=state) if state else rows, request.GET)
    now = timezone.now()
    context = {
        "rows": [{"job": row, "progress": progress_of(row, now=now)} for row in page.rows],
        "page": page,
        "tabs": [("", "All"), *JobState.choices],
        "state": state,
        "shows_organization": sees_all(request.user),
    }
    return render(request, "jobs/list.html", context)


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """The page, and its moving part while it is worked off."""
    found = _job(request, job_id)
    refused = JobItem.objects.filter(job=found, state=ItemState.REFUSED).order_by("position")
    context: dict[str, Any] = {
        "job": found,
        "progress": progress_of(found, now=timezone.now()),
        "is_open": found.state in OPEN_STATES,
        "may_resume": found.state in RESUMABLE_STATES,
        "may_act": may(request.user, WRITERS),
        "refused": refused[:REFUSED_SHOWN],
        "refused_shown": REFUSED_SHOWN,
    }
    name = "jobs/_job.html" if is_fragment(request) else "jobs/page.html"
    return render(request, name, context)


@page_for()
@require_POST
def act(request: HttpRequest, job_id: int) -> HttpResponse:
    found, who = _job(request, job_id), label_of(request.user)

    def cancel() -> str:
        cancel_job(job=found, actor=who)
        return "Nothing more of it is worked off; what is done stays done."

    def resume() -> str:
        resume_job(job=found, actor=who)
        return "It goes on with the rows that are left."

    do = {"cancel": cancel, "resume": resume}.get(request.POST.get("action", ""))
    if do is None:
        raise Http404
    told(request, do)
    return redirect("job", job_id=found.pk)


@page_for()
@require_GET
def result(request: HttpRequest, job_id: int) -> HttpResponseBase:
    return result_file(_job(request, job_id))


def _job(request: HttpRequest, job_id: int) -> Job:
    rows = Job.objects.visible_to(request.user).select_related("organization")
    found: Job = get_object_or_404(rows, pk=min(job_id, LARGEST_ID))
    return found
