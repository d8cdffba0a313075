"""The figures of the managers' pages over REST: the same numbers, for the same people."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from accounts.models import Role
from accounts.tests.cases import client_for, client_with
from catalog.models import Sellable
from catalog.sync.reports import standings as catalog_standings
from inventory.models import StockLevel
from inventory.reports import stock_alerts
from orders.models import Order
from orders.reports.overview import overview_for
from orders.tests.builders import make_key, make_user
from orders.tests.test_orders_api_cost import statements
from orders.tests.test_web_overview import OverviewCase
from shipping_project.kernel.money import Money

# Statements: of the caller, and of the same figures on the pages.
COSTS = {"overview": 12, "platforms": 22, "stock": 11, "catalog": 13}


class ReportCase(OverviewCase):
    def setUp(self) -> None:
        super().setUp()
        self.api = client_for(self.manager)

    def told(self, path: str) -> dict[str, Any]:
        answer = self.api.get(f"/api/v1/{path}")
        self.assertEqual(answer.status_code, 200, answer.content)
        document: dict[str, Any] = answer.json()
        return document


class OverviewReportTests(ReportCase):
    def test_figures_are_those_of_the_page(self) -> None:
        told, report = self.told("reports/overview"), overview_for(self.manager, self.now)

        self.assertEqual(
            {one["code"]: one["value"] for one in told["figures"]},
            {one.code: one.value for one in report.figures},
        )
        self.assertEqual([one["count"] for one in told["stages"]], [s.count for s in report.stages])
        self.assertEqual([one["placed"] for one in told["days"]], [d.placed for d in report.days])
        costs = [
            [Money(Decimal(one_sum["amount"]), one_sum["currency"]) for one_sum in one["costs"]]
            for one in told["costs"]
        ]
        self.assertEqual(costs, [list(one.costs) for one in report.costs])

    def test_every_figure_names_the_list_behind_it(self) -> None:
        told = self.told("reports/overview")

        counted = [
            *((one["query"], one["value"]) for one in told["figures"]),
            *((one["query"], one["count"]) for one in told["stages"]),
            *((one["query"], one["orders"]) for one in told["costs"]),
            *((one["placed_query"], one["placed"]) for one in told["days"]),
            *((one["labelled_query"], one["labelled"]) for one in told["days"]),
        ]
        for query, count in counted:
            with self.subTest(query):
                rows = self.told(f"orders?fields=id&page_size=200&{query}")["results"]

                self.assertEqual(len(rows), count)

    def test_it_is_narrowed_by_days_organization_and_warehouse(self) -> None:
        birch = self.told("reports/overview?organization=birch&days=2")
        elsewhere = self.told("reports/overview?warehouse=NONE")

        self.assertEqual(birch["figures"][0]["value"], 1)
        self.assertEqual(birch["figures"][0]["query"], "stage=open&organization=birch")
        self.assertEqual([one["placed"] for one in birch["days"]], [1, 0])
        self.assertEqual((birch["costs"], elsewhere["costs"]), ([], []))
        self.assertEqual({one["value"] for one in elsewhere["figures"]}, {0})
        here = self.told("reports/overview?warehouse=NV")
        moved = Order.objects.exclude(shipments=None).exclude(state="cancelled").count()
        self.assertEqual(here["figures"][0]["value"], moved)

    def test_a_partner_sees_what_is_theirs(self) -> None:
        theirs = client_with(make_key(self.birch, "orders:read"))

        told = theirs.get("/api/v1/reports/overview?organization=alder").json()
        own = theirs.get("/api/v1/reports/overview").json()

        self.assertEqual(told["figures"][0]["value"], 0)
        self.assertEqual(own["figures"][0]["value"], 1)

    def test_faults_of_the_question_are_all_named(self) -> None:
        answer = self.api.get("/api/v1/reports/overview?days=0&fields=nothing&day=1")

        self.assertEqual(answer.status_code, 422)
        codes = {one["field"]: one["code"] for one in answer.json()["errors"]}
        self.assertEqual(
            codes, {"days": "min_value", "fields": "fields.unknown", "day": "parameter.unknown"}
        )

    def test_a_part_of_it_is_told_alone_and_spared_when_it_is_known(self) -> None:
        first = self.api.get("/api/v1/reports/overview?fields=stages")

        again = self.api.get(
            "/api/v1/reports/overview?fields=stages", headers={"If-None-Match": first["ETag"]}
        )

        self.assertEqual(list(first.json()), ["stages"])
        self.assertEqual(again.status_code, 304)


class OtherReportTests(ReportCase):
    def test_each_costs_a_fixed_number_of_statements(self) -> None:
        costs = dict.fromkeys(COSTS, 0)
        for name in costs:
            address = f"/api/v1/reports/{name}"
            self.api.get(address)
            costs[name] = len(statements(partial(self.api.get, address))[1])

        self.assertEqual(costs, COSTS)

    def test_platforms_tell_their_health_to_staff(self) -> None:
        told = self.told("reports/platforms")

        parts = ["at", "health", "failures", "pacing", "audit", "lists"]
        self.assertEqual(list(told), parts)
        self.assertEqual([one["platform"] for one in told["health"]], ["veeqo", "easyship"])
        self.assertEqual(told["health"][0]["calls"], 0)
        self.assertEqual([one["platform"] for one in told["pacing"]], ["veeqo", "easyship"])
        self.assertEqual(list(self.told("reports/platforms?fields=audit")), ["audit"])

    def test_stock_tells_what_runs_low(self) -> None:
        StockLevel.objects.filter(sellable__organization=self.birch).update(low_at=1000)

        told, alerts = self.told("reports/stock"), stock_alerts(self.manager)

        self.assertEqual(told["low"], alerts.count)
        self.assertEqual([row["sku"] for row in told["worst"]], ["TEA-01"])
        self.assertEqual(
            [row["id"] for row in self.told("stock/levels?low=true")["results"]],
            [row["id"] for row in told["worst"]],
        )
        self.assertEqual((told["drifts"], told["short_sales"]), (0, 0))
        self.assertEqual([one["platform"] for one in told["standings"]], ["veeqo"])

    def test_catalog_tells_what_a_person_has_to_decide(self) -> None:
        told = self.told("reports/catalog")

        blocked = Sellable.objects.visible_to(self.manager).blocking_export().count()
        self.assertEqual((told["conflicts"], told["issues"]), (0, 0))
        self.assertEqual(told["blocking_export"], blocked)
        known = [one.platform for one in catalog_standings()]
        self.assertEqual([one["platform"] for one in told["standings"]], known)

    def test_readings_of_the_platforms_are_for_staff(self) -> None:
        partner = client_for(make_user(Role.PARTNER, organization=self.birch))

        catalog = partner.get("/api/v1/reports/catalog").json()

        self.assertEqual((catalog["issues"], catalog["standings"]), (None, []))
        self.assertEqual(partner.get("/api/v1/reports/stock").json()["standings"], [])
        self.assertEqual(partner.get("/api/v1/reports/platforms").status_code, 403)
