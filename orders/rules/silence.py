"""Is it unusual that nothing came for so long? Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

# With so many expected, hearing of none comes by chance once in a thousand times.
EXPECTED = 7.0
HOUR = timedelta(hours=1)
LONGEST = timedelta(days=14)


def expected_since(per_hour: Mapping[int, float], *, quiet_since: datetime, now: datetime) -> float:
    """How many orders usually come in that time; `per_hour` is the average by hour of the day."""
    at = max(quiet_since, now - LONGEST).astimezone(UTC)
    total = 0.0
    while at < now:
        until = min(at.replace(minute=0, second=0, microsecond=0) + HOUR, now)
        total += per_hour.get(at.hour, 0.0) * ((until - at) / HOUR)
        at = until
    return total


def is_unusual(per_hour: Mapping[int, float], *, quiet_since: datetime, now: datetime) -> bool:
    return expected_since(per_hour, quiet_since=quiet_since, now=now) >= EXPECTED
