"""Correcting an address: the old booking is cancelled, and no label is bought for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from carriers.models import CommandState, OutboxCommand
from carriers.outbox.leases import claim_next
from carriers.outbox.worker import run_next
from inventory.models import Reservation
from inventory.proof import stock_differences
from orders.models import Order
from orders.rules.states import OrderState
from orders.services.amend import correct_address
from orders.services.cancellation import cancel_order
from orders.services.retry import retry_order
from orders.tasks import dispatch_waiting
from orders.tests.builders import ADDRESS
from orders.tests.twin import TwinCase
from shipping_project.kernel.errors import Conflict, InvalidInput

AUSTIN = {"city": "Austin", "state": "TX", "postal_code": "78701"}
TAMPA = replace(ADDRESS, city="Tampa", state="Florida", postal_code="33602")


class AmendCase(TwinCase):
    def correct(self, order: Order) -> None:
        correct_address(order_id=order.pk, address=TAMPA, actor="tests")

    def go_on(self) -> None:
        """Dispatch follows a correction by itself; here the queue is worked by hand."""
        self.finish(rounds=2)
        dispatch_waiting()
        self.finish()

    def assert_went_to_tampa(self, order: Order) -> None:
        self.assert_shipped_once(order)
        shipment = order.shipments.live().get()
        self.assertEqual((shipment.platform, shipment.carrier), ("veeqo", "USPS"))
        self.assertEqual(Reservation.objects.still_open().get().reference, shipment.reference)
        self.assertEqual(stock_differences(), [])
        live = [row for row in self.twin.bookings() if row["state"] != "cancelled"]
        self.assertEqual([row["reference"] for row in live], [shipment.reference])


class CorrectTests(AmendCase):
    def test_before_anything_was_sent(self) -> None:
        order = self.place(**AUSTIN)

        self.correct(order)
        self.go_on()

        self.assert_went_to_tampa(order)
        self.assertEqual(len(self.twin.bookings()), 1)

    def test_after_the_booking(self) -> None:
        order = self.place(**AUSTIN)
        run_next("orders")

        self.correct(order)
        self.go_on()

        self.assert_went_to_tampa(order)
        self.assertEqual(len(self.twin.bookings()), 2)

    def test_after_a_refused_label(self) -> None:
        order = self.place(**AUSTIN)
        self.twin.fault("POST", "/shipping/shipments", "error_before", status=400)
        self.work()

        self.correct(order)
        self.go_on()

        self.assert_went_to_tampa(order)
        self.assertEqual(order.attention_code, "")

    def test_an_old_booking_that_will_not_go_gets_no_label_on_retry(self) -> None:
        order = self.place(**AUSTIN)
        run_next("orders")
        self.correct(order)
        self.twin.fault("PUT", "/cancel", "error_before", status=400)
        self.work()
        order.refresh_from_db()
        seen = order.state

        retry_order(order_id=order.pk, actor="tests")
        self.go_on()

        self.assertEqual(seen, OrderState.NEEDS_ATTENTION.value)
        self.assert_went_to_tampa(order)
        self.assertEqual(self.twin.asked("POST", "/shipping/shipments"), 1)


class RefusedTests(AmendCase):
    def assert_unchanged(self, order: Order) -> None:
        before = order.state
        order.refresh_from_db()
        self.assertEqual((order.city, order.region, order.state), ("Austin", "TX", before))
        self.assertFalse(order.events.filter(kind="order.address_corrected").exists())

    def test_every_fault_is_named_and_nothing_changes(self) -> None:
        order = self.place(**AUSTIN)
        faulty = replace(TAMPA, name="", postal_code="ABC")

        with pytest.raises(InvalidInput) as caught:
            correct_address(order_id=order.pk, address=faulty, actor="tests")

        fields = {fault.field for fault in caught.value.errors}
        self.assertEqual(fields, {"ship_to.name", "ship_to.postal_code"})
        self.assert_unchanged(order)

    def test_not_once_the_label_is_bought(self) -> None:
        order = self.place(**AUSTIN)
        self.work()
        order.refresh_from_db()

        with pytest.raises(Conflict):
            self.correct(order)

        self.assert_unchanged(order)

    def test_not_while_a_call_is_under_way(self) -> None:
        order = self.place(**AUSTIN)
        claim_next("orders")

        with pytest.raises(Conflict):
            self.correct(order)

        self.assert_unchanged(order)
        self.assertEqual(OutboxCommand.objects.get().state, CommandState.IN_FLIGHT)

    def test_not_while_the_outcome_of_a_call_is_unknown(self) -> None:
        order = self.place(**AUSTIN)
        self.twin.fault("POST", "/orders", "drop_after")
        self.work()

        with pytest.raises(Conflict):
            self.correct(order)

        self.assert_unchanged(order)
        self.finish()
        self.assert_shipped_once(order)

    def test_not_for_a_cancelled_order(self) -> None:
        order = self.place(**AUSTIN)
        cancel_order(order_id=order.pk, reason="", actor="tests")
        order.refresh_from_db()

        with pytest.raises(Conflict):
            self.correct(order)

        self.assert_unchanged(order)
