"""Reading what changed at a platform: by watermark with overlap, page by page, resumable.

A run remembers its page after each page, so a worker that dies costs one page. Rows may come
twice; whoever takes them must stand that. A row that cannot be read is set aside for a person and
never moves the watermark, so a list of which nothing can be read any more is read again in full
once it can be.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from carriers.contracts import Page, Platform
from carriers.errors import UpstreamError
from carriers.inbox.models import SyncCursor
from carriers.inbox.setting_aside import set_aside

logger = logging.getLogger(__name__)
# How far back the very first run reads.
FIRST_SPAN = timedelta(days=7)
# One run reads for at most this long; the next one goes on from there.
READ_SECONDS = 40
LEASE = timedelta(seconds=settings.TASK_TIMEOUT_S + 60)
# A row that much older than asked for shows that the filter was not understood: such a list would
# be read back to the first order of all.
TOO_OLD = timedelta(days=2)
FILTER_IGNORED = "sync.filter_ignored"


class Changed(Protocol):
    @property
    def changed_at(self) -> datetime | None: ...


Row = TypeVar("Row", bound=Changed)
ReadPage = Callable[[datetime, int], Page[Row]]
TakeRows = Callable[[Sequence[Row]], int]


def read_changes(
    *,
    platform: Platform,
    resource: str,
    read_page: ReadPage[Row],
    take_rows: TakeRows[Row],
    may_end: Callable[[], bool] = lambda: True,
) -> int:
    """Read on; returns how many rows were of use to `take_rows`. A no-op while another reads.

    `read_page(since, page)` reaches the platform; `take_rows` writes. A platform that does not
    answer ends the run, which goes on from the same page next time. Where `may_end` says no after
    the last page, the list is read again from its first.
    """
    cursor = _begin(platform, resource)
    if cursor is None:
        return 0
    try:
        return _read_on(cursor, read_page, take_rows, may_end)
    except UpstreamError as exc:
        logger.warning("list not read", extra=_facts(cursor) | {"code": exc.code})
        _save(cursor, error_code=exc.code, error_detail=exc.detail[:500])
        return 0
    finally:
        _save(cursor, lease_until=None)


def rewind(*, platform: Platform, resource: str, since: datetime) -> None:
    """Have the next run read the list anew from `since`, whatever was read before."""
    SyncCursor.objects.update_or_create(
        platform=platform.value,
        resource=resource,
        defaults={"run_since": since, "page": 1, "seen_until": None, "last_total": None},
    )


def rewind_to(*, platform: Platform, resource: str, since: datetime) -> None:
    """The next run begins at `since`, unless it would begin or goes on further back anyway."""
    cursors = SyncCursor.objects.filter(platform=platform.value, resource=resource)
    further_on = Q(run_since=None, watermark__gt=since) | Q(run_since__gt=since)
    cursors.filter(further_on).update(
        run_since=since, page=1, seen_until=F("watermark"), last_total=None
    )


def is_read(platform: Platform, resource: str) -> bool:
    """Whether the run that was begun or asked for has come to its end."""
    rows = SyncCursor.objects.filter(platform=platform.value, resource=resource)
    return rows.filter(run_since__isnull=True).exists()


def _begin(platform: Platform, resource: str) -> SyncCursor | None:
    """Take the cursor, and start a run unless one is to be gone on with."""
    now = timezone.now()
    with transaction.atomic(durable=True):
        cursor, _ = SyncCursor.objects.get_or_create(platform=platform.value, resource=resource)
        free = SyncCursor.objects.filter(pk=cursor.pk).free(now)
        if free.update(lease_until=now + LEASE, started_at=now) != 1:
            return None
        cursor.refresh_from_db()
    if cursor.run_since is None:
        since = cursor.watermark - cursor.overlap if cursor.watermark else now - FIRST_SPAN
        _save(cursor, run_since=since, page=1, seen_until=cursor.watermark, last_total=None)
    return cursor


def _read_on(
    cursor: SyncCursor,
    read_page: ReadPage[Row],
    take_rows: TakeRows[Row],
    may_end: Callable[[], bool],
) -> int:
    stop_at = time.monotonic() + READ_SECONDS
    used = 0
    while cursor.run_since is not None and time.monotonic() < stop_at:
        page = read_page(cursor.run_since, cursor.page)
        if _is_filter_ignored(page.rows, cursor.run_since):
            raise FilterIgnored(f"Rows older than {cursor.run_since:%Y-%m-%d %H:%M} came back.")
        found = take_rows(page.rows)
        set_aside(platform=cursor.platform, resource=cursor.resource, rows=page.unread)
        used += found
        _count_page(cursor, page, found, may_end)
    return used


class FilterIgnored(UpstreamError):
    """The platform did not understand since when changes are asked for."""

    code = FILTER_IGNORED
    title = "The platform ignored the filter of a list"


def _is_filter_ignored(rows: Sequence[Changed], since: datetime) -> bool:
    moments = [row.changed_at for row in rows if row.changed_at is not None]
    return bool(moments) and min(moments) < since - TOO_OLD


def _count_page(
    cursor: SyncCursor, page: Page[Row], used: int, may_end: Callable[[], bool]
) -> None:
    """Remember how far we are; after the last page the watermark moves on."""
    seen = [row.changed_at for row in page.rows if row.changed_at is not None]
    until = max([*seen, *([cursor.seen_until] if cursor.seen_until else [])], default=None)
    progress = {"seen_until": until, "last_total": page.total, "error_code": "", "error_detail": ""}
    SyncCursor.objects.filter(pk=cursor.pk).update(
        rows_read=F("rows_read") + len(page.rows),
        rows_used=F("rows_used") + used,
        rows_set_aside=F("rows_set_aside") + len(page.unread),
    )
    going_to = _next_page(cursor, page)
    if going_to is None and not may_end():
        going_to = 1
    if going_to is not None:
        _save(cursor, page=going_to, **progress)
        return
    watermark = until or cursor.watermark
    if watermark is None and not page.unread:
        # Where no row says when it changed, the start of the run stands in.
        watermark = cursor.started_at
    SyncCursor.objects.filter(pk=cursor.pk).update(runs=F("runs") + 1)
    _save(
        cursor,
        watermark=watermark,
        run_since=None,
        page=1,
        finished_at=timezone.now(),
        **progress,
    )


def _next_page(cursor: SyncCursor, page: Page[Row]) -> int | None:
    """A list that became shorter moved rows onto the page before, which is read again."""
    shrank = (
        page.total is not None and cursor.last_total is not None and page.total < cursor.last_total
    )
    if shrank and cursor.page > 1:
        return cursor.page - 1
    return page.next_page


def _save(cursor: SyncCursor, **values: object) -> None:
    SyncCursor.objects.filter(pk=cursor.pk).update(**values)
    for name, value in values.items():
        setattr(cursor, name, value)


def _facts(cursor: SyncCursor) -> dict[str, object]:
    return {"platform": cursor.platform, "resource": cursor.resource, "page": cursor.page}
