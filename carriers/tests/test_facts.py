"""Facts of a platform are asked for once by all, and survive its absence for a while."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.test import override_settings

from carriers.errors import UpstreamUnavailable
from carriers.services import facts
from carriers.services.facts import memory_of, remembered

KEPT_S = 600


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    cache.clear()
    with override_settings(PLATFORM_CACHE_S=KEPT_S):
        yield
    cache.clear()


class Source:
    """A platform that says one more each time it is asked, or is away."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_away = False

    def __call__(self) -> int:
        self.asked += 1
        if self.is_away:
            raise UpstreamUnavailable("Away.")
        return self.asked


def age(key: str) -> None:
    """As if what is kept had just ceased to be fresh."""
    kept: Any = cache.get(key)
    cache.set(key, type(kept)(kept.value, 0.0), 60)


class TestRemembering:
    def test_is_asked_once_while_fresh(self) -> None:
        source = Source()

        assert [remembered("k", source) for _ in range(3)] == [1, 1, 1]
        assert source.asked == 1

    def test_is_asked_again_when_it_is_old(self) -> None:
        source = Source()
        remembered("k", source)
        age("k")

        assert remembered("k", source) == 2
        assert remembered("k", source) == 2

    def test_is_asked_anew_on_demand_and_the_answer_kept(self) -> None:
        source = Source()
        remembered("k", source)

        assert remembered("k", source, anew=True) == 2
        assert remembered("k", source) == 2

    def test_accounts_do_not_share_what_they_know(self) -> None:
        source = Source()

        assert memory_of("one")("warehouses", source) == 1
        assert memory_of("two")("warehouses", source) == 2
        assert memory_of("one")("warehouses", source) == 1

    def test_nothing_and_none_are_facts_too(self) -> None:
        asked: list[int] = []

        for _ in range(2):
            assert remembered("empty", lambda: asked.append(1)) is None
        assert asked == [1]

    @override_settings(PLATFORM_CACHE_S=0)
    def test_without_a_time_to_keep_it_is_asked_always(self) -> None:
        source = Source()

        assert [remembered("k", source) for _ in range(2)] == [1, 2]


class TestAbsence:
    def test_an_old_fact_is_used_while_the_platform_is_away(self) -> None:
        source = Source()
        remembered("k", source)
        age("k")
        source.is_away = True

        assert remembered("k", source) == 1

    def test_a_failure_is_told_and_not_kept(self) -> None:
        source = Source()
        source.is_away = True
        with pytest.raises(UpstreamUnavailable):
            remembered("k", source)
        source.is_away = False

        assert remembered("k", source) == 2


class TestOneAtATime:
    def test_ten_at_once_ask_once(self) -> None:
        begun = threading.Event()
        asked: list[int] = []

        def slow() -> int:
            asked.append(1)
            begun.wait(0.3)
            return 7

        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda _: remembered("k", slow), range(10)))

        assert answers == [7] * 10
        assert asked == [1]

    def test_meanwhile_others_use_the_old_fact(self) -> None:
        source = Source()
        remembered("k", source)
        age("k")
        cache.add("k:asking", True, 30)

        assert remembered("k", source) == 1
        assert source.asked == 1

    def test_when_the_one_that_asks_fails_another_asks(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(facts, "ASKING_S", 0.1)
        cache.add("k:asking", True, 30)

        assert remembered("k", Source()) == 1
