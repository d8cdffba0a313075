"""How far a platform's orders have been read, and what is known of each change of its stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from carriers.inbox.models import SyncCursor
from carriers.inbox.windows import complete_until
from inventory.models import PlatformStock

# The lists of orders: those that stand, and those that were cancelled.
LISTS = "orders"
# Closer together than this, two moments by a platform's clock have no order.
TOGETHER = timedelta(seconds=2)
# The first and the last moment, by the platform's clock.
Span = tuple[datetime, datetime]
Stored = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a platform changed its own number. It did so after `since`, by our clock, None where
    nobody knows, and in the time of `went`, by its own, None where that is not told."""

    what: str
    ref: str
    since: datetime | None
    went: Span | None = None


def orders_read_until(platform: str) -> datetime | None:
    """Whatever happened to its orders before then is known; None while a list is not read yet."""
    cursors = SyncCursor.objects.filter(platform=platform, resource__startswith=LISTS)
    names = cursors.order_by("resource").values_list("resource", flat=True)
    read = [complete_until(platform, name) for name in names]
    known = [until for until in read if until is not None]
    return min(known) if known and len(known) == len(read) else None


def span_of(moments: Sequence[datetime | None]) -> Span | None:
    """None where one of them is not known."""
    known = [moment for moment in moments if moment is not None]
    return (min(known), max(known)) if known and len(known) == len(moments) else None


def is_put_away(went: Span | None, set_at: datetime | None) -> bool | None:
    """Whether our number, set then, stands in place of the change; None where it cannot be said."""
    if went is None or set_at is None:
        return None
    if went[1] < set_at - TOGETHER:
        return True
    return False if went[0] > set_at + TOGETHER else None


def may_be_put_away(stock: PlatformStock, reason: Reason) -> bool:
    """By a number of ours that is on its way, or that was set in the time of the change."""
    if stock.telling is not None:
        return True
    if stock.told_at is None or is_put_away(reason.went, stock.set_at) is False:
        return False
    return reason.since is None or reason.since <= stock.told_at


def line_of(units: int, reason: Reason, *, at: datetime, is_unsure: bool) -> Stored:
    """A reason for a difference, as it is kept. An unsure one may be older than our own number."""
    line: Stored = {
        "units": units,
        "what": reason.what,
        "ref": reason.ref,
        "at": at.isoformat(),
    }
    if is_unsure:
        line["unsure"] = True
        line["went"] = [moment.isoformat() for moment in reason.went or ()]
    return line


def unsure_lines(stored: Sequence[Stored]) -> list[Stored]:
    return [line for line in stored if line.get("unsure")]


def units_of(line: Stored) -> int:
    return int(str(line["units"]))


def came_since(stored: Sequence[Stored], moment: datetime) -> bool:
    """Whether any of these reasons was learned after the moment."""
    return any("at" in line and datetime.fromisoformat(str(line["at"])) > moment for line in stored)


def is_line_put_away(line: Stored, set_at: datetime | None) -> bool | None:
    """See `is_put_away`."""
    went = line.get("went")
    moments = went if isinstance(went, list) else []
    return is_put_away(span_of([datetime.fromisoformat(str(one)) for one in moments]), set_at)
