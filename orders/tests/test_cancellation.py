"""Calling orders off at every stage; what is upstream in the end is counted at the twin."""

from __future__ import annotations

from functools import partial

import pytest
from django.test import TransactionTestCase
from django.utils import timezone

from carriers.contracts import TrackingStatus, TrackingUpdate
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.leases import claim_next, mark_sending
from carriers.outbox.worker import run_next
from inventory.models import Reservation, ReservationState, StockLevel
from inventory.proof import stock_differences
from orders.demo.seed import seed_demo
from orders.models import LabelState, Order, Package
from orders.rules.states import OrderState
from orders.services.cancellation import cancel_order
from orders.services.progress import need_attention
from orders.services.retry import retry_order
from orders.services.tracking import record_tracking
from orders.tasks import poll_tracking
from orders.tests.twin import TwinCase, TwinMixin
from shipping_project.kernel.errors import Conflict
from shipping_project.kernel.tests.races import at_once, needs_row_locks, results

TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}
VEEQO_KEY = {"x-api-key": "vk-test"}


class CancelCase(TwinCase):
    def cancel(self, order: Order) -> Order:
        return cancel_order(order_id=order.pk, reason="Changed mind", actor="tests")

    def assert_cancelled(self, order: Order) -> None:
        """Closed here, no live label and no live booking there, and the stock is free."""
        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.CANCELLED.value, order.attention_detail)
        self.assertEqual(self.twin.labels(), [])
        self.assertEqual([row for row in self.twin.bookings() if row["state"] != "cancelled"], [])
        self.assertFalse(Reservation.objects.still_open().exists())
        self.assertFalse(StockLevel.objects.filter(reserved__gt=0).exists())
        self.assertEqual(stock_differences(), [])


class StageTests(CancelCase):
    def test_before_anything_was_sent_it_is_cancelled_at_once(self) -> None:
        order = self.place(**TEXAS)

        self.cancel(order)

        self.assert_cancelled(order)
        self.assertEqual(self.work(), 0)
        self.assertEqual(self.twin.bookings(), [])
        self.assertEqual(Reservation.objects.get().state, ReservationState.RELEASED)

    def test_a_booking_is_cancelled_upstream_and_no_label_bought(self) -> None:
        order = self.place(**TEXAS)
        run_next("orders")

        self.cancel(order)
        self.finish()

        self.assert_cancelled(order)
        self.assertEqual(self.twin.labels("voided"), [])

    def test_a_label_is_voided_and_its_booking_cancelled(self) -> None:
        for address in (TEXAS, {}):
            order = self.place(**address)
            self.finish()
            self.assert_shipped_once(order)

            self.cancel(order)
            self.finish()

            self.assert_cancelled(order)
        self.assertEqual(len(self.twin.labels("voided")), 2)

    def test_a_repeat_changes_nothing(self) -> None:
        order = self.place(**TEXAS)
        self.work()
        self.cancel(order)

        self.cancel(order)
        self.finish()

        self.assert_cancelled(order)
        self.assertEqual(order.events.filter(kind="order.cancel_requested").count(), 1)

    def test_once_the_carrier_has_it_it_cannot_be_cancelled(self) -> None:
        order = self.place(**TEXAS)
        self.work()
        Order.objects.filter(pk=order.pk).update(state=OrderState.IN_TRANSIT.value)

        with pytest.raises(Conflict):
            self.cancel(order)

        order.refresh_from_db()
        self.assertIsNone(order.cancel_requested_at)
        self.assertEqual(len(self.twin.labels()), 1)


class OvertakenTests(CancelCase):
    """The request comes while a command is claimed, sent, or its outcome unknown."""

    def test_a_claimed_booking_is_not_sent_any_more(self) -> None:
        order = self.place(**TEXAS)
        self.claim_and_die()

        self.cancel(order)
        self.finish()

        self.assert_cancelled(order)
        self.assertEqual(self.twin.bookings(), [])

    def test_a_claimed_purchase_is_not_made_any_more(self) -> None:
        order = self.place(**TEXAS)
        run_next("orders")
        self.claim_and_die()

        self.cancel(order)
        self.finish()

        self.assert_cancelled(order)
        self.assertEqual(self.twin.asked("POST", "/shipping/shipments"), 0)

    def test_a_booking_whose_answer_was_lost_is_found_and_cancelled(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault("POST", "/orders", "drop_after")
        self.work()

        self.cancel(order)
        self.finish()

        self.assert_cancelled(order)
        self.assertEqual(len(self.twin.bookings()), 1)

    def test_a_label_whose_answer_was_lost_is_found_and_voided(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault("POST", "/shipping/shipments", "drop_after")
        self.work()

        self.cancel(order)
        self.finish()

        self.assert_cancelled(order)
        self.assertEqual(len(self.twin.labels("voided")), 1)

    def test_a_purchase_proven_missed_is_not_made_for_a_cancelled_order(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault("POST", "/shipping/shipments", "error_before")
        self.work()

        self.cancel(order)
        self.finish()

        self.assert_cancelled(order)
        self.assertEqual(self.twin.asked("POST", "/shipping/shipments"), 1)
        self.assertEqual(self.twin.labels("voided"), [])

    def test_a_refused_purchase_goes_on_to_cancelling(self) -> None:
        order = self.place(**TEXAS)
        run_next("orders")
        claimed = claim_next("orders")
        assert claimed is not None
        mark_sending(claimed[0])
        self.cancel(order)
        OutboxCommand.objects.update(claimed_by="", lease_until=timezone.now())

        self.finish()

        self.assert_cancelled(order)

    def claim_and_die(self) -> None:
        """A worker takes the next command and is gone before it sends anything."""
        assert claim_next("orders") is not None
        OutboxCommand.objects.filter(state=CommandState.IN_FLIGHT).update(
            lease_until=timezone.now()
        )


class RefusedTests(CancelCase):
    def test_retrying_a_cancellation_never_buys_a_label(self) -> None:
        order = self.place(**TEXAS)
        run_next("orders")
        self.cancel(order)
        self.twin.fault("PUT", "/cancel", "error_before", status=400)
        self.work()
        order.refresh_from_db()
        seen = order.state

        retry_order(order_id=order.pk, actor="tests")
        self.finish()

        self.assertEqual(seen, OrderState.NEEDS_ATTENTION.value)
        self.assert_cancelled(order)
        self.assertEqual(self.twin.asked("POST", "/shipping/shipments"), 0)

    def test_a_refused_void_lets_the_order_go_on_with_its_label_file(self) -> None:
        order = self.place(**TEXAS)
        run_next("orders")
        run_next("orders")
        self.cancel(order)
        self.twin.fault("DELETE", "/shipments", "error_before", status=400)

        self.finish()

        self.assert_shipped_once(order)
        self.assertIsNone(order.cancel_requested_at)
        self.assertTrue(order.events.filter(kind="label.void_refused").exists())

    def test_a_void_without_a_clear_answer_is_asked_for_again(self) -> None:
        order = self.place(**TEXAS)
        self.work()
        self.cancel(order)
        self.twin.fault("DELETE", "/shipments", "drop_after")

        self.finish()

        self.assert_cancelled(order)
        self.assertEqual(order.shipments.get().packages.get().label_state, LabelState.VOIDED)


class HandedOverTests(CancelCase):
    def test_parcel_with_the_carrier_is_not_called_off_whatever_its_order_waits_for(self) -> None:
        order = self.place(**TEXAS)
        self.work()
        self.twin.advance(days=2)
        Package.objects.update(next_track_at=timezone.now())
        poll_tracking()
        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.IN_TRANSIT.value)
        need_attention(order, code="label.x", detail="Look here.", kind="label.x")

        with pytest.raises(Conflict, match="The carrier has the parcel"):
            self.cancel(order)

        order.refresh_from_db()
        self.assertIsNone(order.cancel_requested_at)
        self.assertEqual(len(self.twin.labels()), 1)

    def test_parcel_scanned_while_its_label_is_voided_goes_to_a_person(self) -> None:
        order = self.place(**TEXAS)
        self.work()
        self.cancel(order)
        scan = TrackingUpdate(status=TrackingStatus.IN_TRANSIT, happened_at=timezone.now())
        record_tracking(package_id=Package.objects.get().pk, updates=[scan])

        self.finish()

        order.refresh_from_db()
        self.assertEqual(self.twin.labels(), [])
        self.assertFalse(OutboxCommand.objects.in_lane(order.lane).still_open().exists())
        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertIn("scanned", order.attention_detail)
        self.assertEqual(stock_differences(), [])


class BehindOurBackTests(CancelCase):
    def test_a_label_bought_without_our_knowing_is_voided_too(self) -> None:
        order = self.place(**TEXAS)
        self.work()
        shipment = order.shipments.get()
        shipment.packages.update(label_state=LabelState.NONE, label_ref="")

        self.cancel(order)
        self.finish()

        self.assert_cancelled(order)
        self.assertEqual(len(self.twin.labels("voided")), 1)

    def test_a_booking_deleted_there_is_no_hindrance(self) -> None:
        order = self.place()
        run_next("orders")
        ref = order.shipments.get().platform_ref
        self.twin.call("DELETE", f"/2024-09/shipments/{ref}", {"Authorization": "Bearer ek-test"})

        self.cancel(order)
        self.finish()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.CANCELLED.value)
        self.assertEqual(stock_differences(), [])


@pytest.mark.postgres
@needs_row_locks
class AtTheSameMomentTests(TwinMixin, TransactionTestCase):
    """A worker and a person act on one order at once; whoever is first, it ends cancelled."""

    serialized_rollback = True

    def setUp(self) -> None:
        seed_demo(with_orders=False)
        self.start_twin(self.addCleanup)

    def race(self, order: Order) -> None:
        results(at_once(2, partial(self.work_or_cancel, order.pk)))
        self.finish()
        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.CANCELLED.value, order.attention_detail)
        self.assertEqual(self.twin.labels(), [])
        self.assertFalse(StockLevel.objects.filter(reserved__gt=0).exists())
        self.assertEqual(stock_differences(), [])

    def work_or_cancel(self, order_id: int, number: int) -> object:
        if number:
            return cancel_order(order_id=order_id, reason="Changed mind", actor="tests").pk
        return self.work()

    def test_cancelling_while_the_booking_is_made(self) -> None:
        for _ in range(6):
            self.race(self.place(**TEXAS))

    def test_cancelling_while_the_booking_is_refused(self) -> None:
        for _ in range(6):
            order = self.place(**TEXAS)
            self.twin.fault("POST", "/orders", "error_before", status=422)
            self.race(order)

    def test_cancelling_while_the_label_is_bought(self) -> None:
        for _ in range(6):
            order = self.place(**TEXAS)
            run_next("orders")
            self.race(order)
