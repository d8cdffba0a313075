"""The catalog page and its API: who sees and decides what."""

from __future__ import annotations

from typing import Any

from django.core.cache import caches
from django.urls import reverse

from accounts.models import Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import ApiCase, client_for
from carriers.contracts import Platform
from catalog.models import (
    CatalogRun,
    CatalogSchedule,
    FieldMaster,
    ListedIssue,
    PlatformListing,
    Sellable,
    SyncConflict,
)
from catalog.pulls import read_catalog
from catalog.tests.sync_case import SyncCase
from shipping_project.kernel.testing import exactly_queries

MUG = "TRM-GRN"
API = "/api/v1/catalog"


class PageCase(SyncCase):
    def setUp(self) -> None:
        super().setUp()
        caches["ratelimit"].clear()
        self.mug = self.sell(MUG, weight_g=300)
        self.pull()
        self.conflict = SyncConflict.objects.get()
        self.manager = make_user(Role.MANAGER)
        self.partner = make_user(Role.PARTNER, organization=self.alder)
        self.stranger = make_user(Role.PARTNER, organization=make_organization("birch"))


class CatalogPageTests(PageCase):
    def open(self, user: Any) -> str:
        self.client.force_login(user)
        response = self.client.get(reverse("catalog"))
        self.assertEqual(response.status_code, 200)
        return str(response.content.decode())

    def post(self, name: str, *args: object, **body: str) -> int:
        return self.client.post(reverse(name, args=args), body).status_code

    def test_staff_see_readings_conflicts_and_the_work_list(self) -> None:
        page = self.open(self.manager)

        self.assertIn("1 in conflict, 55 not matched", page)
        self.assertIn("<div>300</div>", page)
        self.assertIn("55 open, 50 shown", page)

    def test_partner_sees_own_conflicts_alone(self) -> None:
        self.assertIn(MUG, self.open(self.partner))
        other = self.open(self.stranger)

        self.assertNotIn(MUG, other)
        self.assertNotIn("Readings", other)

    def test_page_costs_the_same_however_much_there_is_to_decide(self) -> None:
        self.client.force_login(self.manager)
        with exactly_queries(16):
            self.client.get(reverse("catalog"))
        listing = PlatformListing.objects.get()
        for group in ("content", "customs"):
            SyncConflict.objects.create(listing=listing, group=group, theirs={"title": "Cup"})

        with exactly_queries(16):
            self.client.get(reverse("catalog"))

    def test_products_without_customs_data_are_listed(self) -> None:
        self.sell("KET-12", hs_code="")
        self.sell("TRM-NVY", origin_country="", is_active=False)

        self.client.force_login(self.partner)
        page = self.client.get(reverse("catalog"))

        self.assertEqual([one.sku for one in page.context["blockers"]], ["KET-12"])
        self.assertContains(page, "1 without an HS code or the country of origin")
        self.assertEqual(page.context["blockers"][0].export_gaps, ["hs_code"])

    def test_partner_takes_theirs(self) -> None:
        self.client.force_login(self.partner)

        self.post("catalog-settle", self.conflict.pk, choice="theirs")

        self.mug.refresh_from_db()
        self.assertEqual(self.mug.weight_g, 280)

    def test_other_values_are_saved(self) -> None:
        self.client.force_login(self.partner)

        self.post(
            "catalog-settle", self.conflict.pk, **{"choice": "edited", "value-weight_g": "310"}
        )

        self.mug.refresh_from_db()
        self.assertEqual(self.mug.weight_g, 310)

    def test_value_that_cannot_be_kept_is_told(self) -> None:
        self.client.force_login(self.partner)

        response = self.client.post(
            reverse("catalog-settle", args=[self.conflict.pk]),
            {"choice": "edited", "value-weight_g": "heavy"},
            follow=True,
        )

        self.assertContains(response, "A sellable cannot hold these values")
        self.conflict.refresh_from_db()
        self.assertEqual(self.conflict.state, "open")

    def test_conflict_of_others_does_not_exist(self) -> None:
        self.client.force_login(self.stranger)

        self.assertEqual(self.post("catalog-settle", self.conflict.pk, choice="theirs"), 404)

    def test_partner_says_who_decides_for_own_products_alone(self) -> None:
        self.client.force_login(self.partner)
        body = {"group": "measures", "master": "veeqo"}

        other = self.post("catalog-decide", organization="birch", **body)
        self.post("catalog-decide", organization="alder", **body)

        self.assertEqual(other, 404)
        self.mug.refresh_from_db()
        self.assertEqual((FieldMaster.objects.count(), self.mug.weight_g), (1, 280))
        self.assertIn("Measures: Veeqo", self.open(self.partner))

    def test_manager_links_what_is_listed_with_our_sku(self) -> None:
        self.client.force_login(self.manager)
        issue = ListedIssue.objects.exclude(sku="").first()
        assert issue is not None
        address = reverse("catalog-fit", args=[issue.pk])
        body = {"way": "link", "organization": "alder"}

        unknown = self.client.post(address, body, follow=True)
        sellable = self.sell(issue.sku)
        self.client.post(address, body)

        self.assertContains(unknown, "has no SKU")
        listing = PlatformListing.objects.get(external_ref=issue.item_ref)
        self.assertEqual(listing.sellable_id, sellable.pk)
        issue.refresh_from_db()
        self.assertIsNotNone(issue.settled_at)

    def test_manager_ignores_with_a_reason_and_others_decide_nothing(self) -> None:
        issue = ListedIssue.objects.all()[0]
        address = reverse("catalog-fit", args=[issue.pk])
        for user in (self.partner, make_user(Role.OPERATOR)):
            self.client.force_login(user)
            body = {"way": "ignore", "reason": "Sample"}
            self.assertEqual(self.client.post(address, body).status_code, 403)
        self.client.force_login(self.manager)

        self.assertContains(self.client.post(address, {"way": "ignore"}, follow=True), "Say why")
        self.client.post(address, {"way": "ignore", "reason": "Sample"})

        issue.refresh_from_db()
        self.assertTrue(issue.is_ignored)
        self.assertEqual(self.client.post(address, {"way": "ignore"}).status_code, 404)

    def test_manager_begins_and_cancels_a_reading(self) -> None:
        self.client.force_login(self.manager)

        self.post("catalog-read", "easyship", way="dry")
        run = CatalogRun.objects.get(platform="easyship")
        self.post("catalog-cancel", run.pk)

        run.refresh_from_db()
        self.assertEqual((run.is_dry, run.state), (True, "cancelled"))

    def test_manager_switches_the_schedule_off(self) -> None:
        self.client.force_login(self.manager)

        self.post("catalog-schedule", "veeqo", every_minutes="15")

        row = CatalogSchedule.objects.get(platform="veeqo")
        self.assertEqual((row.is_on, row.every_minutes), (False, 15))

    def test_interval_out_of_range_changes_nothing(self) -> None:
        self.client.force_login(self.manager)

        self.post("catalog-schedule", "veeqo", every_minutes="0", is_on="1")

        self.assertFalse(CatalogSchedule.objects.exists())

    def test_operator_and_partner_cannot_steer_readings(self) -> None:
        for user in (make_user(Role.OPERATOR), self.partner):
            self.client.force_login(user)

            self.assertEqual(self.post("catalog-read", "easyship", way="full"), 403)


class CatalogApiTests(PageCase, ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.manages, self.sells = client_for(self.manager), client_for(self.partner)

    def test_run_is_begun_once_and_followed(self) -> None:
        begun = self.manages.post(f"{API}/runs", {"platform": "easyship"}, format="json")
        again = self.manages.post(f"{API}/runs", {"platform": "easyship"}, format="json")
        read_catalog(Platform.EASYSHIP)
        run = self.manages.get(f"{API}/runs/{begun.json()['id']}").json()

        self.assertEqual(begun.status_code, 202)
        self.assert_problem(again, 409, "catalog.run_under_way")
        self.assertEqual((run["state"], run["seen"]), ("finished", 56))

    def test_partner_sees_no_runs_and_no_work_list(self) -> None:
        for name in ("runs", "issues", "schedules"):
            self.assert_problem(self.sells.get(f"{API}/{name}"), 403, "forbidden")

    def test_conflict_is_settled_with_values(self) -> None:
        address = f"{API}/conflicts/{self.conflict.pk}/settle"

        refused = self.sells.post(address, {"choice": "edited"}, format="json")
        body = {"choice": "edited", "values": {"weight_g": "310"}}
        settled = self.sells.post(address, body, format="json")
        late = self.sells.post(address, {"choice": "ours"}, format="json")

        self.assert_faults(refused, "values")
        self.assertEqual(settled.json()["state"], "edited")
        self.assert_problem(late, 409, "state_changed")
        self.assertEqual(Sellable.objects.get(sku=MUG).weight_g, 310)

    def test_conflicts_of_others_are_not_there(self) -> None:
        rows = client_for(self.stranger).get(f"{API}/conflicts").json()["results"]

        self.assertEqual(rows, [])

    def test_issue_is_linked_to_the_sellable_with_its_sku(self) -> None:
        issue = ListedIssue.objects.get(sku="KET-12")
        address = f"{API}/issues/{issue.pk}/link"
        unknown = self.manages.post(address, {"organization": "alder"}, format="json")
        self.sell("KET-12")

        linked = self.manages.post(address, {"organization": "alder"}, format="json")

        self.assert_faults(unknown, "organization")
        self.assertEqual(linked.json()["external_ref"], issue.item_ref)

    def test_issue_is_ignored_with_a_reason(self) -> None:
        issue = ListedIssue.objects.get(sku="KET-12")

        self.manages.post(f"{API}/issues/{issue.pk}/ignore", {"reason": "A test"}, format="json")

        found = self.manages.get(f"{API}/issues", {"settled": "true"}).json()["results"]
        self.assertEqual([row["sku"] for row in found], ["KET-12"])

    def test_partner_says_who_decides(self) -> None:
        body = {"group": "measures", "master": "veeqo"}

        answer = self.sells.post(f"{API}/masters", body, format="json")

        self.assertEqual(answer.json(), {"organization": "alder", **body})
        self.assertEqual(FieldMaster.objects.get().organization, self.alder)

    def test_sellables_tell_what_they_lack_for_an_export(self) -> None:
        self.sell("KET-12", hs_code="", origin_country="")

        rows = self.sells.get("/api/v1/sellables", {"blocks_export": "true"}).json()["results"]
        ready = self.sells.get("/api/v1/sellables", {"blocks_export": "false"}).json()["results"]

        found = [(row["sku"], row["export_gaps"]) for row in rows]
        self.assertEqual(found, [("KET-12", ["hs_code", "origin_country"])])
        self.assertEqual([(row["sku"], row["export_gaps"]) for row in ready], [(MUG, [])])

    def test_admin_filters_what_lacks_customs_data(self) -> None:
        self.sell("KET-12", hs_code="")
        self.manager.is_staff = True
        self.manager.save()
        self.client.force_login(self.manager)
        address = reverse("admin:catalog_sellable_changelist")

        for value, sku in (("yes", "KET-12"), ("no", MUG)):
            page = self.client.get(address, {"blocks_export": value})

            self.assertEqual([row.sku for row in page.context["cl"].result_list], [sku])

    def test_schedules_are_told_and_changed(self) -> None:
        before = self.manages.get(f"{API}/schedules").json()["results"]
        changed = self.manages.patch(f"{API}/schedules/veeqo", {"is_on": False}, format="json")

        self.assertEqual([row["every_minutes"] for row in before], [5, 60])
        self.assertEqual(changed.json(), {"platform": "veeqo", "is_on": False, "every_minutes": 5})
