"""What a sender says beside address and lines, and what rules may ask of it and of the products."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, Role
from accounts.tests.builders import make_organization
from accounts.tests.cases import client_with
from carriers.easyship.build import shipment_body
from carriers.tests.border import consignment
from catalog.models import Product, Sellable
from orders.models import Order
from orders.rules.conditions import read_condition
from orders.rules.drafts import OrderDraft
from orders.rules.routing.facts import OrderFacts
from orders.services.rule_books import live_rule_set, rule_book
from orders.services.snapshots import route_snapshot
from orders.tests.builders import (
    make_draft,
    make_key,
    make_order,
    make_order_body,
    make_stocked_sellable,
    make_user,
)

WISHES = {
    "requested_service": "Next Day",
    "customer_tags": ["VIP", " big  spender ", "vip"],
    "is_residential": True,
}
KEPT = ("Next Day", ["vip", "big spender"], True)


def wishes_of(order: Order) -> tuple[str, list[str], bool | None]:
    return order.requested_service, order.customer_tags, order.is_residential


class IntakeTests(TestCase):
    organization: Organization

    @classmethod
    def setUpTestData(cls) -> None:
        cls.organization = make_organization("alder")
        make_stocked_sellable(cls.organization)

    def setUp(self) -> None:
        self.key = client_with(make_key(self.organization))

    def post(self, **body: Any) -> Any:
        return self.key.post("/api/v1/orders", make_order_body(**body), format="json")

    def test_by_api(self) -> None:
        answer = self.post(**WISHES)

        self.assertEqual(answer.status_code, 201, answer.content)
        self.assertEqual(wishes_of(Order.objects.get()), KEPT)
        told = answer.json()
        self.assertEqual(tuple(told[name] for name in WISHES), KEPT)

    def test_channel_and_promised_day_by_api(self) -> None:
        told = self.post(channel=" Etsy ", deliver_by="2026-12-24").json()

        order = Order.objects.get()
        self.assertEqual((told["channel"], told["deliver_by"]), ("Etsy", "2026-12-24"))
        self.assertEqual((order.channel, order.deliver_by), ("Etsy", date(2026, 12, 24)))
        changed = self.key.patch(
            f"/api/v1/orders/{order.number}", {"deliver_by": None}, format="json"
        )
        self.assertIsNone(changed.json()["deliver_by"])

    def test_every_fault_is_named(self) -> None:
        answer = self.post(requested_service="x" * 61, customer_tags=[7], is_residential="maybe")

        self.assertEqual(answer.status_code, 422)
        self.assertEqual({fault["field"] for fault in answer.json()["errors"]}, set(WISHES))
        self.assertFalse(Order.objects.exists())

    def test_what_is_not_said_is_not_known(self) -> None:
        self.post()

        self.assertEqual(wishes_of(Order.objects.get()), ("", [], None))

    def test_from_the_form(self) -> None:
        self.client.force_login(make_user(Role.PARTNER, organization=self.organization))
        address = make_order_body()["ship_to"]
        typed = {
            **address,
            "external_ref": "W-1",
            "sku": "MUG-01",
            "quantity": "1",
            "unit_price": "",
            "requested_service": "Next Day",
            "customer_tags": "VIP, big spender",
            "is_residential": "true",
            "do": "create",
        }

        page = self.client.get(reverse("order-new"))
        self.client.post(reverse("order-new"), typed)

        for name in WISHES:
            self.assertContains(page, f'name="{name}"')
        self.assertEqual(wishes_of(Order.objects.get()), KEPT)

    def test_a_draft_that_says_none_of_it_has_the_digest_of_before(self) -> None:
        draft: OrderDraft = make_draft(external_ref="T-FIXED")

        self.assertEqual(
            draft.digest(), "b57b8e87a90fd2a4d5ced8b5fe0c98f2172571bcc1638684e08be92225698662"
        )
        self.assertNotEqual(draft.digest(), replace(draft, requested_service="x").digest())


class FactTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.organization = make_organization("alder")
        mug = make_stocked_sellable(cls.organization)
        Product.objects.filter(pk=mug.product_id).update(tags=["fragile", "gift"])
        Sellable.objects.filter(pk=mug.pk).update(contains_battery_pi967=True, un_number="UN3481")
        cls.order = make_order(
            cls.organization,
            requested_service="Next Day",
            customer_tags=("vip", "gold"),
            is_residential=False,
            ship_by=datetime(2026, 12, 24, 18, tzinfo=UTC),
            deliver_by=timezone.now().date() + timedelta(days=9),
            channel="Etsy UK",
        )

    organization: Organization
    order: Order

    def holds(self, **asked: Any) -> bool | None:
        snapshot = route_snapshot(self.order, rule_book(live_rule_set()))
        return read_condition({"all": [asked]})(OrderFacts(snapshot))

    def test_each_new_field_is_asked_with_what_the_order_has(self) -> None:
        for expected, asked in (
            (True, {"field": "is_residential", "op": "is", "value": False}),
            (True, {"field": "requested_service", "op": "starts_with", "value": "next"}),
            (True, {"field": "customer_tag", "op": "in", "value": ["VIP", "other"]}),
            (False, {"field": "customer_tag", "op": "not_in", "value": ["gold"]}),
            (True, {"field": "ship_by_day", "op": "is", "value": "2026-12-24"}),
            (False, {"field": "ship_by_day", "op": "is", "value": "2026-12-25"}),
            (True, {"field": "channel", "op": "starts_with", "value": "etsy"}),
            (True, {"field": "deliver_by_day", "op": "is", "value": str(self.order.deliver_by)}),
            (True, {"field": "days_to_deliver_by", "op": "at_most", "value": 9}),
            (False, {"field": "days_to_deliver_by", "op": "below", "value": 8}),
            (True, {"field": "product_tag", "op": "in", "value": ["gift"], "lines": "all"}),
            (False, {"field": "product_tag", "op": "in", "value": ["fragile"], "lines": "none"}),
            (True, {"field": "dangerous_goods", "op": "in", "value": ["ANY"], "lines": "some"}),
            (True, {"field": "dangerous_goods", "op": "in", "value": ["UN3481"], "lines": "all"}),
            (True, {"field": "dangerous_goods", "op": "in", "value": ["LIQUID"], "lines": "none"}),
        ):
            with self.subTest(asked=asked):
                self.assertIs(self.holds(**asked), expected)

    def test_what_is_not_known_is_open(self) -> None:
        Order.objects.filter(pk=self.order.pk).update(
            is_residential=None, ship_by=None, deliver_by=None
        )
        self.order.refresh_from_db()

        self.assertIsNone(self.holds(field="is_residential", op="is", value=True))
        self.assertIsNone(self.holds(field="ship_by_day", op="is", value="2026-12-24"))
        self.assertIsNone(self.holds(field="deliver_by_day", op="is", value="2026-12-24"))


@pytest.mark.parametrize("known", [True, False, None])
def test_easyship_is_told_whether_somebody_lives_there(known: bool | None) -> None:
    body = shipment_body(consignment(is_residential=known))

    assert body.get("set_as_residential") is known
    assert ("set_as_residential" in body) is (known is not None)
