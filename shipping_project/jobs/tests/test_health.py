"""Telling a stopped cluster from a busy or an idle one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from shipping_project.jobs.beats import note_begin, note_end
from shipping_project.jobs.health import queue_stalled_for
from shipping_project.jobs.models import WorkerBeat

pytestmark = pytest.mark.django_db


def _waiting(*, seconds: int) -> None:
    due = timezone.now() - timedelta(seconds=seconds)
    OrmQ.objects.create(key="default", payload="x", lock=due)


def test_an_empty_queue_is_not_stalled() -> None:
    assert queue_stalled_for() == 0.0


def test_a_due_task_and_silent_workers_are_a_stall() -> None:
    _waiting(seconds=60)

    assert 59 < queue_stalled_for() < 70


def test_a_task_that_is_due_later_is_no_stall() -> None:
    _waiting(seconds=-60)

    assert queue_stalled_for() == 0.0


def test_a_worker_inside_a_task_is_at_work() -> None:
    _waiting(seconds=60)

    note_begin(task={"func": "orders.tasks.poll_tracking"})

    assert queue_stalled_for() == 0.0


def test_a_worker_that_just_finished_is_at_work() -> None:
    _waiting(seconds=60)
    note_begin(task={"func": "orders.tasks.poll_tracking"})

    note_end(task={})

    assert queue_stalled_for() == 0.0


def test_a_task_whose_worker_was_killed_does_not_count_as_work() -> None:
    _waiting(seconds=60)
    note_begin(task={"func": "orders.tasks.poll_tracking"})
    beat = WorkerBeat.objects.get()
    host, pid, _ = beat.worker.split("/")
    WorkerBeat.objects.update(worker=f"{host}/{pid}/1")

    assert queue_stalled_for() > 59
