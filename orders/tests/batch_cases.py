"""What holds for everything that goes to Easyship in batches, booking as buying."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.utils import timezone

from carriers.models import ApiCall, CommandState, OutboxCommand
from carriers.outbox.leases import UNANSWERED, claim_like, claim_next
from carriers.outbox.registry import handler_for
from orders.models import Order
from orders.tests.twin import TwinCase

LEAST = 5
EASYSHIP_KEY = {"Authorization": "Bearer ek-test"}


class BatchCase(TwinCase):
    """`due` places orders whose commands of `kind` are due together."""

    kind: ClassVar[str]
    path: ClassVar[str]
    alone: ClassVar[str]

    def due(self, count: int = LEAST) -> list[Order]:
        raise NotImplementedError

    def claimed(self) -> list[OutboxCommand]:
        """As a worker has them in hand that is about to send one batch."""
        first = claim_next("orders")
        assert first is not None
        return [first[0], *claim_like(first[0], least=LEAST, most=50)]

    def commands(self) -> list[OutboxCommand]:
        return list(OutboxCommand.objects.filter(kind=self.kind))

    def assert_each_shipped_once(self, orders: list[Order]) -> None:
        for order in orders:
            self.assert_shipped_once(order)
        self.assertEqual(len(self.twin.labels()), len(orders))

    def assert_asked(self, *, in_batches: int, alone: int) -> None:
        asked_alone = ApiCall.objects.filter(operation=self.alone).count()
        self.assertEqual((self.twin.asked("POST", self.path), asked_alone), (in_batches, alone))


# Only what is mixed with a case of its own is run.
if TYPE_CHECKING:
    Mixed = BatchCase
else:
    Mixed = object


class LostAnswerMixin(Mixed):
    """What was taken on is looked for and never sent again."""

    def _is_sent_once(self, effect: str) -> None:
        orders = self.due()
        self.twin.fault("POST", self.path, effect)

        self.finish(rounds=12)

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=1, alone=0)

    def test_dropped_answer(self) -> None:
        self._is_sent_once("drop_after")

    def test_error_although_it_was_taken_on(self) -> None:
        self._is_sent_once("error_after")

    def test_half_an_answer(self) -> None:
        self._is_sent_once("truncate_after")

    def test_page_of_a_proxy_although_it_was_taken_on(self) -> None:
        self._is_sent_once("html_after")

    def test_while_any_batch_is_open_nothing_found_proves_nothing(self) -> None:
        self.twin.option(easyship_batch_seconds=36_000)
        orders = self.due()
        self.twin.fault("POST", self.path, "drop_after")

        self.finish(rounds=6)

        self.assertEqual(self.twin.labels(), [])
        self.assertEqual({one.state for one in self.commands()}, {CommandState.UNKNOWN.value})
        self.assertEqual({one.batch_ref for one in self.commands()}, {UNANSWERED})
        self.let_batches_end(orders)

    def test_a_slow_batch_is_waited_for_by_its_name(self) -> None:
        self.twin.option(easyship_batch_seconds=36_000)
        orders = self.due()

        self.finish(rounds=20)

        self.assertEqual({one.state for one in self.commands()}, {CommandState.UNKNOWN.value})
        self.assertEqual(len({one.batch_ref for one in self.commands()} - {UNANSWERED, ""}), 1)
        self.let_batches_end(orders)

    def let_batches_end(self, orders: list[Order]) -> None:
        self.twin.advance(hours=20)
        self.twin.option(easyship_batch_seconds=1)
        self.finish(rounds=12)
        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=1, alone=0)

    def test_what_never_arrived_is_sent_one_by_one_once_that_is_proven(self) -> None:
        orders = self.due()
        self.twin.fault("POST", self.path, "error_before", status=503)

        self.finish(rounds=12)

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=1, alone=LEAST)

    def test_a_worker_that_dies_after_sending_leaves_nothing_done_twice(self) -> None:
        orders = self.due()
        self.send(self.claimed())
        OutboxCommand.objects.filter(kind=self.kind).update(lease_until=timezone.now())

        self.finish(rounds=12)

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=1, alone=0)

    def test_of_a_refused_batch_each_is_asked_for_alone(self) -> None:
        orders = self.due()
        self.twin.fault("POST", self.path, "error_before", status=422)

        self.finish()

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=1, alone=LEAST)

    def test_asked_to_slow_down_they_go_together_later(self) -> None:
        orders = self.due()
        self.twin.fault("POST", self.path, "refuse")

        self.finish()

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=2, alone=0)

    def send(self, commands: list[OutboxCommand]) -> dict[int, object]:
        together = handler_for(self.kind).together
        assert together is not None
        return dict(together.carry_out(commands))
