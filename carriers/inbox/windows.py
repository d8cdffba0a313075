"""Reading a list of orders so that each row has one outcome, and that nothing was left out shows.

A window is opened with the first page of a reading and closed after its last. The platform counts
its rows; where fewer came than it counted, the list is read again from its first page.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from carriers.contracts import Page, Platform, UnreadRow
from carriers.inbox.cursors import ReadPage, read_changes
from carriers.inbox.models import PullEntry, PullOutcome, PullWindow
from carriers.inbox.setting_aside import ref_of

MOST_REREADS = 3
LONG_AGO = datetime.min.replace(tzinfo=UTC)
ENTRIES_KEPT_FOR = timedelta(days=14)
WINDOWS_KEPT_FOR = timedelta(days=90)
UNREADABLE = "It cannot be read; it is set aside for a person."
# Where the same row comes twice in one window, the outcome that says more stays.
TELLING = frozenset({PullOutcome.CREATED, PullOutcome.UPDATED})


class Listed(Protocol):
    @property
    def changed_at(self) -> datetime | None: ...
    @property
    def external_ref(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Went:
    """What became of one row."""

    external_ref: str
    outcome: PullOutcome
    reason: str = ""


Row = TypeVar("Row", bound=Listed)
TakeListed = Callable[[Sequence[Row]], Sequence[Went]]


def read_window(
    *, platform: Platform, resource: str, read_page: ReadPage[Row], take_rows: TakeListed[Row]
) -> int:
    """Read on as `read_changes` does; returns how many rows told something new.

    `take_rows` answers with one outcome for each different row.
    """
    reading = _Reading(platform, resource)

    def page_of(since: datetime, number: int) -> Page[Row]:
        reading.begin(since)
        found = read_page(since, number)
        reading.note_unread(found.unread)
        reading.total = found.total
        return found

    def take(rows: Sequence[Row]) -> int:
        # The newest state of a row that a page holds twice.
        by_time = sorted(rows, key=lambda row: row.changed_at or LONG_AGO)
        fresh = {row.external_ref: row for row in by_time}
        went = take_rows(list(fresh.values()))
        reading.note(list(fresh), went, len(rows) - len(fresh))
        return sum(one.outcome in TELLING for one in went)

    return read_changes(
        platform=platform,
        resource=resource,
        read_page=page_of,
        take_rows=take,
        may_end=reading.may_end,
    )


@dataclass(slots=True)
class _Reading:
    """The window under way, as one worker sees it."""

    platform: Platform
    resource: str
    total: int | None = None
    window: PullWindow = field(default_factory=PullWindow)

    def begin(self, since: datetime) -> None:
        """Go on with the open window; one of another span was given up with its rows seen."""
        found: PullWindow | None = (
            PullWindow.objects.of_list(self.platform.value, self.resource).still_open().first()
        )
        if found is not None and found.since > since:
            PullWindow.objects.filter(pk=found.pk).update(since=since)
        if found is None:
            found = PullWindow.objects.create(
                platform=self.platform.value, resource=self.resource, since=since
            )
        self.window = found

    def note_unread(self, rows: Sequence[UnreadRow]) -> None:
        refs = [_ref_of(row) for row in rows]
        went = [Went(ref, PullOutcome.REJECTED, UNREADABLE) for ref in dict.fromkeys(refs)]
        self.note([one.external_ref for one in went], went, len(rows) - len(went))

    @transaction.atomic
    def note(self, refs: Sequence[str], went: Sequence[Went], doubled: int) -> None:
        """`refs` were seen; that `went` names each of them is for the constraint to find."""
        entries = self.window.entries.filter(external_ref__in=refs)
        known = {entry.external_ref: entry for entry in entries}
        fresh = [one for one in went if one.external_ref not in known]
        counts = Counter(one.outcome.value for one in fresh)
        PullEntry.objects.bulk_create(
            PullEntry(
                window=self.window,
                external_ref=one.external_ref[:80],
                outcome=one.outcome.value,
                reason=one.reason[:200],
            )
            for one in fresh
        )
        for one in went:
            if one.external_ref in known:
                counts += self._moved(known[one.external_ref], one)
        seen = sum(ref not in known for ref in refs)
        PullWindow.objects.filter(pk=self.window.pk).update(
            seen=F("seen") + seen,
            repeats=F("repeats") + doubled + len(refs) - seen,
            **{name: F(name) + count for name, count in counts.items()},
        )

    def _moved(self, entry: PullEntry, one: Went) -> Counter[str]:
        """A row that came again and says more than before leaves its old outcome."""
        if one.outcome not in TELLING or entry.outcome in TELLING:
            return Counter()
        PullWindow.objects.filter(pk=self.window.pk).update(**{entry.outcome: F(entry.outcome) - 1})
        entry.outcome, entry.reason = one.outcome.value, one.reason[:200]
        entry.save(update_fields=["outcome", "reason"])
        return Counter({one.outcome.value: 1})

    def may_end(self) -> bool:
        """Close the window; False where rows are missing, and the list is to be read anew."""
        window = self.window
        window.refresh_from_db()
        missing = max(0, (self.total or 0) - window.seen)
        if missing and window.rereads < MOST_REREADS:
            PullWindow.objects.filter(pk=window.pk).update(rereads=F("rereads") + 1)
            return False
        closed = PullWindow.objects.filter(pk=window.pk, closed_at=None)
        closed.update(closed_at=timezone.now(), missing=missing)
        return True


def _ref_of(row: UnreadRow) -> str:
    text = json.dumps(row.value, sort_keys=True)
    return ref_of(row.value) or f"unread {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def complete_until(platform: str, resource: str) -> datetime | None:
    """Whatever changed there before then was read; None before the first whole reading."""
    rows = PullWindow.objects.of_list(platform, resource).complete().order_by("-closed_at")
    found: datetime | None = rows.values_list("opened_at", flat=True).first()
    return found


def prune_windows(most: int) -> int:
    """Drop where the rows of old readings went, and readings older still; returns how many."""
    now = timezone.now()
    old = PullEntry.objects.outlived(now - ENTRIES_KEPT_FOR).order_by("id")
    chosen = list(old.values_list("pk", flat=True)[:most])
    dropped = int(PullEntry.objects.filter(pk__in=chosen).delete()[0])
    windows = PullWindow.objects.filter(closed_at__lt=now - WINDOWS_KEPT_FOR, entries=None)
    return dropped + int(windows.delete()[0])
