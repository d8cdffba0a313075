"""What is posted to us: stored once, answered at once, and only when it is signed."""

from __future__ import annotations

from datetime import timedelta

import jwt
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from carriers.inbox.models import ReceiptState, WebhookReceipt
from carriers.inbox.receive import REDELIVERED_WITHIN, REFUSALS_KEPT
from carriers.models import ApiCall
from carriers.tests.inbox import (
    OLD_SECRET,
    SCRIPT,
    SECRET,
    make_event,
    make_signature,
    only_receipt,
    post_event,
)

BRACKETS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


@override_settings(EASYSHIP_WEBHOOK_SECRETS=[SECRET])
class InboxCase(TestCase):
    def setUp(self) -> None:
        super().setUp()
        SCRIPT.clear()


class StoreTests(InboxCase):
    def test_signed_event_is_stored_as_it_came_and_waits(self) -> None:
        body = make_event(status="In Transit to Customer")

        answer = post_event(body)

        self.assertEqual((answer.status_code, answer.content), (200, b""))
        receipt = only_receipt()
        self.assertEqual(receipt.body, body)
        self.assertEqual(
            (receipt.event_type, receipt.resource_type, receipt.resource_id),
            ("courier.state.changed", "shipment", "ESUS10000001"),
        )
        self.assertEqual((receipt.state, receipt.is_verified), (ReceiptState.RECEIVED, True))
        self.assertEqual(receipt.account_ref, "CUS0001")
        self.assertEqual(SCRIPT.told, [])

    def test_answer_costs_three_statements_and_no_call(self) -> None:
        with CaptureQueriesContext(connection) as captured:
            post_event(make_event())

        sql = [row["sql"] for row in captured.captured_queries]
        self.assertEqual(len([text for text in sql if not text.startswith(BRACKETS)]), 3)
        self.assertEqual(ApiCall.objects.count(), 0)
        self.assertEqual(OrmQ.objects.filter(key="sync").count(), 1)

    def test_same_body_is_kept_once_and_counted(self) -> None:
        for _ in range(3):
            post_event(make_event())

        self.assertEqual(only_receipt().times_received, 3)

    def test_repeat_soon_after_it_was_done_is_not_done_again(self) -> None:
        post_event(make_event())
        WebhookReceipt.objects.update(state=ReceiptState.DONE)

        post_event(make_event())

        self.assertEqual(only_receipt().state, ReceiptState.DONE)

    def test_same_body_much_later_tells_of_something_new(self) -> None:
        post_event(make_event())
        before = timezone.now() - REDELIVERED_WITHIN - timedelta(minutes=1)
        WebhookReceipt.objects.update(state=ReceiptState.DONE, last_received_at=before, attempts=4)

        post_event(make_event())

        receipt = only_receipt()
        self.assertEqual((receipt.state, receipt.attempts), (ReceiptState.RECEIVED, 0))

    def test_repeat_of_a_failed_event_leaves_it_to_the_person(self) -> None:
        post_event(make_event())
        before = timezone.now() - timedelta(days=1)
        WebhookReceipt.objects.update(state=ReceiptState.FAILED, last_received_at=before)

        post_event(make_event())

        self.assertEqual(only_receipt().state, ReceiptState.FAILED)

    def test_unreadable_body_is_answered_and_waits_for_a_person(self) -> None:
        for body in (b"\xff\x00{", b"[1]", b'{"data": {}}', b"[" * 5000):
            with self.subTest(body=body[:10]):
                WebhookReceipt.objects.all().delete()

                answer = post_event(body)

                self.assertEqual(answer.status_code, 200)
                receipt = only_receipt()
                self.assertEqual(
                    (receipt.state, receipt.error_code),
                    (ReceiptState.FAILED, "webhook.unreadable"),
                )


class RefusalTests(InboxCase):
    def assert_refused(self, signature: str) -> None:
        answer = post_event(make_event(), signature=signature)

        self.assertEqual(
            (answer.status_code, answer.json()["code"]), (401, "authentication_failed")
        )
        receipt = only_receipt()
        self.assertEqual((receipt.state, receipt.is_verified), (ReceiptState.REFUSED, False))
        self.assertEqual((receipt.body, receipt.event_type), ("", ""))
        self.assertEqual(OrmQ.objects.count(), 0)

    def test_without_signature(self) -> None:
        self.assert_refused("")

    def test_signed_with_another_secret(self) -> None:
        self.assert_refused(make_signature(OLD_SECRET))

    def test_token_without_signature_algorithm(self) -> None:
        self.assert_refused(jwt.encode({"easyship_company_id": "CUS0001"}, "", algorithm="none"))

    def test_token_by_another_algorithm(self) -> None:
        self.assert_refused(jwt.encode({}, SECRET * 2, algorithm="HS512"))

    def test_the_secret_itself_is_no_signature(self) -> None:
        self.assert_refused(SECRET)

    def test_signature_that_is_no_text_of_ours(self) -> None:
        self.assert_refused("a.b.c")

    @override_settings(EASYSHIP_WEBHOOK_SECRETS=[])
    def test_everything_while_no_secret_is_set(self) -> None:
        self.assert_refused(make_signature())

    def test_refused_body_does_not_keep_the_true_one_out(self) -> None:
        post_event(make_event(), signature="")

        post_event(make_event())

        states = WebhookReceipt.objects.order_by("id").values_list("state", flat=True)
        self.assertEqual(list(states), [ReceiptState.REFUSED, ReceiptState.RECEIVED])

    def test_flood_of_refusals_does_not_fill_the_table(self) -> None:
        WebhookReceipt.objects.bulk_create(
            WebhookReceipt(platform="easyship", digest=str(n), state=ReceiptState.REFUSED)
            for n in range(REFUSALS_KEPT)
        )

        answer = post_event(make_event(), signature="")

        self.assertEqual(answer.status_code, 401)
        self.assertEqual(WebhookReceipt.objects.count(), REFUSALS_KEPT)

    def test_body_beyond_all_measure(self) -> None:
        answer = post_event(b" " * 262_145)

        self.assertEqual((answer.status_code, answer.json()["code"]), (413, "body_too_large"))
        self.assertEqual(WebhookReceipt.objects.count(), 0)

    def test_looking_at_the_address(self) -> None:
        self.assertEqual(self.client.get("/webhooks/easyship").status_code, 405)


class RotationTests(InboxCase):
    @override_settings(EASYSHIP_WEBHOOK_SECRETS=[SECRET, OLD_SECRET])
    def test_both_secrets_count_while_one_replaces_the_other(self) -> None:
        answers = [
            post_event(make_event(resource_id=secret[-8:]), signature=make_signature(secret))
            for secret in (OLD_SECRET, SECRET)
        ]

        self.assertEqual([answer.status_code for answer in answers], [200, 200])
        self.assertEqual(WebhookReceipt.objects.filter(is_verified=True).count(), 2)
