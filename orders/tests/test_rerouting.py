"""Chosen orders are routed anew by the rules of now; what is booked is never touched."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import TransactionTestCase, override_settings
from django.urls import reverse

from accounts.models import Organization, Role
from accounts.tests.cases import client_for, client_with
from carriers.contracts import CarrierCode
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.leases import claim_next
from carriers.outbox.worker import run_next
from inventory.proof import stock_differences
from orders.demo.seed import seed_demo
from orders.models import Order, RoutingDecision, RoutingRule, RuleSet
from orders.rules.states import OrderState
from orders.services.holds import hold_order
from orders.services.rerouting import preview_reroute, reroute_order
from orders.services.restarts import AlreadyBooked
from orders.services.rule_books import book_content, record_digest
from orders.tests.builders import make_key, make_order, make_user
from orders.tests.twin import TwinCase, TwinMixin
from shipping_project.jobs.models import Job
from shipping_project.jobs.worker import run_job
from shipping_project.kernel.errors import Conflict
from shipping_project.kernel.tests.races import at_once, needs_row_locks

AUSTIN = {"city": "Austin", "state": "TX", "postal_code": "78701"}


def send_all_by(carrier: str, **more: Any) -> None:
    """New live rules that have one carrier for everything."""
    old = RuleSet.objects.get(is_live=True)
    RuleSet.objects.filter(pk=old.pk).update(is_live=False)
    fresh = RuleSet.objects.create(
        name="All by one",
        version=old.version + 1,
        is_live=True,
        default_carrier=carrier,
        export_carrier=carrier,
        export_platform=old.export_platform,
        warehouse_preference=["nearest"],
    )
    if more:
        RoutingRule.objects.create(
            rule_set=fresh, position=1, name="First", country="", reach="both", **more
        )
    fresh.content = book_content(fresh)
    fresh.digest = record_digest(fresh.content)
    fresh.save()


def other_than(carrier: str) -> str:
    return next(code.value for code in CarrierCode if code in ("UPS", "FEDEX") and code != carrier)


class RerouteCase(TwinCase):
    def setUp(self) -> None:
        super().setUp()
        self.order = self.place(**AUSTIN)
        self.first = self.order.shipments.get()
        self.other = other_than(self.first.carrier)

    def reroute(self) -> Any:
        done = reroute_order(order_id=self.order.pk, actor="ada")
        self.order.refresh_from_db()
        return done


class RerouteTests(RerouteCase):
    def test_preview_tells_before_and_after_and_writes_nothing(self) -> None:
        send_all_by(self.other)
        seen = (RoutingDecision.objects.count(), self.order.events.count())

        [told] = preview_reroute(order_ids=[self.order.pk]).values()

        self.assertTrue(told.is_changed)
        self.assertEqual(
            (told.before.carrier, told.after.carrier), (self.first.carrier, self.other)
        )
        self.assertEqual((RoutingDecision.objects.count(), self.order.events.count()), seen)
        self.assertEqual(OutboxCommand.objects.still_open().get().state, CommandState.PENDING)
        self.finish()
        self.assert_shipped_once(self.order)
        self.assertEqual(self.order.shipments.live().get().carrier, self.first.carrier)

    def test_the_order_goes_the_new_way_with_one_booking(self) -> None:
        send_all_by(self.other)

        done = self.reroute()
        self.finish()

        self.assertTrue(done.is_changed)
        self.assert_shipped_once(self.order)
        self.assertEqual(self.order.shipments.live().get().carrier, self.other)
        self.assertEqual(len(self.twin.bookings()), 1)
        self.assertEqual(stock_differences(), [])

    def test_the_same_way_leaves_everything_as_it_is(self) -> None:
        done = self.reroute()

        self.assertFalse(done.is_changed)
        self.assertEqual(self.order.shipments.get(), self.first)
        self.assertEqual(RoutingDecision.objects.count(), 1)

    def test_one_that_found_no_route_goes_on(self) -> None:
        send_all_by("")
        lost = self.place(**AUSTIN)
        self.assertEqual(lost.state, OrderState.NEEDS_ATTENTION.value)
        send_all_by("UPS")

        done = reroute_order(order_id=lost.pk, actor="ada")

        lost.refresh_from_db()
        self.assertEqual((done.before.failure, done.after.carrier), ("no_route", "UPS"))
        self.assertEqual((lost.state, lost.attention_code), (OrderState.RESERVED.value, ""))

    def test_new_rules_may_hold_it(self) -> None:
        send_all_by(self.other, hold_reason="Look first")

        done = self.reroute()

        self.assertEqual(done.after.hold, "Look first")
        self.assertEqual(self.order.state, OrderState.HELD.value)
        self.assertFalse(self.order.shipments.live().exists())
        self.assertEqual(stock_differences(), [])

    def test_booked_and_labelled_orders_are_not_touched(self) -> None:
        send_all_by(self.other)
        run_next("orders")
        for step in ("booked", "labelled"):
            with self.subTest(step=step):
                [told] = preview_reroute(order_ids=[self.order.pk]).values()
                with pytest.raises(AlreadyBooked):
                    self.reroute()

                assert told.refusal is not None
                self.assertEqual(told.refusal.code, "routing.already_booked")
                self.assertEqual(self.order.shipments.get(), self.first)
            self.finish(rounds=2)
        self.assert_shipped_once(self.order)

    def test_one_whose_booking_is_under_way_is_not_touched(self) -> None:
        send_all_by(self.other)
        claim_next("orders")

        with pytest.raises(Conflict) as refused:
            self.reroute()

        self.assertIn("under way", refused.value.detail)
        self.assertEqual(self.order.shipments.get(), self.first)

    def test_a_held_order_waits_for_its_release(self) -> None:
        held = make_order(self.order.organization, "KET-12", **AUSTIN)
        hold_order(order_id=held.pk, reason="look", actor="ada")

        with pytest.raises(Conflict):
            reroute_order(order_id=held.pk, actor="ada")

        self.assertEqual(held.decisions.count(), 0)


class FrontTests(RerouteCase):
    def setUp(self) -> None:
        super().setUp()
        self.booked = self.place(**AUSTIN)
        OutboxCommand.objects.in_lane(self.order.lane).update(next_attempt_at="2099-01-01T00:00Z")
        self.work()
        self.staff = make_user(Role.MANAGER, username="mary")
        self.staff.is_staff = True
        self.staff.save()
        send_all_by(self.other)

    def test_as_a_job_with_a_row_for_each(self) -> None:
        api = client_for(self.staff)
        numbers = [self.order.number, self.booked.number, "SO-NONE"]
        for dry_run, carrier in ((True, self.first.carrier), (False, self.other)):
            with self.subTest(dry_run=dry_run):
                answer = api.post(
                    "/api/v1/orders/reroute",
                    {"orders": numbers, "dry_run": dry_run, "organization": "alder"},
                    format="json",
                )
                self.assertEqual(answer.status_code, 202, answer.content)
                job = Job.objects.get(pk=answer.json()["id"])
                run_job(job.pk)

                done, booked, nowhere = job.items.order_by("position")
                self.assertTrue(done.result["changed"])
                self.assertEqual(done.result["before"]["carrier"], self.first.carrier)
                self.assertEqual(done.result["after"]["carrier"], self.other)
                self.assertEqual(booked.faults[0]["code"], "routing.already_booked")
                self.assertEqual(nowhere.faults[0]["code"], "not_found")
                self.assertEqual(self.order.shipments.live().get().carrier, carrier)
                self.assertEqual(self.booked.shipments.live().get().carrier, self.first.carrier)

    def test_a_key_needs_to_be_allowed_to_buy(self) -> None:
        alder = Organization.objects.get(slug="alder")
        key = make_key(alder, "orders:read", "orders:write")

        answer = client_with(key).post(
            "/api/v1/orders/reroute", {"orders": [self.order.number]}, format="json"
        )

        self.assertEqual(answer.status_code, 403)

    def test_the_bulk_page_shows_before_and_after_and_then_does_it(self) -> None:
        self.client.force_login(self.staff)
        chosen = {"action": "reroute", "order": [self.order.pk, self.booked.pk]}

        asked = self.client.post(reverse("orders-bulk"), chosen)
        unchanged = self.order.shipments.live().get().carrier
        done = self.client.post(reverse("orders-bulk"), {**chosen, "confirmed": "1"})

        self.assertContains(asked, f"{self.first.carrier} by ")
        self.assertContains(asked, f"<strong>{self.other} by ")
        self.assertContains(asked, "<th>Now</th><th>Anew</th>", html=True)
        self.assertContains(asked, "stays as it is: ")
        self.assertEqual(unchanged, self.first.carrier)
        self.assertContains(done, "1 done, 1 refused")
        self.assertEqual(self.order.shipments.live().get().carrier, self.other)

    def test_the_admin_shows_before_and_after_and_then_does_it(self) -> None:
        self.client.force_login(self.staff)
        page = reverse("admin:orders_order_changelist")
        chosen = {"action": "reroute", "_selected_action": [self.order.pk, self.booked.pk]}

        asked = self.client.post(page, chosen)
        done = self.client.post(page, {**chosen, "confirmed": "yes"})

        self.assertContains(asked, f"→ {self.other} by ")
        self.assertContains(asked, "Stays as it is: ")
        self.assertContains(done, "1 done, 1 refused.")
        self.assertEqual(self.order.shipments.live().get().carrier, self.other)


@pytest.mark.postgres
@needs_row_locks
class RerouteRaceTests(TwinMixin, TransactionTestCase):
    """The worker books while somebody has the same orders routed anew."""

    serialized_rollback = True

    def setUp(self) -> None:
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
            seed_demo(with_orders=False)
        self.start_twin(self.addCleanup)

    def test_each_ends_with_one_booking_by_either_way(self) -> None:
        orders = [self.place(**AUSTIN) for _ in range(6)]
        first = orders[0].shipments.get().carrier
        send_all_by(other_than(first))

        def act(number: int) -> None:
            if number < 2:
                self.work()
                return
            for order in orders if number == 2 else reversed(orders):
                try:
                    reroute_order(order_id=order.pk, actor="ada")
                except Conflict:
                    continue

        answers = at_once(4, act)
        self.finish()

        self.assertEqual([answer for answer in answers if isinstance(answer, Exception)], [])
        self.assertEqual(stock_differences(), [])
        live = [row for row in self.twin.bookings() if row["state"] != "cancelled"]
        self.assertEqual(len(live), len(orders))
        for order in Order.objects.filter(pk__in=[order.pk for order in orders]):
            self.assertEqual(order.state, OrderState.BOOKED.value, order.attention_detail)
            shipment = order.shipments.live().get()
            sold = [row for row in self.twin.labels() if row["reference"] == shipment.reference]
            self.assertEqual(len(sold), 1)
