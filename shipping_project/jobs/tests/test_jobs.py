"""Jobs go on after crashes, end when they are cancelled, and never count a row twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import skipUnless

import pytest
from django.db import OperationalError, connection
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import AuditEntry, Role
from accounts.tests.builders import make_key, make_organization, make_user
from accounts.tests.cases import ApiCase, client_for, client_with
from shipping_project.jobs import runners
from shipping_project.jobs.models import Job, JobItem
from shipping_project.jobs.reports import progress_of
from shipping_project.jobs.runners import JobRunner, RowOutcome
from shipping_project.jobs.services import NewRow, cancel_job, prune_jobs, resume_job, start_job
from shipping_project.jobs.worker import MOST_ATTEMPTS, run_job, sweep
from shipping_project.kernel.errors import Conflict, FieldError

ODD = FieldError(field="number", code="odd", message="Give an even number.")


class Counting:
    """Doubles even numbers; what it is told to do before each lot may be to fail."""

    def __init__(self) -> None:
        self.lots: list[list[Any]] = []
        self.before_lot: Any = None

    def run(self, job: Job, payloads: Sequence[Any]) -> list[RowOutcome]:
        self.lots.append(list(payloads))
        if self.before_lot:
            self.before_lot(job, payloads)
        return [
            RowOutcome(faults=[ODD]) if number % 2 else RowOutcome(result={"twice": number * 2})
            for number in payloads
        ]


@contextmanager
def counting() -> Iterator[Counting]:
    work = Counting()
    runners.register(JobRunner(kind="test.count", run=work.run, rows_at_once=3))
    try:
        yield work
    finally:
        runners._runners.pop("test.count")


class JobCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.work = self.enterContext(counting())
        self.alder = make_organization("alder")

    def start(self, *numbers: Any) -> Job:
        rows = (NewRow(place, number) for place, number in enumerate(numbers, start=1))
        return start_job(
            organization_id=self.alder.pk, kind="test.count", rows=rows, actor="tests"
        ).job

    def told(self, job: Job) -> tuple[str, int, int]:
        job.refresh_from_db()
        return job.state, job.succeeded, job.refused

    def states(self, job: Job) -> list[str]:
        return list(job.items.order_by("position").values_list("state", flat=True))


class WorkTests(JobCase):
    def test_every_row_is_worked_off_once_and_told(self) -> None:
        job = self.start(0, 1, 2, 3, 4)

        run_job(job.pk)

        self.assertEqual(self.work.lots, [[0, 1, 2], [3, 4]])
        self.assertEqual(self.told(job), ("finished", 3, 2))
        third = job.items.get(position=3)
        self.assertEqual((third.state, third.result, third.payload), ("done", {"twice": 4}, None))
        second = job.items.get(position=2)
        self.assertEqual((second.faults[0]["code"], second.payload), ("odd", 1))

    def test_finished_job_is_not_run_again(self) -> None:
        job = self.start(0)
        run_job(job.pk)

        self.assertEqual(run_job(job.pk), 0)
        self.assertEqual(self.work.lots, [[0]])

    def test_lot_that_failed_with_the_database_is_rolled_back_and_done_again(self) -> None:
        job = self.start(0, 2, 4, 6)
        self.work.before_lot = self._fail_at_six

        with self.assertRaises(OperationalError):
            run_job(job.pk)

        self.assertEqual(self.told(job), ("running", 3, 0))
        self.work.before_lot = None
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        run_job(job.pk)
        self.assertEqual(self.told(job), ("finished", 4, 0))
        self.assertEqual(self.work.lots, [[0, 2, 4], [6], [6]])

    def _fail_at_six(self, job: Job, payloads: Sequence[Any]) -> None:
        if 6 in payloads:
            raise OperationalError("the connection is gone")

    def test_bug_over_one_row_is_told_of_that_row_alone(self) -> None:
        job = self.start(0, "x", 2)

        with self.assertLogs("shipping_project.jobs.worker", "ERROR"):
            run_job(job.pk)

        self.assertEqual(self.states(job), ["done", "refused", "done"])
        self.assertEqual(job.items.get(position=2).faults[0]["code"], "internal_error")
        self.assertEqual(self.told(job), ("finished", 2, 1))

    def test_job_in_hand_is_left_alone(self) -> None:
        job = self.start(0)
        Job.objects.filter(pk=job.pk).update(
            state="running",
            lease_until=timezone.now() + timedelta(minutes=1),
            claimed_by="elsewhere/1/1",
        )
        OrmQ.objects.all().delete()

        sweep()

        self.assertEqual((run_job(job.pk), OrmQ.objects.count()), (0, 0))

    def test_sweep_wakes_what_a_dead_worker_left(self) -> None:
        job = self.start(0)
        Job.objects.filter(pk=job.pk).update(state="running", lease_until=timezone.now())
        OrmQ.objects.all().delete()

        sweep()

        self.assertEqual([task.task["args"] for task in OrmQ.objects.all()], [(job.pk,)])

    def test_job_that_kills_its_workers_stops_and_may_be_resumed(self) -> None:
        job = self.start(0)
        Job.objects.filter(pk=job.pk).update(attempts=MOST_ATTEMPTS)

        run_job(job.pk)

        self.assertEqual(self.told(job), ("stopped", 0, 0))
        self.assertTrue(job.stop_reason)
        resume_job(job=job, actor="tests")
        run_job(job.pk)
        self.assertEqual(self.told(job), ("finished", 1, 0))

    @override_settings(DRAIN_SECONDS=0)
    def test_job_whose_time_is_up_is_put_back_for_the_next_task(self) -> None:
        job = self.start(0)
        OrmQ.objects.all().delete()

        run_job(job.pk)

        job.refresh_from_db()
        self.assertEqual((job.state, job.lease_until, OrmQ.objects.count()), ("running", None, 1))

    def test_job_of_an_organization_that_is_switched_off_waits(self) -> None:
        job = self.start(0)
        type(self.alder).objects.update(is_active=False)

        run_job(job.pk)

        self.assertEqual(self.told(job), ("waiting", 0, 0))


class CancelTests(JobCase):
    def test_nothing_more_is_worked_off_and_the_trail_tells_who_cancelled(self) -> None:
        job = self.start(0)

        cancel_job(job=job, actor="Mia")
        run_job(job.pk)

        self.assertEqual((self.told(job), self.work.lots), (("cancelled", 0, 0), []))
        entry = AuditEntry.objects.get()
        self.assertEqual((entry.action, entry.actor), ("job.cancelled", "Mia"))

    def test_resumed_goes_on_behind_what_is_done(self) -> None:
        job = self.start(0, 2, 4, 6)
        run_job(job.pk)
        Job.objects.filter(pk=job.pk).update(state="cancelled", succeeded=3)
        job.items.filter(position=4).update(state="waiting", payload=6)

        resume_job(job=job, actor="tests")
        run_job(job.pk)

        self.assertEqual(self.told(job), ("finished", 4, 0))
        self.assertEqual((self.work.lots[-1], job.done_before), ([6], 3))

    def test_finished_job_can_neither_be_cancelled_nor_resumed(self) -> None:
        job = self.start(0)
        run_job(job.pk)

        for act in (cancel_job, resume_job):
            with self.subTest(act.__name__), self.assertRaises(Conflict):
                act(job=job, actor="tests")
        self.assertEqual(self.told(job), ("finished", 1, 0))

    def test_old_jobs_are_dropped_with_their_rows_and_open_ones_kept(self) -> None:
        old, fresh, open_one = self.start(0), self.start(0), self.start(0)
        run_job(old.pk)
        run_job(fresh.pk)
        Job.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=31))

        self.assertEqual(prune_jobs(), 1)
        self.assertEqual(set(Job.objects.all()), {fresh, open_one})
        self.assertEqual(JobItem.objects.count(), 2)


@pytest.mark.postgres
@skipUnless(
    connection.vendor == "postgresql",
    "needs two writers at once; SQLite lets one in at a time",
)
class CancelRaceTests(TransactionTestCase):
    serialized_rollback = True

    def test_lot_in_hand_is_rolled_back_when_the_job_is_cancelled_meanwhile(self) -> None:
        work = self.enterContext(counting())
        job = start_job(
            organization_id=make_organization("alder").pk,
            kind="test.count",
            rows=[NewRow(place, 2 * place) for place in (1, 2, 3, 4)],
            actor="tests",
        ).job
        work.before_lot = self._cancel_at_eight

        run_job(job.pk)

        job.refresh_from_db()
        self.assertEqual((job.state, job.succeeded), ("cancelled", 3))
        self.assertEqual(job.items.get(position=4).state, "waiting")
        self.assertEqual(work.lots, [[2, 4, 6], [8]])

    def _cancel_at_eight(self, job: Job, payloads: Sequence[Any]) -> None:
        if 8 in payloads:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(_cancel, job.pk).result()


def _cancel(job_id: int) -> None:
    try:
        cancel_job(job=Job.objects.get(pk=job_id), actor="tests")
    finally:
        connection.close()


class ProgressTests(TestCase):
    def test_rate_and_time_left_follow_from_the_last_start(self) -> None:
        now = timezone.now()
        job = Job(
            total=100,
            succeeded=30,
            refused=10,
            done_before=20,
            state="running",
            started_at=now - timedelta(seconds=10),
        )

        progress = progress_of(job, now=now)

        self.assertEqual(
            (progress.percent, progress.rows_per_second, progress.seconds_left), (40, 2.0, 30)
        )

    def test_nothing_is_told_before_a_row_is_done(self) -> None:
        progress = progress_of(Job(total=100, state="waiting"), now=timezone.now())

        self.assertEqual(
            (progress.percent, progress.rows_per_second, progress.seconds_left), (0, None, None)
        )


class JobsApiTests(JobCase):
    def setUp(self) -> None:
        super().setUp()
        self.job = self.start(0, 1, 2)
        self.path = f"/api/v1/jobs/{self.job.pk}"
        self.key = client_with(make_key(self.alder, "jobs:read", "jobs:write"))

    def test_rows_are_told_by_state(self) -> None:
        run_job(self.job.pk)

        refused = self.key.get(f"{self.path}/rows?state=refused").json()["results"]

        self.assertEqual([(row["row"], row["state"]) for row in refused], [(2, "refused")])
        self.assertEqual(refused[0]["errors"][0]["code"], "odd")
        self.assert_faults(self.key.get(f"{self.path}/rows?state=lost"), "state")

    def test_jobs_are_listed_by_state(self) -> None:
        run_job(self.start(0).pk)

        waiting = self.key.get("/api/v1/jobs?state=waiting").json()["results"]

        self.assertEqual([job["id"] for job in waiting], [self.job.pk])

    def test_cancel_and_resume(self) -> None:
        cancelled = self.key.post(f"{self.path}/cancel").json()
        again = self.key.post(f"{self.path}/cancel")
        resumed = self.key.post(f"{self.path}/resume").json()

        self.assertEqual((cancelled["state"], resumed["state"]), ("cancelled", "waiting"))
        self.assertEqual(again.status_code, 200)
        self.assert_problem(self.key.post(f"{self.path}/resume"), 409, "conflict")

    def test_foreign_job_is_not_there(self) -> None:
        other = client_with(make_key(make_organization("birch")))

        for path in ("", "/rows", "/result"):
            self.assert_problem(other.get(self.path + path), 404, "not_found")
        for path in ("/cancel", "/resume"):
            self.assert_problem(other.post(self.path + path), 404, "not_found")
        self.assertEqual(other.get("/api/v1/jobs").json()["results"], [])

    def test_auditor_looks_and_does_not_steer(self) -> None:
        auditor = client_for(make_user(Role.AUDITOR))

        self.assertEqual(auditor.get(self.path).status_code, 200)
        self.assert_problem(auditor.post(f"{self.path}/cancel"), 403, "forbidden")

    def test_key_without_the_scope_is_refused(self) -> None:
        reader = client_with(make_key(self.alder, "jobs:read", "orders:write"))

        self.assert_problem(reader.post(f"{self.path}/cancel"), 403, "forbidden")
