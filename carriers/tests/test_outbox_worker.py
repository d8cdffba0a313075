"""What the worker makes of each outcome, and that nothing sent is ever sent again unasked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import F
from django.test import TestCase
from django.utils import timezone

from accounts.tests.builders import make_organization
from carriers.errors import (
    UpstreamMalformed,
    UpstreamNotFound,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    UpstreamUnclear,
    UpstreamUnreachable,
)
from carriers.models import CommandState, OutboxCommand, PlatformAccount
from carriers.outbox.alone import outcome_of_error
from carriers.outbox.closing import MAX_FAILED_ATTEMPTS
from carriers.outbox.leases import claim_next
from carriers.outbox.looking import MAX_LOOKUPS
from carriers.outbox.outcomes import Delivered, Missed, Outcome, Rejected, Retry, Unknown
from carriers.outbox.worker import drain, run_next
from carriers.tests.scripted import REPEAT_SAFE_KIND, SCRIPT, make_command
from shipping_project.kernel.errors import AppError, Conflict


class WorkerCase(TestCase):
    def setUp(self) -> None:
        SCRIPT.clear()
        self.organization = make_organization()

    def work(self) -> int:
        """Carry out what is due, as if every pause were over; returns how many."""
        self.let_time_pass()
        done = 0
        while run_next("orders"):
            done += 1
        return done

    def let_time_pass(self) -> None:
        long_ago = F("sent_at") - timedelta(minutes=10)
        OutboxCommand.objects.still_open().update(next_attempt_at=timezone.now(), sent_at=long_ago)

    def assert_waits(self, command: OutboxCommand, seconds: float) -> None:
        wait = (command.next_attempt_at - timezone.now()).total_seconds()
        self.assertAlmostEqual(wait, seconds, delta=1.5)


class OutcomeTests(WorkerCase):
    def test_delivered_is_kept_and_settled(self) -> None:
        command = make_command(self.organization)
        SCRIPT.outcomes = [Delivered({"platform_ref": "9"})]

        self.work()

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.DELIVERED)
        self.assertEqual(command.result, {"platform_ref": "9"})
        self.assertIsNone(command.lease_until)
        self.assertEqual(SCRIPT.settled, [(command.pk, Delivered({"platform_ref": "9"}))])

    def test_rejected_is_final(self) -> None:
        command = make_command(self.organization)
        SCRIPT.outcomes = [Rejected("upstream.refused", "No such service.")]

        self.work()
        self.work()

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.REJECTED)
        self.assertEqual(command.error_detail, "No such service.")
        self.assertEqual(SCRIPT.sent, [command.pk])

    def test_retry_counts_as_not_sent_and_backs_off(self) -> None:
        command = make_command(self.organization)
        SCRIPT.outcomes = [Retry("upstream.unreachable", "Away.")] * 3

        for pause in (2, 4, 8):
            self.work()
            command.refresh_from_db()
            self.assertEqual((command.state, command.sent_at), (CommandState.PENDING, None))
            self.assert_waits(command, pause)

        self.assertEqual(SCRIPT.looked, [])

    def test_pause_that_the_platform_asks_for_is_kept(self) -> None:
        command = make_command(self.organization)
        SCRIPT.outcomes = [UpstreamRateLimited("Slow down.", retry_after_s=77)]

        self.work()

        command.refresh_from_db()
        self.assert_waits(command, 77)

    def test_backoff_is_capped_however_long_the_outage(self) -> None:
        command = make_command(self.organization)
        OutboxCommand.objects.update(attempts=5000)
        SCRIPT.outcomes = [UpstreamUnreachable("Away.")]

        self.work()

        command.refresh_from_db()
        self.assert_waits(command, 60)

    def test_unknown_is_looked_up_and_not_sent_again(self) -> None:
        command = make_command(self.organization)
        SCRIPT.outcomes = [UpstreamUnclear("Timed out.")]
        SCRIPT.findings = [Delivered({"platform_ref": "9"})]

        run_next("orders")
        command.refresh_from_db()
        seen = command.state
        self.assert_waits(command, settings.OUTCOME_SETTLE_S)
        self.work()

        command.refresh_from_db()
        self.assertEqual((seen, command.state), (CommandState.UNKNOWN, CommandState.DELIVERED))
        self.assertEqual(SCRIPT.sent, [command.pk])
        self.assertEqual(command.result, {"platform_ref": "9"})

    def test_a_bug_after_sending_is_unknown_and_before_it_a_retry(self) -> None:
        after = make_command(self.organization, lane="order:1")
        before = make_command(self.organization, lane="order:2")
        SCRIPT.outcomes = [ZeroDivisionError()]
        run_next("orders")
        SCRIPT.sends, SCRIPT.outcomes = False, [ZeroDivisionError()]
        run_next("orders")

        after.refresh_from_db()
        before.refresh_from_db()
        self.assertEqual((after.state, before.state), (CommandState.UNKNOWN, CommandState.PENDING))
        self.assertEqual(before.error_detail, "ZeroDivisionError while carrying out tests.scripted")

    def test_a_bug_that_stays_is_handed_to_a_person(self) -> None:
        command = make_command(self.organization)
        SCRIPT.sends, SCRIPT.outcomes = False, [ZeroDivisionError()] * MAX_FAILED_ATTEMPTS

        for _ in range(MAX_FAILED_ATTEMPTS + 2):
            self.work()

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.STUCK)
        self.assertEqual(len(SCRIPT.sent), MAX_FAILED_ATTEMPTS)
        self.assertEqual([type(outcome) for _, outcome in SCRIPT.settled], [Unknown])

    def test_unknown_outcome_of_a_repeat_safe_command_is_run_again(self) -> None:
        command = make_command(self.organization, kind=REPEAT_SAFE_KIND)
        SCRIPT.sends, SCRIPT.outcomes = False, [UpstreamUnclear("Timed out."), Delivered()]

        self.work()
        self.work()

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.DELIVERED)
        self.assertEqual(SCRIPT.sent, [command.pk, command.pk])


class LookupTests(WorkerCase):
    def setUp(self) -> None:
        super().setUp()
        self.command = make_command(self.organization)
        SCRIPT.outcomes = [UpstreamUnclear("Timed out.")]
        self.work()

    def look(self, times: int = 1) -> OutboxCommand:
        for _ in range(times):
            self.let_time_pass()
            run_next("orders")
        self.command.refresh_from_db()
        return self.command

    def test_two_misses_in_a_row_prove_that_nothing_happened(self) -> None:
        once = self.look()
        state, misses = once.state, once.misses
        self.assert_waits(once, settings.OUTCOME_SETTLE_S)
        twice = self.look()

        self.assertEqual((state, misses), (CommandState.UNKNOWN, 1))
        self.assertEqual((twice.state, twice.sent_at), (CommandState.PENDING, None))
        self.assertEqual(len(SCRIPT.sent), 1)

    def test_a_miss_while_the_call_may_still_be_under_way_proves_nothing(self) -> None:
        for _ in range(3):
            OutboxCommand.objects.update(next_attempt_at=timezone.now(), sent_at=timezone.now())
            run_next("orders")

        self.command.refresh_from_db()
        self.assertEqual((self.command.state, self.command.misses), (CommandState.UNKNOWN, 0))
        longest = max(settings.HTTP_LABEL_TIMEOUT_S, settings.HTTP_READ_TIMEOUT_S)
        self.assert_waits(self.command, longest + settings.OUTCOME_SETTLE_S)

    def test_after_a_second_sending_it_takes_two_misses_again(self) -> None:
        self.look(2)
        SCRIPT.outcomes = [UpstreamUnclear("Timed out.")]
        self.work()

        once = self.look()

        self.assertEqual((len(SCRIPT.sent), once.state), (2, CommandState.UNKNOWN))
        self.assertEqual(once.misses, 1)

    def test_a_call_that_left_late_is_given_its_time_from_its_end(self) -> None:
        self.look(2)
        SCRIPT.outcomes = [UpstreamUnclear("Broken off.")]
        SCRIPT.meanwhile = self.let_time_pass
        run_next("orders")

        OutboxCommand.objects.update(next_attempt_at=timezone.now())
        run_next("orders")

        self.command.refresh_from_db()
        self.assertEqual((len(SCRIPT.sent), len(SCRIPT.looked)), (2, 3))
        self.assertEqual((self.command.state, self.command.misses), (CommandState.UNKNOWN, 0))

    def test_what_an_early_look_finds_is_taken(self) -> None:
        OutboxCommand.objects.update(next_attempt_at=timezone.now(), sent_at=timezone.now())
        SCRIPT.findings = [Delivered()]

        run_next("orders")

        self.command.refresh_from_db()
        self.assertEqual(self.command.state, CommandState.DELIVERED)

    def test_a_look_that_fails_in_between_starts_the_count_anew(self) -> None:
        SCRIPT.findings = [Missed(), Retry("label.pending", "Still making it."), Missed()]

        self.look(3)

        self.assertEqual((self.command.state, self.command.misses), (CommandState.UNKNOWN, 1))

    def test_looks_without_a_result_end_with_a_person(self) -> None:
        SCRIPT.findings = [Retry("label.pending", "Still making it.")] * MAX_LOOKUPS

        self.look(MAX_LOOKUPS)

        self.assertEqual(self.command.state, CommandState.STUCK)
        self.assertEqual(len(SCRIPT.sent), 1)
        self.assertEqual(
            SCRIPT.settled,
            [(self.command.pk, Unknown("outcome.unresolved", "Still making it."))],
        )

    def test_a_look_that_gives_up_ends_with_a_person_at_once(self) -> None:
        SCRIPT.findings = [Unknown("label.overdue", "Still making it.")]

        command = self.look()

        self.assertEqual((command.state, command.lookups), (CommandState.STUCK, 1))
        self.assertEqual(command.error_code, "label.overdue")
        self.assertEqual(len(SCRIPT.sent), 1)

    def test_looks_without_an_answer_go_on_for_ever_ever_slower(self) -> None:
        SCRIPT.findings = [UpstreamUnreachable("Away.")] * 30

        self.look(30)

        self.assertEqual((self.command.state, self.command.lookups), (CommandState.UNKNOWN, 0))
        self.assert_waits(self.command, 60)

    def test_a_bug_in_looking_counts_as_a_look(self) -> None:
        SCRIPT.findings = [ZeroDivisionError()] * MAX_LOOKUPS

        self.look(MAX_LOOKUPS)

        self.assertEqual(self.command.state, CommandState.STUCK)

    def test_rejection_found_by_looking_is_final(self) -> None:
        SCRIPT.findings = [Rejected("label.failed", "The carrier refused.")]

        self.look()

        self.assertEqual(self.command.state, CommandState.REJECTED)
        self.assertEqual(len(SCRIPT.sent), 1)


class SettleFailsTests(WorkerCase):
    def test_what_was_sent_is_looked_up_and_the_queue_goes_on(self) -> None:
        broken = make_command(self.organization, lane="order:1")
        other = make_command(self.organization, lane="order:2")
        SCRIPT.outcomes = [Delivered({"platform_ref": "9"})]
        SCRIPT.settle_errors = [Conflict("moved on")]
        SCRIPT.findings = [Delivered({"platform_ref": "9"})]

        done = drain("orders")
        broken.refresh_from_db()
        between = (broken.state, broken.error_code, broken.result, broken.settled_at)
        self.work()

        self.assertEqual(done, 2)
        self.assertEqual(between, (CommandState.UNKNOWN, "worker.error", {}, None))
        broken.refresh_from_db()
        self.assertEqual(broken.state, CommandState.DELIVERED)
        self.assertEqual(SCRIPT.sent, [broken.pk, other.pk])

    def test_a_failure_that_stays_is_handed_to_a_person_without_resending(self) -> None:
        command = make_command(self.organization)
        SCRIPT.settle_errors = [Conflict("moved on")] * 50
        SCRIPT.findings = [Delivered()] * 50

        for _ in range(MAX_FAILED_ATTEMPTS + 3):
            self.work()

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.STUCK)
        self.assertEqual(SCRIPT.sent, [command.pk])

    def test_a_refusal_before_sending_is_tried_anew(self) -> None:
        command = make_command(self.organization)
        SCRIPT.sends = False
        SCRIPT.outcomes = [Rejected("catalog.not_listed", "Not listed.")] * 2
        SCRIPT.settle_errors = [Conflict("moved on")]

        self.work()
        self.work()

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.REJECTED)
        self.assertEqual(SCRIPT.looked, [])


class UnknownKindTests(WorkerCase):
    def test_it_is_put_back_as_it_was_and_the_queue_goes_on(self) -> None:
        foreign = make_command(self.organization, lane="order:1")
        other = make_command(self.organization, lane="order:2")
        sent_at = timezone.now() - timedelta(minutes=9)
        OutboxCommand.objects.filter(pk=foreign.pk).update(kind="later.release", sent_at=sent_at)

        done = drain("orders")

        foreign.refresh_from_db()
        other.refresh_from_db()
        self.assertEqual(done, 2)
        self.assertEqual(other.state, CommandState.DELIVERED)
        self.assertEqual(
            (foreign.state, foreign.sent_at, foreign.error_code),
            (CommandState.UNKNOWN, sent_at, "worker.unknown_kind"),
        )


class PlatformSwitchTests(WorkerCase):
    def test_commands_of_a_platform_that_is_off_wait_and_others_go_on(self) -> None:
        PlatformAccount.objects.filter(platform="veeqo").update(is_enabled=False)
        waiting = make_command(self.organization, lane="order:1", platform="veeqo")
        going = make_command(self.organization, lane="order:2", platform="easyship")

        self.work()

        waiting.refresh_from_db()
        going.refresh_from_db()
        self.assertEqual(
            (waiting.state, going.state), (CommandState.PENDING, CommandState.DELIVERED)
        )


class LaneTests(WorkerCase):
    def test_commands_of_a_lane_run_in_order(self) -> None:
        commands = [make_command(self.organization) for _ in range(3)]

        self.work()

        self.assertEqual(SCRIPT.sent, [command.pk for command in commands])

    def test_an_unresolved_command_keeps_its_lane_closed(self) -> None:
        first = make_command(self.organization)
        make_command(self.organization)
        SCRIPT.outcomes = [UpstreamUnclear("Timed out.")]
        run_next("orders")

        nothing = claim_next("orders")

        self.assertIsNone(nothing)
        self.assertEqual(SCRIPT.sent, [first.pk])

    def test_queues_are_worked_apart(self) -> None:
        make_command(self.organization)

        self.assertIsNone(claim_next("sync"))


FINAL_ANSWERS = [
    (UpstreamUnreachable("Away."), Retry("upstream.unreachable", "Away.")),
    (UpstreamUnavailable("500 on a read."), Retry("upstream.unavailable", "500 on a read.")),
    (
        UpstreamRateLimited("Slow down.", retry_after_s=9),
        Retry("upstream.rate_limited", "Slow down.", 9),
    ),
    (UpstreamUnclear("Cut off."), Unknown("upstream.outcome_unknown", "Cut off.")),
    (UpstreamMalformed("No id."), Unknown("upstream.malformed", "No id.")),
    (UpstreamRefused("No."), Rejected("upstream.refused", "No.")),
    (UpstreamNotFound("Gone."), Rejected("upstream.not_found", "Gone.")),
    (UpstreamUnauthorized("Bad key."), Retry("upstream.unauthorized", "Bad key.", 60)),
    (Conflict("Moved."), Rejected("conflict", "Moved.")),
]


@pytest.mark.parametrize(("error", "outcome"), FINAL_ANSWERS)
def test_an_error_says_what_follows_from_it(error: AppError, outcome: Outcome) -> None:
    assert outcome_of_error(error) == outcome
