"""How far the orders of a platform have been read, and what was learned since a moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from carriers.inbox.models import SyncCursor
from carriers.inbox.windows import complete_until

# The lists of orders: those that stand, and those that were cancelled.
LISTS = "orders"


def orders_read_until(platform: str) -> datetime | None:
    """Whatever happened to its orders before then is known; None while a list is not read yet."""
    cursors = SyncCursor.objects.filter(platform=platform, resource__startswith=LISTS)
    names = cursors.order_by("resource").values_list("resource", flat=True)
    read = [complete_until(platform, name) for name in names]
    known = [until for until in read if until is not None]
    return min(known) if known and len(known) == len(read) else None


def line_of(*, units: int, what: str, ref: str, at: datetime, is_unsure: bool) -> dict[str, object]:
    """A reason for a difference, as it is kept. An unsure one may be older than our own number."""
    line: dict[str, object] = {"units": units, "what": what, "ref": ref, "at": at.isoformat()}
    return line | ({"unsure": True} if is_unsure else {})


def unsure_lines(stored: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    return [line for line in stored if line.get("unsure")]


def came_since(stored: Sequence[dict[str, object]], moment: datetime) -> bool:
    """Whether any of these reasons was learned after the moment."""
    return any(
        datetime.fromisoformat(str(line.get("at"))) > moment for line in stored if "at" in line
    )
