"""The queue in the database: delays, named queues, and each task handed out once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import TestCase, TransactionTestCase
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ

from shipping_project.jobs.broker import QueueBroker
from shipping_project.jobs.queue import nudge
from shipping_project.jobs.workers import died_here, worker_identity
from shipping_project.kernel.tests.races import at_once, needs_row_locks, results


class BrokerTests(TestCase):
    def setUp(self) -> None:
        poll, Conf.POLL = Conf.POLL, 0
        self.addCleanup(setattr, Conf, "POLL", poll)

    def broker(self, queue: str, *, delay_s: float = 0.0) -> QueueBroker:
        broker = QueueBroker(list_key=queue)
        broker.delay_s = delay_s
        return broker

    def taken(self, queue: str) -> list[str]:
        return [payload for _, payload in self.broker(queue).dequeue() or []]

    def test_a_task_is_handed_out_once(self) -> None:
        self.broker("orders").enqueue("a")

        self.assertEqual([self.taken("orders"), self.taken("orders")], [["a"], []])

    def test_the_oldest_comes_first(self) -> None:
        for payload in "abc":
            self.broker("orders").enqueue(payload)

        self.assertEqual([self.taken("orders")[0] for _ in range(3)], ["a", "b", "c"])

    def test_a_delayed_task_waits(self) -> None:
        self.broker("orders", delay_s=60).enqueue("later")

        early = self.taken("orders")
        OrmQ.objects.update(lock=timezone.now() - timedelta(seconds=1))

        self.assertEqual([early, self.taken("orders")], [[], ["later"]])

    def test_a_named_cluster_serves_its_own_queue(self) -> None:
        self.broker("sync").enqueue("a")

        self.assertEqual([self.taken("orders"), self.taken("sync")], [[], ["a"]])

    def test_the_default_cluster_serves_every_queue_it_is_told(self) -> None:
        self.broker("sync").enqueue("a")
        self.broker("inventory").enqueue("b")

        with self.settings(WORKER_QUEUES=["default", "sync"]):
            taken = [self.taken(Conf.PREFIX), self.taken(Conf.PREFIX)]

        self.assertEqual(taken, [["a"], []])

    def test_a_task_whose_worker_died_is_handed_out_again(self) -> None:
        self.broker("orders").enqueue("a")
        self.taken("orders")
        in_hand = OrmQ.objects.get().lock

        OrmQ.objects.update(lock=timezone.now() - timedelta(seconds=1))

        self.assertGreater(in_hand, timezone.now() + timedelta(seconds=Conf.TIMEOUT))
        self.assertEqual(self.taken("orders"), ["a"])

    def test_a_nudge_of_a_change_that_is_taken_back_is_gone(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            nudge("orders.tasks.dispatch_one", 1, queue="orders")
            raise ZeroDivisionError

        self.assertFalse(OrmQ.objects.exists())

    def test_a_nudge_goes_to_its_queue_with_its_delay(self) -> None:
        nudge("orders.tasks.dispatch_one", 1, queue="sync", delay_s=30)

        row = OrmQ.objects.get()
        self.assertEqual(row.key, "sync")
        self.assertAlmostEqual((row.lock - timezone.now()).total_seconds(), 30, delta=2)


@pytest.mark.postgres
@needs_row_locks
class RaceTests(TransactionTestCase):
    serialized_rollback = True

    def test_eight_clusters_take_each_task_once(self) -> None:
        for number in range(60):
            QueueBroker(list_key="orders").enqueue(str(number))

        taken = [task for got in results(at_once(8, self.take_all)) for task in got]

        self.assertEqual(sorted(taken, key=int), [str(number) for number in range(60)])

    def take_all(self, _: int) -> list[str]:
        """Until three looks in a row find nothing: locked rows are skipped, not waited for."""
        broker, taken, idle = QueueBroker(list_key="orders"), [], 0
        while idle < 3:
            tasks = broker.dequeue() or []
            taken += [payload for _, payload in tasks]
            idle = 0 if tasks else idle + 1
        return taken


def test_this_process_lives() -> None:
    assert not died_here(worker_identity())


def test_a_process_id_used_again_is_another_process() -> None:
    place, pid, _ = worker_identity().split("/")

    assert died_here(f"{place}/{pid}/1")


@pytest.mark.parametrize("identity", ["", "another-host/1/1", "nonsense", "a/b/c"])
def test_of_other_places_nothing_is_known(identity: str) -> None:
    assert not died_here(identity)
