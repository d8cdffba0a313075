"""Findings and the grid of coverage over REST."""

from __future__ import annotations

from typing import Any

from accounts.tests.cases import client_with
from inventory.models import Warehouse
from orders.models import RoutingRule
from orders.services.dispatch import dispatch_order
from orders.tests.builders import make_key, make_order, make_stocked_sellable
from orders.tests.test_rules_api import RULES, RuleSetCase

NEVER = {
    "all": [
        {"field": "weight_g", "op": "above", "value": 5000},
        {"field": "weight_g", "op": "below", "value": 100},
    ]
}


class LintApiTests(RuleSetCase):
    def lint(self, pk: int, rules: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
        address = f"{RULES}/{pk}/lint"
        if rules is None:
            answer = self.manager.get(address)
        else:
            answer = self.manager.post(address, {"rules": rules}, format="json")
        self.assertEqual(answer.status_code, 200, answer.content)
        found: list[dict[str, Any]] = answer.json()["findings"]
        return found

    def test_rules_that_are_not_saved_are_looked_over(self) -> None:
        make_stocked_sellable(self.alder)
        pk = self.draft().json()["id"]

        found = self.lint(
            pk, [{"name": "Never", "reach": "both", "country": "", "condition": NEVER,
                  "carrier": "UPS"}]
        )  # fmt: skip

        self.assertEqual(found[0]["code"], "rule.never_matches")
        self.assertEqual(found[0]["rules"], [{"place": 0, "name": "Never"}])
        self.assertIn("“weight is above 5000 g” contradicts", found[0]["words"])
        self.assertEqual(found[0]["example"]["facts"]["weight_g"], 0)
        self.assertEqual(RoutingRule.objects.filter(rule_set=pk, name="Never").count(), 0)

    def test_faults_are_findings_too(self) -> None:
        unknown = {"all": [{"field": "colour", "op": "is", "value": "red"}]}

        found = self.lint(self.live.pk, [{"name": "Odd", "condition": unknown, "carrier": "UPS"}])

        self.assertEqual(
            (found[0]["code"], found[0]["severity"], found[0]["field"]),
            ("rule.faulty", "error", "condition.all[0]"),
        )
        self.assertIn("There is no field 'colour'", found[0]["words"])

    def test_what_there_is_now_counts(self) -> None:
        make_stocked_sellable(self.alder)
        Warehouse.objects.create(code="OLD", country="US", is_active=False)

        found = self.lint(
            self.live.pk,
            [
                {"name": "Old", "reach": "both", "country": "", "warehouses": ["OLD"]},
                {"name": "Pot", "reach": "both", "country": "", "carrier": "UPS",
                 "condition": {"all": [
                     {"field": "sku", "op": "in", "value": ["POT-9", "mug-01"], "lines": "some"}
                 ]}},
            ],
        )  # fmt: skip

        words = [one["words"] for one in found]
        self.assertIn("“Old” names the warehouse OLD, which is closed.", words)
        self.assertIn("“Pot” asks for SKU POT-9, which there is not.", words)

    def test_rules_that_nothing_hit_lately_are_named(self) -> None:
        make_stocked_sellable(self.alder)
        dispatch_order(order_id=make_order(self.alder).pk)

        dead = [one for one in self.lint(self.live.pk) if one["code"] == "rule.dead"]

        names = {rule.name for rule in self.live.rules.all()}
        hit = names - {one["rules"][0]["name"] for one in dead}
        self.assertEqual(len(hit), 1, hit)
        self.assertIn("none of the last 1 decisions of 30 days", dead[0]["words"])

    def test_a_reader_of_rules_may_ask_and_others_may_not(self) -> None:
        reader = client_with(make_key(self.alder, "rules:read"))

        self.assertEqual(reader.get(f"{RULES}/{self.live.pk}/lint").status_code, 200)
        self.assertEqual(reader.get(f"{RULES}/{self.live.pk}/coverage").status_code, 200)
        for path in ("lint", "coverage"):
            other = client_with(make_key(self.alder, "orders:read"))
            self.assert_problem(other.get(f"{RULES}/{self.live.pk}/{path}"), 403, "forbidden")


class CoverageApiTests(RuleSetCase):
    def test_the_grid_tells_winners_and_holes(self) -> None:
        make_stocked_sellable(self.alder)
        pk = self.draft().json()["id"]
        self.change(
            pk,
            rules=[
                {"name": "Heavy EU", "reach": "both", "country": "", "carrier": "DHL",
                 "condition": {"all": [
                     {"field": "country_group", "op": "in", "value": ["EU"]},
                     {"field": "weight_g", "op": "above", "value": 2000},
                 ]}},
            ],
        )  # fmt: skip

        told = self.manager.get(f"{RULES}/{pk}/coverage?currency=EUR").json()

        self.assertEqual(
            told["weights"], [{"above": "0", "up_to": "2000"}, {"above": "2000", "up_to": None}]
        )
        heavy = {c["group"]: c for c in told["cells"] if (c["weight"], c["value"]) == (1, 0)}
        self.assertEqual((heavy["EU"]["winner"], heavy["EU"]["is_hole"]), ("Heavy EU", False))
        self.assertEqual(heavy["EU"]["rules"], {"Heavy EU": 27})
        self.assertEqual(
            (heavy["UK"]["winner"], heavy["UK"]["holes"]), ("", ["GB", "GG", "IM", "JE"])
        )
        light = [c for c in told["cells"] if c["group"] == "EU" and c["weight"] == 0]
        self.assertTrue(all(cell["is_hole"] for cell in light))

    def test_a_currency_is_one(self) -> None:
        answer = self.manager.get(f"{RULES}/{self.live.pk}/coverage?currency=dollars")

        self.assertEqual(answer.json()["errors"][0]["field"], "currency")
