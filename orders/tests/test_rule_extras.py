"""What rules ask for beside the way reaches the platform, the order and whoever works on it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.cases import client_for
from carriers.easyship.build import shipment_body
from carriers.tests.border import consignment
from orders.models import Order, RuleSet
from orders.rules.routing import Extras, choose_route
from orders.rules.rule_words import then_words
from orders.rules.states import OrderState
from orders.services.dispatch import Dispatched, dispatch_order
from orders.services.holds import release_order
from orders.services.rule_books import live_rule_set, rule_book
from orders.services.snapshots import restored_snapshot
from orders.tests.builders import make_order, make_user
from orders.tests.test_rerouting import send_all_by
from orders.tests.twin import TwinCase


class ExtrasCase(TwinCase):
    def dispatched(self) -> tuple[Order, Dispatched]:
        order = make_order(self.organization, "KET-12")
        done = dispatch_order(order_id=order.pk)
        order.refresh_from_db()
        return order, done

    def setUp(self) -> None:
        super().setUp()
        self.organization = self.place().organization


class ReachTests(ExtrasCase):
    def test_insurance_and_incoterm_reach_easyship(self) -> None:
        send_all_by("FEDEX", platform="easyship", is_insured=True, incoterm="DDP")

        order, _ = self.dispatched()
        shipment = order.shipments.get()

        self.assertEqual((shipment.is_insured, shipment.incoterm), (True, "DDP"))
        self.assertIn("Rules ask for insurance, incoterm DDP.", shipment.decision.sentences)

    def test_tags_and_assignee_are_put_on_the_order(self) -> None:
        make_user(Role.OPERATOR, username="olga")
        send_all_by("UPS", tags=["gift", "fragile"], assignee="olga")

        order, _ = self.dispatched()

        self.assertEqual((order.tags, order.assignee), (["gift", "fragile"], "olga"))
        manager = make_user(Role.MANAGER, username="mary")
        listed = client_for(manager).get("/api/v1/orders?assignee=olga").json()["results"]
        self.assertEqual([row["number"] for row in listed], [order.number])
        self.client.force_login(manager)
        self.assertContains(self.client.get(reverse("orders")), "with olga")
        page = self.client.get(reverse("order", args=[order.number]))
        self.assertContains(page, "gift, fragile")

    def test_what_a_platform_cannot_be_told_holds_the_order_until_released(self) -> None:
        send_all_by("UPS", platform="veeqo", is_insured=True, wants_signature=True)

        order, done = self.dispatched()

        self.assertEqual((done, order.state), (Dispatched.HELD, OrderState.HELD.value))
        self.assertIn("insurance and signature, which Veeqo cannot be told", order.hold_reason)
        release_order(order_id=order.pk, actor="ada")
        self.assertEqual(dispatch_order(order_id=order.pk), Dispatched.RESERVED)
        told = order.decisions.newest_first()[0].sentences
        self.assertIn("Veeqo cannot be told of insurance and signature.", told)

    def test_a_stored_decision_is_worked_out_again_with_them(self) -> None:
        send_all_by("FEDEX", platform="easyship", is_insured=True, tags=["gift"])
        order, _ = self.dispatched()
        decision = order.decisions.newest_first()[0]

        again = choose_route(restored_snapshot(decision.snapshot))

        self.assertEqual(again.extras, Extras(is_insured=True, tags=("gift",)))
        self.assertEqual(again.extras, decision.asked_extras)

    def test_an_incoterm_that_everybody_takes_is_no_reason_to_hold(self) -> None:
        send_all_by("UPS", platform="veeqo", incoterm="DDU")

        self.assertEqual(self.dispatched()[1], Dispatched.RESERVED)


class RuleTests(ExtrasCase):
    def test_a_rule_tells_them_in_words(self) -> None:
        send_all_by("UPS", is_insured=True, tags=["gift"], assignee="olga", stop=False)

        [rule] = rule_book(live_rule_set()).rules

        self.assertEqual(then_words(rule), ("insurance", "the tags gift", "olga to look after it"))

    def test_by_api_an_unknown_person_is_refused(self) -> None:
        api = client_for(make_user(Role.MANAGER, username="mary"))
        draft = api.post("/api/v1/routing/rule-sets", {}, format="json").json()
        rule: dict[str, Any] = {"name": "All", "country": "", "tags": ["gift"], "assignee": "mary"}
        path = f"/api/v1/routing/rule-sets/{draft['id']}"

        taken = api.patch(path, {"rules": [rule]}, format="json")
        refused = api.patch(path, {"rules": [{**rule, "assignee": "nobody"}]}, format="json")

        self.assertEqual(taken.status_code, 200, taken.content)
        self.assertEqual(refused.status_code, 422)
        self.assertEqual(RuleSet.objects.get(pk=draft["id"]).rules.get().tags, ["gift"])

    def test_the_first_rule_that_asks_counts_and_tags_come_together(self) -> None:
        first = Extras(incoterm="DDP", tags=("a",))
        second = Extras(incoterm="DDU", tags=("b", "a"), is_insured=True)

        self.assertEqual(
            first.joined(second), Extras(incoterm="DDP", tags=("a", "b"), is_insured=True)
        )


@pytest.mark.parametrize("is_insured", [True, False])
def test_easyship_is_told_whether_to_insure(is_insured: bool) -> None:
    body = shipment_body(consignment(is_insured=is_insured))

    assert body["insurance"] == {"is_insured": is_insured}
