"""What orders at Veeqo hold of its stock: ours are counted there, all others are sales of units."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from carriers.outbox.worker import run_next
from carriers.platforms import veeqo_client
from inventory.models import PlatformSale, PlatformStock, Reservation, StockLevel
from inventory.sync.doubts import is_in_doubt
from inventory.tests.veeqo_shop import VeeqoShop
from orders.models import Order, Shipment
from orders.services.cancellation import cancel_order
from orders.services.stock_there import OrderThere, follow_orders_there
from orders.tasks import pull_veeqo_orders
from orders.tests.twin import TwinCase

TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}


class StockThereTests(TwinCase):
    def held(self, order: Order) -> tuple[str, int, int]:
        row = Reservation.objects.get(reference__startswith=f"{order.number}-")
        return row.counted_at, row.allocated_there, row.shipped_there

    def test_label_bought_there_takes_the_units_off_its_numbers(self) -> None:
        order = self.place(**TEXAS)
        self.work()

        self.assertEqual(self.held(order), ("veeqo", 0, 1))

    def test_order_that_went_another_way_is_counted_nowhere(self) -> None:
        order = self.place()
        self.finish()

        self.assertEqual(self.held(order), ("", 0, 0))

    def test_what_its_list_shows_of_ours_is_no_sale(self) -> None:
        order = self.place(**TEXAS)
        self.work()
        Reservation.objects.update(counted_at="", allocated_there=0, shipped_there=0)

        pull_veeqo_orders()

        self.assertEqual(self.held(order), ("veeqo", 0, 1))
        self.assertFalse(PlatformSale.objects.exists())

    def test_booking_that_waits_for_its_label_is_counted_as_allocated(self) -> None:
        self.twin.fault("GET", "/shipping/rates", "error_before", times=-1)
        order = self.place(**TEXAS)
        for _ in range(2):
            run_next("orders")

        self.assertEqual(self.held(order), ("veeqo", 1, 0))

    def test_label_with_a_lost_answer_is_in_doubt_until_it_is_found(self) -> None:
        self.twin.fault("POST", "/shipping/shipments", "error_after")
        order = self.place(**TEXAS)
        while run_next("orders"):
            pass
        hold = Reservation.objects.get(reference__startswith=f"{order.number}-")
        level = StockLevel.objects.get(sellable=hold.sellable, warehouse=hold.warehouse)
        before = is_in_doubt("veeqo", level)

        self.finish()

        self.assertEqual((before, is_in_doubt("veeqo", level)), (True, False))
        self.assertEqual(self.held(order), ("veeqo", 0, 1))

    def test_page_from_before_the_label_does_not_undo_it(self) -> None:
        self.twin.fault("GET", "/shipping/rates", "error_before", times=1)
        order = self.place(**TEXAS)
        for _ in range(2):
            run_next("orders")
        read_at = timezone.now()
        (row,) = veeqo_client().list_orders(updated_since=read_at - timedelta(days=1)).rows
        self.finish()
        before = self.held(order)

        follow_orders_there(
            platform="veeqo",
            orders=[
                OrderThere(
                    order_ref=row.order_ref,
                    number=row.number,
                    changed_at=row.updated_at,
                    read_at=read_at,
                    units=row.allocated,
                )
            ],
        )

        self.assertEqual((before, self.held(order)), (("veeqo", 0, 1),) * 2)

    def test_label_that_is_to_be_given_back_is_in_doubt_until_it_is(self) -> None:
        order = self.place(**TEXAS)
        self.work()
        hold = Reservation.objects.get(reference__startswith=f"{order.number}-")
        level = StockLevel.objects.get(sellable=hold.sellable, warehouse=hold.warehouse)
        cancel_order(order_id=order.pk, reason="changed my mind", actor="Ada")
        before = is_in_doubt("veeqo", level)

        self.finish()

        self.assertEqual((before, is_in_doubt("veeqo", level)), (True, False))

    def test_called_off_it_is_counted_no_more_and_the_units_are_free(self) -> None:
        order = self.place(**TEXAS)
        self.work()
        stock = self.stock_of(order)

        cancel_order(order_id=order.pk, reason="changed my mind", actor="Ada")
        self.finish()

        self.assertEqual(self.held(order), ("veeqo", 0, 0))
        stock.refresh_from_db()
        self.assertEqual(stock.expected, 60)

    def test_order_of_its_own_shop_is_held_here(self) -> None:
        order = self.place(**TEXAS)
        self.work()
        shipment = Shipment.objects.get(order=order)
        sellable = order.lines.get().sellable
        item = veeqo_client().find_items(sellable.sku)[0].item_ref

        VeeqoShop(self.twin.url, key="vk-test").sell(item, 3, number="A")
        pull_veeqo_orders()

        sale = PlatformSale.objects.get()
        level = StockLevel.objects.get(sellable=sellable, warehouse=sale.level.warehouse)
        self.assertEqual((sale.number, sale.held, sale.short), ("A", 3, 0))
        self.assertEqual(level.reserved, 3 + (level.warehouse_id == shipment.warehouse_id))

    def stock_of(self, order: Order) -> PlatformStock:
        """As if both sides had agreed on 60 before the label was bought."""
        shipment = Shipment.objects.get(order=order)
        sellable = order.lines.get().sellable
        stock: PlatformStock = PlatformStock.objects.create(
            listing=sellable.listings.get(platform="veeqo"),
            link=shipment.warehouse.links.get(platform="veeqo"),
            level=StockLevel.objects.get(sellable=sellable, warehouse=shipment.warehouse),
            expected=59,
        )
        return stock
