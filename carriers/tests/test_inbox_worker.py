"""Stored events reach those who listen; a poisonous one stops by itself."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import AuditEntry
from carriers.errors import UpstreamRefused, UpstreamUnauthorized, UpstreamUnavailable
from carriers.inbox.models import ReceiptState, WebhookReceipt
from carriers.inbox.registry import NotYet
from carriers.inbox.steering import ReceiptNotSteerable, ignore_receipt, process_again
from carriers.inbox.worker import MAX_ATTEMPTS, drain, prune, sweep
from carriers.models import PlatformAccount
from carriers.tests.inbox import SCRIPT, make_event, only_receipt, post_event
from carriers.tests.test_inbox_receive import InboxCase


class WorkCase(InboxCase):
    def drain_after_pauses(self, rounds: int) -> None:
        for _ in range(rounds):
            WebhookReceipt.objects.filter(state=ReceiptState.RECEIVED).update(
                next_attempt_at=timezone.now()
            )
            drain()


class ProcessTests(WorkCase):
    def test_event_reaches_its_receiver_once(self) -> None:
        post_event(make_event(platform_order_number="SO-1-1", status="Delivered"))

        done = drain() + drain()

        self.assertEqual(done, 1)
        [event] = SCRIPT.told
        self.assertEqual((event.shipment_ref, event.reference), ("ESUS10000001", "SO-1-1"))
        self.assertEqual(event.data["status"], "Delivered")
        receipt = only_receipt()
        self.assertEqual((receipt.state, receipt.attempts), (ReceiptState.DONE, 1))
        self.assertIsNotNone(receipt.settled_at)

    def test_event_that_nobody_listens_to_is_ignored(self) -> None:
        post_event(make_event("tests.nobody_listens"))

        drain()

        self.assertEqual(only_receipt().state, ReceiptState.IGNORED)

    def test_failing_receiver_is_tried_again_later(self) -> None:
        SCRIPT.errors = [RuntimeError("a bug")]
        post_event(make_event())

        drain()
        between = only_receipt()
        self.drain_after_pauses(1)

        self.assertEqual(
            (between.state, between.error_code), (ReceiptState.RECEIVED, "webhook.receiver_failed")
        )
        self.assertGreater(between.next_attempt_at, timezone.now())
        self.assertEqual(between.error_detail, "RuntimeError in the receiver")
        self.assertEqual((only_receipt().state, only_receipt().error_code), (ReceiptState.DONE, ""))

    def test_poison_stops_and_the_others_go_on(self) -> None:
        SCRIPT.errors = [RuntimeError("a bug")] * MAX_ATTEMPTS
        post_event(make_event(resource_id="ESUS1"))
        self.drain_after_pauses(MAX_ATTEMPTS)
        post_event(make_event(resource_id="ESUS2"))

        self.drain_after_pauses(3)

        states = dict(WebhookReceipt.objects.values_list("resource_id", "state"))
        self.assertEqual(states, {"ESUS1": ReceiptState.FAILED, "ESUS2": ReceiptState.DONE})
        self.assertEqual(len(SCRIPT.told), MAX_ATTEMPTS + 1)

    def test_refused_question_counts_against_the_event(self) -> None:
        SCRIPT.errors = [UpstreamRefused("no")] * MAX_ATTEMPTS
        post_event(make_event())

        self.drain_after_pauses(MAX_ATTEMPTS + 1)

        receipt = only_receipt()
        self.assertEqual(
            (receipt.state, receipt.error_code), (ReceiptState.FAILED, "upstream.refused")
        )

    def test_platform_that_is_away_does_not(self) -> None:
        away = [UpstreamUnavailable("away"), UpstreamUnauthorized("key"), NotYet("under way")]
        SCRIPT.errors = away * MAX_ATTEMPTS
        post_event(make_event())

        self.drain_after_pauses(MAX_ATTEMPTS * 3)
        waiting = only_receipt()
        self.drain_after_pauses(1)

        self.assertEqual((waiting.state, waiting.attempts), (ReceiptState.RECEIVED, 0))
        self.assertEqual(only_receipt().state, ReceiptState.DONE)

    def test_nothing_waits_for_ever(self) -> None:
        SCRIPT.errors = [NotYet("under way")]
        post_event(make_event())
        long_ago = timezone.now() - timedelta(days=3)
        WebhookReceipt.objects.update(last_received_at=long_ago)

        drain()

        receipt = only_receipt()
        self.assertEqual(
            (receipt.state, receipt.error_code), (ReceiptState.FAILED, "webhook.waited_too_long")
        )

    def test_event_of_a_dead_worker_is_taken_over(self) -> None:
        post_event(make_event())
        gone = timezone.now() - timedelta(seconds=1)
        WebhookReceipt.objects.update(state=ReceiptState.PROCESSING, attempts=1, lease_until=gone)

        drain()

        self.assertEqual((only_receipt().state, only_receipt().attempts), (ReceiptState.DONE, 2))

    def test_event_of_a_live_worker_is_left_alone(self) -> None:
        post_event(make_event())
        still = timezone.now() + timedelta(minutes=1)
        WebhookReceipt.objects.update(state=ReceiptState.PROCESSING, lease_until=still)

        self.assertEqual(drain(), 0)
        self.assertEqual(SCRIPT.told, [])

    def test_event_that_kills_workers_stops(self) -> None:
        post_event(make_event())
        gone = timezone.now() - timedelta(seconds=1)
        WebhookReceipt.objects.update(
            state=ReceiptState.PROCESSING, attempts=MAX_ATTEMPTS, lease_until=gone
        )

        drain()

        receipt = only_receipt()
        self.assertEqual(
            (receipt.state, receipt.error_code), (ReceiptState.FAILED, "webhook.worker_lost")
        )
        self.assertEqual(SCRIPT.told, [])

    def test_events_of_a_platform_switched_off_wait(self) -> None:
        PlatformAccount.objects.filter(platform="easyship").update(is_enabled=False)
        post_event(make_event())

        self.assertEqual(drain(), 0)
        self.assertEqual(only_receipt().state, ReceiptState.RECEIVED)

    def test_sweep_wakes_a_worker_only_for_work(self) -> None:
        sweep()
        idle = OrmQ.objects.count()
        post_event(make_event())
        OrmQ.objects.all().delete()

        sweep()

        self.assertEqual((idle, OrmQ.objects.filter(key="sync").count()), (0, 1))


class SteeringTests(WorkCase):
    def receipt(self, state: ReceiptState) -> WebhookReceipt:
        post_event(make_event())
        WebhookReceipt.objects.update(state=state, attempts=MAX_ATTEMPTS)
        return only_receipt()

    def test_failed_event_is_processed_again(self) -> None:
        receipt = self.receipt(ReceiptState.FAILED)

        process_again(receipt_id=receipt.pk, actor="ada")
        drain()

        self.assertEqual((only_receipt().state, only_receipt().attempts), (ReceiptState.DONE, 1))
        entry = AuditEntry.objects.get(action="webhook.processed_again")
        self.assertEqual((entry.actor, entry.before), ("ada", {"state": "failed"}))

    def test_ignored_event_keeps_the_reason_in_the_trail(self) -> None:
        receipt = self.receipt(ReceiptState.FAILED)

        ignore_receipt(receipt_id=receipt.pk, reason="Test of theirs", actor="ada")

        self.assertEqual(drain(), 0)
        self.assertEqual(only_receipt().state, ReceiptState.IGNORED)
        entry = AuditEntry.objects.get(action="webhook.ignored")
        self.assertEqual(entry.after, {"state": "ignored", "reason": "Test of theirs"})

    def test_refused_event_stays_refused(self) -> None:
        receipt = self.receipt(ReceiptState.REFUSED)

        with self.assertRaises(ReceiptNotSteerable):
            process_again(receipt_id=receipt.pk, actor="ada")
        with self.assertRaises(ReceiptNotSteerable):
            ignore_receipt(receipt_id=receipt.pk, reason="x", actor="ada")

        self.assertEqual(only_receipt().state, ReceiptState.REFUSED)
        self.assertEqual(AuditEntry.objects.count(), 0)


class PruneTests(WorkCase):
    def test_old_events_go_and_open_ones_stay(self) -> None:
        now = timezone.now()
        ages = {
            ReceiptState.DONE: (29, 31),
            ReceiptState.IGNORED: (29, 31),
            ReceiptState.REFUSED: (29, 31),
            ReceiptState.FAILED: (89, 91),
            ReceiptState.RECEIVED: (1, 200),
            ReceiptState.PROCESSING: (1, 200),
        }
        for state, days in ages.items():
            for age in days:
                WebhookReceipt.objects.create(
                    platform="easyship",
                    digest=f"{state}-{age}",
                    state=state,
                    last_received_at=now - timedelta(days=age),
                )

        dropped = prune()

        kept = WebhookReceipt.objects.order_by("digest").values_list("digest", flat=True)
        self.assertEqual(dropped, 4)
        self.assertEqual(
            list(kept),
            ["done-29", "failed-89", "ignored-29", "processing-1", "processing-200",
             "received-1", "received-200", "refused-29"],
        )  # fmt: skip
