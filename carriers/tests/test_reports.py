"""Platform health, counted from calls and commands."""

from __future__ import annotations

from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from accounts.tests.builders import make_organization
from carriers.inbox.setting_aside import settle_row
from carriers.models import ApiCall, CommandState, PlatformAccount, SetAsideRow
from carriers.reports import PlatformHealth, failed_calls, platform_health, unresolved_commands
from carriers.tests.calls import make_call, make_command

NOW = timezone.now()
HOUR = timedelta(hours=1)


def health_of(platform: str) -> PlatformHealth:
    return next(one for one in platform_health(NOW) if one.platform == platform)


class CallFigureTests(TestCase):
    def test_calls_of_the_last_day_are_counted_by_platform(self) -> None:
        make_call("veeqo", at=NOW - HOUR)
        make_call("veeqo", at=NOW - 23 * HOUR, status=503)
        make_call("veeqo", at=NOW - 25 * HOUR)
        make_call("easyship", at=NOW - HOUR)

        veeqo, easyship = health_of("veeqo"), health_of("easyship")

        self.assertEqual((veeqo.calls, veeqo.succeeded, veeqo.success_percent), (2, 1, "50.0"))
        self.assertEqual((easyship.calls, easyship.succeeded), (1, 1))

    def test_answer_that_could_not_be_read_is_no_success(self) -> None:
        make_call(at=NOW - HOUR, status=200, error_code="upstream.malformed")

        self.assertEqual(health_of("veeqo").succeeded, 0)

    def test_share_is_never_rounded_up_to_all(self) -> None:
        for _ in range(1999):
            make_call(at=NOW - HOUR)
        make_call(at=NOW - HOUR, status=500)

        veeqo = health_of("veeqo")

        self.assertEqual(veeqo.success_percent, "99.9")
        self.assertFalse(veeqo.is_below_target)

    def test_less_than_99_of_100_is_below_target(self) -> None:
        for number in range(100):
            make_call(at=NOW - HOUR, status=500 if number < 2 else 200)

        self.assertTrue(health_of("veeqo").is_below_target)

    def test_latency_is_the_nearest_rank_of_the_95th_hundredth(self) -> None:
        for counts, expected in (((10,), 10), (range(1, 21), 19), (range(1, 101), 95)):
            with self.subTest(expected=expected):
                ApiCall.objects.all().delete()
                for ms in counts:
                    make_call(at=NOW - HOUR, duration_ms=ms)

                self.assertEqual(health_of("veeqo").p95_ms, expected)

    def test_no_calls_have_no_share_and_no_latency(self) -> None:
        veeqo = health_of("veeqo")

        self.assertEqual((veeqo.calls, veeqo.success_percent, veeqo.p95_ms), (0, "", None))
        self.assertFalse(veeqo.is_below_target)
        self.assertIsNone(veeqo.last_answer_at)

    def test_last_answer_passes_over_calls_without_one(self) -> None:
        make_call(at=NOW - 2 * HOUR, status=500)
        make_call(at=NOW - HOUR, status=0)

        self.assertEqual(health_of("veeqo").last_answer_at, NOW - 2 * HOUR)

    def test_last_error_is_the_newest_within_seven_days(self) -> None:
        make_call(at=NOW - timedelta(days=8), status=500)
        older = make_call(at=NOW - timedelta(days=3), status=500)

        self.assertEqual(health_of("veeqo").last_error, older)

        newer = make_call(at=NOW - HOUR, status=404)
        make_call(at=NOW)

        self.assertEqual(health_of("veeqo").last_error, newer)


class CommandFigureTests(TestCase):
    def setUp(self) -> None:
        self.alder = make_organization()

    def test_open_commands_are_counted_by_state_and_platform(self) -> None:
        for state in (
            *[CommandState.PENDING] * 3,
            *[CommandState.UNKNOWN] * 2,
            CommandState.IN_FLIGHT,
            CommandState.STUCK,
            CommandState.DELIVERED,
            CommandState.REJECTED,
        ):
            make_command(self.alder, state)
        make_command(self.alder, platform="easyship")

        veeqo, easyship = health_of("veeqo"), health_of("easyship")

        self.assertEqual((veeqo.pending, veeqo.in_flight, veeqo.unknown, veeqo.stuck), (3, 1, 2, 1))
        self.assertEqual((easyship.pending, easyship.unknown), (1, 0))

    def test_due_are_heads_of_their_lane_whose_time_has_come(self) -> None:
        make_command(self.alder, lane="order:1", next_attempt_at=NOW - timedelta(seconds=90))
        make_command(self.alder, lane="order:1", next_attempt_at=NOW - timedelta(seconds=95))
        make_command(self.alder, lane="order:2", next_attempt_at=NOW - timedelta(seconds=5))
        make_command(self.alder, lane="order:3", next_attempt_at=NOW + HOUR)

        veeqo = health_of("veeqo")

        self.assertEqual((veeqo.due, veeqo.oldest_due_s), (2, 90))

    def test_nothing_due_has_no_age(self) -> None:
        self.assertIsNone(health_of("veeqo").oldest_due_s)

    def test_rows_set_aside_are_counted_until_they_are_dealt_with(self) -> None:
        for number in range(2):
            SetAsideRow.objects.create(platform="veeqo", resource="orders", digest=f"{number:064}")
        row = SetAsideRow.objects.create(platform="easyship", resource="x", digest="2" * 64)
        settle_row(row_id=row.pk, reason="Mended there", actor="ada")

        self.assertEqual([one.set_aside for one in platform_health(NOW)], [2, 0])

    def test_switched_off_platform_says_so(self) -> None:
        PlatformAccount.objects.filter(platform="easyship").update(is_enabled=False)

        self.assertEqual([one.is_enabled for one in platform_health(NOW)], [True, False])


class WorkListTests(TestCase):
    def test_failed_calls_are_newest_first_and_by_platform(self) -> None:
        older = make_call(at=NOW - 2 * HOUR, status=500)
        newer = make_call("easyship", at=NOW - HOUR, status=0)
        make_call(at=NOW)
        make_call(at=NOW - timedelta(days=8), status=500)

        self.assertEqual(failed_calls(NOW), (newer, older))
        self.assertEqual(failed_calls(NOW, platform="veeqo"), (older,))

    def test_those_that_wait_for_a_person_come_first(self) -> None:
        alder = make_organization()
        unknown = make_command(alder, CommandState.UNKNOWN)
        stuck = make_command(alder, CommandState.STUCK)
        make_command(alder)

        self.assertEqual(unresolved_commands(), (stuck, unknown))
