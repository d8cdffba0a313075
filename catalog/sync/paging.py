"""Taking a paged reading, going on with it and letting it go; one worker at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalog.sync.paged import PagedRun, PagedRunQuerySet, RunState
from shipping_project.kernel.errors import StateChanged

LEASE = timedelta(seconds=settings.TASK_TIMEOUT_S + 60)
Run = TypeVar("Run", bound=PagedRun)


def take_run(runs: PagedRunQuerySet[Run]) -> Run | None:
    """Lease the one that is running; None without one or while another worker has it."""
    now = timezone.now()
    with transaction.atomic(durable=True):
        running = runs.running()
        if running.free(now).update(lease_until=now + LEASE) != 1:
            return None
        return running.get()


def release_run(run: PagedRun, *, error_code: str = "", error_detail: str = "") -> None:
    held = type(run).objects.filter(pk=run.pk, lease_until=run.lease_until)
    held.update(lease_until=None, error_code=error_code, error_detail=error_detail[:500])


def hold_run(run: PagedRun) -> None:
    """Raises StateChanged when the run was cancelled or taken over; else nobody else can now."""
    held = type(run).objects.running().filter(pk=run.pk, page=run.page)
    if held.filter(lease_until=run.lease_until).update(lease_until=run.lease_until) != 1:
        raise StateChanged(f"{run._meta.verbose_name} {run.pk} went on without this worker")


def going_to(run: PagedRun, next_page: int | None, total: int | None) -> tuple[int, bool]:
    """The page to go on with, and whether there is one.

    A list that became shorter moved rows onto the page before, which is read again.
    """
    shrank = total is not None and run.last_total is not None and total < run.last_total
    if shrank and run.page > 1:
        return run.page - 1, True
    return (run.page, False) if next_page is None else (next_page, True)


def locked_run(run_id: int, runs: PagedRunQuerySet[Run], state: RunState) -> Run:
    """Raises StateChanged when it is in another state by now."""
    run = runs.select_for_update().get(pk=run_id)
    if run.state != state.value:
        raise StateChanged(f"The run is {run.get_state_display().lower()} by now.")
    return run
