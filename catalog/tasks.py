"""What the background queue runs for the catalog. The rows are the truth; a task is a nudge."""

from __future__ import annotations

from django.utils import timezone

from carriers.contracts import Platform
from carriers.limits import Priority
from carriers.services.calls import calls_for
from catalog.pulls import read_catalog
from catalog.sync import telling
from catalog.sync.runs import PULL_ONE, RunUnderWay, begin_due_run, prune_runs
from shipping_project.jobs.queue import nudge


def pull_due() -> int:
    """Begin the runs whose time has come, and wake those under way; returns how many began."""
    return sum(_begin(platform) for platform in Platform)


def _begin(platform: Platform) -> bool:
    try:
        return begin_due_run(platform=platform.value, now=timezone.now())
    except RunUnderWay:
        # Begun by somebody else this very moment.
        return False


def tell_changed() -> int:
    """Queue what was changed here, for the platforms; returns how many listings."""
    return telling.tell_changed()


def prune() -> int:
    return prune_runs()


def pull_one(platform: str) -> None:
    """A part of one platform's run."""
    with calls_for(Priority.SYNC):
        is_more = read_catalog(Platform(platform))
    if is_more:
        nudge(PULL_ONE, platform, queue="sync")
