"""When a warehouse hands over: entered by API, page and admin, and used by routing."""

from __future__ import annotations

from typing import Any

from django.test import TestCase
from django.urls import reverse

from accounts.models import AuditEntry, Role
from accounts.tests.builders import make_user
from accounts.tests.cases import client_for
from inventory.models import Warehouse
from inventory.tests.builders import make_warehouse

CALENDAR = {
    "cut_off": "16:00",
    "daily_capacity": 40,
    "closed_weekdays": ["SAT", "SUN"],
    "holidays": ["2026-12-26", "2026-12-25", "2026-12-25"],
    "handling_cost": "1.20",
    "handling_currency": "USD",
}


class CalendarCase(TestCase):
    def setUp(self) -> None:
        self.manager = make_user(Role.MANAGER, username="mary")
        self.nevada = make_warehouse("NV")

    def assert_saved(self) -> None:
        self.nevada.refresh_from_db()
        calendar = self.nevada.calendar
        self.assertEqual(str(calendar.cut_off), "16:00:00")
        self.assertEqual(calendar.daily_capacity, 40)
        self.assertEqual(calendar.closed_weekdays, {"SAT", "SUN"})
        self.assertEqual(self.nevada.holidays, ["2026-12-25", "2026-12-26"])
        self.assertEqual(str(self.nevada.handling_cost), "1.20")

    def form(self, **changes: Any) -> dict[str, Any]:
        return {**CALENDAR, "holidays": "2026-12-26, 2026-12-25 2026-12-25", **changes}


class EnteringTests(CalendarCase):
    def test_by_api_with_a_trail(self) -> None:
        answer = client_for(self.manager).patch(
            f"/api/v1/warehouses/{self.nevada.pk}", CALENDAR, format="json"
        )

        self.assertEqual(answer.status_code, 200, answer.content)
        self.assert_saved()
        self.assertEqual(answer.json()["closed_weekdays"], ["SAT", "SUN"])
        self.assertEqual(AuditEntry.objects.get().after["handling_cost"], "1.20")

    def test_the_api_names_every_fault(self) -> None:
        body = {
            "cut_off": "26:00",
            "daily_capacity": -1,
            "closed_weekdays": ["FUNDAY"],
            "holidays": ["2026-13-01"],
        }

        answer = client_for(self.manager).patch(
            f"/api/v1/warehouses/{self.nevada.pk}", body, format="json"
        )

        self.assertEqual(answer.status_code, 422)
        told = {fault["field"].split("[")[0].split(".")[0] for fault in answer.json()["errors"]}
        self.assertEqual(told, set(body))

    def test_by_page(self) -> None:
        self.client.force_login(self.manager)
        page = reverse("warehouse", args=["NV"])
        self.assertContains(self.client.get(reverse("warehouses")), page)

        taken = self.client.post(page, self.form())

        self.assertRedirects(taken, reverse("warehouses"))
        self.assert_saved()
        self.assertContains(self.client.get(reverse("warehouses")), "16:00")

    def test_the_page_keeps_faults_beside_their_fields(self) -> None:
        self.client.force_login(self.manager)

        page = reverse("warehouse", args=["NV"])
        refused = self.client.post(page, self.form(holidays="soon"))

        self.assertContains(refused, "Give days such as", status_code=422)
        self.assertIsNone(Warehouse.objects.get(code="NV").cut_off)

    def test_others_look_and_do_not_change(self) -> None:
        self.client.force_login(make_user(Role.OPERATOR))

        listed = self.client.get(reverse("warehouses"))
        page = self.client.get(reverse("warehouse", args=["NV"]))

        self.assertNotContains(listed, reverse("warehouse", args=["NV"]))
        self.assertEqual(page.status_code, 403)

    def test_by_admin(self) -> None:
        self.manager.is_staff = True
        self.manager.save()
        self.client.force_login(self.manager)
        page = reverse("admin:inventory_warehouse_change", args=[self.nevada.pk])
        names = ("code", "name", "phone", "email", "address_1", "city", "state", "postal_code")
        facts = {name: getattr(self.nevada, name) for name in (*names, "country", "time_zone")}
        links = {f"links-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}

        taken = self.client.post(page, {**self.form(), **facts, **links, "is_active": "on"})

        self.assertEqual(taken.status_code, 302)
        self.assert_saved()
