"""Workers that die, hang or come back too late, and people who decide for them."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from django.utils import timezone

from carriers.models import CommandState, OutboxCommand
from carriers.outbox.commands import cancel_pending, release_stuck
from carriers.outbox.leases import (
    LEASE,
    LeaseLost,
    claim_next,
    mark_sending,
    recover_abandoned,
)
from carriers.outbox.outcomes import Delivered
from carriers.outbox.worker import drain, run_next
from carriers.tests.scripted import SCRIPT, make_command
from carriers.tests.test_outbox_worker import WorkerCase
from shipping_project.jobs.workers import worker_identity


class AbandonedTests(WorkerCase):
    def claim(self) -> OutboxCommand:
        make_command(self.organization)
        claimed = claim_next("orders")
        assert claimed is not None
        return claimed[0]

    def die(self, command: OutboxCommand) -> None:
        """As if the worker had been killed: its process is not there any more."""
        place = worker_identity().partition("/")[0]
        OutboxCommand.objects.filter(pk=command.pk).update(claimed_by=f"{place}/4194300/1")

    def test_a_worker_killed_before_sending_leaves_work_that_is_done_at_once(self) -> None:
        command = self.claim()
        self.die(command)

        drain("orders")

        command.refresh_from_db()
        self.assertEqual((command.state, command.attempts), (CommandState.DELIVERED, 2))
        self.assertEqual((SCRIPT.sent, SCRIPT.looked), ([command.pk], []))

    def test_a_worker_killed_after_sending_leaves_a_question(self) -> None:
        command = self.claim()
        mark_sending(command)
        self.die(command)
        SCRIPT.findings = [Delivered({"platform_ref": "9"})]

        drain("orders")
        command.refresh_from_db()
        state = command.state
        self.work()

        self.assertEqual(state, CommandState.UNKNOWN)
        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.DELIVERED)
        self.assertEqual((SCRIPT.sent, SCRIPT.looked), ([], [command.pk]))

    def test_a_call_of_a_dead_worker_is_given_its_time_from_its_death(self) -> None:
        command = self.claim()
        mark_sending(command)
        OutboxCommand.objects.update(sent_at=timezone.now() - timedelta(minutes=10))
        self.die(command)

        drain("orders")
        OutboxCommand.objects.update(next_attempt_at=timezone.now())
        run_next("orders")

        command.refresh_from_db()
        self.assertEqual((SCRIPT.looked, command.misses), ([command.pk], 0))

    def test_a_worker_of_another_host_is_given_up_when_its_lease_ends(self) -> None:
        command = self.claim()
        OutboxCommand.objects.update(claimed_by="another-host/7/123")

        early = recover_abandoned()
        OutboxCommand.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        late = recover_abandoned()

        self.assertEqual((early, late), (0, 1))
        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.PENDING)

    def test_a_namesake_of_this_host_is_not_taken_for_dead(self) -> None:
        command = self.claim()
        OutboxCommand.objects.update(claimed_by=f"{socket.gethostname()}~1/4194300/1")

        freed = recover_abandoned()

        self.assertEqual(freed, 0)
        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.IN_FLIGHT)

    def test_a_worker_that_lives_keeps_its_command(self) -> None:
        command = self.claim()

        freed = recover_abandoned()

        self.assertEqual(freed, 0)
        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.IN_FLIGHT)

    def test_a_worker_that_comes_back_too_late_sends_nothing(self) -> None:
        slow = self.claim()
        OutboxCommand.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        recover_abandoned()
        quick = claim_next("orders")

        with pytest.raises(LeaseLost):
            mark_sending(slow)

        assert quick is not None
        quick[0].refresh_from_db()
        self.assertEqual((quick[0].fence, quick[0].sent_at), (slow.fence + 1, None))

    def test_the_lease_begins_anew_when_the_call_goes_out(self) -> None:
        command = self.claim()
        soon = timezone.now() + timedelta(seconds=5)
        OutboxCommand.objects.update(lease_until=soon)

        mark_sending(command)

        command.refresh_from_db()
        assert command.lease_until is not None
        left = (command.lease_until - timezone.now()).total_seconds()
        self.assertAlmostEqual(left, LEASE.total_seconds(), delta=2)


class WithdrawTests(WorkerCase):
    def test_what_no_worker_touched_is_withdrawn(self) -> None:
        command = make_command(self.organization)

        withdrawn = cancel_pending(lane="order:1")

        command.refresh_from_db()
        self.assertEqual((withdrawn, command.state), (1, CommandState.CANCELLED))
        self.assertEqual(self.work(), 0)

    def test_a_claimed_command_is_not(self) -> None:
        command = make_command(self.organization)
        claim_next("orders")

        withdrawn = cancel_pending(lane="order:1")

        command.refresh_from_db()
        self.assertEqual((withdrawn, command.state), (0, CommandState.IN_FLIGHT))

    def test_one_with_an_unknown_outcome_is_not(self) -> None:
        command = make_command(self.organization)
        OutboxCommand.objects.update(state=CommandState.UNKNOWN, sent_at=timezone.now())

        withdrawn = cancel_pending(lane="order:1")

        command.refresh_from_db()
        self.assertEqual((withdrawn, command.state), (0, CommandState.UNKNOWN))

    def test_other_lanes_go_on(self) -> None:
        other = make_command(self.organization, lane="order:2")

        cancel_pending(lane="order:1")

        other.refresh_from_db()
        self.assertEqual(other.state, CommandState.PENDING)


class PersonDecidesTests(WorkerCase):
    def stuck(self) -> OutboxCommand:
        command = make_command(self.organization)
        OutboxCommand.objects.update(
            state=CommandState.STUCK, sent_at=timezone.now(), lookups=12, misses=1, attempts=13
        )
        command.refresh_from_db()
        return command

    def test_looking_again_asks_the_platform_and_sends_nothing(self) -> None:
        command = self.stuck()
        SCRIPT.findings = [Delivered()]

        release_stuck(command, as_missed=False)
        self.work()

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.DELIVERED)
        self.assertEqual((SCRIPT.sent, SCRIPT.looked), ([], [command.pk]))

    def test_looking_again_needs_two_misses_like_the_first_time(self) -> None:
        command = self.stuck()

        release_stuck(command, as_missed=False)
        self.work()

        command.refresh_from_db()
        self.assertEqual((command.state, command.misses), (CommandState.UNKNOWN, 1))
        self.assertEqual(SCRIPT.sent, [])

    def test_taken_as_missed_it_is_sent_without_another_look(self) -> None:
        command = self.stuck()

        release_stuck(command, as_missed=True)
        self.work()

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.DELIVERED)
        self.assertEqual((SCRIPT.sent, SCRIPT.looked), ([command.pk], []))

    def test_a_command_that_is_not_stuck_stays_as_it_is(self) -> None:
        command = make_command(self.organization)
        OutboxCommand.objects.update(state=CommandState.UNKNOWN, sent_at=timezone.now())

        release_stuck(command, as_missed=True)

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.UNKNOWN)
