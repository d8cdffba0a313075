"""An order for a kit is routed, held and shipped by what the kit is made of."""

from __future__ import annotations

from django.test import TestCase

from inventory.kits.services import compose_kit
from inventory.models import Reservation, StockLevel
from inventory.proof import stock_differences
from orders.models import Order, RoutingDecision
from orders.reports.products import search_products
from orders.rules.drafts import LineDraft
from orders.rules.states import OrderState
from orders.services.contents import is_outdated
from orders.services.dispatch import Dispatched, dispatch_order
from orders.tasks import dispatch_waiting
from orders.tests.builders import (
    make_order,
    make_organization,
    make_sellable,
    make_stocked_sellable,
    make_warehouse,
    put_stock,
)


class KitOrderTests(TestCase):
    """A set is two mugs and a pot; five mugs and three pots are there."""

    def setUp(self) -> None:
        self.organization = make_organization()
        self.mug = make_stocked_sellable(self.organization, "MUG-01", units=5)
        self.pot = make_stocked_sellable(self.organization, "POT-01", units=3)
        self.kit = make_sellable(self.organization, "SET-01")
        compose_kit(kit_id=self.kit.pk, units={self.mug.pk: 2, self.pot.pk: 1}, actor="tests")

    def order(self, **units: int) -> Order:
        names = {"kit": "SET-01", "mug": "MUG-01", "pot": "POT-01"}
        lines = tuple(LineDraft(sku=names[name], quantity=n) for name, n in units.items())
        return make_order(self.organization, lines=lines)

    def test_components_are_held_for_the_order(self) -> None:
        order = self.order(kit=2, mug=1)

        result = dispatch_order(order_id=order.pk)

        held = Reservation.objects.still_open().values_list("sellable__sku", "quantity")
        self.assertEqual(result, Dispatched.RESERVED)
        self.assertEqual(dict(held), {"MUG-01": 5, "POT-01": 2})
        snapshot = RoutingDecision.objects.get(order=order).snapshot
        self.assertEqual(snapshot["needs"], {"MUG-01": 5, "POT-01": 2})
        self.assertFalse(is_outdated(order, order.shipments.get()))
        self.assertEqual(stock_differences(), [])

    def test_kit_and_component_that_do_not_fit_together_wait(self) -> None:
        order = self.order(kit=2, mug=2)

        result = dispatch_order(order_id=order.pk)

        self.assertEqual(result, Dispatched.BACKORDERED)
        short = order.lines.order_by("position").values_list("sku", "short_quantity")
        self.assertEqual(list(short), [("SET-01", 0), ("MUG-01", 1)])
        self.assertFalse(Reservation.objects.exists())

    def test_short_kits_are_as_many_as_the_scarcest_component_allows(self) -> None:
        order = self.order(kit=4)

        dispatch_order(order_id=order.pk)

        self.assertEqual(order.lines.get().short_quantity, 2)
        self.assertIn("lacks", RoutingDecision.objects.get(order=order).sentences[0])

    def test_order_goes_on_when_the_component_arrives(self) -> None:
        order = self.order(kit=3)
        dispatch_order(order_id=order.pk)
        self.assertEqual(dispatch_waiting(), 0)

        put_stock(self.mug, make_warehouse("NV"), 1)
        dispatch_waiting()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.RESERVED.value)

    def test_oldest_promise_gets_what_arrives(self) -> None:
        first, second = self.order(pot=4), self.order(pot=4)
        for order in (first, second):
            dispatch_order(order_id=order.pk)
        young = self.order(pot=2)

        put_stock(self.pot, make_warehouse("NV"), 2)
        dispatch_waiting()

        states = Order.objects.order_by("pk").values_list("state", flat=True)
        self.assertEqual(list(states), ["reserved", "backordered", "backordered"])
        self.assertEqual(StockLevel.objects.get(sellable=self.pot).reserved, 4)
        self.assertEqual(young.lines.get().quantity, 2)

    def test_kits_are_offered_with_what_their_components_make(self) -> None:
        (found,) = search_products(organization_id=self.organization.pk, text="SET-01")

        self.assertEqual(found.available, 2)
