"""Orders of an organization that wants it are assigned to warehouses together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import TestCase, TransactionTestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, Role
from accounts.tests.builders import make_organization
from accounts.tests.cases import client_for
from inventory.models import Reservation, Warehouse
from inventory.proof import stock_differences
from orders.models import AssignmentState, BatchAssignment, Order, Shipment
from orders.rules.states import OrderState
from orders.services.assigning import carry_out, start_assignment
from orders.services.dispatch import dispatch_order
from orders.tasks import assign, assign_due, dispatch_one, dispatch_waiting
from orders.tests.builders import (
    make_order,
    make_stocked_sellable,
    make_user,
    make_warehouse,
    put_stock,
)
from orders.tests.test_rerouting import send_all_by
from shipping_project.kernel.errors import AppError
from shipping_project.kernel.tests.races import at_once, needs_row_locks

NEVADA = {"city": "Reno", "state": "NV", "postal_code": "89503"}
NEW_YORK = {"city": "Albany", "state": "NY", "postal_code": "12207"}
ASSIGNMENTS = "/api/v1/routing/assignments"


class AssigningMixin:
    def prepare(self, *, nevada: int = 2, new_york: int = 2) -> None:
        self.alder = make_organization("alder")
        Organization.objects.filter(pk=self.alder.pk).update(assigns_batches=True)
        self.alder.refresh_from_db()
        self.mug = make_stocked_sellable(self.alder, units=nevada)
        put_stock(self.mug, make_warehouse("NY"), new_york)
        # Cheaper by far than the one in Nevada, wherever the parcel goes.
        Warehouse.objects.filter(code="NY").update(handling_cost="0.10")
        Warehouse.objects.filter(code="NV").update(handling_cost="90.00")
        send_all_by("UPS")

    def begin(self, **more: Any) -> BatchAssignment:
        started = start_assignment(organization_id=self.alder.pk, actor="ada", **more)
        assign(started.pk)
        started.refresh_from_db()
        return started


class AssigningTests(AssigningMixin, TestCase):
    def setUp(self) -> None:
        self.prepare()

    def origin(self, order: Order) -> str:
        return str(order.shipments.live().select_related("warehouse").get().warehouse.code)

    def test_they_wait_for_the_batch_and_go_together(self) -> None:
        orders = [make_order(self.alder, **NEVADA) for _ in range(3)]
        self.assertFalse(dispatch_one(orders[0].pk))
        self.assertEqual(dispatch_waiting(), 0)

        self.assertEqual(assign_due(), 1)
        batch = BatchAssignment.objects.get()
        self.assertTrue(assign(batch.pk))

        batch.refresh_from_db()
        self.assertEqual((batch.orders, batch.placed, batch.dispatched), (3, 3, 3))
        self.assertEqual(batch.state, AssignmentState.CARRIED_OUT)
        self.assertEqual(sorted(map(self.origin, orders)), ["NV", "NY", "NY"])
        self.assertEqual(stock_differences(), [])
        self.assertEqual(assign_due(), 0)

    def test_a_dry_run_touches_nothing(self) -> None:
        order = make_order(self.alder, **NEVADA)

        batch = self.begin(is_dry_run=True)

        self.assertEqual((batch.placed, batch.dispatched), (1, 0))
        self.assertEqual(batch.plan[0]["parts"][0]["warehouse"], "NY")
        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.VALID.value)
        self.assertFalse(Reservation.objects.exists())

    def test_urgent_orders_and_those_of_others_do_not_wait(self) -> None:
        soon = timezone.now() + timedelta(hours=3)
        urgent = make_order(self.alder, ship_by=soon)
        Organization.objects.update(assigns_batches=False)
        other = make_order(self.alder)
        Organization.objects.update(assigns_batches=True)

        self.assertTrue(dispatch_one(urgent.pk))
        Organization.objects.update(assigns_batches=False)
        self.assertTrue(dispatch_one(other.pk))
        self.assertEqual(assign_due(), 0)

    def test_none_waits_for_ever(self) -> None:
        order = make_order(self.alder)
        ages_ago = timezone.now() - timedelta(days=1)
        Order.objects.filter(pk=order.pk).update(updated_at=ages_ago)

        self.assertEqual(dispatch_waiting(), 1)

    def test_what_finds_no_stock_is_backordered_by_itself(self) -> None:
        orders = [make_order(self.alder) for _ in range(5)]

        batch = self.begin()

        self.assertEqual((batch.placed, batch.dispatched), (4, 4))
        states = sorted(Order.objects.values_list("state", flat=True))
        self.assertEqual(states, ["backordered", *["reserved"] * 4])
        self.assertEqual(len(orders), 5)

    def test_units_that_go_meanwhile_are_not_oversold(self) -> None:
        order = make_order(self.alder)
        batch = start_assignment(organization_id=self.alder.pk, actor="ada")
        with override_settings(ASSIGN_SECONDS=0):
            Warehouse.objects.filter(code="NV").update(is_active=False)
            hasty = make_order(self.alder, quantity=2, ship_by=timezone.now())
            dispatch_order(order_id=hasty.pk)
            carry_out(batch.pk)

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.VALID.value)
        self.assertEqual(Shipment.objects.get().order, hasty)
        self.assertEqual(stock_differences(), [])

    def test_a_repeat_does_nothing(self) -> None:
        make_order(self.alder)
        batch = self.begin()
        make_order(self.alder)

        self.assertFalse(assign(batch.pk))

        self.assertEqual(Shipment.objects.count(), 1)

    def test_an_order_goes_in_parts_where_that_is_allowed(self) -> None:
        Organization.objects.update(allows_split=True)
        order = make_order(self.alder, quantity=3)

        batch = self.begin()

        order.refresh_from_db()
        self.assertEqual((batch.dispatched, order.state), (1, OrderState.SPLIT.value))
        parts = {self.origin(part): part.lines.get().quantity for part in order.parts.all()}
        self.assertEqual(sum(parts.values()), 3)
        self.assertEqual(set(parts), {"NV", "NY"})

    def test_held_by_a_rule_it_is_held_and_not_placed(self) -> None:
        send_all_by("UPS", hold_reason="Look first")
        order = make_order(self.alder)

        batch = self.begin()

        order.refresh_from_db()
        self.assertEqual((batch.placed, order.state), (0, OrderState.HELD.value))


class FrontTests(AssigningMixin, TestCase):
    def setUp(self) -> None:
        self.prepare()
        self.manager = make_user(Role.MANAGER, username="mary")
        self.order = make_order(self.alder, **NEVADA)

    def test_by_api(self) -> None:
        api = client_for(self.manager)

        started = api.post(ASSIGNMENTS, {"organization": "alder", "dry_run": True}, format="json")
        assign(started.json()["id"])

        self.assertEqual(started.status_code, 202, started.content)
        told = api.get(f"{ASSIGNMENTS}/{started.json()['id']}").json()
        self.assertEqual((told["state"], told["orders"], told["placed"]), ("planned", 1, 1))
        self.assertEqual(told["plan"][0]["order"], self.order.number)
        self.assertNotIn("plan", api.get(ASSIGNMENTS).json()["results"][0])

    def test_partners_and_operators_do_not_begin_one(self) -> None:
        for person in (make_user(Role.OPERATOR), make_user(Role.PARTNER, organization=self.alder)):
            answer = client_for(person).post(ASSIGNMENTS, {"organization": "alder"}, format="json")

            self.assertEqual(answer.status_code, 403)
        self.assertFalse(BatchAssignment.objects.exists())

    def test_from_the_page(self) -> None:
        self.client.force_login(self.manager)

        begun = self.client.post(reverse("batch-begin"), {"organization": "alder"})
        batch = BatchAssignment.objects.get()
        address = reverse("batch", args=[batch.pk])
        self.assertRedirects(begun, address)
        self.assertContains(self.client.get(address), 'hx-trigger="every 2s"')

        assign(batch.pk)

        self.assertContains(self.client.get(reverse("batches")), address)
        page = self.client.get(address)
        self.assertNotContains(page, "every 2s")
        self.assertContains(page, self.order.number)
        self.assertContains(page, "Saved ")

    def test_partners_do_not_see_the_page(self) -> None:
        self.client.force_login(make_user(Role.PARTNER, organization=self.alder))

        self.assertEqual(self.client.get(reverse("batches")).status_code, 403)


@pytest.mark.postgres
@needs_row_locks
class AssigningRaceTests(AssigningMixin, TransactionTestCase):
    serialized_rollback = True

    def setUp(self) -> None:
        self.prepare(nevada=4, new_york=4)

    def test_a_batch_and_single_orders_never_oversell(self) -> None:
        batched = [make_order(self.alder) for _ in range(6)]
        urgent = [make_order(self.alder, ship_by=timezone.now()) for _ in range(6)]
        batch = start_assignment(organization_id=self.alder.pk, actor="ada")

        def act(number: int) -> object:
            if number < 2:
                return carry_out(batch.pk)
            try:
                return [dispatch_order(order_id=order.pk) for order in urgent[number - 2 :: 2]]
            except AppError as exc:
                return exc.code

        answers = at_once(4, act)

        self.assertEqual([one for one in answers if isinstance(one, Exception)], [])
        self.assertEqual(stock_differences(), [])
        self.assertLessEqual(Shipment.objects.live().count(), 8)
        self.assertEqual(len(batched), 6)
