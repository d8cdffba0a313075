"""Jobs as the API tells of them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from shipping_project.jobs.models import Job
from shipping_project.jobs.reports import progress_of


def job_document(job: Job) -> dict[str, Any]:
    progress = progress_of(job, now=timezone.now())
    return {
        "id": job.pk,
        "kind": job.kind,
        "organization": job.organization.slug,
        "state": job.state,
        "dry_run": bool(job.options.get("dry_run")),
        "total": job.total,
        "succeeded": job.succeeded,
        "refused": job.refused,
        "percent": progress.percent,
        "rows_per_second": progress.rows_per_second,
        "seconds_left": progress.seconds_left,
        "stop_reason": job.stop_reason,
        "created_by": job.actor,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }
