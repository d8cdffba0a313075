"""Alerts on stock: opened, followed, closed by themselves, told once, acknowledged and muted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import ApiCase, client_for
from catalog.tests.builders import make_sellable
from inventory.alerts.looking import look_at_stock
from inventory.alerts.mail import mail_alerts
from inventory.alerts.services import acknowledge_alert, mute_alert
from inventory.models import MovementKind, StockAlert, StockLevel
from inventory.rules.alerts import Alert, AlertKind, Severity, alert_for
from inventory.services.stock import move_stock
from inventory.tasks import look_after_alerts
from inventory.tests.builders import make_warehouse, put_stock
from shipping_project.hooks.models import WebhookDelivery, WebhookEndpoint
from shipping_project.kernel.errors import InvalidInput, StateChanged
from shipping_project.kernel.testing import exactly_queries

LOW_MEDIUM = Alert(AlertKind.LOW, Severity.MEDIUM)
LOW_HIGH = Alert(AlertKind.LOW, Severity.HIGH)
OUT = Alert(AlertKind.OUT, Severity.CRITICAL)
TOO_MUCH = Alert(AlertKind.OVERSTOCK, Severity.MINOR)


class TestRules:
    @pytest.mark.parametrize(
        ("available", "low_at", "factor", "expected"),
        [
            (-1, 10, 10, OUT),
            (0, 10, 10, OUT),
            (0, 0, 0, OUT),
            (1, 10, 10, LOW_HIGH),
            (5, 10, 10, LOW_HIGH),
            (6, 10, 10, LOW_MEDIUM),
            (10, 10, 10, LOW_MEDIUM),
            (11, 10, 10, None),
            (100, 10, 10, None),
            (101, 10, 10, TOO_MUCH),
            (10_000, 10, 0, None),
            (10_000, 0, 10, None),
        ],
    )
    def test_number_deserves(
        self, available: int, low_at: int, factor: int, expected: Alert | None
    ) -> None:
        found = alert_for(available=available, low_at=low_at, overstock_factor=factor)

        assert found == expected


class AlertCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.partner = make_user(Role.PARTNER, organization=self.alder)
        self.mug, self.nv = make_sellable(self.alder), make_warehouse("NV")
        self.level = put_stock(self.mug, self.nv, 50)

    def to(self, units: int) -> None:
        """The level has so many units by now, and was looked at."""
        level = StockLevel.objects.get(pk=self.level.pk)
        if units != level.on_hand:
            move_stock(
                sellable_id=self.mug.pk,
                warehouse_id=self.nv.pk,
                quantity=units - level.on_hand,
                kind=MovementKind.ADJUSTMENT,
                reason="Test",
                actor="tests",
            )
        look_at_stock()

    def open_ones(self) -> list[tuple[str, str, int]]:
        rows = StockAlert.objects.still_open().order_by("id")
        return list(rows.values_list("kind", "severity", "available"))


class LookTests(AlertCase):
    def test_enough_needs_no_alert(self) -> None:
        self.to(50)

        self.assertEqual(self.open_ones(), [])

    def test_severity_follows_the_level_in_one_row(self) -> None:
        self.to(9)
        self.to(4)

        self.assertEqual(self.open_ones(), [("low", "high", 4)])
        self.assertEqual(StockAlert.objects.count(), 1)

    def test_out_of_stock_takes_the_place_of_low(self) -> None:
        self.to(4)
        self.to(0)

        self.assertEqual(self.open_ones(), [("out", "critical", 0)])

    def test_recovery_closes_it(self) -> None:
        self.to(0)
        self.to(60)

        alert = StockAlert.objects.get()
        self.assertEqual((self.open_ones(), alert.available), ([], 60))
        self.assertIsNotNone(alert.closed_at)

    def test_what_is_on_its_way_counts_unless_nothing_is_left(self) -> None:
        StockLevel.objects.filter(pk=self.level.pk).change(incoming=20)

        self.to(4)
        self.assertEqual(self.open_ones(), [])

        self.to(0)
        self.assertEqual(self.open_ones(), [("out", "critical", 0)])

        self.to(90)
        self.assertEqual(self.open_ones(), [("overstock", "minor", 90)])

    def test_second_look_moves_nothing(self) -> None:
        self.to(0)

        self.assertEqual(look_at_stock(), 0)

    def test_own_threshold_counts(self) -> None:
        self.to(50)
        StockLevel.objects.filter(pk=self.level.pk).change(low_at=60)

        look_at_stock()

        self.assertEqual(self.open_ones(), [("low", "medium", 50)])

    def test_what_is_no_longer_sold_or_shipped_from_closes_its_alerts(self) -> None:
        for row in (self.mug, self.nv):
            with self.subTest(row=row):
                self.to(0)
                self.assertEqual(len(self.open_ones()), 1)

                row.is_active = False
                row.save()
                look_at_stock()
                self.assertEqual(self.open_ones(), [])

                row.is_active = True
                row.save()
                look_at_stock()
                self.assertEqual(len(self.open_ones()), 1)

    def test_levels_looked_at_long_enough_ago_are_left_alone(self) -> None:
        self.to(0)
        long_ago = timezone.now() - timedelta(hours=1)
        StockLevel.objects.update(updated_at=long_ago)
        for row in (self.mug, self.nv):
            type(row).objects.update(updated_at=long_ago)

        self.assertFalse(StockLevel.objects.to_check().exists())

    def test_look_costs_the_same_for_many_quiet_levels(self) -> None:
        self.to(50)
        with exactly_queries(5):
            look_at_stock()
        for number in range(20):
            put_stock(make_sellable(self.alder, f"S-{number}"), self.nv, 50)

        with exactly_queries(5):
            look_at_stock()


class TellingTests(AlertCase):
    def test_urgent_alerts_are_mailed_once_to_the_organizations_own_people(self) -> None:
        make_user(Role.PARTNER, organization=make_organization("birch"))
        self.to(0)

        self.assertEqual((mail_alerts(), mail_alerts()), (1, 0))

        (sent,) = mail.outbox
        self.assertEqual(sent.to, [self.partner.email])
        self.assertEqual(sent.subject, "Stock: 1 new alert")
        self.assertIn("MUG-01 in NV: out of stock, 0 available", str(sent.body))

    def test_what_is_not_urgent_is_not_mailed(self) -> None:
        self.to(9)

        mail_alerts()

        self.assertEqual(mail.outbox, [])

    def test_mail_that_cannot_be_sent_is_tried_again(self) -> None:
        self.to(0)
        smtp = "django.core.mail.backends.smtp.EmailBackend"
        with self.settings(EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=9):
            self.assertEqual(mail_alerts(), 0)

        self.assertEqual(mail_alerts(), 1)

    def test_partners_are_told_by_webhook_of_every_turn(self) -> None:
        WebhookEndpoint.objects.create(
            organization=self.alder, url="https://example.com/hook", events=["stock.*"]
        )
        for units in (9, 4, 60):
            self.to(units)

        rows = WebhookDelivery.objects.order_by("id")
        self.assertEqual(
            [(row.event, row.payload["data"]["severity"]) for row in rows],
            [
                ("stock.alert_opened", "medium"),
                ("stock.low", "medium"),
                ("stock.alert_changed", "high"),
                ("stock.alert_closed", "high"),
            ],
        )
        self.assertEqual(rows[0].payload["data"]["sku"], "MUG-01")

    def test_muted_one_is_told_to_nobody_and_neither_is_the_next(self) -> None:
        WebhookEndpoint.objects.create(
            organization=self.alder, url="https://example.com/hook", events=["*"]
        )
        self.to(0)
        WebhookDelivery.objects.all().delete()
        until = timezone.now() + timedelta(days=3)
        mute_alert(alert_id=StockAlert.objects.get().pk, until=until, actor="Ada")

        self.to(60)
        self.to(0)
        look_after_alerts()

        self.assertEqual((WebhookDelivery.objects.count(), mail.outbox), (0, []))
        self.assertEqual(StockAlert.objects.still_open().get().muted_until, until)


class WordTests(AlertCase):
    def setUp(self) -> None:
        super().setUp()
        self.to(0)
        self.alert = StockAlert.objects.get()

    def test_first_to_acknowledge_is_kept(self) -> None:
        acknowledge_alert(alert_id=self.alert.pk, actor="Ada")
        acknowledge_alert(alert_id=self.alert.pk, actor="Bo")

        self.alert.refresh_from_db()
        self.assertEqual((self.alert.acknowledged_by, self.alert.closed_at), ("Ada", None))
        self.assertEqual(AuditEntry.objects.filter(action__startswith="stockalert").count(), 1)

    def test_closed_one_needs_nobody(self) -> None:
        self.to(60)

        with self.assertRaises(StateChanged):
            acknowledge_alert(alert_id=self.alert.pk, actor="Ada")

    def test_mute_has_an_end_within_a_year(self) -> None:
        now = timezone.now()
        for until in (now - timedelta(minutes=1), now + timedelta(days=400)):
            with self.assertRaises(InvalidInput):
                mute_alert(alert_id=self.alert.pk, until=until, actor="Ada")
        self.alert.refresh_from_db()
        self.assertIsNone(self.alert.muted_until)

    def test_api_lists_acknowledges_and_mutes(self) -> None:
        client, address = client_for(self.partner), "/api/v1/stock/alerts"
        until = (timezone.now() + timedelta(days=3)).isoformat()

        (row,) = client.get(address, {"open": "true"}).json()["results"]
        taken = client.post(f"{address}/{row['id']}/acknowledge").json()
        muted = client.post(f"{address}/{row['id']}/mute", {"until": until}, format="json").json()

        self.assertEqual((row["sku"], row["kind"], row["warehouse"]), ("MUG-01", "out", "NV"))
        self.assertEqual(taken["acknowledged_by"], self.partner.label)
        self.assertIsNotNone(muted["muted_until"])

    def test_alerts_of_others_are_not_there(self) -> None:
        other = make_user(Role.PARTNER, organization=make_organization("birch"))
        response = client_for(other).post(f"/api/v1/stock/alerts/{self.alert.pk}/acknowledge")

        self.assert_problem(response, 404, "not_found")

    def test_thresholds_are_changed_by_api_and_nothing_else_is(self) -> None:
        address = f"/api/v1/stock/levels/{self.level.pk}"
        body = {"low_at": 3, "overstock_factor": 0, "on_hand": 999}

        answer = client_for(self.partner).patch(address, body, format="json").json()

        self.assertEqual(
            (answer["low_at"], answer["overstock_factor"], answer["on_hand"]), (3, 0, 0)
        )
        entry = AuditEntry.objects.get(action="stocklevel.changed")
        self.assertEqual(entry.before, {"low_at": 10, "overstock_factor": 10, "buffer": None})


class PageTests(AlertCase):
    def setUp(self) -> None:
        super().setUp()
        self.to(0)
        self.alert = StockAlert.objects.get()
        self.client.force_login(self.partner)

    def open(self) -> Any:
        return self.client.get(reverse("stock-alerts"))

    def post(self, name: str, **body: str) -> Any:
        return self.client.post(reverse(name, args=[self.alert.pk]), body, follow=True)

    def test_page_shows_the_worst_first(self) -> None:
        other = make_sellable(self.alder, "TEA-01")
        put_stock(other, self.nv, 9)
        look_at_stock()

        rows = list(self.open().context["alerts"])

        self.assertEqual([row.kind for row in rows], ["out", "low"])

    def test_partner_acknowledges_and_mutes(self) -> None:
        self.post("stock-alert-acknowledge")
        page = self.post("stock-alert-mute", days="3")

        self.assertContains(page, f"{self.partner.label} looks after it")
        self.assertContains(page, "muted until")

    def test_days_that_are_none_change_nothing(self) -> None:
        for days in ("", "0", "many", "400"):
            self.assertContains(self.post("stock-alert-mute", days=days), "from now to a year")
        self.alert.refresh_from_db()
        self.assertIsNone(self.alert.muted_until)

    def test_alert_of_others_is_not_there(self) -> None:
        other = make_user(Role.PARTNER, organization=make_organization("birch"))
        self.client.force_login(other)

        self.assertNotContains(self.open(), "MUG-01")
        self.assertEqual(self.post("stock-alert-acknowledge").status_code, 404)
