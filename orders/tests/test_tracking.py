"""Scans in any order and any number of times; an order never moves back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from threading import Event
from time import sleep

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TestCase, TransactionTestCase
from django.utils import timezone

from accounts.models import Organization
from accounts.tests.builders import make_organization
from carriers.contracts import TrackingStatus, TrackingUpdate
from inventory.models import StockLevel
from inventory.proof import stock_differences
from orders.models import LabelState, Order, Package, Shipment, TrackingEvent
from orders.rules.states import OrderState, ShipmentState
from orders.services.cancellation import end_shipment
from orders.services.dispatch import dispatch_order
from orders.services.progress import need_attention
from orders.services.tracking import GIVE_UP_AFTER, postpone_tracking, record_tracking
from orders.tasks import poll_tracking
from orders.tests.builders import make_stocked_sellable
from orders.tests.steps import make_labelled
from orders.tests.twin import TwinCase
from shipping_project.kernel.tests.races import at_once, needs_row_locks, results

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}


def scan(status: TrackingStatus, hours: int, text: str = "") -> TrackingUpdate:
    return TrackingUpdate(
        status=status, happened_at=MONDAY + timedelta(hours=hours), description=text
    )


PICKED_UP = scan(TrackingStatus.IN_TRANSIT, 1, "Picked up")
ON_THE_VAN = scan(TrackingStatus.OUT_FOR_DELIVERY, 20)
DELIVERED = scan(TrackingStatus.DELIVERED, 24)


class ScanCase(TestCase):
    def setUp(self) -> None:
        self.organization = make_organization()
        make_stocked_sellable(self.organization, units=10)
        self.order = make_labelled(self.organization)
        self.package = Package.objects.get()

    def record(self, *scans: TrackingUpdate) -> int:
        return record_tracking(package_id=self.package.pk, updates=scans)

    def assert_stands(self, state: OrderState, *, on_hand: int, reserved: int) -> None:
        self.order.refresh_from_db()
        level = StockLevel.objects.get()
        self.assertEqual(
            (self.order.state, level.on_hand, level.reserved), (state.value, on_hand, reserved)
        )
        self.assertEqual(stock_differences(), [])


class CalledOffTests(ScanCase):
    """The answer to a question may come after the parcel was called off."""

    def call_off(self) -> None:
        end_shipment(Shipment.objects.get())
        Package.objects.update(label_state=LabelState.VOIDED, next_track_at=None)

    def test_scans_are_kept_and_move_neither_order_nor_shipment(self) -> None:
        self.call_off()

        found = self.record(PICKED_UP, DELIVERED)

        self.assertEqual(found, 2)
        self.assert_stands(OrderState.BOOKED, on_hand=10, reserved=0)
        self.assertEqual(Shipment.objects.get().state, ShipmentState.CANCELLED.value)
        self.assertIsNone(Package.objects.get().next_track_at)
        self.assertEqual(self.order.events.filter(kind="parcel.dead_label").count(), 1)

    def test_order_that_is_shipped_anew_follows_its_new_parcel_alone(self) -> None:
        self.call_off()
        Order.objects.update(state=OrderState.VALID.value)
        dispatch_order(order_id=self.order.pk)

        self.record(PICKED_UP, DELIVERED)

        self.assert_stands(OrderState.RESERVED, on_hand=10, reserved=1)
        live = Shipment.objects.live().get()
        self.assertEqual(live.state, ShipmentState.REQUESTED.value)

    def test_platform_that_does_not_answer_is_not_asked_again(self) -> None:
        self.call_off()

        postpone_tracking(package_id=self.package.pk)

        self.assertIsNone(Package.objects.get().next_track_at)


@pytest.mark.postgres
@needs_row_locks
class CalledOffAtOnceTests(TransactionTestCase):
    serialized_rollback = True

    def test_scan_that_waits_for_a_cancellation_sees_its_end(self) -> None:
        make_stocked_sellable(make_organization(), units=10)
        make_labelled(Organization.objects.get())
        package, began = Package.objects.get(), Event()

        def call_off_or_scan(number: int) -> None:
            if number:
                began.wait(10)
                record_tracking(package_id=package.pk, updates=[PICKED_UP])
                return
            with transaction.atomic():
                Order.objects.locked().get()
                began.set()
                until_somebody_waits()
                end_shipment(Shipment.objects.get())

        results(at_once(2, call_off_or_scan))

        self.assertEqual(Shipment.objects.get().state, ShipmentState.CANCELLED.value)
        self.assertEqual(StockLevel.objects.get().on_hand, 10)


def until_somebody_waits() -> None:
    """Another connection stands before a row lock of ours."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        sleep(0.01)
    raise AssertionError("nobody waits")


class ProgressTests(ScanCase):
    def test_a_label_alone_moves_nothing(self) -> None:
        self.record(scan(TrackingStatus.PRE_TRANSIT, 0))

        self.assert_stands(OrderState.BOOKED, on_hand=10, reserved=1)

    def test_the_first_scan_on_the_way_ships_the_goods(self) -> None:
        self.record(PICKED_UP)

        self.assert_stands(OrderState.IN_TRANSIT, on_hand=9, reserved=0)

    def test_scan_that_moves_no_state_is_a_change_of_the_order_all_the_same(self) -> None:
        self.record(PICKED_UP)
        Order.objects.update(updated_at=MONDAY)

        self.record(ON_THE_VAN)
        self.order.refresh_from_db()
        told = self.order.updated_at
        Order.objects.update(updated_at=MONDAY)
        self.record(ON_THE_VAN)

        self.assertGreater(told, MONDAY)
        self.order.refresh_from_db()
        self.assertEqual(self.order.updated_at, MONDAY)

    def test_order_that_waited_for_a_person_goes_on_with_its_parcel(self) -> None:
        need_attention(self.order, code="x.y", detail="Look here.", kind="label.file_missing")

        self.record(PICKED_UP)

        self.assert_stands(OrderState.IN_TRANSIT, on_hand=9, reserved=0)
        self.assertEqual((self.order.attention_code, self.order.attention_detail), ("", ""))

    def test_delivered_at_once_still_ships_the_goods(self) -> None:
        self.record(DELIVERED)

        self.assert_stands(OrderState.DELIVERED, on_hand=9, reserved=0)
        self.assertEqual(self.order.shipments.get().state, ShipmentState.DELIVERED.value)

    def test_scans_in_any_order_end_the_same(self) -> None:
        for scans in permutations((PICKED_UP, ON_THE_VAN, DELIVERED)):
            for one in scans:
                self.record(one)

            self.assert_stands(OrderState.DELIVERED, on_hand=9, reserved=0)
            self.assertEqual(TrackingEvent.objects.count(), 3)

    def test_a_repeat_adds_nothing(self) -> None:
        counts = [self.record(PICKED_UP, ON_THE_VAN) for _ in range(2)]

        self.assertEqual(counts, [2, 0])
        self.assert_stands(OrderState.IN_TRANSIT, on_hand=9, reserved=0)
        self.assertEqual(self.order.events.filter(kind="parcel.in_transit").count(), 1)

    def test_a_late_scan_does_not_move_a_delivered_order_back(self) -> None:
        self.record(DELIVERED)

        self.record(PICKED_UP)

        self.assert_stands(OrderState.DELIVERED, on_hand=9, reserved=0)

    def test_an_exception_does_not_hide_how_far_it_came(self) -> None:
        self.record(PICKED_UP, scan(TrackingStatus.EXCEPTION, 5))

        self.package.refresh_from_db()
        self.assertEqual(self.package.tracking_status, TrackingStatus.IN_TRANSIT.value)

    def test_a_return_ends_it(self) -> None:
        self.record(PICKED_UP, scan(TrackingStatus.RETURNED, 90))

        self.assert_stands(OrderState.RETURNED, on_hand=9, reserved=0)


class PaceTests(ScanCase):
    def next_look(self, *, age: timedelta, scans: tuple[TrackingUpdate, ...] = ()) -> float | None:
        Package.objects.update(bought_at=timezone.now() - age)
        self.record(*scans)
        self.package.refresh_from_db()
        due = self.package.next_track_at
        return None if due is None else round((due - timezone.now()).total_seconds())

    def test_a_fresh_parcel_is_asked_after_at_the_set_pace(self) -> None:
        self.assertEqual(self.next_look(age=timedelta(0)), settings.TRACKING_POLL_S)

    def test_an_old_one_six_times_slower(self) -> None:
        self.assertEqual(self.next_look(age=timedelta(days=8)), settings.TRACKING_POLL_S * 6)

    def test_a_very_old_one_not_any_more(self) -> None:
        self.assertIsNone(self.next_look(age=GIVE_UP_AFTER + timedelta(days=1)))

    def test_nor_one_that_has_arrived(self) -> None:
        self.assertIsNone(self.next_look(age=timedelta(0), scans=(DELIVERED,)))

    def test_a_platform_that_does_not_answer_is_asked_again_later(self) -> None:
        Package.objects.update(next_track_at=timezone.now())

        postpone_tracking(package_id=self.package.pk)

        self.assertFalse(Package.objects.to_track(timezone.now()).exists())


class PollTests(TwinCase):
    def test_parcels_of_both_platforms_are_followed_to_the_door(self) -> None:
        orders = [self.place(**TEXAS), self.place()]
        self.finish()
        states = []

        for days in (1, 29):
            self.twin.advance(days=days)
            Package.objects.update(next_track_at=timezone.now())
            poll_tracking()
            for order in orders:
                order.refresh_from_db()
            states.append({order.state for order in orders})

        self.assertEqual(states, [{OrderState.IN_TRANSIT.value}, {OrderState.DELIVERED.value}])
        self.assertEqual(stock_differences(), [])

    def test_one_platform_away_costs_the_other_nothing(self) -> None:
        self.place(**TEXAS)
        self.place()
        self.finish()
        self.twin.advance(days=30)
        Package.objects.update(next_track_at=timezone.now())
        self.twin.fault("GET", "/2024-09/", "error_before", times=9)

        poll_tracking()

        states = Package.objects.order_by("id").values_list("tracking_status", flat=True)
        self.assertEqual(list(states), ["delivered", ""])
        self.assertFalse(Package.objects.to_track(timezone.now()).exists())

    def test_a_parcel_that_cannot_be_recorded_costs_the_others_nothing(self) -> None:
        self.place(**TEXAS)
        self.place(**TEXAS)
        self.finish()
        broken, good = Package.objects.order_by("id")
        TrackingEvent.objects.create(package=broken, status="beamed_up", happened_at=MONDAY)
        self.twin.advance(days=30)
        Package.objects.update(next_track_at=timezone.now())

        poll_tracking()

        good.refresh_from_db()
        self.assertEqual(good.tracking_status, "delivered")
        self.assertFalse(Package.objects.to_track(timezone.now()).exists())
