"""Reading lists by watermark: with overlap, page by page, and on from where it broke off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.test import TestCase
from django.utils import timezone

from carriers.contracts import Page, Platform, UnreadRow
from carriers.errors import UpstreamUnavailable
from carriers.inbox.cursors import FIRST_SPAN, read_changes
from carriers.inbox.models import SetAsideRow, SyncCursor
from carriers.inbox.setting_aside import settle_row
from carriers.inbox.worker import prune

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
OVERLAP = timedelta(seconds=600)


@dataclass(frozen=True)
class Seen:
    name: str
    changed_at: datetime | None = NOON


def at(minutes: int, name: str = "a") -> Seen:
    return Seen(name, NOON + timedelta(minutes=minutes))


class CursorCase(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.asked: list[tuple[datetime, int]] = []
        self.taken: list[str] = []
        self.pages: list[Page[Seen] | Exception] = []

    def read(self) -> int:
        return read_changes(
            platform=Platform.VEEQO,
            resource="orders",
            read_page=self.page_of,
            take_rows=self.take,
        )

    def page_of(self, since: datetime, page: int) -> Page[Seen]:
        self.asked.append((since, page))
        answer = self.pages.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def take(self, rows: Sequence[Seen]) -> int:
        self.taken += [row.name for row in rows]
        return sum(row.name != "other" for row in rows)

    def start_at(self, watermark: datetime = NOON) -> None:
        SyncCursor.objects.create(platform="veeqo", resource="orders", watermark=watermark)

    def cursor(self) -> SyncCursor:
        found: SyncCursor = SyncCursor.objects.get()
        return found


class RunTests(CursorCase):
    def test_first_run_looks_back_a_week(self) -> None:
        self.pages = [Page(rows=())]

        self.read()

        [(since, page)] = self.asked
        wanted = timezone.now() - FIRST_SPAN
        self.assertLess(abs(since - wanted), timedelta(seconds=10))
        self.assertEqual(page, 1)

    def test_run_begins_before_the_watermark_and_moves_it_to_the_latest_change(self) -> None:
        self.start_at()
        self.pages = [
            Page(rows=(at(9, "a"), at(30, "b")), next_page=2),
            Page(rows=(at(2, "other"),)),
        ]

        used = self.read()

        self.assertEqual(self.asked, [(NOON - OVERLAP, 1), (NOON - OVERLAP, 2)])
        self.assertEqual((self.taken, used), (["a", "b", "other"], 2))
        cursor = self.cursor()
        self.assertEqual(cursor.watermark, NOON + timedelta(minutes=30))
        self.assertEqual((cursor.rows_read, cursor.rows_used, cursor.runs), (3, 2, 1))
        self.assertIsNone(cursor.lease_until)

    def test_watermark_never_moves_back(self) -> None:
        self.start_at()
        self.pages = [Page(rows=(at(-5),)), Page(rows=())]

        self.read()
        self.read()

        self.assertEqual(self.cursor().watermark, NOON)

    def test_start_of_the_run_stands_in_where_rows_tell_no_time(self) -> None:
        self.pages = [Page(rows=(Seen("a", None),))]

        self.read()

        cursor = self.cursor()
        self.assertEqual(cursor.watermark, cursor.started_at)


class BrokenRunTests(CursorCase):
    def test_run_goes_on_from_the_page_that_was_not_answered(self) -> None:
        self.start_at()
        away = UpstreamUnavailable("away")
        self.pages = [Page(rows=(at(30, "a"),), next_page=2), away, Page(rows=(at(20, "b"),))]

        self.read()
        broken = self.cursor()
        self.read()

        self.assertEqual((broken.page, broken.watermark), (2, NOON))
        self.assertEqual(broken.error_code, "upstream.unavailable")
        self.assertEqual([page for _, page in self.asked], [1, 2, 2])
        self.assertEqual({since for since, _ in self.asked}, {NOON - OVERLAP})
        self.assertEqual(self.cursor().watermark, NOON + timedelta(minutes=30))
        self.assertEqual(self.cursor().error_code, "")

    def test_bug_in_taking_rows_frees_the_cursor_and_keeps_the_page(self) -> None:
        self.start_at()
        self.pages = [Page(rows=(at(1),), next_page=2), RuntimeError("a bug")]

        with self.assertRaises(RuntimeError):
            self.read()

        self.assertEqual((self.cursor().page, self.cursor().lease_until), (2, None))

    def test_nobody_reads_while_another_does(self) -> None:
        self.start_at()
        SyncCursor.objects.update(lease_until=timezone.now() + timedelta(minutes=1))

        self.assertEqual(self.read(), 0)
        self.assertEqual(self.asked, [])

    def test_lease_of_a_dead_reader_runs_out(self) -> None:
        self.start_at()
        SyncCursor.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        self.pages = [Page(rows=(at(1),))]

        self.assertEqual(self.read(), 1)

    def test_shorter_list_has_its_page_before_read_again(self) -> None:
        self.start_at()
        self.pages = [
            Page(rows=(at(1, "a"), at(1, "b")), next_page=2, total=4),
            # "a" left the list, so "c" slid onto the first page.
            Page(rows=(at(1, "d"),), next_page=None, total=3),
            Page(rows=(at(1, "b"), at(1, "c")), next_page=2, total=3),
            Page(rows=(at(1, "d"),), next_page=None, total=3),
        ]

        self.read()

        self.assertEqual([page for _, page in self.asked], [1, 2, 1, 2])
        self.assertEqual(set(self.taken), {"a", "b", "c", "d"})

    def test_list_that_ignores_the_filter_is_not_read_to_its_end(self) -> None:
        self.start_at()
        old = Seen("old", NOON - timedelta(days=400))
        self.pages = [Page(rows=(at(1), old), next_page=2)]

        self.assertEqual(self.read(), 0)

        cursor = self.cursor()
        self.assertEqual((cursor.error_code, cursor.watermark), ("sync.filter_ignored", NOON))
        self.assertEqual(self.taken, [])


def unread(ref: int = 7) -> UnreadRow:
    value = {"id": ref, "email": "ada.brooks@example.com", "allocations": None}
    return UnreadRow(detail="The answer of veeqo lacks $[0].allocations[].", value=value)


class SetAsideTests(CursorCase):
    def test_list_is_read_on_and_the_row_is_kept_for_a_person(self) -> None:
        self.start_at()
        self.pages = [
            Page(rows=(at(3, "a"),), next_page=2, unread=(unread(),)),
            Page(rows=(at(9, "b"),)),
        ]

        used = self.read()

        self.assertEqual((used, self.taken), (2, ["a", "b"]))
        cursor = self.cursor()
        self.assertEqual(cursor.watermark, NOON + timedelta(minutes=9))
        self.assertEqual((cursor.rows_set_aside, cursor.error_code), (1, ""))
        row = SetAsideRow.objects.get()
        self.assertEqual((row.platform, row.resource, row.row_ref), ("veeqo", "orders", "7"))
        self.assertEqual(row.detail, "The answer of veeqo lacks $[0].allocations[].")
        self.assertNotIn("ada.brooks", row.body)

    def test_row_that_comes_again_is_one(self) -> None:
        self.start_at()
        self.pages = [Page(rows=(), unread=(unread(),)), Page(rows=(), unread=(unread(),))]

        self.read()
        self.read()

        self.assertEqual(SetAsideRow.objects.get().times_seen, 2)

    def test_list_of_which_nothing_can_be_read_keeps_its_watermark(self) -> None:
        self.start_at()
        self.pages = [Page(rows=(), unread=(unread(1), unread(2))), Page(rows=(at(4, "a"),))]

        self.read()
        held = self.cursor().watermark
        self.read()

        self.assertEqual(held, NOON)
        self.assertEqual({since for since, _ in self.asked}, {NOON - OVERLAP})
        self.assertEqual(self.cursor().watermark, NOON + timedelta(minutes=4))

    def test_first_run_that_reads_nothing_looks_back_as_far_again(self) -> None:
        self.pages = [Page(rows=(), unread=(unread(),))]

        self.read()

        self.assertIsNone(self.cursor().watermark)

    def test_rows_without_a_number_and_of_any_shape_are_kept(self) -> None:
        self.start_at()
        numbers: list[object] = [{}, "9" * 99, "a\x00b", "a\ud83e"]
        shapes: list[object] = [None, "text", 5, [], *({"id": number} for number in numbers)]
        rows = tuple(UnreadRow(detail="odd", value=value) for value in shapes)
        self.pages = [Page(rows=(), unread=rows)]

        self.read()

        refs = list(SetAsideRow.objects.order_by("pk").values_list("row_ref", flat=True))
        self.assertEqual(refs, ["", "", "", "", "", "9" * 64, "ab", "a?"])

    def test_row_dealt_with_stays_so(self) -> None:
        self.start_at()
        self.pages = [Page(rows=(), unread=(unread(),)), Page(rows=(), unread=(unread(),))]
        self.read()

        settle_row(row_id=SetAsideRow.objects.get().pk, reason="Mended there", actor="ada")
        self.read()

        self.assertFalse(SetAsideRow.objects.unsettled().exists())

    def test_rows_not_seen_for_long_are_dropped(self) -> None:
        self.start_at()
        self.pages = [Page(rows=(), unread=(unread(1), unread(2)))]
        self.read()
        old = SetAsideRow.objects.filter(row_ref="1")
        old.update(last_seen_at=timezone.now() - timedelta(days=91))

        dropped = prune()

        self.assertEqual((dropped, SetAsideRow.objects.get().row_ref), (1, "2"))
