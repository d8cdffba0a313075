"""Many workers at once: each command is taken once, and the order of a lane holds."""

from __future__ import annotations

from functools import partial

import pytest
from django.test import TransactionTestCase
from django.utils import timezone

from accounts.tests.builders import make_organization
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.commands import cancel_pending
from carriers.outbox.leases import claim_next, recover_abandoned
from carriers.outbox.worker import run_next
from carriers.tests.scripted import SCRIPT, make_command
from shipping_project.kernel.tests.races import at_once, needs_row_locks, results


@pytest.mark.postgres
@needs_row_locks
class ManyWorkersTests(TransactionTestCase):
    serialized_rollback = True

    def setUp(self) -> None:
        SCRIPT.clear()
        self.organization = make_organization()

    def claim_all(self, _: int) -> list[int]:
        taken = []
        while (claimed := claim_next("orders")) is not None:
            taken.append(claimed[0].pk)
        return taken

    def test_eight_workers_take_each_command_once(self) -> None:
        commands = [make_command(self.organization, lane=f"order:{n}") for n in range(60)]

        taken = [pk for took in results(at_once(8, self.claim_all)) for pk in took]

        self.assertEqual(sorted(taken), [command.pk for command in commands])
        self.assertEqual(set(OutboxCommand.objects.values_list("fence", flat=True)), {1})

    def test_of_one_lane_only_the_head_is_taken(self) -> None:
        commands = [make_command(self.organization, lane=f"order:{n % 3}") for n in range(12)]

        taken = [pk for took in results(at_once(8, self.claim_all)) for pk in took]

        self.assertEqual(sorted(taken), [command.pk for command in commands[:3]])

    def test_lanes_are_worked_off_in_order_by_eight_workers(self) -> None:
        commands = [make_command(self.organization, lane=f"order:{n % 5}") for n in range(40)]
        lane_of = {command.pk: command.lane for command in commands}

        at_once(8, self.work)
        while run_next("orders"):
            pass

        self.assertEqual(sorted(SCRIPT.sent), sorted(lane_of))
        for lane in set(lane_of.values()):
            sent = [pk for pk in SCRIPT.sent if lane_of[pk] == lane]
            self.assertEqual(sent, sorted(sent))

    def test_an_abandoned_command_is_freed_once(self) -> None:
        command = make_command(self.organization)
        OutboxCommand.objects.update(
            state=CommandState.IN_FLIGHT, lease_until=timezone.now(), sent_at=timezone.now()
        )

        freed = at_once(8, lambda _: recover_abandoned())

        self.assertEqual(sorted(map(str, freed)), ["0"] * 7 + ["1"])
        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.UNKNOWN)

    def test_a_command_is_either_claimed_or_withdrawn(self) -> None:
        for number in range(10):
            lane = f"order:{number}"
            command = make_command(self.organization, lane=lane)

            claimed, withdrawn = results(at_once(2, partial(self.claim_or_withdraw, lane)))

            command.refresh_from_db()
            self.assertEqual(
                (claimed, command.state),
                (not withdrawn, CommandState.CANCELLED if withdrawn else CommandState.IN_FLIGHT),
            )

    def claim_or_withdraw(self, lane: str, number: int) -> bool:
        """The first of two workers claims, the second withdraws; whether it got something."""
        return bool(cancel_pending(lane=lane)) if number else claim_next("orders") is not None

    def work(self, _: int) -> None:
        while run_next("orders"):
            pass
