"""What Easyship's events do to orders: from the twin, signed by it, through our own address."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from django.test import override_settings
from django.utils import timezone
from django_q.models import OrmQ

from carriers.inbox.models import ReceiptState, WebhookReceipt
from carriers.inbox.worker import drain
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.commands import hurry_unknown
from carriers.platforms import easyship_client
from carriers.tests.inbox import SECRET, make_event, post_event
from orders.models import Order, OrderEvent, Package, TrackingEvent
from orders.rules.states import OrderState
from orders.services.cancellation import cancel_order
from orders.tasks import poll_tracking
from orders.tests.postbox import Post, Postbox
from orders.tests.twin import TwinCase

KEY = {"Authorization": "Bearer ek-test"}
BUY = ("POST", "/label")
EVENTS = (
    "shipment_label_created",
    "shipment_label_failed",
    "shipment_tracking_status_changed",
    "shipment_tracking_checkpoints_created",
    "shipment_cancelled",
)


class EventCase(TwinCase):
    """An order for Nevada goes by FedEx, and so through Easyship."""

    def setUp(self) -> None:
        super().setUp()
        self.box = Postbox()
        self.addCleanup(self.box.remove)
        client = easyship_client()
        webhook = client.create_webhook(self.box.url, EVENTS)
        client.activate_webhook(webhook.webhook_ref)
        secret = override_settings(EASYSHIP_WEBHOOK_SECRETS=[webhook.secret])
        secret.enable()
        self.addCleanup(secret.disable)

    def deliver(self, posts: list[Post]) -> None:
        """Hand over what the twin posted, as it signed it."""
        for post in posts:
            answer = post_event(post.body, signature=post.signature)
            self.assertEqual(answer.status_code, 200)

    def shipped(self) -> Order:
        """Booked and labelled, with the events of that delivered and done."""
        order = self.place()
        self.finish(rounds=3)
        self.assert_shipped_once(order)
        self.deliver(self.box.take())
        drain()
        return order

    def states(self) -> set[str]:
        return set(WebhookReceipt.objects.values_list("state", flat=True))

    def cancel_there(self, order: Order) -> None:
        ref = order.shipments.get().platform_ref
        self.twin.call("POST", f"/2024-09/shipments/{ref}/cancel", KEY)


class TrackingEventTests(EventCase):
    def test_parcel_arrives_without_waiting_for_its_turn(self) -> None:
        order = self.shipped()
        later = timezone.now() + timedelta(hours=6)
        Package.objects.update(next_track_at=later)
        OrmQ.objects.all().delete()

        self.twin.advance(days=20)
        self.deliver(self.box.take())
        drain()
        woken = OrmQ.objects.filter(key="sync").count()
        poll_tracking()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.DELIVERED.value)
        self.assertGreater(woken, 0)
        self.assertEqual(self.states(), {ReceiptState.DONE})

    def test_events_twice_and_in_any_order_end_the_same(self) -> None:
        order = self.shipped()
        posts = []
        for _ in range(10):
            self.twin.advance(days=2)
        posts = self.box.take()
        shuffled = posts * 2
        Random(7).shuffle(shuffled)

        for post in shuffled:
            self.deliver([post])
            drain()
            poll_tracking()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.DELIVERED.value)
        moves = OrderEvent.objects.filter(order=order, kind__startswith="parcel.")
        self.assertEqual(
            list(moves.values_list("kind", flat=True)), ["parcel.in_transit", "parcel.delivered"]
        )
        scans = TrackingEvent.objects.values_list("happened_at", "status")
        self.assertEqual(len(set(scans)), len(scans))

    def test_burst_of_events_for_a_parcel_is_one_question(self) -> None:
        self.shipped()
        self.twin.advance(days=20)
        before = self.twin.asked("GET", "/shipments/trackings")

        self.deliver(self.box.take() * 3)
        drain()
        for _ in range(3):
            poll_tracking()

        self.assertEqual(self.twin.asked("GET", "/shipments/trackings") - before, 1)

    @override_settings(EASYSHIP_WEBHOOK_SECRETS=[SECRET])
    def test_event_of_a_parcel_that_is_not_ours_does_nothing(self) -> None:
        post_event(make_event("shipment.tracking.status.changed", "ESUS99999999"))

        drain()

        self.assertEqual(self.states(), {ReceiptState.DONE})
        self.assertEqual(OrderEvent.objects.count(), 0)


class CancelledEventTests(EventCase):
    def test_booking_cancelled_there_goes_to_a_person_once(self) -> None:
        order = self.shipped()
        self.cancel_there(order)

        posts = self.box.take()
        self.deliver(posts)
        drain()
        WebhookReceipt.objects.update(state=ReceiptState.RECEIVED)
        drain()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertEqual(order.attention_code, "upstream.cancelled")
        ref = order.shipments.get().platform_ref
        self.assertEqual(
            list(order.events.filter(kind="upstream.cancelled").values_list("message", flat=True)),
            [f"Easyship: Booking {ref} was cancelled there."],
        )

    def test_our_own_cancellation_is_no_news(self) -> None:
        order = self.shipped()
        cancel_order(order_id=order.pk, reason="Changed mind", actor="tests")
        self.work()

        self.deliver(self.box.take())
        drain()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.CANCELLED.value)
        self.assertFalse(order.events.filter(kind__startswith="upstream.").exists())

    @override_settings(EASYSHIP_WEBHOOK_SECRETS=[SECRET])
    def test_event_that_is_not_true_does_nothing(self) -> None:
        order = self.place()
        self.finish(rounds=3)
        ref = order.shipments.get().platform_ref

        post_event(make_event("shipment.cancelled", ref, status="cancelled"))
        drain()

        self.assert_shipped_once(order)
        self.assertFalse(order.events.filter(kind__startswith="upstream.").exists())
        self.assertEqual(self.states(), {ReceiptState.DONE})

    def test_event_waits_while_a_command_of_ours_may_be_the_cause(self) -> None:
        order = self.shipped()
        self.cancel_there(order)
        posts = self.box.take()
        OutboxCommand.objects.in_lane(order.lane).update(state=CommandState.IN_FLIGHT)

        self.deliver(posts)
        drain()
        waiting = self.states()
        untouched = Order.objects.get(pk=order.pk).state
        OutboxCommand.objects.in_lane(order.lane).update(state=CommandState.DELIVERED)
        WebhookReceipt.objects.update(next_attempt_at=timezone.now())
        drain()

        self.assertEqual(waiting, {ReceiptState.DONE, ReceiptState.RECEIVED})
        self.assertEqual(untouched, OrderState.BOOKED.value)
        order.refresh_from_db()
        self.assertEqual(order.attention_code, "upstream.cancelled")


class LabelEventTests(EventCase):
    def test_label_that_a_person_waits_for_is_found_by_its_event(self) -> None:
        order = self.place()
        self.twin.fault(*BUY, "drop_after")
        self.work()
        long = timezone.now() + timedelta(hours=9)
        OutboxCommand.objects.in_lane(order.lane).filter(state=CommandState.UNKNOWN).update(
            state=CommandState.STUCK, next_attempt_at=long
        )

        self.deliver(self.box.take())
        drain()
        released = self.command_of(order)
        self.finish(rounds=2)

        self.assertEqual(released.state, CommandState.UNKNOWN)
        self.assertLess(released.next_attempt_at, timezone.now() + timedelta(minutes=5))
        self.assert_shipped_once(order)

    def test_news_never_bring_a_look_forward_of_the_settling_time(self) -> None:
        order = self.place()
        self.twin.fault(*BUY, "drop_after")
        self.work()
        due = self.command_of(order).next_attempt_at

        with self.settings(OUTCOME_SETTLE_S=30):
            hurried = hurry_unknown(lane=order.lane)

        self.assertEqual(hurried, 0)
        self.assertEqual(self.command_of(order).next_attempt_at, due)
