"""Running one thing many times at once, each in a thread with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection, connections

Result = TypeVar("Result")
needs_row_locks = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="SQLite lets one writer in at a time and has no row locks to try; run on PostgreSQL",
)


def results(answers: list[Result | Exception]) -> list[Result]:
    """What came of calls of which none may have failed."""
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return [answer for answer in answers if not isinstance(answer, Exception)]


def at_once(times: int, action: Callable[[int], Result]) -> list[Result | Exception]:
    """What each of `times` simultaneous calls returned or raised; each is told its number."""
    gate = Barrier(times)

    def run(number: int) -> Result | Exception:
        gate.wait(timeout=30)
        try:
            return action(number)
        except Exception as exc:
            return exc
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))
