"""Orders that wait for stock are looked at when it arrives."""

from __future__ import annotations

from django.test import TestCase
from django_q.models import OrmQ

from inventory.kits.services import compose_kit
from inventory.services.arrivals import tell_of_arrival
from orders.services.dispatch import dispatch_order
from orders.tests.builders import make_order, make_organization, make_sellable, make_warehouse


class ArrivalTests(TestCase):
    """An order waits for a kit of mugs."""

    def setUp(self) -> None:
        organization = make_organization()
        make_warehouse("NV")
        self.mug, self.pot = (make_sellable(organization, sku) for sku in ("MUG-01", "POT-01"))
        kit = make_sellable(organization, "SET-01")
        compose_kit(kit_id=kit.pk, units={self.mug.pk: 2}, actor="tests")
        dispatch_order(order_id=make_order(organization, "SET-01").pk)
        OrmQ.objects.all().delete()

    def test_component_wakes_the_order_for_its_kit(self) -> None:
        tell_of_arrival([self.mug.pk])

        (woken,) = OrmQ.objects.all()
        self.assertEqual(
            (woken.key, woken.task["func"]), ("orders", "orders.tasks.dispatch_waiting")
        )

    def test_what_nobody_waits_for_wakes_nobody(self) -> None:
        tell_of_arrival([self.pot.pk])

        self.assertFalse(OrmQ.objects.exists())
