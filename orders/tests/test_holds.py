"""Keeping orders back, and what may be retried."""

from __future__ import annotations

import pytest
from django.test import TestCase

from accounts.tests.builders import make_organization
from orders.models import Shipment
from orders.rules.states import OrderState
from orders.services.dispatch import dispatch_order
from orders.services.holds import hold_order, release_order
from orders.services.progress import need_attention
from orders.services.retry import retry_order
from orders.tasks import dispatch_one
from orders.tests.builders import make_order, make_stocked_sellable
from shipping_project.kernel.errors import Conflict


class HoldTests(TestCase):
    def setUp(self) -> None:
        self.organization = make_organization()
        make_stocked_sellable(self.organization)
        self.order = make_order(self.organization)

    def hold(self, reason: str = "Check the address") -> None:
        hold_order(order_id=self.order.pk, reason=reason, actor="ada")
        self.order.refresh_from_db()

    def test_a_held_order_says_why_and_by_whom(self) -> None:
        self.hold()

        event = self.order.events.get(kind="order.held")
        self.assertEqual(self.order.state, OrderState.HELD.value)
        self.assertEqual(self.order.hold_reason, "Check the address")
        self.assertEqual((event.actor, event.message), ("ada", "Held: Check the address"))

    def test_a_released_order_goes_on(self) -> None:
        self.hold()

        release_order(order_id=self.order.pk, actor="ada")
        dispatch_one(self.order.pk)

        self.order.refresh_from_db()
        self.assertEqual(
            (self.order.state, self.order.hold_reason), (OrderState.RESERVED.value, "")
        )

    def test_a_released_order_waits_for_nothing_any_more(self) -> None:
        need_attention(self.order, code="x.y", detail="Look here.", kind="order.unrouted")
        self.hold()

        release_order(order_id=self.order.pk, actor="ada")

        self.order.refresh_from_db()
        self.assertEqual((self.order.attention_code, self.order.attention_detail), ("", ""))

    def test_an_order_that_is_being_shipped_cannot_be_held(self) -> None:
        dispatch_order(order_id=self.order.pk)

        with pytest.raises(Conflict):
            self.hold()

        self.order.refresh_from_db()
        self.assertEqual(self.order.state, OrderState.RESERVED.value)
        self.assertEqual(self.order.hold_reason, "")

    def test_holding_twice_is_refused(self) -> None:
        self.hold()

        with pytest.raises(Conflict):
            self.hold("Another reason")

        self.order.refresh_from_db()
        self.assertEqual(self.order.hold_reason, "Check the address")

    def test_an_order_that_is_not_held_cannot_be_released(self) -> None:
        with pytest.raises(Conflict):
            release_order(order_id=self.order.pk, actor="ada")

        self.order.refresh_from_db()
        self.assertEqual(self.order.state, OrderState.VALID.value)

    def test_a_held_order_cannot_be_retried_into_the_open(self) -> None:
        self.hold()

        with pytest.raises(Conflict):
            retry_order(order_id=self.order.pk, actor="ada")

        self.assertFalse(dispatch_one(self.order.pk))
        self.assertFalse(Shipment.objects.exists())
