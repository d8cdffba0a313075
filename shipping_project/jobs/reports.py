"""How far a job is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from shipping_project.jobs.models import Job, JobState


@dataclass(frozen=True, slots=True)
class Progress:
    """`rows_per_second` and `seconds_left` are None while there is nothing to tell them from."""

    percent: int
    rows_per_second: float | None
    seconds_left: int | None


def progress_of(job: Job, *, now: datetime) -> Progress:
    percent = 100 * job.done // job.total if job.total else 100
    end = job.finished_at or now
    spent_s = (end - job.started_at).total_seconds() if job.started_at else 0.0
    done = job.done - job.done_before
    if spent_s <= 0 or done <= 0:
        return Progress(percent, None, None)
    rate = done / spent_s
    is_running = job.state == JobState.RUNNING
    left = ceil((job.total - job.done) / rate) if is_running else None
    return Progress(percent, round(rate, 1), left)
