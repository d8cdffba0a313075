"""Webhook endpoints on pages: made with a secret shown once, tested, replayed, renewed."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

from django.test import TestCase

from accounts.models import AuditEntry, Role
from accounts.tests.builders import make_organization, make_user
from shipping_project.hooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from shipping_project.kernel.tests.pages import read_page

SECRET = re.compile(r'value="(whsec_[^"]+)"')
URL = "https://shop.example.com/hooks"


class EndpointPageTests(TestCase):
    def setUp(self) -> None:
        self.alder = make_organization("alder")
        self.client.force_login(make_user(Role.PARTNER, organization=self.alder))

    def make(self, url: str = URL, *events: str) -> Any:
        body = {"url": url, "description": "Shop", "events": events or ("order.*",)}
        return self.client.post("/webhooks/", body)

    def made(self) -> WebhookEndpoint:
        self.make()
        endpoint: WebhookEndpoint = WebhookEndpoint.objects.latest("pk")
        return endpoint

    def act(self, endpoint: WebhookEndpoint, action: str) -> Any:
        return self.client.post(f"/webhooks/{endpoint.pk}/act/", {"action": action})

    def test_new_endpoint_shows_its_secret_once(self) -> None:
        response = self.make()

        found = SECRET.search(response.content.decode())
        endpoint = WebhookEndpoint.objects.get()
        self.assertEqual(found and found[1], endpoint.secret)
        self.assertEqual((endpoint.organization, endpoint.events), (self.alder, ["order.*"]))
        for path in ("/webhooks/", f"/webhooks/{endpoint.pk}/"):
            page = self.client.get(path)
            self.assertContains(page, URL)
            self.assertNotContains(page, endpoint.secret)
            self.assertEqual(read_page(page.content).refused, [])

    def test_targets_in_our_own_net_are_refused_at_the_field(self) -> None:
        with self.settings(WEBHOOK_PRIVATE_TARGETS=False):
            response = self.make("https://10.0.0.8/hooks")

        self.assertContains(response, "Give a host that can be reached from the internet.")
        self.assertEqual(WebhookEndpoint.objects.count(), 0)

    def test_test_message_is_queued_and_listed(self) -> None:
        endpoint = self.made()

        self.act(endpoint, "test")

        delivery = WebhookDelivery.objects.get()
        self.assertEqual((delivery.event, delivery.state), ("webhook.test", "waiting"))
        page = self.client.get(f"/webhooks/{endpoint.pk}/")
        self.assertContains(page, delivery.message_id)
        self.assertNotContains(page, "Send again")

    def test_message_is_sent_again_under_its_id(self) -> None:
        endpoint = self.made()
        self.act(endpoint, "test")
        WebhookDelivery.objects.update(state=DeliveryState.FAILED, attempts=8)
        delivery = WebhookDelivery.objects.get()

        self.client.post(f"/webhooks/{endpoint.pk}/deliveries/{delivery.pk}/replay/")

        again = WebhookDelivery.objects.get()
        self.assertEqual((again.state, again.attempts), ("waiting", 0))
        self.assertEqual(again.message_id, delivery.message_id)

    def test_new_secret_is_shown_once_and_the_old_one_counts_yet(self) -> None:
        endpoint = self.made()

        response = self.act(endpoint, "rotate")

        renewed = WebhookEndpoint.objects.get()
        self.assertEqual(renewed.previous_secret, endpoint.secret)
        self.assertContains(response, renewed.secret)
        self.assertContains(response, "a signature of the old secret, too")

    def test_paused_endpoint_goes_on_and_a_deleted_one_is_gone(self) -> None:
        endpoint = self.made()
        WebhookEndpoint.objects.update(paused_at="2026-03-01T12:00:00Z", pause_reason="It is away.")
        self.assertContains(self.client.get(f"/webhooks/{endpoint.pk}/"), "It is away.")

        self.act(endpoint, "resume")
        self.assertIsNone(WebhookEndpoint.objects.get().paused_at)
        self.act(endpoint, "delete")

        self.assertEqual(WebhookEndpoint.objects.count(), 0)
        actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
        self.assertEqual(list(actions), ["webhook.created", "webhook.resumed", "webhook.deleted"])

    def test_foreign_endpoints_are_not_there_and_operators_do_not_look(self) -> None:
        endpoint = self.made()
        self.client.force_login(make_user(Role.PARTNER, organization=make_organization("birch")))

        self.assertEqual(self.client.get(f"/webhooks/{endpoint.pk}/").status_code, 404)
        for action in ("test", "rotate", "delete"):
            self.assertEqual(self.act(endpoint, action).status_code, 404)
        self.assertNotContains(self.client.get("/webhooks/"), URL)
        self.client.force_login(make_user(Role.OPERATOR, organization=self.alder))
        self.assertEqual(self.client.get("/webhooks/").status_code, 403)
        self.assertEqual(self.make().status_code, 403)


def test_every_process_knows_all_events_from_its_start() -> None:
    program = (
        "import django; django.setup();"
        "from shipping_project.hooks.rules.events import families; print(*families())"
    )

    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout

    assert said.split() == ["job.*", "order.*", "shipment.*", "stock.*", "tracking.*"]
