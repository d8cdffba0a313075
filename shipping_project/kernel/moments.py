"""Instants that every store can keep and every clock can reach."""

from __future__ import annotations

from datetime import UTC, datetime

# Python and PostgreSQL end at different years, and an offset leads beyond the end of both: such an
# instant may be written and never read again.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(3000, 1, 1, tzinfo=UTC)
OUT_OF_RANGE = "Give a time between the years 1900 and 3000."


def is_in_range(moment: datetime) -> bool:
    """`moment` is aware."""
    return EARLIEST <= moment < LATEST
