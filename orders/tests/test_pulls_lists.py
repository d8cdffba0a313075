"""What was changed at the platforms behind our back, read from their lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import responses
from django.utils import timezone

from carriers.inbox.models import SetAsideRow, SyncCursor
from carriers.models import ApiCall, OutboxCommand, PlatformAccount
from orders.models import Order, Package
from orders.rules.states import OrderState
from orders.services.tracking import take_to_track
from orders.tasks import poll_tracking, pull_easyship_shipments, pull_veeqo_orders
from orders.tests.twin import TwinCase

VEEQO_KEY = {"x-api-key": "vk-test"}
EASYSHIP_KEY = {"Authorization": "Bearer ek-test"}
TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}


class PullCase(TwinCase):
    def shipped(self, **address: Any) -> Order:
        order = self.place(**address)
        self.finish(rounds=3)
        self.assert_shipped_once(order)
        return order

    def told(self, order: Order) -> list[str]:
        events = order.events.filter(kind__startswith="upstream.").order_by("id")
        return list(events.values_list("kind", flat=True))

    def assert_untouched(self, order: Order) -> None:
        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.BOOKED.value)
        self.assertEqual(self.told(order), [])


class VeeqoTests(PullCase):
    def test_nothing_was_changed(self) -> None:
        order = self.shipped(**TEXAS)

        pull_veeqo_orders()

        self.assert_untouched(order)
        cursors = {cursor.resource: cursor for cursor in SyncCursor.objects.all()}
        self.assertEqual(set(cursors), {"orders", "orders cancelled"})
        self.assertEqual((cursors["orders"].runs, cursors["orders"].rows_read), (1, 1))

    def test_order_cancelled_there_is_noted_once_however_often_it_is_read(self) -> None:
        order = self.shipped(**TEXAS)
        self.cancel_at_veeqo(order)

        first = pull_veeqo_orders()
        again = pull_veeqo_orders()

        order.refresh_from_db()
        self.assertEqual((first, again), (1, 0))
        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertEqual(order.attention_code, "upstream.cancelled")
        self.assertEqual(self.told(order), ["upstream.cancelled"])

    def test_label_taken_back_there_is_noted(self) -> None:
        order = self.shipped(**TEXAS)
        label_ref = Package.objects.get().label_ref
        self.twin.call("DELETE", f"/shipments/{label_ref}", VEEQO_KEY)

        pull_veeqo_orders()

        order.refresh_from_db()
        self.assertEqual(order.attention_code, "upstream.label_gone")

    def test_address_changed_there_is_noted_without_its_text(self) -> None:
        order = self.shipped(**TEXAS)
        address = {"address1": "7 Elm Court", "city": "Austin", "zip": "78702", "country": "US"}
        self.change_at_veeqo(order, {"deliver_to_attributes": address})

        pull_veeqo_orders()

        order.refresh_from_db()
        self.assertEqual(order.attention_code, "upstream.address_changed")
        self.assertIn("street, postal code", order.attention_detail)
        self.assertNotIn("Elm", order.attention_detail)

    def test_orders_that_are_not_ours_are_passed_over(self) -> None:
        order = self.shipped(**TEXAS)
        order.shipments.update(platform_ref="1")

        self.assertEqual(pull_veeqo_orders(), 0)
        self.assert_untouched(order)

    def test_order_with_a_command_under_way_is_left_until_it_has_ended(self) -> None:
        order = self.shipped(**TEXAS)
        self.cancel_at_veeqo(order)
        OutboxCommand.objects.in_lane(order.lane).update(state="in_flight")

        during = pull_veeqo_orders()
        OutboxCommand.objects.in_lane(order.lane).update(state="delivered")
        after = pull_veeqo_orders()

        self.assertEqual((during, after), (0, 1))
        self.assertEqual(self.told(order), ["upstream.cancelled"])

    def test_parcel_of_a_changed_order_is_asked_after_at_once(self) -> None:
        order = self.shipped(**TEXAS)
        later = timezone.now() + timedelta(hours=6)
        long_ago = timezone.now() - timedelta(days=30)
        Package.objects.update(next_track_at=later, updated_at=long_ago)
        self.twin.advance(days=20)

        pull_veeqo_orders()
        poll_tracking()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.DELIVERED.value)

    def test_parcel_heard_of_since_keeps_its_turn(self) -> None:
        self.shipped(**TEXAS)
        later = timezone.now() + timedelta(hours=6)
        Package.objects.update(next_track_at=later, updated_at=timezone.now() + timedelta(hours=1))

        pull_veeqo_orders()

        self.assertEqual(Package.objects.get().next_track_at, later)

    def test_row_that_cannot_be_read_keeps_no_other_back(self) -> None:
        order = self.shipped(**TEXAS)
        self.cancel_at_veeqo(order)
        [row] = self.twin.call("GET", "/orders?status=cancelled", VEEQO_KEY)

        with responses.RequestsMock() as wire:
            wire.get(f"{self.twin.url}/orders", json=[None, row | {"id": None}, row])
            wire.get(f"{self.twin.url}/orders", json=[])
            pull_veeqo_orders()

        order.refresh_from_db()
        self.assertEqual(order.attention_code, "upstream.cancelled")
        self.assertEqual(SetAsideRow.objects.count(), 2)
        self.assertEqual(set(SyncCursor.objects.values_list("error_code", flat=True)), {""})

    def test_platform_that_is_away_is_read_next_time(self) -> None:
        order = self.shipped(**TEXAS)
        self.cancel_at_veeqo(order)
        self.twin.fault("GET", "/orders", "error_before", times=2)
        away = pull_veeqo_orders()
        failed = set(SyncCursor.objects.values_list("error_code", flat=True))

        back = pull_veeqo_orders()

        self.assertEqual((away, back), (0, 1))
        self.assertEqual(failed, {"upstream.unavailable"})
        self.assertEqual(set(SyncCursor.objects.values_list("error_code", flat=True)), {""})

    def test_platform_switched_off_is_not_asked(self) -> None:
        PlatformAccount.objects.update(is_enabled=False)

        self.assertEqual(pull_veeqo_orders() + pull_easyship_shipments(), 0)
        self.assertEqual(ApiCall.objects.count(), 0)

    def cancel_at_veeqo(self, order: Order) -> None:
        """Veeqo cancels no order with a live label."""
        self.twin.call("DELETE", f"/shipments/{Package.objects.get().label_ref}", VEEQO_KEY)
        ref = order.shipments.get().platform_ref
        body = {"id": ref, "cancel_reason": {}}
        self.twin.call("PUT", f"/orders/{ref}/cancel", VEEQO_KEY, body)

    def change_at_veeqo(self, order: Order, changes: dict[str, Any]) -> None:
        ref = order.shipments.get().platform_ref
        self.twin.call("PUT", f"/orders/{ref}", VEEQO_KEY, {"order": changes})


class EasyshipTests(PullCase):
    def test_lost_event_of_a_cancelled_shipment_is_made_up_for(self) -> None:
        order = self.shipped()
        ref = order.shipments.get().platform_ref
        self.twin.call("POST", f"/2024-09/shipments/{ref}/cancel", EASYSHIP_KEY)

        first = pull_easyship_shipments()
        again = pull_easyship_shipments()

        order.refresh_from_db()
        self.assertEqual((first, again), (1, 0))
        self.assertEqual(order.attention_code, "upstream.cancelled")
        self.assertEqual(self.told(order), ["upstream.cancelled"])

    def test_shipment_that_cannot_be_read_keeps_no_other_back(self) -> None:
        order = self.shipped()
        ref = order.shipments.get().platform_ref
        self.twin.call("POST", f"/2024-09/shipments/{ref}/cancel", EASYSHIP_KEY)
        page = self.twin.call("GET", "/2024-09/shipments", EASYSHIP_KEY)
        page["shipments"] = [{"weight": 1}, *page["shipments"]]

        with responses.RequestsMock() as wire:
            wire.get(f"{self.twin.url}/2024-09/shipments", json=page)
            pull_easyship_shipments()

        order.refresh_from_db()
        self.assertEqual(order.attention_code, "upstream.cancelled")
        row = SetAsideRow.objects.get()
        self.assertEqual(
            row.detail, "The answer of easyship lacks $.shipments[0].easyship_shipment_id."
        )

    def test_nothing_was_changed(self) -> None:
        order = self.shipped()

        pull_easyship_shipments()

        self.assert_untouched(order)
        cursor = SyncCursor.objects.get()
        self.assertEqual((cursor.platform, cursor.rows_read), ("easyship", 1))
        self.assertIsNotNone(cursor.watermark)


class PollTests(PullCase):
    def test_parcels_of_a_platform_switched_off_wait_until_it_is_on_again(self) -> None:
        self.shipped(**TEXAS)
        due_at = timezone.now()
        Package.objects.update(next_track_at=due_at)
        PlatformAccount.objects.filter(platform="veeqo").update(is_enabled=False)
        self.twin.advance(days=20)

        off = poll_tracking()
        waiting = Package.objects.get().next_track_at
        PlatformAccount.objects.update(is_enabled=True)
        on = poll_tracking()

        self.assertEqual((off, waiting), (0, due_at))
        self.assertGreater(on, 0)

    def test_platform_switched_off_keeps_no_parcel_of_another_back(self) -> None:
        self.shipped(**TEXAS)
        PlatformAccount.objects.filter(platform="easyship").update(is_enabled=False)
        Package.objects.update(next_track_at=timezone.now())
        self.twin.advance(days=20)

        self.assertGreater(poll_tracking(), 0)

    def test_two_polls_ask_once(self) -> None:
        self.shipped()
        due_at = timezone.now()
        Package.objects.update(next_track_at=due_at)
        pk = Package.objects.get().pk

        first = take_to_track(package_id=pk, due_at=due_at)
        second = take_to_track(package_id=pk, due_at=due_at)

        self.assertEqual((first, second), (True, False))
        self.assertEqual(poll_tracking(), 0)
        self.assertEqual(self.twin.asked("GET", "/shipments/trackings"), 0)
