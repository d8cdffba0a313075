"""Works jobs off, some rows at a time. Each lot is committed together with what became of it, so
that a job which is killed goes on behind its last whole lot, and no row counts twice."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from shipping_project.jobs.item_rows import write_outcomes
from shipping_project.jobs.lots import Row, lots_of, without_collector
from shipping_project.jobs.models import OPEN_STATES, Job, JobState
from shipping_project.jobs.queue import nudge
from shipping_project.jobs.runners import (
    JobRunner,
    RowOutcome,
    known_kinds,
    runner_for,
    tell_finished,
)
from shipping_project.jobs.services import QUEUE, RUN
from shipping_project.jobs.workers import died_here, worker_identity
from shipping_project.kernel.errors import FieldError
from shipping_project.kernel.request_id import bind_request_id

logger = logging.getLogger(__name__)
# Longer than a task may run at all, so a worker that is alive never loses its lease.
LEASE = timedelta(seconds=settings.TASK_TIMEOUT_S + 60)
# So many workers in a row died over the same rows.
MOST_ATTEMPTS = 5
BUG = FieldError(
    field="",
    code="internal_error",
    message="Something went wrong on our side. Quote the job and the row when you report it.",
)


class JobLost(Exception):
    """Somebody cancelled the job or took it over; what this worker did is rolled back."""


def run_job(job_id: int) -> int:
    """Work off a job until it is done or the time for one task is used up; returns rows done."""
    job = _claim(job_id)
    runner = runner_for(job.kind) if job else None
    if job is None or runner is None:
        return 0
    with bind_request_id(job.request_id):
        try:
            return _work(job, runner)
        except JobLost:
            return 0


def sweep() -> None:
    """Wake a worker for every job that nobody is at; lost wake-ups cost no more than a minute."""
    for job_id in _free().values_list("pk", flat=True):
        nudge(RUN, job_id, queue=QUEUE)


def _free() -> QuerySet[Job]:
    """A lease counts no more once its worker is seen to be dead on this host."""
    leased = Job.objects.filter(state=JobState.RUNNING, lease_until__isnull=False)
    names = leased.order_by().values_list("claimed_by", flat=True).distinct()
    dead = [name for name in names if died_here(name)]
    is_free = Q(lease_until=None) | Q(lease_until__lt=timezone.now()) | Q(claimed_by__in=dead)
    free: QuerySet[Job] = Job.objects.filter(
        is_free, state__in=OPEN_STATES, kind__in=known_kinds(), organization__is_active=True
    )
    return free


def _claim(job_id: int) -> Job | None:
    seen = _free().filter(pk=job_id).first()
    if seen is None:
        return None
    mine = Job.objects.filter(pk=job_id, fence=seen.fence, state=seen.state)
    if seen.attempts >= MOST_ATTEMPTS:
        _stop(mine)
        return None
    now = timezone.now()
    changes = {} if seen.started_at else {"started_at": now, "done_before": seen.done}
    fence = seen.fence + 1
    taken = mine.update(
        state=JobState.RUNNING,
        fence=fence,
        attempts=F("attempts") + 1,
        lease_until=now + LEASE,
        claimed_by=worker_identity(),
        updated_at=now,
        **changes,
    )
    seen.fence = fence
    return seen if taken else None


def _stop(job: QuerySet[Job]) -> None:
    job.update(
        state=JobState.STOPPED,
        stop_reason="Its workers died again and again over the next rows.",
        lease_until=None,
        finished_at=timezone.now(),
        updated_at=timezone.now(),
    )


def _work(job: Job, runner: JobRunner) -> int:
    stop_at = time.monotonic() + settings.DRAIN_SECONDS
    done = 0
    for lot in lots_of(job, rows_at_once=runner.rows_at_once):
        with without_collector():
            _work_off(job, runner, lot)
        done += len(lot)
        if time.monotonic() >= stop_at:
            _hand_on(job)
            return done
    _finish(job)
    return done


@transaction.atomic
def _hand_on(job: Job) -> None:
    _settle(job, lease_until=None, attempts=0)
    nudge(RUN, job.pk, queue=QUEUE)


@transaction.atomic
def _finish(job: Job) -> None:
    _settle(job, state=JobState.FINISHED, lease_until=None, finished_at=timezone.now())
    job.refresh_from_db()
    tell_finished(job)


def _work_off(job: Job, runner: JobRunner, rows: Sequence[Row]) -> None:
    """A bug over some rows is told of the row that causes it; the others go on."""
    try:
        with transaction.atomic():
            _write(job, rows, runner.run(job, [row.payload for row in rows]))
    except (JobLost, OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("rows of a job failed", extra={"job_id": job.pk, "rows": len(rows)})
        if len(rows) == 1:
            with transaction.atomic():
                _write(job, rows, [RowOutcome(faults=[BUG])])
            return
        half = len(rows) // 2
        _work_off(job, runner, rows[:half])
        _work_off(job, runner, rows[half:])


def _write(job: Job, rows: Sequence[Row], outcomes: Sequence[RowOutcome]) -> None:
    ids = [row.pk for row in rows]
    write_outcomes(dict(zip(ids, outcomes, strict=True)))
    refused = sum(bool(outcome.faults) for outcome in outcomes)
    _settle(
        job,
        succeeded=F("succeeded") + len(ids) - refused,
        refused=F("refused") + refused,
        attempts=0,
        lease_until=timezone.now() + LEASE,
    )


def _settle(job: Job, **changes: object) -> None:
    """Write what this worker says, if the job is still its own."""
    mine = Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING)
    if mine.update(updated_at=timezone.now(), **changes) != 1:
        raise JobLost
