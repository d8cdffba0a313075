"""Jobs on pages: how far they are, what was refused, and what steers them."""

from __future__ import annotations

import json
from typing import Any

from django.test import TestCase

from accounts.models import Organization, Role
from accounts.tests.builders import make_organization, make_user
from shipping_project.jobs.models import Job
from shipping_project.jobs.services import NewRow, start_job
from shipping_project.kernel.errors import FieldError
from shipping_project.kernel.testing import exactly_queries
from shipping_project.kernel.tests.pages import read_page

FAULT = FieldError(field="lines[0].sku", code="line.sku_unknown", message="There is no <SKU>.")


class JobPageCase(TestCase):
    def setUp(self) -> None:
        self.alder = make_organization("alder")
        self.job = self.start(self.alder)
        self.client.force_login(make_user(Role.PARTNER, organization=self.alder))

    def start(self, organization: Organization) -> Job:
        rows = [NewRow(1, {"a": 1}), NewRow(2, fault=FAULT)]
        return start_job(
            organization_id=organization.pk, kind="orders.bulk", rows=rows, actor="Shop"
        ).job

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)

    def act(self, action: str) -> str:
        self.client.post(f"/jobs/{self.job.pk}/act/", {"action": action})
        self.job.refresh_from_db()
        return str(self.job.state)


class JobPageTests(JobPageCase):
    def test_list_tells_state_and_progress_of_the_own_jobs(self) -> None:
        foreign = self.start(make_organization("birch"))

        response = self.get("/jobs/")

        self.assertContains(response, f"No. {self.job.pk}")
        self.assertContains(response, "50 %")
        self.assertNotContains(response, f"No. {foreign.pk}")
        self.assertEqual(read_page(response.content).refused, [])
        self.assertContains(self.get("/jobs/?state=finished"), "There is no such job.")

    def test_list_costs_the_same_however_long(self) -> None:
        for _ in range(5):
            self.start(self.alder)

        with exactly_queries(3):
            self.get("/jobs/")

    def test_page_tells_refused_rows_and_asks_anew_while_it_is_open(self) -> None:
        page, part = self.get(f"/jobs/{self.job.pk}/"), None
        part = self.get(f"/jobs/{self.job.pk}/", **{"HX-Request": "true"})

        self.assertContains(page, "There is no &lt;SKU&gt;.")
        self.assertContains(page, "line.sku_unknown")
        self.assertContains(part, 'hx-trigger="every 2s"')
        self.assertNotContains(part, "<html")
        self.assertEqual(read_page(page.content).refused, [])

    def test_page_of_an_ended_job_rests(self) -> None:
        self.act("cancel")

        self.assertNotContains(self.get(f"/jobs/{self.job.pk}/"), "hx-trigger")

    def test_cancelled_job_goes_on_when_somebody_wants_it(self) -> None:
        self.assertEqual(self.act("cancel"), "cancelled")
        self.assertEqual(self.act("resume"), "waiting")

    def test_result_is_the_file_that_the_api_gives(self) -> None:
        response = self.get(f"/jobs/{self.job.pk}/result/")

        rows = [json.loads(line) for line in b"".join(response).splitlines()]
        self.assertEqual([row["state"] for row in rows], ["waiting", "refused"])
        self.assertIn("attachment", response["Content-Disposition"])

    def test_foreign_and_unknown_jobs_are_not_there(self) -> None:
        foreign = self.start(make_organization("birch")).pk

        for job_id in (foreign, 10**15):
            for path in (f"/jobs/{job_id}/", f"/jobs/{job_id}/result/"):
                self.assertEqual(self.get(path).status_code, 404)
            path = f"/jobs/{job_id}/act/"
            self.assertEqual(self.client.post(path, {"action": "cancel"}).status_code, 404)
        self.assertEqual(Job.objects.get(pk=foreign).state, "waiting")

    def test_auditor_looks_and_does_not_steer(self) -> None:
        self.client.force_login(make_user(Role.AUDITOR))

        page = self.get(f"/jobs/{self.job.pk}/")

        self.assertNotContains(page, "Cancel the job")
        self.assertEqual(self.act("cancel"), "waiting")
