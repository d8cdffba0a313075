"""What rules ask for beside the way reaches the platform, the order and whoever works on it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.cases import client_for
from carriers.easyship.build import shipment_body
from carriers.tests.border import consignment
from orders.models import Box, Order, Package, RuleSet
from orders.rules.routing import Extras, choose_route
from orders.rules.rule_words import then_words
from orders.rules.states import OrderState
from orders.services.dispatch import Dispatched, dispatch_order
from orders.services.holds import release_order
from orders.services.packing import order_packing
from orders.services.rule_books import live_rule_set, rule_book
from orders.services.snapshots import restored_snapshot
from orders.tests.builders import make_order, make_organization, make_user
from orders.tests.test_packing import make_box
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


class PackageTests(ExtrasCase):
    """A rule that names the saved box."""

    def setUp(self) -> None:
        super().setUp()
        Box.objects.all().delete()
        make_box("Snug", wall_mm=0)
        make_box("Wide", length_mm=600, width_mm=500, height_mm=400, wall_mm=0, weight_g=480)
        send_all_by("UPS", package="Wide")

    def test_the_parcel_booked_is_that_box_and_weighs_with_it(self) -> None:
        order, done = self.dispatched()
        package = Package.objects.get(shipment__order=order)
        content = sum(line.quantity * line.sellable.weight_g for line in order.lines.all())

        self.assertEqual((done, package.box_name), (Dispatched.RESERVED, "Wide"))
        sides = (package.length_mm, package.width_mm, package.height_mm)
        self.assertEqual((*sides, package.weight_g), (600, 500, 400, content + 480))
        self.assertIn("Rules ask for the box Wide.", package.shipment.decision.sentences)
        self.assertEqual([box.name for box in order_packing(order).boxes], ["Wide"])

    def test_a_box_that_does_not_hold_it_holds_the_order_until_released(self) -> None:
        Box.objects.filter(name="Wide").update(height_mm=1)

        order, done = self.dispatched()

        reason = "Rules ask for the box Wide, which does not hold all of it."
        self.assertEqual((done, order.state), (Dispatched.HELD, OrderState.HELD.value))
        self.assertEqual((order.hold_reason, order.shipments.count()), (reason, 0))
        release_order(order_id=order.pk, actor="ada")
        self.assertEqual(dispatch_order(order_id=order.pk), Dispatched.RESERVED)
        self.assertEqual(Package.objects.get(shipment__order=order).box_name, "Snug")
        told = order.events.get(kind="order.routed").message
        self.assertIn(f"{reason} A person let it go, so it is packed in another.", told)

    def test_the_box_of_another_organization_holds_the_order(self) -> None:
        Box.objects.filter(name="Wide").update(organization=make_organization("rowan"))

        order, done = self.dispatched()

        self.assertEqual((done, order.shipments.count()), (Dispatched.HELD, 0))
        self.assertEqual(
            order.hold_reason, "Rules ask for the box Wide, which is not at hand for this order."
        )

    def test_a_box_that_there_is_not_is_refused_and_found(self) -> None:
        api = client_for(make_user(Role.MANAGER, username="mary"))
        draft = api.post("/api/v1/routing/rule-sets", {}, format="json").json()
        path = f"/api/v1/routing/rule-sets/{draft['id']}"
        rule = {"name": "All", "country": "", "package": "Gone"}

        taken = api.patch(path, {"rules": [{**rule, "package": "Wide"}]}, format="json")
        refused = api.patch(path, {"rules": [rule]}, format="json")
        found = api.post(f"{path}/lint", {"rules": [rule]}, format="json").json()["findings"]

        self.assertEqual((taken.status_code, refused.status_code), (200, 422))
        self.assertEqual(taken.json()["rules"][0]["package"], "Wide")
        [fault] = refused.json()["errors"]
        self.assertEqual(
            (fault["field"], fault["code"]), ("rules[0].package", "rule.unknown_package")
        )
        self.assertIn(("rule.unknown_value", "package"), [(f["code"], f["field"]) for f in found])


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
        second = Extras(incoterm="DDU", tags=("b", "a"), is_insured=True, package="M")

        self.assertEqual(
            first.joined(second).joined(Extras(package="L")),
            Extras(incoterm="DDP", tags=("a", "b"), is_insured=True, package="M"),
        )


@pytest.mark.parametrize("is_insured", [True, False])
def test_easyship_is_told_whether_to_insure(is_insured: bool) -> None:
    body = shipment_body(consignment(is_insured=is_insured))

    assert body["insurance"] == {"is_insured": is_insured}
