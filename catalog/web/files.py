"""Products from and to files: upload, say what the columns are, try, and take them in."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from rest_framework.exceptions import ParseError

from accounts.permissions import WRITERS, may, page_for
from accounts.principals import label_of
from accounts.web.owners import organizations_of
from catalog.api.files import csv_answer, exported
from catalog.files.columns import COLUMNS
from catalog.files.exporting import as_csv, failed_table
from catalog.files.imports import IMPORT, import_again, start_import
from catalog.files.reading import Table
from catalog.models import Sellable
from shipping_project.jobs.models import OPEN_STATES, ItemState, Job, JobItem
from shipping_project.jobs.reports import progress_of
from shipping_project.kernel.errors import AppError
from shipping_project.kernel.htmx import is_fragment

LARGEST_FILE = 20_971_520
SHOWN = 50
COLUMN = "column-"


@page_for()
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The upload form with the newest imports; a post tries a file."""
    if request.method == "POST":
        return _upload(request)
    context = {
        "jobs": _jobs(request)[:SHOWN],
        "organizations": organizations_of(request),
        "may_write": may(request.user, WRITERS),
    }
    return render(request, "catalog/import.html", context)


def _upload(request: HttpRequest) -> HttpResponse:
    owner = get_object_or_404(organizations_of(request), slug=request.POST.get("organization", ""))
    file = request.FILES.get("file")
    if file is None or file.file is None or not 0 < (file.size or 0) <= LARGEST_FILE:
        messages.error(request, "Choose a file of at most 20 MB.")
        return redirect("catalog-import")
    name = str(file.name or "")
    try:
        table = Table(file.file, is_xlsx=name.lower().endswith(".xlsx"))
        started = start_import(
            organization_id=owner.pk,
            table=table,
            mapping=None,
            dry_run=True,
            actor=label_of(request.user),
            file_name=name,
        )
    except (AppError, ParseError) as exc:
        messages.error(request, _words(exc))
        return redirect("catalog-import")
    return redirect("catalog-import-job", started.job.pk)


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def import_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """What became of the rows, and the columns to be changed; the figures alone meanwhile."""
    job = _job(request, job_id)
    mapping: dict[str, str] = job.options["mapping"]
    context: dict[str, object] = {
        "job": job,
        "progress": progress_of(job, now=timezone.now()),
        "is_open": job.state in OPEN_STATES,
        "is_dry": bool(job.options.get("dry_run")),
    }
    refused = JobItem.objects.filter(job=job, state=ItemState.REFUSED).order_by("position")
    if is_fragment(request):
        # Once it is over the rows that were refused come along.
        late = {} if context["is_open"] else {"refused": refused[:SHOWN], "shown": SHOWN}
        context |= {"is_late": bool(late), **late}
        return render(request, "catalog/_import_progress.html", context)
    context |= {
        "columns": [(heading, mapping.get(heading, "")) for heading in job.options["headings"]],
        "choices": COLUMNS,
        "refused": refused[:SHOWN],
        "shown": SHOWN,
        "may_write": may(request.user, WRITERS),
    }
    return render(request, "catalog/import_job.html", context)


@page_for()
@require_POST
def import_once_more(request: HttpRequest, job_id: int) -> HttpResponse:
    """The same rows with these columns: tried again, or taken in."""
    job = _job(request, job_id)
    headings: list[str] = job.options["headings"]
    mapping = {
        heading: request.POST.get(f"{COLUMN}{number}", "")
        for number, heading in enumerate(headings)
    }
    try:
        started = import_again(
            job=job,
            mapping=mapping,
            dry_run=request.POST.get("way") != "import",
            actor=label_of(request.user),
        )
    except AppError as exc:
        messages.error(request, _words(exc))
        return redirect("catalog-import-job", job.pk)
    return redirect("catalog-import-job", started.job.pk)


@page_for()
@require_GET
def failed_rows(request: HttpRequest, job_id: int) -> HttpResponseBase:
    job = _job(request, job_id)
    return csv_answer(as_csv(failed_table(job)), f"failed-rows-{job.pk}.csv")


@page_for()
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    kind = "xlsx" if request.GET.get("as") == "xlsx" else "csv"
    rows: QuerySet[Sellable] = Sellable.objects.visible_to(request.user)
    slug = request.GET.get("organization", "").replace("\x00", "")
    return exported(rows.filter(organization__slug=slug) if slug else rows, kind)


def _jobs(request: HttpRequest) -> QuerySet[Job]:
    rows: QuerySet[Job] = Job.objects.visible_to(request.user).filter(kind=IMPORT)
    return rows.select_related("organization").order_by("-id")


def _job(request: HttpRequest, job_id: int) -> Job:
    job = get_object_or_404(_jobs(request), pk=job_id)
    if not job.organization.is_active and request.method == "POST":
        raise PermissionDenied
    return job


def _words(exc: AppError | ParseError) -> str:
    if isinstance(exc, ParseError):
        return str(exc.detail)
    words = [
        f"{one.field.removeprefix('mapping.')}: {one.message}".strip(": ") for one in exc.errors
    ]
    return f"{exc.title}. {' '.join(words) or exc.detail}"
