"""Many shipments booked in one batch: fewer calls, and still each exactly once."""

from __future__ import annotations

from catalog.models import PlatformListing
from inventory.models import WarehouseLink
from orders.models import Order
from orders.rules.states import OrderState
from orders.services.cancellation import cancel_order
from orders.services.kinds import BOOK
from orders.tests.batch_cases import EASYSHIP_KEY, LEAST, BatchCase, LostAnswerMixin


class BookingCase(BatchCase):
    kind, path, alone = BOOK, "/batches/shipments", "easyship.create_shipment"

    def due(self, count: int = LEAST) -> list[Order]:
        """Orders for Nevada, so by Easyship, whose bookings are due together."""
        return [self.place() for _ in range(count)]

    def assert_each_shipped_once(self, orders: list[Order]) -> None:
        super().assert_each_shipped_once(orders)
        live = [row for row in self.twin.bookings() if row["state"] != "cancelled"]
        self.assertEqual(len(live), len(orders))


class FewerCallsTests(BookingCase):
    def test_five_are_booked_by_one_batch(self) -> None:
        orders = self.due()

        self.finish()

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=1, alone=0)

    def test_four_are_booked_one_by_one(self) -> None:
        orders = self.due(LEAST - 1)

        self.finish()

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=0, alone=LEAST - 1)

    def test_ids_of_the_platform_are_asked_for_once_and_kept(self) -> None:
        self.due()
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
        orders = self.due()

        self.finish()

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=0, alone=LEAST)

    def test_one_that_was_called_off_is_left_out(self) -> None:
        orders = self.due(LEAST + 1)
        cancel_order(order_id=orders[0].pk, reason="Changed mind", actor="tests")

        self.finish()

        orders[0].refresh_from_db()
        self.assertEqual(orders[0].state, OrderState.CANCELLED.value)
        self.assert_each_shipped_once(orders[1:])


class RefusedTests(BookingCase):
    def test_one_that_the_platform_cannot_book_keeps_no_other_back(self) -> None:
        orders = self.due()
        Order.objects.filter(pk=orders[2].pk).update(city="x" * 60)

        self.finish()

        others = [*orders[:2], *orders[3:]]
        for order in others:
            self.assert_shipped_once(order)


class LostAnswerTests(LostAnswerMixin, BookingCase):
    def test_a_stale_list_books_nothing_twice(self) -> None:
        orders = self.due()
        self.twin.fault("GET", "/2024-09/shipments", "stale", times=3)

        self.finish(rounds=12)

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=1, alone=0)
