"""When a delivery that failed is tried again: soon at first, and for a day in all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=8),
    timedelta(hours=8, minutes=25),
)
# So that those who failed together do not come back together.
JITTER = 0.1


def wait_after(attempts: int, chance: Callable[[], float]) -> timedelta | None:
    """The wait after so many attempts, None after the last; `chance` gives 0 to 1."""
    if attempts > len(AFTER):
        return None
    return AFTER[attempts - 1] * (1 + JITTER * (2 * chance() - 1))
