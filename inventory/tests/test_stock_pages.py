"""The page of differences and its API: who sees and decides what."""

from __future__ import annotations

from typing import Any

from django.core.cache import caches
from django.urls import reverse

from accounts.models import AuditEntry, Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import client_for
from carriers.models import OutboxCommand
from inventory.models import (
    PlatformStock,
    StockDrift,
    StockLevel,
    StockRun,
    StockSchedule,
    WarehouseLink,
)
from inventory.rules.stock_sync import Owner
from inventory.services.links import record_warehouse_link
from inventory.tests.builders import make_warehouse, put_stock
from inventory.tests.stock_case import MUG, THERE, StockCase
from shipping_project.kernel.testing import exactly_queries

API = "/api/v1/stock"
QUERIES_OF_THE_PAGE = 11


class PageCase(StockCase):
    def setUp(self) -> None:
        super().setUp()
        caches["ratelimit"].clear()
        self.read()
        stock = self.stock
        stock.physical = THERE + 5
        stock.lines = [{"units": -1, "what": "Veeqo orders", "ref": "A"}]
        stock.save()
        self.drift = StockDrift.objects.create(
            stock=stock, ours=THERE, theirs=THERE + 5, rest=5, lines=stock.lines
        )
        self.manager = make_user(Role.MANAGER)
        self.operator = make_user(Role.OPERATOR)
        self.auditor = make_user(Role.AUDITOR)
        self.partner = make_user(Role.PARTNER, organization=self.alder)
        self.stranger = make_user(Role.PARTNER, organization=make_organization("birch"))


class DriftPageTests(PageCase):
    def open(self, user: Any) -> str:
        self.client.force_login(user)
        response = self.client.get(reverse("stock-drift"))
        self.assertEqual(response.status_code, 200)
        return str(response.content.decode())

    def post(self, name: str, *args: object, **body: str) -> int:
        return self.client.post(reverse(name, args=args), body).status_code

    def test_staff_see_differences_readings_and_owners(self) -> None:
        page = self.open(self.manager)

        for words in ("besides -1: Veeqo orders A", "1 the same", "Ours: told to the platform"):
            self.assertIn(words, page)

    def test_partner_sees_own_differences_alone(self) -> None:
        own, other = self.open(self.partner), self.open(self.stranger)

        self.assertIn(MUG, own)
        self.assertNotIn(MUG, other)
        self.assertNotIn("Readings", own)

    def test_page_costs_the_same_however_many_there_are(self) -> None:
        self.client.force_login(self.manager)
        with exactly_queries(QUERIES_OF_THE_PAGE):
            self.client.get(reverse("stock-drift"))
        for code in ("CA", "NY"):
            self.add_drift(code)

        with exactly_queries(QUERIES_OF_THE_PAGE):
            self.client.get(reverse("stock-drift"))

    def add_drift(self, code: str) -> None:
        warehouse = make_warehouse(code)
        link = WarehouseLink.objects.create(
            warehouse=warehouse, platform="veeqo", external_ref=code
        )
        level = put_stock(self.mug, warehouse, 1)
        stock = PlatformStock.objects.create(listing=self.listing(MUG), link=link, level=level)
        StockDrift.objects.create(stock=stock, ours=1, theirs=2, rest=1)

    def test_theirs_is_taken_by_a_click(self) -> None:
        self.client.force_login(self.operator)

        self.post("stock-settle", self.drift.pk, choice="theirs")

        self.assertEqual(self.level.on_hand, THERE + 5)
        self.assertEqual(AuditEntry.objects.get().action, "stockdrift.theirs")

    def test_count_without_a_number_is_told(self) -> None:
        self.client.force_login(self.operator)

        response = self.client.post(
            reverse("stock-settle", args=[self.drift.pk]), {"choice": "counted"}, follow=True
        )

        self.assertContains(response, "Give the units that lie there")
        self.assertEqual(self.level.on_hand, THERE)

    def test_stranger_and_auditor_decide_nothing(self) -> None:
        for user, status in ((self.stranger, 404), (self.auditor, 403)):
            self.client.force_login(user)
            with self.subTest(role=user.role):
                self.assertEqual(self.post("stock-settle", self.drift.pk, choice="ours"), status)
        self.assertEqual(StockDrift.objects.still_open().count(), 1)

    def test_managers_of_the_firm_say_whose_numbers_are_right(self) -> None:
        statuses = []
        for user in (self.partner, self.operator, self.manager):
            self.client.force_login(user)
            statuses.append(self.post("stock-own", self.link.pk, owner="platform", buffer="3"))

        self.link.refresh_from_db()
        self.assertEqual(statuses, [403, 403, 302])
        self.assertEqual((self.link.stock_owner, self.link.stock_buffer), ("platform", 3))
        self.assertEqual(AuditEntry.objects.get().action, "warehouselink.changed")

    def test_reading_is_begun_shown_and_cancelled(self) -> None:
        self.client.force_login(self.manager)
        self.post("stock-read", "veeqo")
        run = StockRun.objects.running().get()
        fragment = self.client.get(reverse("stock-drift"), headers={"HX-Request": "true"})
        self.assertContains(fragment, "every 5s")
        self.assertNotContains(fragment, "Whose numbers")

        self.post("stock-run", run.pk, way="cancel")

        run.refresh_from_db()
        self.assertEqual(run.state, "cancelled")
        self.assertEqual(self.post("stock-read", "easyship"), 404)

    def test_manager_changes_how_often_stock_is_read(self) -> None:
        statuses = []
        for user in (self.partner, self.operator, self.manager):
            self.client.force_login(user)
            statuses.append(self.post("stock-schedule", "veeqo", every_minutes="15", is_on="1"))

        row = StockSchedule.objects.get()
        self.assertEqual(statuses, [403, 403, 302])
        self.assertEqual((row.platform, row.is_on, row.every_minutes), ("veeqo", True, 15))
        self.assertEqual(AuditEntry.objects.get().action, "stockschedule.changed")
        self.assertEqual(self.post("stock-schedule", "easyship", every_minutes="15"), 404)

    def test_why_tells_what_was_read_told_and_kept_back(self) -> None:
        WarehouseLink.objects.update(stock_buffer=2)
        PlatformStock.objects.update(told=58, told_at=self.stock.seen_at)
        self.client.force_login(self.partner)

        page = self.client.get(reverse("stock-why", args=[self.mug.pk])).content.decode()
        there = client_for(self.partner).get(f"{API}/{MUG}/why").json()["there"]

        self.assertIn("-1: Veeqo orders A", page)
        self.assertEqual(
            [(one["physical"], one["told"], one["buffer"], one["reasons"]) for one in there],
            [(THERE + 5, 58, 2, ["-1: Veeqo orders A"])],
        )


class StockSyncApiTests(PageCase):
    def test_drift_is_settled_with_a_count(self) -> None:
        client = client_for(self.partner)
        listed = client.get(f"{API}/drifts", {"state": "open", "sku": MUG}).json()["results"]
        self.assertEqual(
            [(row["rest"], row["reasons"]) for row in listed], [(5, ["-1: Veeqo orders A"])]
        )

        answer = client.post(
            f"{API}/drifts/{self.drift.pk}/settle",
            {"choice": "counted", "counted": 61},
            format="json",
        )

        self.assertEqual((answer.status_code, answer.json()["state"]), (200, "counted"))
        self.assertEqual(self.level.on_hand, 61)
        self.assertEqual(OutboxCommand.objects.get().kind, "stock.tell")

    def test_stranger_finds_nothing(self) -> None:
        client = client_for(self.stranger)

        for name in ("drifts", "at-platforms", "sales"):
            with self.subTest(list=name):
                self.assertEqual(client.get(f"{API}/{name}").json()["results"], [])
        self.assertEqual(
            client.post(
                f"{API}/drifts/{self.drift.pk}/settle", {"choice": "ours"}, format="json"
            ).status_code,
            404,
        )

    def test_owner_and_buffers_are_changed(self) -> None:
        client = client_for(self.manager)
        link = client.patch(
            f"/api/v1/warehouses/links/{self.link.pk}", {"stock_owner": "nobody"}, format="json"
        )
        level = client.patch(f"{API}/levels/{self.level.pk}", {"buffer": 4}, format="json")

        self.assertEqual((link.status_code, link.json()["stock_owner"]), (200, "nobody"))
        self.assertEqual((level.status_code, level.json()["buffer"]), (200, 4))
        actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
        self.assertEqual(list(actions), ["warehouselink.changed", "stocklevel.changed"])

    def test_reading_runs_one_at_a_time(self) -> None:
        client = client_for(self.manager)

        asked = ("veeqo", "veeqo", "easyship")
        answers = [client.post(f"{API}/runs", {"platform": p}, format="json") for p in asked]

        self.assertEqual([one.status_code for one in answers], [202, 409, 422])
        self.assertEqual(answers[1].json()["code"], "stock.run_under_way")

    def test_schedule_is_listed_and_changed(self) -> None:
        client = client_for(self.manager)
        listed = client.get(f"{API}/schedules").json()["results"]
        answers = [
            client.patch(f"{API}/schedules/veeqo", body, format="json")
            for body in ({"every_minutes": 30}, {"is_on": False}, {"every_minutes": 0})
        ]

        self.assertEqual(listed, [{"platform": "veeqo", "is_on": True, "every_minutes": 5}])
        self.assertEqual([one.status_code for one in answers], [200, 200, 422])
        self.assertEqual(
            answers[1].json(), {"platform": "veeqo", "is_on": False, "every_minutes": 30}
        )


class LinkTests(StockCase):
    def test_another_place_there_is_no_ground_for_comparing(self) -> None:
        self.read()

        record_warehouse_link(
            warehouse_id=self.warehouse.pk, platform="veeqo", external_ref="elsewhere"
        )

        self.assertFalse(PlatformStock.objects.exists())

    def test_first_link_asks_where_the_stock_was_entered(self) -> None:
        owners = [
            record_warehouse_link(
                warehouse_id=make_warehouse(code).pk, platform="veeqo", external_ref=code
            ).stock_owner
            for code in ("NV", "CA")
        ]

        self.assertEqual(owners, [Owner.OURS.value, Owner.PLATFORM.value])
        self.assertFalse(StockLevel.objects.filter(warehouse__code="CA").exists())
