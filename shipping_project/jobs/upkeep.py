"""Keeping the queue's own records small."""

from __future__ import annotations

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone
from django_q.models import Task

from accounts.services.idempotency import forget_old_answers
from accounts.services.logins import forget_old_failures
from shipping_project.jobs.beats import forget_old_beats
from shipping_project.jobs.services import prune_jobs

# Finished tasks are only nudges; what they did stands in our own rows.
SUCCESS_KEPT_FOR = timedelta(hours=6)
FAILURE_KEPT_FOR = timedelta(days=14)


def tidy() -> int:
    """Drop records of old tasks, worker beats, jobs and used-up logins; returns how many tasks."""
    now = timezone.now()
    old = Task.objects.filter(success=True, stopped__lt=now - SUCCESS_KEPT_FOR)
    failed = Task.objects.filter(success=False, stopped__lt=now - FAILURE_KEPT_FOR)
    count = old.delete()[0] + failed.delete()[0]
    forget_old_beats()
    prune_jobs()
    forget_old_answers()
    forget_old_failures()
    call_command("flushexpiredtokens", verbosity=0)
    call_command("clearsessions", verbosity=0)
    return int(count)
