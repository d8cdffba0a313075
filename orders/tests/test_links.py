"""Our warehouses and those at a platform find one another."""

from __future__ import annotations

from django.conf import settings

from carriers.contracts import Platform
from carriers.services.facts import memory_of
from carriers.services.pacing import credential_of
from inventory.models import Warehouse, WarehouseLink
from orders.rules.states import OrderState
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
