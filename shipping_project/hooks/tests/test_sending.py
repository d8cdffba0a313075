"""Messages arrive signed, in order, at least once; who takes none for a day is left alone."""

from __future__ import annotations

import json
import socket
from datetime import timedelta

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.test import TestCase, override_settings
from django.utils import timezone
from django_q.models import OrmQ
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.models import Role
from accounts.tests.builders import make_organization, make_user
from shipping_project.hooks.models import WebhookDelivery, WebhookEndpoint
from shipping_project.hooks.rules.retries import AFTER
from shipping_project.hooks.rules.signing import new_secret
from shipping_project.hooks.sender import PRIVATE, post
from shipping_project.hooks.services import (
    announce,
    create_endpoint,
    prune_deliveries,
    replay,
    resume_endpoint,
    rotate_secret,
)
from shipping_project.hooks.tests.partner import partner_server
from shipping_project.hooks.worker import send_to, sweep

HELD = "order.held"


@override_settings(WEBHOOK_PRIVATE_TARGETS=True)
class SendingCase(TestCase):
    def setUp(self) -> None:
        self.partner = self.enterContext(partner_server())
        self.alder = make_organization("alder")
        self.endpoint = self.make_endpoint("order.*")

    def make_endpoint(self, *events: str) -> WebhookEndpoint:
        return create_endpoint(
            organization_id=self.alder.pk, url=self.partner.url, events=events, actor="tests"
        )

    def tell(self, event: str = HELD, **data: object) -> None:
        announce(organization_id=self.alder.pk, event=event, data=data)

    def send(self) -> int:
        return send_to(self.endpoint.pk)

    def make_due(self) -> None:
        WebhookDelivery.objects.update(due_at=timezone.now())

    def states(self) -> list[str]:
        return list(WebhookDelivery.objects.order_by("pk").values_list("state", flat=True))


class DeliverTests(SendingCase):
    def test_message_arrives_with_a_signature_that_can_be_checked(self) -> None:
        self.tell(order="SO-1")

        self.send()

        headers, body = self.partner.got[0]
        told = json.loads(body)
        self.assertEqual((told["type"], told["data"]), (HELD, {"order": "SO-1"}))
        self.assertEqual(headers["content-type"], "application/json")
        # By the library that partners check with, which shares no line with ours.
        self.assertEqual(Webhook(self.endpoint.secret).verify(body, headers), told)
        with self.assertRaises(WebhookVerificationError):
            Webhook(new_secret()).verify(body, headers)
        delivery = WebhookDelivery.objects.get()
        self.assertEqual((delivery.state, delivery.last_status), ("delivered", 204))

    def test_messages_go_in_the_order_of_the_events(self) -> None:
        for event in (HELD, "order.valid", "order.cancelled"):
            self.tell(event)

        self.assertEqual(self.send(), 3)
        self.assertEqual(self.partner.events, [HELD, "order.valid", "order.cancelled"])

    def test_only_who_asked_is_told(self) -> None:
        make_organization("birch")
        other = self.make_endpoint("job.finished")

        self.tell()

        self.assertEqual([row.endpoint for row in WebhookDelivery.objects.all()], [self.endpoint])
        self.assertEqual(send_to(other.pk), 0)

    def test_change_that_is_rolled_back_is_not_told(self) -> None:
        with transaction.atomic():
            self.tell()
            transaction.set_rollback(True)

        self.assertEqual((self.send(), self.partner.got), (0, []))

    def test_two_signatures_while_a_secret_is_replaced(self) -> None:
        rotate_secret(endpoint=self.endpoint, actor="tests")
        self.tell()
        self.send()
        late = timezone.now() - timedelta(seconds=1)
        WebhookEndpoint.objects.update(previous_until=late)
        self.tell()
        self.send()

        counts = [len(headers["webhook-signature"].split()) for headers, _ in self.partner.got]
        self.assertEqual(counts, [2, 1])

    def test_old_messages_are_dropped(self) -> None:
        self.tell()
        self.tell()
        old = WebhookDelivery.objects.latest("pk")
        WebhookDelivery.objects.filter(pk=old.pk).update(
            created_at=timezone.now() - timedelta(days=31)
        )

        self.assertEqual(prune_deliveries(), 1)
        self.assertEqual(WebhookDelivery.objects.filter(pk=old.pk).count(), 0)


class FailureTests(SendingCase):
    def test_failed_message_is_tried_again_under_the_same_id_before_the_next(self) -> None:
        self.partner.answers = [500]
        self.tell(HELD)
        self.tell("order.valid")

        self.assertEqual(self.send(), 0)
        self.assertEqual(self.send(), 0, "not before its time")
        self.make_due()
        self.assertEqual(self.send(), 2)

        self.assertEqual(self.partner.events, [HELD, HELD, "order.valid"])
        self.assertEqual(self.partner.ids[0], self.partner.ids[1])
        self.endpoint.refresh_from_db()
        self.assertIsNone(self.endpoint.failing_since)

    def test_failure_is_told_in_the_log(self) -> None:
        self.partner.answers = [503]
        self.tell()

        self.send()

        delivery = WebhookDelivery.objects.get()
        self.assertEqual((delivery.state, delivery.attempts), ("waiting", 1))
        self.assertEqual((delivery.last_status, delivery.last_error), (503, "It answered 503."))
        self.assertGreater(delivery.due_at, timezone.now())

    def test_redirects_are_not_followed(self) -> None:
        self.partner.answers = [302]
        self.tell()

        self.send()

        self.assertEqual(len(self.partner.got), 1)
        self.assertIn("redirects", WebhookDelivery.objects.get().last_error)

    def test_after_a_day_the_endpoint_is_paused_and_its_people_get_a_mail(self) -> None:
        person = make_user(Role.PARTNER, organization=self.alder)
        make_user(Role.PARTNER, organization=make_organization("birch"))
        self.partner.answers = [500] * (len(AFTER) + 1)
        self.tell()
        self.tell("order.valid")

        with self.captureOnCommitCallbacks(execute=True):
            for _ in range(len(AFTER) + 2):
                self.make_due()
                self.send()

        self.endpoint.refresh_from_db()
        self.assertEqual(self.endpoint.pause_reason, "It took no message for a day.")
        self.assertEqual(self.states(), ["failed", "waiting"])
        self.assertEqual([message.to for message in mail.outbox], [[person.email]])
        self.assertIn(self.partner.url, mail.outbox[0].body)

    def test_resumed_endpoint_gets_what_waited(self) -> None:
        WebhookEndpoint.objects.update(paused_at=timezone.now())
        self.tell()
        self.assertEqual(self.send(), 0)
        self.endpoint.refresh_from_db()

        resume_endpoint(endpoint=self.endpoint, actor="tests")

        self.assertEqual((self.send(), self.partner.events), (1, [HELD]))

    def test_410_pauses_at_once(self) -> None:
        self.partner.answers = [410]
        self.tell()

        self.send()

        self.endpoint.refresh_from_db()
        self.assertEqual(self.endpoint.pause_reason, "It answered 410: it wants no more messages.")

    def test_replay_sends_the_same_message_again(self) -> None:
        self.tell(order="SO-1")
        self.send()

        replay(delivery=WebhookDelivery.objects.get(), actor="tests")
        self.send()

        self.assertEqual(self.partner.ids[0], self.partner.ids[1])
        self.assertEqual(self.partner.got[0][1], self.partner.got[1][1])

    def test_partners_have_ten_seconds(self) -> None:
        self.assertEqual(settings.WEBHOOK_LIMIT_S, 10.0)

    @override_settings(WEBHOOK_LIMIT_S=0.3)
    def test_receiver_that_is_silent_or_drips_is_hung_up_on_and_told_again(self) -> None:
        self.partner.stalls = ["silent", "drips"]
        self.tell()
        for attempt in (1, 2):
            self.make_due()

            self.assertEqual(self.send(), 0)

            delivery = WebhookDelivery.objects.get()
            self.assertEqual((delivery.state, delivery.attempts), ("waiting", attempt))
            self.assertEqual(
                (delivery.last_status, delivery.last_error),
                (None, "It did not answer within 0.3 seconds."),
            )
            self.assertGreater(delivery.due_at, timezone.now())
        self.make_due()

        self.assertEqual((self.send(), len(self.partner.got)), (1, 3))

        self.assertEqual(len(set(self.partner.ids)), 1)

    @override_settings(WEBHOOK_LIMIT_S=0.3)
    def test_host_that_accepts_no_more_connections_is_given_up_in_time(self) -> None:
        """Its queue of connections is full, so that the next one is neither taken nor refused."""
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            address = full.getsockname()
            waiting = [socket.socket() for _ in range(4)]
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(address)

            answer = post(f"http://127.0.0.1:{address[1]}/", body=b"{}", headers={})

            for one in waiting:
                one.close()
        self.assertEqual(answer.error, "It did not answer within 0.3 seconds.")

    def test_host_that_takes_no_connection_is_a_failure_in_our_words(self) -> None:
        WebhookEndpoint.objects.update(url="http://127.0.0.1:9/")
        self.tell()

        self.send()

        delivery = WebhookDelivery.objects.get()
        self.assertIsNone(delivery.last_status)
        self.assertEqual(delivery.last_error, "No connection could be made, or it broke off.")

    @override_settings(WEBHOOK_PRIVATE_TARGETS=False)
    def test_host_of_our_own_net_is_never_reached(self) -> None:
        for url in (self.partner.url, self.partner.url.replace("127.0.0.1", "localhost")):
            with self.subTest(url):
                self.assertEqual(post(url, body=b"{}", headers={}).error, PRIVATE)
        self.assertEqual(self.partner.got, [])


class ClaimTests(SendingCase):
    def test_endpoint_in_hand_is_left_alone(self) -> None:
        WebhookEndpoint.objects.update(
            lease_until=timezone.now() + timedelta(minutes=1), claimed_by="elsewhere/1/1"
        )
        self.tell()

        self.assertEqual((self.send(), self.partner.got), (0, []))

    def test_sweep_wakes_what_is_due_and_nothing_else(self) -> None:
        paused = self.make_endpoint("order.*")
        WebhookEndpoint.objects.filter(pk=paused.pk).update(paused_at=timezone.now())
        self.tell()
        OrmQ.objects.all().delete()

        sweep()

        self.assertEqual([row.task["args"] for row in OrmQ.objects.all()], [(self.endpoint.pk,)])

    def test_endpoint_of_an_organization_that_is_switched_off_waits(self) -> None:
        self.tell()
        type(self.alder).objects.update(is_active=False)

        self.assertEqual((self.send(), self.states()), (0, ["waiting"]))
