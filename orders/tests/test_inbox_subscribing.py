"""The command that has Easyship post to us, against the twin."""

from __future__ import annotations

import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from carriers.inbox.subscribing import subscription_names
from carriers.platforms import easyship_client
from carriers.tests.inbox import SCRIPTED, make_event, make_signature, post_event
from orders.tests.twin import TwinCase


class SubscribeTests(TwinCase):
    def setUp(self) -> None:
        super().setUp()
        self.file = Path(self.twin.folder) / "webhook_secret"

    def subscribe(self, site: str = "https://shipping.example.com") -> str:
        out = StringIO()
        call_command("subscribe_easyship", site, secret_file=self.file, stdout=out)
        return out.getvalue()

    def secrets(self) -> list[str]:
        return self.file.read_text(encoding="utf-8").split(",")

    def test_webhook_is_active_and_its_secret_is_for_us_alone(self) -> None:
        told = self.subscribe()

        [webhook] = easyship_client().list_webhooks().rows
        self.assertEqual(webhook.state, "active")
        self.assertEqual(webhook.url, "https://shipping.example.com/webhooks/easyship")
        self.assertEqual(set(webhook.event_types), set(subscription_names()))
        self.assertEqual(self.secrets(), [webhook.secret])
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertNotIn(webhook.secret, told)

    def test_second_webhook_keeps_the_first_ones_secret(self) -> None:
        self.subscribe()
        [old] = self.secrets()

        self.subscribe()

        new, kept = self.secrets()
        self.assertEqual(kept, old)
        with override_settings(EASYSHIP_WEBHOOK_SECRETS=[new, kept]):
            for secret in (new, kept):
                answer = post_event(make_event(), signature=make_signature(secret))
                self.assertEqual(answer.status_code, 200)

    def test_subscribed_to_is_what_orders_listen_to(self) -> None:
        wanted = {
            "shipment_cancelled",
            "shipment_label_created",
            "shipment_label_failed",
            "shipment_tracking_checkpoints_created",
            "shipment_tracking_status_changed",
            "shipment_warehouse_state_updated",
            SCRIPTED.replace(".", "_"),
        }

        self.assertEqual(set(subscription_names()), wanted)

    def test_refused_webhook_leaves_no_secret(self) -> None:
        self.twin.fault("POST", "/webhooks", "error_before", status=422)

        with pytest.raises(CommandError):
            self.subscribe()

        self.assertFalse(self.file.exists())


@pytest.mark.parametrize("site", ["", "shipping.example.com", "ftp://shipping.example.com"])
def test_site_without_an_address_is_refused(site: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="https://"):
        call_command("subscribe_easyship", site, secret_file=tmp_path / "secret")


@override_settings(DEMO=False)
def test_site_without_tls_is_refused_outside_the_demonstration(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="https://"):
        call_command(
            "subscribe_easyship", "http://shipping.example.com", secret_file=tmp_path / "s"
        )
