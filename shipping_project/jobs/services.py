"""Starting, cancelling and resuming jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.services.audit import record_audit
from accounts.services.idempotency import KeyReused
from shipping_project.jobs.models import (
    OPEN_STATES,
    RESUMABLE_STATES,
    ItemState,
    Job,
    JobItem,
    JobState,
)
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput
from shipping_project.kernel.request_id import current_request_id
from shipping_project.kernel.rows import insert_rows

RUN = "shipping_project.jobs.worker.run_job"
QUEUE = "default"
WRITTEN_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class NewRow:
    """One row to work off; with a fault it is refused from the start."""

    position: int
    payload: Any = None
    fault: FieldError | None = None


@dataclass(frozen=True, slots=True)
class Started:
    job: Job
    created: bool


def start_job(
    *,
    organization_id: int,
    kind: str,
    rows: Iterable[NewRow],
    actor: str,
    options: Mapping[str, Any] | None = None,
    key: str = "",
    digest: str = "",
) -> Started:
    """Keep the rows and have them worked off; the same key and digest return the first job.

    `rows` is read once and may be endless but for its own limits: it is written as it comes.
    Raises InvalidInput where there is no row, and KeyReused for a key with another digest.
    """
    if first := _first_job(organization_id, kind, key):
        return _repeated(first, digest)
    try:
        with transaction.atomic():
            job = Job.objects.create(
                organization_id=organization_id,
                kind=kind,
                actor=actor,
                options=dict(options or {}),
                idempotency_key=key or None,
                body_digest=digest,
                request_id=current_request_id(),
            )
            _write_rows(job, rows)
            nudge(RUN, job.pk, queue=QUEUE)
    except IntegrityError:
        # Another request with the same key was quicker; its job is the answer.
        first = _first_job(organization_id, kind, key)
        if first is None:
            raise
        return _repeated(first, digest)
    return Started(job, created=True)


def _first_job(organization_id: int, kind: str, key: str) -> Job | None:
    if not key:
        return None
    mine = Job.objects.of_organization(organization_id)
    found: Job | None = mine.filter(kind=kind, idempotency_key=key).first()
    return found


def _repeated(first: Job, digest: str) -> Started:
    if first.body_digest != digest:
        raise KeyReused("This key already names another upload. Use a new key for a new one.")
    return Started(first, created=False)


def _write_rows(job: Job, rows: Iterable[NewRow]) -> None:
    coming = iter(rows)
    total = refused = 0
    while batch := list(islice(coming, WRITTEN_AT_ONCE)):
        insert_rows(JobItem, (_item(job, row) for row in batch))
        total += len(batch)
        refused += sum(row.fault is not None for row in batch)
    if not total:
        message = "There is not a single row in it."
        raise InvalidInput(errors=[FieldError(field="", code="rows.none", message=message)])
    job.total, job.refused = total, refused
    job.save(update_fields=["total", "refused"])


def _item(job: Job, row: NewRow) -> dict[str, Any]:
    return {
        "job_id": job.pk,
        "position": row.position,
        "payload": row.payload,
        "state": (ItemState.WAITING if row.fault is None else ItemState.REFUSED).value,
        "faults": [] if row.fault is None else [asdict(row.fault)],
    }


def cancel_job(*, job: Job, actor: str) -> None:
    """Nothing more of it is worked off; what is done stays done. A repeat changes nothing.

    Raises Conflict when the job has ended otherwise.
    """
    with transaction.atomic():
        moved = Job.objects.filter(pk=job.pk, state__in=OPEN_STATES).update(
            state=JobState.CANCELLED,
            finished_at=timezone.now(),
            updated_at=timezone.now(),
            lease_until=None,
            fence=F("fence") + 1,
        )
        job.refresh_from_db()
        if moved:
            record_audit(actor=actor, action="job.cancelled", subject=job)
        elif job.state != JobState.CANCELLED:
            raise Conflict(f"This job is {job.state} and cannot be cancelled.")


def resume_job(*, job: Job, actor: str) -> None:
    """Go on with the rows that are left. Raises Conflict for a job that did not stop."""
    with transaction.atomic():
        moved = Job.objects.filter(pk=job.pk, state__in=RESUMABLE_STATES).update(
            state=JobState.WAITING,
            started_at=None,
            finished_at=None,
            updated_at=timezone.now(),
            attempts=0,
            stop_reason="",
        )
        job.refresh_from_db()
        if not moved:
            raise Conflict(f"This job is {job.state}; only a stopped or cancelled one goes on.")
        record_audit(actor=actor, action="job.resumed", subject=job)
        nudge(RUN, job.pk, queue=QUEUE)


def prune_jobs() -> int:
    """Drop jobs that ended long ago with their rows, which hold addresses; returns how many."""
    before = timezone.now() - timedelta(days=settings.JOB_KEPT_DAYS)
    old = Job.objects.exclude(state__in=OPEN_STATES).filter(finished_at__lt=before)
    return int(old.delete()[1].get("jobs.Job", 0))
