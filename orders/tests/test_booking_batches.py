"""Many shipments booked in one batch: fewer calls, and still each exactly once."""

from __future__ import annotations

from django.utils import timezone

from carriers.models import ApiCall, CommandState, OutboxCommand
from carriers.outbox.leases import UNANSWERED, claim_like, claim_next
from catalog.models import PlatformListing
from inventory.models import WarehouseLink
from orders.handlers.booking_batches import book_many
from orders.models import Order
from orders.rules.states import OrderState
from orders.services.cancellation import cancel_order
from orders.services.kinds import BOOK
from orders.tests.twin import TwinCase

LEAST = 5
BATCH = "/batches/shipments"
EASYSHIP_KEY = {"Authorization": "Bearer ek-test"}


class BatchCase(TwinCase):
    def placed(self, count: int = LEAST) -> list[Order]:
        """Orders for Nevada, so by Easyship, whose bookings are due together."""
        return [self.place() for _ in range(count)]

    def assert_each_shipped_once(self, orders: list[Order]) -> None:
        for order in orders:
            self.assert_shipped_once(order)
        self.assertEqual(len(self.twin.labels()), len(orders))
        live = [row for row in self.twin.bookings() if row["state"] != "cancelled"]
        self.assertEqual(len(live), len(orders))

    def asked_alone(self) -> int:
        return ApiCall.objects.filter(operation="easyship.create_shipment").count()


class FewerCallsTests(BatchCase):
    def test_five_are_booked_by_one_batch(self) -> None:
        orders = self.placed()

        self.finish()

        self.assert_each_shipped_once(orders)
        self.assertEqual((self.twin.asked("POST", BATCH), self.asked_alone()), (1, 0))

    def test_four_are_booked_one_by_one(self) -> None:
        orders = self.placed(LEAST - 1)

        self.finish()

        self.assert_each_shipped_once(orders)
        self.assertEqual((self.twin.asked("POST", BATCH), self.asked_alone()), (0, LEAST - 1))

    def test_ids_of_the_platform_are_asked_for_once_and_kept(self) -> None:
        self.placed()
        self.finish()

        self.assertTrue(WarehouseLink.objects.filter(platform="easyship").exists())
        self.assertTrue(PlatformListing.objects.filter(platform="easyship").exists())
        self.assertEqual(self.twin.asked("GET", "/products"), 1)
        self.assertEqual(self.twin.asked("GET", "/addresses"), 1)

    def test_what_is_not_in_its_catalog_is_booked_alone(self) -> None:
        for row in self.twin.call("GET", "/2024-09/products?per_page=100", EASYSHIP_KEY)[
            "products"
        ]:
            self.twin.call("DELETE", f"/2024-09/products/{row['id']}", EASYSHIP_KEY)
        orders = self.placed()

        self.finish()

        self.assert_each_shipped_once(orders)
        self.assertEqual((self.twin.asked("POST", BATCH), self.asked_alone()), (0, LEAST))

    def test_one_that_was_called_off_is_left_out(self) -> None:
        orders = self.placed(LEAST + 1)
        cancel_order(order_id=orders[0].pk, reason="Changed mind", actor="tests")

        self.finish()

        orders[0].refresh_from_db()
        self.assertEqual(orders[0].state, OrderState.CANCELLED.value)
        self.assert_each_shipped_once(orders[1:])


class RefusedTests(BatchCase):
    def test_of_a_refused_batch_each_is_booked_alone(self) -> None:
        orders = self.placed()
        self.twin.fault("POST", BATCH, "error_before", status=422)

        self.finish()

        self.assert_each_shipped_once(orders)
        self.assertEqual((self.twin.asked("POST", BATCH), self.asked_alone()), (1, LEAST))

    def test_one_that_the_platform_cannot_book_keeps_no_other_back(self) -> None:
        orders = self.placed()
        Order.objects.filter(pk=orders[2].pk).update(city="x" * 60)

        self.finish()

        others = [*orders[:2], *orders[3:]]
        for order in others:
            self.assert_shipped_once(order)


class LostAnswerTests(BatchCase):
    def _is_sent_once(self, effect: str) -> None:
        orders = self.placed()
        self.twin.fault("POST", BATCH, effect)

        self.finish(rounds=12)

        self.assert_each_shipped_once(orders)
        self.assertEqual((self.twin.asked("POST", BATCH), self.asked_alone()), (1, 0))

    def test_dropped_answer(self) -> None:
        self._is_sent_once("drop_after")

    def test_error_although_it_was_taken_on(self) -> None:
        self._is_sent_once("error_after")

    def test_half_an_answer(self) -> None:
        self._is_sent_once("truncate_after")

    def test_while_any_batch_is_open_nothing_found_proves_nothing(self) -> None:
        self.twin.option(easyship_batch_seconds=36000)
        orders = self.placed()
        self.twin.fault("POST", BATCH, "drop_after")

        self.finish(rounds=6)

        self.assertEqual(self.twin.bookings(), [])
        commands = OutboxCommand.objects.filter(kind=BOOK)
        self.assertEqual({one.state for one in commands}, {CommandState.UNKNOWN.value})
        self.assertEqual({one.batch_ref for one in commands}, {UNANSWERED})
        self.twin.advance(hours=20)
        self.twin.option(easyship_batch_seconds=1)
        self.finish(rounds=12)
        self.assert_each_shipped_once(orders)
        self.assertEqual((self.twin.asked("POST", BATCH), self.asked_alone()), (1, 0))

    def test_a_batch_that_never_arrived_is_booked_one_by_one_once_that_is_proven(self) -> None:
        orders = self.placed()
        self.twin.fault("POST", BATCH, "error_before", status=503)

        self.finish(rounds=12)

        self.assert_each_shipped_once(orders)
        self.assertEqual((self.twin.asked("POST", BATCH), self.asked_alone()), (1, LEAST))

    def test_a_worker_that_dies_after_sending_books_nothing_twice(self) -> None:
        orders = self.placed()
        claimed = claim_next("orders")
        assert claimed is not None
        commands = [claimed[0], *claim_like(claimed[0], least=LEAST, most=50)]
        book_many(commands)
        OutboxCommand.objects.filter(kind=BOOK).update(lease_until=timezone.now())

        self.finish(rounds=12)

        self.assert_each_shipped_once(orders)
        self.assertEqual((self.twin.asked("POST", BATCH), self.asked_alone()), (1, 0))

    def test_a_stale_list_books_nothing_twice(self) -> None:
        orders = self.placed()
        self.twin.fault("GET", "/2024-09/shipments", "stale", times=3)

        self.finish(rounds=12)

        self.assert_each_shipped_once(orders)
        self.assertEqual((self.twin.asked("POST", BATCH), self.asked_alone()), (1, 0))
