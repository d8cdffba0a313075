"""The rows of a job, lot by lot."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from shipping_project.jobs.models import ItemState, Job, JobItem


class Row(NamedTuple):
    pk: int
    payload: Any
    position: int


def lots_of(job: Job, *, rows_at_once: int) -> Iterator[Sequence[Row]]:
    """The waiting rows in the order of the file; each lot is read once the last is written."""
    last = 0
    # Behind the last one, since PostgreSQL would step over all that was waiting there before.
    while lot := _read(job, rows_at_once, after=last):
        yield lot
        last = lot[-1].position


def _read(job: Job, rows_at_once: int, *, after: int) -> list[Row]:
    waiting = JobItem.objects.filter(job=job, state=ItemState.WAITING, position__gt=after)
    found = waiting.order_by("position").values_list("pk", "payload", "position")
    return [Row(*values) for values in found[:rows_at_once]]


@contextmanager
def without_collector() -> Iterator[None]:
    """A lot makes many objects and hardly a cycle, and looking for those takes a fifth of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
