"""An order that no warehouse can send alone goes in parts, each an order with its own label."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db.models import Sum
from django.test import TransactionTestCase, override_settings
from django.urls import reverse

from accounts.models import Organization, Role
from accounts.tests.cases import client_for
from inventory.models import Reservation, StockLevel
from inventory.proof import stock_differences
from orders.demo.seed import seed_demo
from orders.models import Order, OrderLine
from orders.rules.drafts import LineDraft
from orders.rules.states import OrderState
from orders.services.amend import correct_address
from orders.services.cancellation import cancel_order
from orders.services.dispatch import Dispatched, dispatch_order
from orders.services.intake import receive_order
from orders.services.replacement import InParts
from orders.services.restarts import AlreadyBooked
from orders.services.splitting import AskedPart, NotSplittable, split_order
from orders.tasks import dispatch_waiting, follow_all, follow_one
from orders.tests.builders import (
    ADDRESS,
    make_draft,
    make_user,
    put_stock,
)
from orders.tests.test_rerouting import send_all_by
from orders.tests.twin import TwinCase, TwinMixin
from shipping_project.kernel.errors import AppError, InvalidInput
from shipping_project.kernel.tests.races import at_once, needs_row_locks

# Listed at the twin, which knows nothing of products that are made up here.
KETTLE, OTHER = "KET-12", "TRM-GRN"


class SplitMixin(TwinMixin):
    organization: Organization

    def prepare(self, *, allows_split: bool = True) -> None:
        Organization.objects.filter(slug="alder").update(allows_split=allows_split)
        self.organization = Organization.objects.get(slug="alder")
        send_all_by("UPS")

    def stock(self, *units: tuple[str, int]) -> list[tuple[str, int]]:
        """Only so many of each, all of one SKU in one warehouse of the demonstration."""
        rows = StockLevel.objects.select_related("warehouse").order_by("warehouse__code")
        places: list[tuple[str, int]] = []
        for place, (sku, count) in enumerate(units):
            levels = rows.filter(sellable__sku=sku, sellable__organization__slug="alder")
            there = [level for level in levels if level.warehouse.country == "US"]
            keeps = there[place % len(there)]
            for level in levels:
                _set_units(level, count if level == keeps else 0)
            places.append((keeps.warehouse.code, count))
        return places

    def receive(self, *units: tuple[str, int]) -> Order:
        lines = tuple(LineDraft(sku=sku, quantity=count) for sku, count in units)
        draft = make_draft(lines=lines)
        return receive_order(organization_id=self.organization.pk, draft=draft, actor="tests").order


def _set_units(level: StockLevel, units: int) -> None:
    change = units - level.available
    if change:
        put_stock(level.sellable, level.warehouse, change)


def units_of(orders: Any) -> Counter[str]:
    rows = OrderLine.objects.filter(order__in=orders).order_by()
    sums = rows.values_list("sku").annotate(units=Sum("quantity"))
    return Counter(dict(sums))


class SplitCase(SplitMixin, TwinCase):
    def setUp(self) -> None:
        super().setUp()
        self.prepare()
        self.places = self.stock((KETTLE, 3), (OTHER, 4))
        self.order = self.receive((KETTLE, 2), (OTHER, 4))

    def parts(self) -> list[Order]:
        return list(self.order.parts.order_by("pk"))

    def state(self) -> str:
        follow_one(self.order.pk)
        self.order.refresh_from_db()
        return str(self.order.state)

    def assert_units_balance(self) -> None:
        self.assertEqual(units_of(self.parts()), units_of([self.order]))
        total = sum(part.total for part in self.parts())
        self.assertEqual(total, self.order.total)
        self.assertEqual(stock_differences(), [])


class ByStockTests(SplitCase):
    def test_each_part_has_one_label_and_the_order_follows(self) -> None:
        done = dispatch_order(order_id=self.order.pk)

        self.assertEqual(done, Dispatched.SPLIT)
        self.assertEqual(self.state(), OrderState.SPLIT.value)
        self.assert_units_balance()
        sent_from = [part.shipments.get().warehouse.code for part in self.parts()]
        self.assertEqual(sorted(sent_from), sorted(code for code, _ in self.places))
        self.finish()
        for part in self.parts():
            self.assert_shipped_once(part)
        self.assertEqual(len(self.twin.labels()), 2)
        self.assertEqual(self.state(), OrderState.BOOKED.value)

    def test_the_decision_of_the_order_tells_why(self) -> None:
        dispatch_order(order_id=self.order.pk)

        decision = self.order.decisions.get()
        self.assertEqual(decision.failure, "no_stock")
        self.assertIn("No warehouse holds every line", decision.sentences[0])

    def test_without_leave_it_waits_whole(self) -> None:
        Organization.objects.update(allows_split=False)

        self.assertEqual(dispatch_order(order_id=self.order.pk), Dispatched.BACKORDERED)
        self.assertEqual(dispatch_waiting(), 0)
        self.assertEqual(self.parts(), [])

    def test_a_rule_decides_before_the_organization(self) -> None:
        send_all_by("UPS", split="forbid", stop=False)
        self.assertEqual(dispatch_order(order_id=self.order.pk), Dispatched.BACKORDERED)
        steps = self.order.decisions.get().trace["steps"]
        self.assertIn("split rule", [step["stage"] for step in steps if isinstance(step, dict)])

        Organization.objects.update(allows_split=False)
        send_all_by("UPS", split="allow", stop=False)
        self.assertEqual(dispatch_waiting(), 1)
        self.assertEqual(len(self.parts()), 2)

    def test_a_backordered_one_is_split_once_stock_suffices(self) -> None:
        self.stock((KETTLE, 0), (OTHER, 4))
        self.assertEqual(dispatch_order(order_id=self.order.pk), Dispatched.BACKORDERED)
        self.assertEqual(dispatch_waiting(), 0)

        self.stock((KETTLE, 2), (OTHER, 4))
        self.assertEqual(dispatch_waiting(), 1)

        self.assertEqual(self.state(), OrderState.SPLIT.value)
        self.assert_units_balance()
        self.assertEqual(list(self.order.lines.short()), [])

    def test_stock_that_is_gone_meanwhile_leaves_the_order_whole(self) -> None:
        self.stock((KETTLE, 2), (OTHER, 3))

        self.assertEqual(dispatch_order(order_id=self.order.pk), Dispatched.BACKORDERED)

        self.assertEqual((self.parts(), Reservation.objects.count()), ([], 0))

    def test_the_order_goes_where_its_parts_go(self) -> None:
        dispatch_order(order_id=self.order.pk)
        self.finish()
        first, second = self.parts()
        for part, state, whole in (
            (first, OrderState.DELIVERED, OrderState.BOOKED),
            (second, OrderState.IN_TRANSIT, OrderState.IN_TRANSIT),
            (second, OrderState.DELIVERED, OrderState.DELIVERED),
        ):
            with self.subTest(part=part.number, state=state):
                Order.objects.filter(pk=part.pk).update(state=state.value)
                self.assertEqual(self.state(), whole.value)

    def test_a_lost_nudge_costs_no_more_than_a_minute(self) -> None:
        dispatch_order(order_id=self.order.pk)
        self.finish()

        follow_all()

        self.order.refresh_from_db()
        self.assertEqual(self.order.state, OrderState.BOOKED.value)


class CancelTests(SplitCase):
    def setUp(self) -> None:
        super().setUp()
        dispatch_order(order_id=self.order.pk)

    def test_cancelling_the_order_voids_and_cancels_every_part(self) -> None:
        self.finish()

        cancel_order(order_id=self.order.pk, reason="Changed my mind", actor="ada")
        self.finish()

        self.assertEqual(self.state(), OrderState.CANCELLED.value)
        self.assertEqual({part.state for part in self.parts()}, {OrderState.CANCELLED.value})
        self.assertEqual((len(self.twin.labels()), len(self.twin.labels("voided"))), (0, 2))
        self.assertEqual(stock_differences(), [])
        self.assertFalse(Reservation.objects.still_open().exists())

    def test_one_part_is_cancelled_alone(self) -> None:
        first, second = self.parts()

        cancel_order(order_id=first.pk, reason="", actor="ada")
        self.finish()

        self.assertEqual(self.state(), OrderState.BOOKED.value)
        self.assert_shipped_once(second)

    def test_a_part_that_left_goes_on_and_the_order_says_so(self) -> None:
        self.finish()
        first, second = self.parts()
        Order.objects.filter(pk=first.pk).update(state=OrderState.IN_TRANSIT.value)

        cancel_order(order_id=self.order.pk, reason="", actor="ada")
        self.finish()
        Order.objects.filter(pk=first.pk).update(state=OrderState.DELIVERED.value)

        self.assertEqual(self.state(), OrderState.DELIVERED.value)
        self.assertIsNone(self.order.cancel_requested_at)
        told = self.order.events.get(kind="order.cancel_refused").message
        self.assertIn(first.number, told)
        second.refresh_from_db()
        self.assertEqual(second.state, OrderState.CANCELLED.value)

    def test_a_cancellation_that_was_interrupted_goes_on(self) -> None:
        Order.objects.filter(pk=self.order.pk).update(cancel_requested_at="2026-03-01T00:00Z")

        follow_all()
        self.finish()

        self.assertEqual(self.state(), OrderState.CANCELLED.value)

    def test_what_is_asked_of_a_part_is_refused_of_the_whole(self) -> None:
        with pytest.raises(InParts):
            correct_address(order_id=self.order.pk, address=ADDRESS, actor="ada")
        with pytest.raises(NotSplittable):
            split_order(order_id=self.order.pk, asked=(), reason="Again", actor="ada")
        with pytest.raises(NotSplittable):
            split_order(order_id=self.parts()[0].pk, asked=(), reason="Again", actor="ada")


class ByHandCase(SplitCase):
    def setUp(self) -> None:
        super().setUp()
        self.stock((KETTLE, 9), (OTHER, 9))
        Organization.objects.update(allows_split=False)


class ByHandTests(ByHandCase):
    def split(self, *asked: AskedPart) -> list[Order]:
        return split_order(order_id=self.order.pk, asked=asked, reason="Two gifts", actor="ada")

    def test_as_a_person_says(self) -> None:
        code = self.places[0][0]
        first = AskedPart(units={KETTLE: 1}, warehouse=code)
        self.split(first, AskedPart(units={KETTLE: 1}, warehouse=code), AskedPart(units={OTHER: 4}))
        dispatch_waiting()
        self.finish()

        self.assert_units_balance()
        for part in self.parts():
            self.assert_shipped_once(part)
        self.assertEqual(self.parts()[0].shipments.get().warehouse.code, code)
        self.assertEqual(self.parts()[0].overrides.get().reason, "Two gifts")
        self.assertEqual([part.number for part in self.parts()], self.order_numbers())

    def order_numbers(self) -> list[str]:
        self.order.refresh_from_db()
        return self.order.part_numbers

    def test_every_fault_is_named_and_nothing_is_written(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            self.split(AskedPart(units={KETTLE: 3}), AskedPart(units={}, warehouse="MOON"))

        told = [(fault.field, fault.code) for fault in refused.value.errors]
        self.assertEqual(
            told,
            [
                ("parts[1].lines", "split.empty"),
                ("parts[1].warehouse", "warehouse.unknown"),
                ("parts", "split.units"),
                ("parts", "split.units"),
            ],
        )
        self.assertEqual(Order.objects.get(pk=self.order.pk).state, OrderState.VALID.value)
        self.assertEqual(self.parts(), [])

    def test_not_once_it_is_booked(self) -> None:
        order = self.receive((KETTLE, 2))
        dispatch_order(order_id=order.pk)
        self.finish()

        halves = [AskedPart(units={KETTLE: 1})] * 2
        with pytest.raises(AlreadyBooked):
            split_order(order_id=order.pk, asked=halves, reason="Late", actor="ada")

        self.assert_shipped_once(order)

    def test_one_that_is_reserved_gives_its_stock_back_first(self) -> None:
        order = self.receive((KETTLE, 9))
        dispatch_order(order_id=order.pk)

        asked = [AskedPart(units={KETTLE: 4}), AskedPart(units={KETTLE: 5})]
        split_order(order_id=order.pk, asked=asked, reason="Heavy", actor="ada")
        dispatch_waiting()
        self.finish()

        for part in order.parts.all():
            self.assert_shipped_once(part)
        self.assertEqual(stock_differences(), [])


class FrontTests(ByHandCase):
    def setUp(self) -> None:
        super().setUp()
        self.staff = make_user(Role.MANAGER, username="mary")
        self.staff.is_staff = True
        self.staff.save()
        self.client.force_login(self.staff)

    def test_by_api(self) -> None:
        parts = [
            {"lines": [{"sku": KETTLE, "quantity": 2}]},
            {"lines": [{"sku": OTHER, "quantity": 4}], "warehouse": self.places[1][0]},
        ]
        body = {"parts": parts, "reason": "Two gifts"}
        path = f"/api/v1/orders/{self.order.number}"

        answer = client_for(self.staff).post(f"{path}/split", body, format="json")

        self.assertEqual(answer.status_code, 200, answer.content)
        told = answer.json()
        self.assertEqual((told["state"], told["parent"]), ("split", None))
        part = client_for(self.staff).get(f"/api/v1/orders/{told['parts'][0]}").json()
        self.assertEqual((part["parent"], part["parts"]), (self.order.number, []))
        self.assert_units_balance()

    def test_from_the_page(self) -> None:
        page = reverse("order-split", args=[self.order.number])
        own = reverse("order", args=[self.order.number])
        self.assertContains(self.client.get(own), page)
        self.assertContains(self.client.get(page), "Part 2")
        units = {"units-1-1": "2", "units-1-2": "0", "units-2-1": "1", "units-2-2": "2"}

        refused = self.client.post(page, {**units, "count": "2", "reason": "Gifts"})
        taken = self.client.post(page, {**units, "units-2-2": "3", "count": "2", "reason": "Gifts"})

        self.assertContains(refused, "The order has 4 × TRM-GRN, the parts have 3", status_code=422)
        self.assertRedirects(taken, own)
        shown = self.client.get(own)
        for part in self.parts():
            self.assertContains(shown, reverse("order", args=[part.number]))
        self.assertContains(self.client.get(reverse("order", args=[part.number])), "Part of")
        self.assert_units_balance()

    def test_from_the_admin_by_stock(self) -> None:
        chosen = {"action": "split", "_selected_action": [self.order.pk], "confirmed": "yes"}

        page = reverse("admin:orders_order_changelist")
        answer = self.client.post(page, {**chosen, "reason": "Two places"})

        self.assertContains(answer, f"In parts: {self.order.number}-1, {self.order.number}-2.")
        self.assert_units_balance()


@pytest.mark.postgres
@needs_row_locks
class SplitRaceTests(SplitMixin, TransactionTestCase):
    serialized_rollback = True

    def setUp(self) -> None:
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
            seed_demo(with_orders=False)
        self.start_twin(self.addCleanup)
        self.prepare()

    def test_orders_that_want_the_same_stock_are_whole_or_wait(self) -> None:
        self.stock((KETTLE, 4), (OTHER, 4))
        # Lines the other way round, so that locks taken as they come would cross.
        orders = [self.receive((KETTLE, 1), (OTHER, 1)) for _ in range(3)]
        orders += [self.receive((OTHER, 1), (KETTLE, 1)) for _ in range(3)]

        answers = at_once(6, lambda number: dispatch_order(order_id=orders[number].pk))

        done = [answer for answer in answers if answer is Dispatched.SPLIT]
        self.assertEqual(len(done), 4, answers)
        self.assertEqual(stock_differences(), [])
        for order in Order.objects.filter(part_count__gt=0):
            self.assertEqual(units_of(order.parts.all()), units_of([order]))

    def test_splitting_and_cancelling_at_once_leave_no_part_behind(self) -> None:
        self.stock((KETTLE, 4), (OTHER, 4))
        order = self.receive((KETTLE, 1), (OTHER, 1))

        def act(number: int) -> object:
            try:
                if number:
                    return cancel_order(order_id=order.pk, reason="", actor="ada")
                return dispatch_order(order_id=order.pk)
            except AppError as exc:
                return exc.code

        at_once(2, act)
        follow_all()
        self.finish()
        follow_all()

        order.refresh_from_db()
        states = {part.state for part in order.parts.all()}
        self.assertEqual(order.state, OrderState.CANCELLED.value)
        self.assertLessEqual(states, {OrderState.CANCELLED.value})
        self.assertEqual((stock_differences(), self.twin.labels()), ([], []))
