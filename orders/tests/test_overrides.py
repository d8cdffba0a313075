"""A person picks the way of an order; the rules' own choice is kept beside it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Organization, Role
from accounts.tests.cases import client_for
from carriers.outbox.worker import run_next
from inventory.models import Reservation, StockLevel
from inventory.proof import stock_differences
from orders.models import Order, RoutingOverride
from orders.models.overrides import OverrideSealed
from orders.rules.picked import PickedWay
from orders.rules.service_wish import ServiceWish
from orders.rules.states import OrderState
from orders.services.dispatch import dispatch_order
from orders.services.holds import hold_order, release_order
from orders.services.overrides import override_route
from orders.services.restarts import AlreadyBooked
from orders.tasks import dispatch_waiting
from orders.tests.builders import make_user, make_warehouse, put_stock
from orders.tests.twin import TwinCase
from shipping_project.kernel.errors import InvalidInput

AUSTIN = {"city": "Austin", "state": "TX", "postal_code": "78701"}
TO_UPS = PickedWay(carrier="UPS")


class OverrideCase(TwinCase):
    def setUp(self) -> None:
        super().setUp()
        self.order = self.place(**AUSTIN)
        self.chosen = self.order.shipments.get()
        self.other = "UPS" if self.chosen.carrier != "UPS" else "FEDEX"

    def pick(self, **picked: Any) -> RoutingOverride:
        return override_route(
            order_id=self.order.pk,
            picked=PickedWay(**(picked or {"carrier": self.other})),
            reason="The customer asked for it",
            actor="ada",
        )

    def go_on(self) -> None:
        dispatch_waiting()
        self.finish()
        self.order.refresh_from_db()


class OverrideTests(OverrideCase):
    def test_the_order_goes_the_way_picked_with_one_label(self) -> None:
        self.pick()
        self.go_on()

        self.assert_shipped_once(self.order)
        shipment = self.order.shipments.live().get()
        self.assertEqual(shipment.carrier, self.other)
        self.assertEqual(len(self.twin.bookings()), 1)
        self.assertEqual(stock_differences(), [])

    def test_the_choice_of_the_rules_is_kept_with_reason_and_user(self) -> None:
        override = self.pick()
        self.go_on()

        decision = self.order.decisions.newest_first()[0]
        self.assertEqual(decision.override, override)
        self.assertEqual((override.actor, override.reason), ("ada", "The customer asked for it"))
        self.assertEqual(decision.carrier, self.other)
        for record in (override.machine, decision.machine):
            self.assertEqual(record["carrier"], self.chosen.carrier)
            self.assertEqual(record["warehouse"], self.chosen.warehouse.code)

    def test_a_service_that_is_picked_goes_with_the_decision(self) -> None:
        self.pick(wish=ServiceWish(strategy="fastest"))
        dispatch_waiting()

        decision = self.order.decisions.newest_first()[0]
        self.assertEqual(decision.wish.strategy, "fastest")
        self.assertEqual(decision.carrier, self.chosen.carrier)

    def test_an_override_is_never_changed_or_removed(self) -> None:
        override = self.pick()

        for act in (override.save, override.delete):
            with pytest.raises(OverrideSealed):
                act()

    def test_picking_nothing_gives_the_order_back_to_the_rules(self) -> None:
        self.pick()
        override_route(order_id=self.order.pk, picked=PickedWay(), reason="No", actor="ada")
        self.go_on()

        decision = self.order.decisions.newest_first()[0]
        self.assertEqual((decision.override, decision.machine), (None, {}))
        self.assertEqual(decision.carrier, self.chosen.carrier)
        self.assertEqual(RoutingOverride.objects.count(), 2)

    def test_it_leaves_from_the_warehouse_picked(self) -> None:
        sellable = self.order.lines.get().sellable
        codes = StockLevel.objects.filter(sellable=sellable).exclude(
            warehouse=self.chosen.warehouse
        )
        other = codes.select_related("warehouse")[0].warehouse
        put_stock(sellable, other, 5)

        self.pick(warehouse=other.code)
        dispatch_waiting()

        held = Reservation.objects.still_open().get()
        self.assertEqual(held.warehouse, other)
        self.assertEqual(self.order.shipments.live().get().warehouse, other)

    def test_a_held_order_goes_that_way_once_released(self) -> None:
        waiting = self.place(**AUSTIN)
        override_route(order_id=waiting.pk, picked=PickedWay(), reason="Wait", actor="ada")
        hold_order(order_id=waiting.pk, reason="look", actor="ada")

        override_route(order_id=waiting.pk, picked=TO_UPS, reason="Ada", actor="ada")
        waiting.refresh_from_db()
        self.assertEqual(waiting.state, OrderState.HELD.value)
        release_order(order_id=waiting.pk, actor="ada")
        dispatch_order(order_id=waiting.pk)

        self.assertEqual(waiting.shipments.live().get().carrier, "UPS")

    def test_after_a_refused_label_the_booking_is_cancelled_first(self) -> None:
        self.twin.fault("POST", "/shipping/shipments", "error_before", status=400)
        self.work()
        self.order.refresh_from_db()
        self.assertEqual(self.order.state, OrderState.NEEDS_ATTENTION.value)

        self.pick()
        self.finish(rounds=2)
        self.go_on()

        self.assert_shipped_once(self.order)
        states = sorted(row["state"] for row in self.twin.bookings())
        self.assertEqual(len(states), 2)
        self.assertIn("cancelled", states)
        self.assertEqual(self.order.shipments.live().get().carrier, self.other)


class RefusedTests(OverrideCase):
    def assert_unchanged(self) -> None:
        self.assertFalse(RoutingOverride.objects.exists())
        self.assertEqual(self.order.shipments.live().get().carrier, self.chosen.carrier)

    def test_not_once_it_is_booked(self) -> None:
        run_next("orders")

        with pytest.raises(AlreadyBooked) as refused:
            self.pick()

        self.assertIn("is booked at", refused.value.detail)
        self.assert_unchanged()
        self.finish()
        self.assert_shipped_once(self.order)

    def test_not_once_the_label_is_bought(self) -> None:
        self.finish()

        with pytest.raises(AlreadyBooked):
            self.pick()

        self.assert_unchanged()

    def test_every_fault_is_named_and_the_booking_stays(self) -> None:
        make_warehouse("LON")
        with pytest.raises(InvalidInput) as refused:
            override_route(
                order_id=self.order.pk,
                picked=PickedWay(carrier="SNAIL", platform="moon", warehouse="LON-9"),
                reason=" ",
                actor="ada",
            )

        self.assertEqual(
            {fault.field for fault in refused.value.errors},
            {"reason", "platform", "carrier", "warehouse"},
        )
        self.assert_unchanged()
        self.finish()
        self.assert_shipped_once(self.order)

    def test_not_from_a_warehouse_without_the_units(self) -> None:
        empty = make_warehouse("LON")

        with pytest.raises(InvalidInput) as refused:
            self.pick(warehouse=empty.code)

        self.assertEqual(refused.value.errors[0].code, "stock.insufficient")
        self.assert_unchanged()


class FrontTests(OverrideCase):
    def setUp(self) -> None:
        super().setUp()
        self.staff = make_user(Role.MANAGER, username="mary")
        self.address = f"/api/v1/orders/{self.order.number}/override"

    def test_by_api_and_told_with_the_decision(self) -> None:
        api = client_for(self.staff)

        answer = api.post(
            self.address, {"carrier": self.other, "reason": "Asked for"}, format="json"
        )
        dispatch_waiting()

        self.assertEqual(answer.status_code, 200, answer.content)
        told = api.get(f"/api/v1/orders/{self.order.number}/decision").json()
        self.assertEqual(told["override"]["reason"], "Asked for")
        self.assertEqual(told["override"]["by"], self.staff.label)
        self.assertEqual(told["machine"]["carrier"], self.chosen.carrier)
        self.assertEqual(told["carrier"], self.other)

    def test_the_api_asks_for_a_reason(self) -> None:
        answer = client_for(self.staff).post(self.address, {"carrier": "UPS"}, format="json")

        self.assertEqual(answer.status_code, 422)
        self.assertEqual([e["field"] for e in answer.json()["errors"]], ["reason"])

    def test_from_the_page_of_the_order(self) -> None:
        self.client.force_login(self.staff)
        page = reverse("order-override", args=[self.order.number])
        self.assertContains(self.client.get(reverse("order", args=[self.order.number])), page)

        refused = self.client.post(page, {"carrier": "UPS"})
        taken = self.client.post(page, {"carrier": self.other, "reason": "Asked for"})
        dispatch_waiting()

        self.assertEqual((refused.status_code, taken.status_code), (400, 302))
        shown = self.client.get(reverse("order", args=[self.order.number]))
        self.assertContains(shown, "Picked by")
        self.assertContains(shown, "The rules by themselves")

    def test_the_page_says_when_it_is_too_late(self) -> None:
        run_next("orders")
        self.client.force_login(self.staff)
        page = reverse("order-override", args=[self.order.number])

        refused = self.client.post(page, {"carrier": self.other, "reason": "Asked for"})

        self.assertContains(refused, "is booked at", status_code=409)
        self.assertNotContains(self.client.get(reverse("order", args=[self.order.number])), page)

    def test_from_the_admin(self) -> None:
        self.staff.is_staff = True
        self.staff.save()
        self.client.force_login(self.staff)
        words = {"carrier": self.other, "reason": "Asked for", "confirmed": "yes"}
        chosen = {"action": "override", "_selected_action": [self.order.pk]}

        answer = self.client.post(reverse("admin:orders_order_changelist"), {**chosen, **words})

        self.assertContains(answer, "the choice of the rules is kept beside it")
        self.assertEqual(RoutingOverride.objects.get().way.carrier, self.other)

    def test_another_organization_does_not_see_it(self) -> None:
        other = Organization.objects.exclude(pk=self.order.organization_id)[0]
        stranger = make_user(Role.PARTNER, organization=other)

        answer = client_for(stranger).post(
            self.address, {"carrier": "UPS", "reason": "Mine"}, format="json"
        )

        self.assertEqual(answer.status_code, 404)
        self.assertEqual(Order.objects.get(pk=self.order.pk).overrides.count(), 0)
