"""Many labels bought in one batch: fewer calls, and still each exactly once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import override_settings
from django.utils import timezone

from accounts.models import Role
from carriers.models import ApiCall, OutboxCommand
from carriers.outbox.outcomes import Queued
from carriers.outbox.worker import run_next
from orders.models import Order, PurchaseIntent
from orders.reports.story import order_story
from orders.rules.purchase import IntentState
from orders.rules.states import OrderState
from orders.services.cancellation import cancel_order
from orders.services.kinds import BOOK, BUY_LABEL
from orders.tests.batch_cases import EASYSHIP_KEY, LEAST, BatchCase, LostAnswerMixin
from orders.tests.builders import make_user

# Of the windows of a limit that is never met here.
SCARCE = override_settings(EASYSHIP_LIMITS="5000/s", CALL_WAIT_S=5)


class LabelCase(BatchCase):
    kind, path, alone = BUY_LABEL, "/batches/labels", "easyship.buy_label"

    def place(self, sku: str = "KET-12", **changes: Any) -> Order:
        """Booked alone, since bookings have batches of their own."""
        order = super().place(sku, **changes)
        OutboxCommand.objects.in_lane(order.lane).update(is_alone=True)
        return order

    def due(self, count: int = LEAST) -> list[Order]:
        """Orders for Nevada, so by Easyship, booked there; their purchases are due together."""
        orders = [self.place() for _ in range(count)]
        purchases = OutboxCommand.objects.filter(kind=BUY_LABEL)
        for _ in orders:
            run_next("orders")
            purchases.update(next_attempt_at=timezone.now() + timedelta(hours=1))
        purchases.update(next_attempt_at=timezone.now())
        self.assertEqual(purchases.count(), count)
        return orders

    def intents(self) -> list[str]:
        return list(PurchaseIntent.objects.order_by("id").values_list("state", flat=True))


class FewerCallsTests(LabelCase):
    def test_five_are_bought_by_one_batch_with_fewer_calls(self) -> None:
        orders = self.due()

        self.finish()

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=1, alone=0)
        # One by one it would be four for each: booking, look, purchase, file.
        calls = ApiCall.objects.filter(operation__startswith="easyship.").count()
        self.assertLess(calls, 4 * LEAST)

    def test_four_are_bought_one_by_one(self) -> None:
        orders = self.due(LEAST - 1)

        self.finish()

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=0, alone=LEAST - 1)

    def test_the_cost_and_the_intent_are_those_of_each_label(self) -> None:
        orders = self.due()

        self.finish()

        charged = {row["tracking_number"]: row["cost"] for row in self.twin.labels()}
        for order in orders:
            package = order.shipments.get().packages.get()
            self.assertEqual(str(package.cost), charged[package.tracking_number])
        self.assertEqual(self.intents(), [IntentState.ADOPTED.value] * LEAST)

    def test_the_story_of_an_order_names_its_batch(self) -> None:
        orders = self.due()

        self.finish()

        bought = OutboxCommand.objects.in_lane(orders[0].lane).get(kind=BUY_LABEL)
        batch_ref = bought.batch_ref
        told = [entry.detail for entry in order_story(orders[0], actor=make_user(Role.MANAGER))]
        self.assertGreater(len(batch_ref), 10)
        self.assertTrue(any(f"in batch {batch_ref}" in detail for detail in told), told)

    def test_calls_of_a_batch_belong_to_no_single_order(self) -> None:
        self.due()

        self.finish()

        batch = ApiCall.objects.get(operation="easyship.create_label_batch")
        self.assertEqual((batch.lane, batch.organization_id, batch.command_id), ("", None, None))

    def test_one_that_was_called_off_is_left_out_and_costs_nothing(self) -> None:
        orders = self.due(LEAST + 1)
        cancel_order(order_id=orders[0].pk, reason="Changed mind", actor="tests")

        self.finish()

        orders[0].refresh_from_db()
        self.assertEqual(orders[0].state, OrderState.CANCELLED.value)
        self.assert_each_shipped_once(orders[1:])
        self.assertEqual(self.twin.labels("voided"), [])


class GatheringTests(LabelCase):
    @SCARCE
    def test_while_the_limit_is_scarce_a_purchase_waits_for_others_on_their_way(self) -> None:
        orders = [self.place() for _ in range(LEAST + 1)]

        self.work()
        self.finish()

        self.assert_each_shipped_once(orders)
        self.assertEqual(self.twin.asked("POST", self.path), 1)

    @SCARCE
    def test_it_does_not_wait_when_nobody_else_is_coming(self) -> None:
        order = self.place()

        self.work()

        self.assert_shipped_once(order)

    @SCARCE
    def test_it_does_not_wait_for_longer_than_it_may(self) -> None:
        for _ in range(LEAST + 1):
            self.place()
        run_next("orders")
        long_ago = timezone.now() - timedelta(minutes=1)
        OutboxCommand.objects.filter(kind=BUY_LABEL).update(created_at=long_ago)
        OutboxCommand.objects.filter(kind=BOOK).update(
            next_attempt_at=timezone.now() + timedelta(hours=1)
        )

        self.work()

        self.assertEqual(len(self.twin.labels()), 1)

    def test_without_a_limit_nobody_waits(self) -> None:
        orders = [self.place() for _ in range(LEAST + 1)]

        self.work()

        self.assert_each_shipped_once(orders)


class RefusedBatchTests(LabelCase):
    def test_labels_that_the_carrier_refuses_are_told_to_their_orders(self) -> None:
        orders = self.due()
        self.twin.fault("POST", self.path, "fail_label")

        self.finish()

        self.assertEqual(
            {self.state_of(order) for order in orders}, {OrderState.NEEDS_ATTENTION.value}
        )
        self.assertEqual(self.twin.labels(), [])
        self.assert_asked(in_batches=1, alone=0)

    def test_a_booking_that_is_gone_keeps_no_other_back(self) -> None:
        orders = self.due(LEAST + 1)
        gone = orders[2].shipments.get().platform_ref
        self.twin.call("DELETE", f"/2024-09/shipments/{gone}", EASYSHIP_KEY)

        self.finish()

        self.assertEqual(self.state_of(orders[2]), OrderState.NEEDS_ATTENTION.value)
        self.assert_each_shipped_once([*orders[:2], *orders[3:]])
        self.assert_asked(in_batches=1, alone=0)

    def state_of(self, order: Order) -> str:
        order.refresh_from_db()
        return str(order.state)


class LostAnswerTests(LostAnswerMixin, LabelCase):
    def test_a_batch_that_never_arrived_is_asked_for_one_by_one_once_that_is_proven(self) -> None:
        orders = self.due()
        self.twin.fault("POST", self.path, "error_before", status=503)

        self.finish()

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=1, alone=LEAST)
        self.assertEqual(self.intents().count(IntentState.MISSED.value), LEAST)

    def test_one_that_another_worker_took_over_is_not_bought_by_this_one(self) -> None:
        orders = self.due()
        commands = self.claimed()
        lost = commands[2]
        OutboxCommand.objects.filter(pk=lost.pk).update(lease_until=timezone.now())
        self.later()

        outcomes = self.send(commands)

        queued = {pk for pk, outcome in outcomes.items() if isinstance(outcome, Queued)}
        self.assertEqual(queued, {one.pk for one in commands} - {lost.pk})
        OutboxCommand.objects.filter(kind=BUY_LABEL).update(lease_until=timezone.now())
        self.finish()
        self.assert_each_shipped_once(orders)
