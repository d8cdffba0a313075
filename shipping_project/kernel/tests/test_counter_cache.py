"""The counting cache: exact, expiring, and the same for every process."""

from __future__ import annotations

from unittest import skipUnless
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import SimpleTestCase, TestCase, TransactionTestCase

from shipping_project.kernel.counter_cache import CounterCache
from shipping_project.kernel.redis_counters import RedisCounterCache
from shipping_project.kernel.tests.races import at_once, needs_row_locks


def make_cache() -> CounterCache:
    return CounterCache("", {})


class CounterTests(TestCase):
    def setUp(self) -> None:
        self.cache = make_cache()

    def test_add_starts_a_counter_once(self) -> None:
        self.assertTrue(self.cache.add("hits", 1, 60))
        self.assertFalse(self.cache.add("hits", 9, 60))
        self.assertEqual(self.cache.get("hits"), 1)

    def test_incr_counts_on(self) -> None:
        self.cache.set("hits", 1, 60)

        self.assertEqual([self.cache.incr("hits"), self.cache.incr("hits", 5)], [2, 7])

    def test_an_absent_counter_cannot_be_raised(self) -> None:
        with pytest.raises(ValueError, match="no counter"):
            self.cache.incr("hits")

        self.assertIsNone(self.cache.get("hits"))

    def test_an_expired_counter_is_gone_and_may_start_anew(self) -> None:
        self.cache.set("hits", 5, -1)

        self.assertEqual(self.cache.get("hits", "none"), "none")
        with pytest.raises(ValueError, match="no counter"):
            self.cache.incr("hits")
        self.assertTrue(self.cache.add("hits", 1, 60))

    def test_purging_drops_what_has_expired_and_nothing_else(self) -> None:
        self.cache.set("old", 1, -1)
        self.cache.set("new", 1, 60)

        self.cache.purge_expired()

        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM kernel_counter")
            self.assertEqual(cursor.fetchone()[0], 1)
        self.assertEqual(self.cache.get("new"), 1)

    def test_delete_says_whether_it_was_there(self) -> None:
        self.cache.set("hits", 1, 60)

        self.assertEqual([self.cache.delete("hits"), self.cache.delete("hits")], [True, False])

    def test_without_a_timeout_it_stays(self) -> None:
        self.cache.set("hits", 1, None)

        self.assertEqual(self.cache.get("hits"), 1)


@pytest.mark.postgres
@needs_row_locks
class RaceTests(TransactionTestCase):
    serialized_rollback = True

    def test_no_count_is_lost_between_many_callers(self) -> None:
        make_cache().set("hits", 0, 60)

        at_once(16, lambda _: [make_cache().incr("hits") for _ in range(10)])

        self.assertEqual(make_cache().get("hits"), 160)

    def test_of_many_that_start_a_counter_one_does(self) -> None:
        answers = at_once(16, lambda _: make_cache().add("hits", 1, 60))

        self.assertEqual(answers.count(True), 1)


@skipUnless(settings.REDIS_URL, "counts in Redis")
class RedisTests(SimpleTestCase):
    def setUp(self) -> None:
        self.cache = RedisCounterCache(settings.REDIS_URL, {})
        self.name = f"hits-{uuid4().hex}"

    def test_add_starts_a_counter_once_and_incr_counts_on(self) -> None:
        self.assertTrue(self.cache.add(self.name, 1, 60))
        self.assertFalse(self.cache.add(self.name, 9, 60))
        self.assertEqual([self.cache.incr(self.name), self.cache.incr(self.name, 5)], [2, 7])

    def test_an_absent_counter_cannot_be_raised_and_is_not_left_to_stay_for_ever(self) -> None:
        with pytest.raises(ValueError, match="no counter"):
            self.cache.incr(self.name)

        self.assertIsNone(self.cache.get(self.name))

    def test_no_count_is_lost_between_many_callers(self) -> None:
        self.cache.add(self.name, 1, 60)

        def count_ten(_: int) -> None:
            mine = RedisCounterCache(settings.REDIS_URL, {})
            for _ in range(10):
                mine.incr(self.name)

        at_once(16, count_ten)

        self.assertEqual(self.cache.get(self.name), 161)
