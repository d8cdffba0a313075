"""Our warehouses and those at a platform find one another."""

from __future__ import annotations

from django.conf import settings

from accounts.models import Organization
from carriers.contracts import Platform
from carriers.services.facts import memory_of
from carriers.services.pacing import credential_of
from catalog.models import PlatformListing
from catalog.tests.builders import make_sellable
from inventory.models import StockLevel, Warehouse, WarehouseLink
from inventory.tests.builders import put_stock
from orders.models import Order
from orders.rules.states import OrderState
from orders.services.dispatch import dispatch_order
from orders.tests.builders import make_order
from orders.tests.twin import TwinCase

TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}


class WarehouseLinkTests(TwinCase):
    def test_the_list_is_asked_for_once(self) -> None:
        self.place(**TEXAS)
        self.place(**TEXAS)
        self.work()
        WarehouseLink.objects.all().delete()
        self.place(**TEXAS)

        self.work()

        self.assertEqual(self.twin.asked("GET", "/warehouses"), 1)

    def test_one_made_there_a_moment_ago_is_found_at_once(self) -> None:
        secret, url = settings.VEEQO_API_KEY, settings.VEEQO_BASE_URL
        memory = memory_of(f"{credential_of(Platform.VEEQO, secret)}:{url}")
        self.assertEqual(memory("warehouses", tuple), ())
        order = self.place(**TEXAS)

        self.finish()

        self.assert_shipped_once(order)
        self.assertEqual(self.twin.asked("GET", "/warehouses"), 1)

    def test_one_that_is_not_there_is_told(self) -> None:
        for number, warehouse in enumerate(Warehouse.objects.all()):
            Warehouse.objects.filter(pk=warehouse.pk).update(
                name=f"Moon {number}", code=f"MOON-{number}"
            )
        order = self.place(**TEXAS)

        self.finish()

        order.refresh_from_db()
        self.assertEqual(
            (order.state, order.attention_code),
            (OrderState.NEEDS_ATTENTION.value, "warehouse.not_linked"),
        )
        self.assertEqual(self.twin.bookings(), [])


class SharedSkuTests(TwinCase):
    """Two organizations have a product of the same SKU; one of them is listed at the platform."""

    def of_birch(self, **address: str) -> Order:
        """Alder's kettle is listed at both platforms; Birch sells another one under its SKU."""
        birch = Organization.objects.get(slug="birch")
        kettle = make_sellable(birch, "KET-12")
        put_stock(kettle, StockLevel.objects.filter(sellable__sku="KET-12")[0].warehouse, 50)
        order = make_order(birch, "KET-12", **address)
        dispatch_order(order_id=order.pk)
        return order

    def test_it_is_not_shipped_as_the_product_of_the_other(self) -> None:
        order = self.of_birch(**TEXAS)

        self.finish()

        order.refresh_from_db()
        self.assertEqual(
            (order.state, order.attention_code),
            (OrderState.NEEDS_ATTENTION.value, "catalog.not_listed"),
        )
        self.assertEqual(self.twin.bookings(), [])
        self.assertFalse(PlatformListing.objects.filter(sellable__sku="KET-12").exists())

    def test_it_goes_in_no_batch_as_the_product_of_the_other(self) -> None:
        orders = [self.of_birch()]
        orders += [self.place("TRM-GRN") for _ in range(5)]

        self.finish()

        for order in orders:
            self.assert_shipped_once(order)
        self.assertEqual(self.twin.asked("POST", "/batches/shipments"), 1)
        self.assertFalse(PlatformListing.objects.filter(sellable__sku="KET-12").exists())
