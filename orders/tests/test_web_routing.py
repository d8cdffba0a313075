"""The pages of the rules: read, drafted, tried on past orders, made live."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.models import Role
from orders.models import Order, RuleSet, Simulation
from orders.services.dispatch import dispatch_order
from orders.tasks import simulate
from orders.tests.builders import make_order, make_organization, make_user
from orders.tests.test_simulations import SimulationCase
from orders.web.routing.flow import flow_of

RULE = {
    "name": "Heavy to UPS",
    "is_active": "on",
    "reach": "inside",
    "country": "US",
    "regions": "",
    "carrier": "UPS",
    "max_days": "0",
    "day_worth": "0",
    "stop": "on",
}


def rows(*typed: tuple[str, str, str, str, str, str]) -> dict[str, list[str]]:
    names = ("joint", "field", "op", "value", "lines", "currency")
    return {f"c-{name}": [row[at] for row in typed] for at, name in enumerate(names)}


class RoutingPageCase(SimulationCase):
    def setUp(self) -> None:
        super().setUp()
        self.log_in(Role.MANAGER)

    def log_in(self, role: Role, **more: Any) -> None:
        self.client.force_login(make_user(role, **more))

    def act(self, version: int, action: str) -> Any:
        address = reverse("routing-act", args=[version])
        return self.client.post(address, {"action": action}, follow=True)

    def web_draft(self) -> RuleSet:
        self.act(self.live.version, "draft")
        found: RuleSet = RuleSet.objects.get(is_draft=True)
        return found

    def save(self, place: int, conditions: dict[str, list[str]] | None = None, **more: Any) -> Any:
        name = reverse("routing-rule", args=[place]) if place else reverse("routing-rule-add")
        return self.client.post(name, {**RULE, **(conditions or {}), **more}, follow=True)

    def names(self) -> list[str]:
        draft = RuleSet.objects.get(is_draft=True)
        return list(draft.rules.order_by("position").values_list("name", flat=True))


class ReadingTests(RoutingPageCase):
    def test_the_live_rules_are_told_in_words(self) -> None:
        page = self.client.get(reverse("routing-version", args=[self.live.version]))

        self.assertContains(page, "carrier FEDEX")
        self.assertContains(page, "stop here")
        self.assertNotContains(page, "Add a rule")

    def test_partners_do_not_see_the_rules_of_all(self) -> None:
        self.log_in(Role.PARTNER, organization=make_organization("birch"))

        for name in ("routing", "routing-condition-row"):
            self.assertEqual(self.client.get(reverse(name)).status_code, 403)

    def test_an_auditor_reads_and_changes_nothing(self) -> None:
        self.log_in(Role.AUDITOR)

        self.assertEqual(self.client.get(reverse("routing")).status_code, 200)
        self.assertEqual(self.act(self.live.version, "draft").status_code, 403)
        self.assertFalse(RuleSet.objects.filter(is_draft=True).exists())


class LookingOverTests(RoutingPageCase):
    def test_a_rule_that_is_never_reached_is_told_with_an_order_that_shows_it(self) -> None:
        everything = {"name": "All", "country": "", "reach": "both", "carrier": "UPS"}
        late = {"name": "Too late", "country": "US", "carrier": "DHL"}
        draft = self.drafted([everything, late])

        page = self.client.get(reverse("routing-version", args=[draft.version]))

        told = [one for one in page.context["findings"] if "Too late" in one.names]
        self.assertTrue(told)
        self.assertContains(page, told[0].words)

    def test_the_grid_names_the_winning_rule_and_marks_holes(self) -> None:
        draft = self.drafted([{"name": "Home", "country": "US", "carrier": "UPS"}])
        RuleSet.objects.filter(pk=draft.pk).update(export_carrier="", export_platform="")
        address = reverse("routing-coverage", args=[draft.version])

        page = self.client.get(address)

        self.assertContains(page, "Home")
        rows = {(row.group, row.cells[0].winner): row for row in page.context["rows"]}
        self.assertTrue(rows["EU", ""].cells[0].holes)
        self.assertContains(page, "is-hole")
        self.assertEqual(self.client.get(address, {"currency": "EURO"}).status_code, 302)


class DraftTests(RoutingPageCase):
    def test_a_rule_is_added_with_its_conditions(self) -> None:
        draft = self.web_draft()

        page = self.save(
            0,
            rows(
                ("all", "weight_g", "above", "1500", "", ""),
                ("none", "sku", "in", "A-1, B-2", "some", ""),
                ("all", "", "is", "", "", ""),
            ),
        )

        self.assertContains(page, "weight is above 1500 g")
        rule = draft.rules.order_by("position").last()
        assert rule is not None
        self.assertEqual(
            rule.condition,
            {
                "all": [
                    {"field": "weight_g", "op": "above", "value": 1500},
                    {
                        "none": [
                            {"field": "sku", "op": "in", "value": ["A-1", "B-2"], "lines": "some"}
                        ]
                    },
                ]
            },
        )
        self.assertEqual((rule.name, rule.carrier, rule.stop), ("Heavy to UPS", "UPS", True))

    def test_every_fault_is_told_at_once_and_nothing_typed_is_lost(self) -> None:
        self.web_draft()
        before = self.names()

        page = self.save(
            0,
            rows(("all", "weight_g", "above", "heavy", "", ""), ("all", "sku", "in", "A", "", "")),
            name="",
            carrier="DPD",
        )

        self.assertEqual(page.status_code, 422)
        for text in ("whole number of g", "all, some or none", "This field is required", "heavy"):
            self.assertContains(page, text, status_code=422)
        self.assertEqual(self.names(), before)

    def test_rules_are_moved_switched_and_removed(self) -> None:
        draft = self.web_draft()
        first, second, *rest = self.names()

        self.client.post(reverse("routing-rule-act", args=[1]), {"action": "down"})
        self.assertEqual(self.names(), [second, first, *rest])
        self.client.post(reverse("routing-rule-act", args=[1]), {"action": "switch"})
        self.assertFalse(draft.rules.get(name=second).is_active)
        self.client.post(reverse("routing-rule-act", args=[1]), {"action": "remove"})
        self.assertEqual(self.names(), [first, *rest])

    def test_a_change_over_somebody_elses_is_refused(self) -> None:
        draft = self.web_draft()
        seen = draft.updated_at.isoformat()
        self.save(0)

        page = self.save(1, seen=seen)

        self.assertContains(page, "Somebody changed the draft meanwhile", status_code=409)
        self.assertEqual(self.names().count("Heavy to UPS"), 1)

    def test_a_condition_that_nests_deeply_is_changed_as_json(self) -> None:
        draft = self.web_draft()
        deep = '{"any": [{"all": [{"field": "units", "op": "above", "value": 3}]}]}'

        self.save(0, {"condition_json": [deep]})
        place = draft.rules.count()
        page = self.client.get(reverse("routing-rule", args=[place]))
        self.assertContains(page, "Conditions as JSON")

        refused = self.save(place, {"condition_json": ["{nothing"]})
        self.assertContains(refused, "This is no JSON", status_code=422)

    def test_the_defaults_of_the_draft_are_changed(self) -> None:
        draft = self.web_draft()
        body = {
            "name": "Autumn",
            "note": "",
            "default_carrier": "USPS",
            "export_carrier": "DHL",
            "export_platform": "easyship",
            "warehouse_preference": "nearest",
        }

        self.client.post(reverse("routing-defaults"), body)

        draft.refresh_from_db()
        self.assertEqual((draft.name, draft.default_carrier), ("Autumn", "USPS"))
        self.assertEqual(draft.warehouse_preference, ["nearest"])


class RehearsalTests(RoutingPageCase):
    def test_a_draft_is_tried_told_and_made_live(self) -> None:
        self.routed(3)
        draft = self.drafted(self.by_easyship("UPS"))
        self.assertContains(self.act(draft.version, "publish"), "not tried on past orders")
        self.act(draft.version, "try")
        tried = Simulation.objects.get()
        address = reverse("simulation", args=[tried.pk])
        self.assertContains(self.client.get(address), 'hx-trigger="every 2s"')
        simulate(tried.pk)

        page = self.client.get(address)

        self.assertContains(page, "UPS by easyship from NV · 3")
        self.assertContains(page, "labels in USD would cost 20.00 % more")
        self.assertNotContains(page, "every 2s")
        change = tried.changes.select_related("order").first()
        assert change is not None
        both = self.client.get(reverse("simulation-change", args=[tried.pk, change.order.number]))
        self.assertContains(both, "FEDEX")
        self.assertContains(both, "By the rules tried")
        rows = b"".join(self.client.get(reverse("simulation-csv", args=[tried.pk])))
        self.assertEqual(rows.count(b"\r\n"), 4)

        self.log_in(Role.MANAGER, username="sue")
        self.client.post(reverse("simulation-act", args=[tried.pk]), {"action": "approve"})
        self.act(draft.version, "publish")
        draft.refresh_from_db()
        self.assertTrue(draft.is_live)
        dispatch_order(order_id=make_order(self.alder).pk)
        live = self.client.get(reverse("routing-version", args=[draft.version]))
        self.assertContains(live, "Since it went live")
        self.assertContains(live, "1 (100.00 %, foretold 100.00 %)")

    def test_it_is_tried_on_chosen_orders_alone(self) -> None:
        draft = self.web_draft()
        address = reverse("simulation-begin", args=[draft.version])
        days = {"since": "2026-01-01", "until": "2026-01-31", "sample": "5"}

        wrong = self.client.post(address, {**days, "until": "2025-12-31"}, follow=True)
        self.client.post(address, {**days, "organization": str(self.alder.pk)})

        self.assertContains(wrong, "not after the last one")
        found = Simulation.objects.get()
        self.assertEqual((found.organization, found.rule_set), (self.alder, draft))
        self.assertEqual(
            [f"{moment:%Y-%m-%d %H:%M}" for moment in (found.since, found.until)],
            ["2026-01-01 00:00", "2026-02-01 00:00"],
        )

    def test_whoever_began_it_does_not_approve_it(self) -> None:
        self.routed(3)
        draft = self.drafted(self.by_easyship("UPS"))
        self.act(draft.version, "try")
        tried = Simulation.objects.get()
        simulate(tried.pk)

        self.client.post(reverse("simulation-act", args=[tried.pk]), {"action": "approve"})

        tried.refresh_from_db()
        self.assertEqual(tried.approved_by, "")


class WhyNotTests(RoutingPageCase):
    def test_the_page_names_what_kept_the_order_from_it(self) -> None:
        self.routed()
        order = Order.objects.get()
        address = reverse("order-why-not", args=[order.number])

        told = self.client.get(address, {"carrier": "UPS"}, headers={"HX-Request": "true"})

        self.assertContains(told, "Not by UPS")
        self.assertContains(told, "a person picks UPS")
        self.assertNotContains(told, "<html")
        self.assertContains(self.client.get(address, {"carrier": "FEDEX"}), "It did go by FEDEX")

    def test_another_organizations_order_is_not_there(self) -> None:
        self.routed()
        order = Order.objects.get()
        self.log_in(Role.PARTNER, organization=make_organization("birch"))

        address = reverse("order-why-not", args=[order.number])

        self.assertEqual(self.client.get(address).status_code, 404)


def test_bands_keep_every_order() -> None:
    flow = flow_of([(f"old {n % 3} → new {n}", n + 1) for n in range(20)])

    assert flow is not None
    total = sum(range(1, 21))
    assert sum(band.orders for band in flow.bands) == total
    assert sum(node.orders for node in flow.before) == total
    assert sum(node.orders for node in flow.after) == total
    assert max(node.y + node.height for node in (*flow.before, *flow.after)) <= flow.height + 1
    assert flow_of([]) is None
