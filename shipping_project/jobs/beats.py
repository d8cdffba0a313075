"""Each worker says when it begins and ends a task, so that silence can be told from work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from shipping_project.jobs.models import WorkerBeat
from shipping_project.jobs.workers import died_here, worker_identity

KEPT_FOR = timedelta(days=1)


def note_begin(**signal: Any) -> None:
    """Receives django-q2's `pre_execute`, in the worker process."""
    now = timezone.now()
    name = str(signal["task"].get("func", ""))[:120]
    WorkerBeat.objects.update_or_create(
        worker=worker_identity(), defaults={"task": name, "begun_at": now, "ended_at": None}
    )


def note_end(**signal: Any) -> None:
    """Receives django-q2's `post_execute_in_worker`."""
    WorkerBeat.objects.filter(worker=worker_identity()).update(ended_at=timezone.now())


def somebody_works() -> bool:
    """Whether a live worker is inside a task, or one ended within the stall limit."""
    now = timezone.now()
    recent = now - timedelta(seconds=settings.STALL_SECONDS)
    if WorkerBeat.objects.filter(ended_at__gt=recent).exists():
        return True
    oldest = now - timedelta(seconds=settings.TASK_TIMEOUT_S)
    running = WorkerBeat.objects.filter(ended_at=None, begun_at__gt=oldest)
    return any(not died_here(worker) for worker in running.values_list("worker", flat=True))


def forget_old_beats() -> int:
    """Drop workers not heard of for a day; returns how many."""
    count, _ = WorkerBeat.objects.filter(begun_at__lt=timezone.now() - KEPT_FOR).delete()
    return count
