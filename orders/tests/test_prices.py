"""Labels that cost more than was agreed to, and labels that are never done."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from carriers.models import CommandState, OutboxCommand
from carriers.outbox.worker import run_next
from orders.models import LedgerLine, Order, PurchaseIntent, Shipment
from orders.rules.purchase import IntentState
from orders.rules.states import OrderState
from orders.services.retry import buy_anyway, retry_order
from orders.tests.twin import TwinCase
from shipping_project.kernel.errors import Conflict

TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}
EASYSHIP_KEY = {"Authorization": "Bearer ek-test"}
BUY_AT_VEEQO = ("POST", "/shipping/shipments")


class RisenTests(TwinCase):
    def wait_because_of_the_price(self) -> Order:
        """Refused once, and by the next attempt the price is far above the one agreed to."""
        order = self.place(**TEXAS)
        self.twin.fault(*BUY_AT_VEEQO, "error_before", status=400)
        self.finish()
        Shipment.objects.update(agreed_price=Decimal("1.00"))
        retry_order(order_id=order.pk, actor="ada")
        self.finish()
        order.refresh_from_db()
        return order

    def test_the_first_price_seen_is_agreed_to(self) -> None:
        order = self.place(**TEXAS)

        self.finish()

        self.assert_shipped_once(order)
        shipment = order.shipments.get()
        self.assertEqual(shipment.agreed, shipment.packages.get().label_cost)

    def test_nothing_is_bought_and_a_person_sees_both_prices(self) -> None:
        order = self.wait_because_of_the_price()

        price = order.shipments.get().quotes.get(is_chosen=True)
        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertEqual(order.attention_code, "price.risen")
        self.assertIn(f"{price.price} USD now; 1.00 USD was agreed to", order.attention_detail)
        self.assertEqual(self.twin.labels(), [])
        self.assertEqual(self.twin.asked("POST", "/shipping/shipments"), 1)

    def test_a_retry_alone_does_not_buy_it(self) -> None:
        order = self.wait_because_of_the_price()

        retry_order(order_id=order.pk, actor="ada")
        self.finish()

        order.refresh_from_db()
        self.assertEqual(order.attention_code, "price.risen")
        self.assertEqual(self.twin.labels(), [])

    def test_bought_anyway_it_ships_and_says_who_agreed(self) -> None:
        order = self.wait_because_of_the_price()

        buy_anyway(order_id=order.pk, actor="ada")
        self.finish()

        self.assert_shipped_once(order)
        self.assertEqual(order.events.get(kind="price.agreed").actor, "ada")
        shipment = order.shipments.get()
        self.assertEqual(shipment.agreed, shipment.packages.get().label_cost)

    def test_only_an_order_that_waits_for_its_price_is_bought_anyway(self) -> None:
        order = self.place(**TEXAS)
        self.finish()

        with pytest.raises(Conflict):
            buy_anyway(order_id=order.pk, actor="ada")

        self.assert_shipped_once(order)

    @override_settings(PRICE_RISE_PERCENT=100_000, PRICE_RISE_AMOUNT=1000)
    def test_a_rise_within_the_limit_needs_nobody(self) -> None:
        order = self.wait_because_of_the_price()

        self.assert_shipped_once(order)


class ChargedMoreTests(TwinCase):
    def buy_dearer_than_quoted(self) -> Order:
        order = self.place(**TEXAS)
        self.twin.fault(*BUY_AT_VEEQO, "price_changed")
        self.finish()
        order.refresh_from_db()
        return order

    @override_settings(PRICE_RISE_PERCENT=5)
    def test_a_person_is_told_and_the_ledger_has_what_was_charged(self) -> None:
        order = self.buy_dearer_than_quoted()

        quoted, bought = LedgerLine.objects.order_by("id")
        assert quoted.amount is not None and bought.amount is not None
        self.assertEqual(order.attention_code, "price.charged_more")
        self.assertGreater(bought.amount, quoted.amount)
        self.assertEqual(str(bought.amount), self.twin.labels()[0]["cost"])

    @override_settings(PRICE_RISE_PERCENT=5)
    def test_a_retry_goes_on_with_the_label(self) -> None:
        order = self.buy_dearer_than_quoted()

        retry_order(order_id=order.pk, actor="ada")
        self.finish()

        self.assert_shipped_once(order)
        self.assertEqual(self.twin.asked("POST", "/shipping/shipments"), 1)

    def test_a_small_rise_is_only_written_down(self) -> None:
        order = self.buy_dearer_than_quoted()

        self.assert_shipped_once(order)


class OverdueTests(TwinCase):
    """Somebody asked for a label that the platform does not get done."""

    def setUp(self) -> None:
        super().setUp()
        self.twin.option(easyship_label_seconds=1e7)
        self.order = self.place()
        run_next("orders")
        self.ref = self.order.shipments.get().platform_ref

    def ask_at_the_platform(self) -> Any:
        body = {"shipments": [{"easyship_shipment_id": self.ref}]}
        return self.twin.call("POST", "/2023-01/labels", EASYSHIP_KEY, body)

    def wait_long(self) -> None:
        long_ago = timezone.now() - timedelta(minutes=61)
        Shipment.objects.update(booked_at=long_ago)
        PurchaseIntent.objects.filter(sent_at__isnull=False).update(sent_at=long_ago)

    def command(self) -> OutboxCommand:
        return OutboxCommand.objects.get(kind="orders.buy_label")

    def test_it_is_waited_for_until_the_deadline_and_then_told(self) -> None:
        self.ask_at_the_platform()
        self.finish()
        waiting = self.command()

        self.wait_long()
        self.finish(rounds=1)

        self.order.refresh_from_db()
        self.assertEqual((waiting.state, waiting.error_code), ("pending", "label.pending"))
        self.assertEqual(self.order.attention_code, "label.overdue")
        self.assertEqual(self.twin.labels(), [])

    def test_one_that_is_done_after_all_is_taken_by_a_retry(self) -> None:
        self.ask_at_the_platform()
        self.wait_long()
        self.finish(rounds=1)
        self.twin.advance(days=200)

        retry_order(order_id=self.order.pk, actor="ada")
        self.finish()

        self.assert_shipped_once(self.order)

    def test_looks_for_what_we_asked_for_go_on_past_twelve_until_the_deadline(self) -> None:
        self.twin.fault("POST", "/label", "error_before")
        self.work()
        self.ask_at_the_platform()
        self.finish(rounds=15)
        waiting = self.command().state

        self.wait_long()
        self.finish(rounds=1)

        self.order.refresh_from_db()
        self.assertEqual(
            (waiting, self.command().state), (CommandState.UNKNOWN, CommandState.STUCK)
        )
        self.assertEqual(self.order.attention_code, "label.overdue")
        self.assertEqual(PurchaseIntent.objects.get().state, IntentState.HANDED_OVER)
