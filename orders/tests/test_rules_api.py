"""Rules over REST: read by partners, drafted and published by the firm's managers."""

from __future__ import annotations

from typing import Any

from accounts.models import AuditEntry, Role
from accounts.tests.cases import ApiCase, client_for, client_with
from orders.models import RoutingDecision, RuleSet
from orders.rules.routing import choose_route
from orders.services.decisions import decision_record
from orders.services.dispatch import dispatch_order
from orders.services.rule_books import record_digest
from orders.services.snapshots import restored_snapshot
from orders.tests.builders import (
    make_key,
    make_order,
    make_organization,
    make_stocked_sellable,
    make_user,
)

RULES = "/api/v1/routing/rule-sets"
HEAVY = {"all": [{"field": "weight_g", "op": "above", "value": 100}]}


class RuleSetCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.manager = client_for(make_user(Role.MANAGER, username="mona"))
        self.live = RuleSet.objects.get(is_live=True)

    def draft(self, **body: Any) -> Any:
        return self.manager.post(RULES, body, format="json")

    def change(self, pk: int, **body: Any) -> Any:
        return self.manager.patch(f"{RULES}/{pk}", body, format="json")

    def publish(self, pk: int) -> Any:
        return self.manager.post(f"{RULES}/{pk}/publish")


class ReadingTests(RuleSetCase):
    def test_rules_are_read_with_their_own_scope(self) -> None:
        reader = client_with(make_key(self.alder, "rules:read"))

        rows = reader.get(RULES).json()["results"]

        self.assertEqual([(row["version"], row["is_live"]) for row in rows], [(1, True)])
        self.assertEqual(rows[0]["default_carrier"], "UPS")
        self.assertIn("FEDEX", {rule["carrier"] for rule in rows[0]["rules"]})
        other = client_with(make_key(self.alder, "orders:read"))
        self.assert_problem(other.get(RULES), 403, "forbidden")

    def test_partners_and_operators_change_nothing(self) -> None:
        for client in (
            client_with(make_key(self.alder)),
            client_for(make_user(Role.OPERATOR)),
            client_for(make_user(Role.MANAGER, organization=self.alder)),
        ):
            self.assert_problem(client.post(RULES, {}, format="json"), 403, "forbidden")
            self.assert_problem(client.post(f"{RULES}/{self.live.pk}/publish"), 403, "forbidden")

        self.assertEqual(RuleSet.objects.count(), 1)


class DraftTests(RuleSetCase):
    def test_a_draft_is_a_copy_of_the_live_rules(self) -> None:
        told = self.draft(note="For the autumn").json()

        self.assertEqual((told["version"], told["is_draft"], told["is_live"]), (2, True, False))
        self.assertEqual((told["created_by"], told["note"]), ("mona", "For the autumn"))
        live = self.manager.get(f"{RULES}/{self.live.pk}").json()
        names = [rule["name"] for rule in live["rules"]]
        self.assertEqual([rule["name"] for rule in told["rules"]], names)

    def test_there_is_one_draft_at_a_time(self) -> None:
        first = self.draft().json()

        self.assert_problem(self.draft(), 409, "rules.draft_exists")

        self.assertEqual(self.manager.delete(f"{RULES}/{first['id']}").status_code, 204)
        self.assertEqual(self.draft().json()["version"], 2)

    def test_rules_are_replaced_in_the_order_given(self) -> None:
        pk = self.draft().json()["id"]

        told = self.change(
            pk,
            default_carrier="USPS",
            rules=[
                {"name": "Heavy", "reach": "both", "country": "", "condition": HEAVY,
                 "carrier": "FEDEX", "strategy": "fastest", "max_days": 3, "stop": False},
                {"name": "Maine", "regions": ["ME"], "carrier": "DHL"},
            ],
        ).json()  # fmt: skip

        self.assertEqual(told["default_carrier"], "USPS")
        self.assertEqual(
            [(rule["position"], rule["name"], rule["stop"]) for rule in told["rules"]],
            [(10, "Heavy", False), (20, "Maine", True)],
        )
        self.assertEqual(told["rules"][0]["condition"], HEAVY)
        self.assertEqual(AuditEntry.objects.latest("pk").action, "ruleset.changed")

    def test_every_fault_is_named_and_nothing_is_changed(self) -> None:
        pk = self.draft().json()["id"]
        unknown = {"all": [{"field": "colour", "op": "is", "value": "red"}]}

        answer = self.change(
            pk,
            note="new",
            rules=[
                {"name": "A", "carrier": "UPS", "condition": unknown},
                {"name": "B", "warehouses": ["MOON"], "reach": "both"},
            ],
        )

        self.assert_problem(answer, 422, "invalid_input")
        self.assertEqual(
            [(one["field"], one["code"]) for one in answer.json()["errors"]],
            [
                ("rules[0].condition.all[0]", "condition.unknown_field"),
                ("rules[1].warehouses", "rule.unknown_warehouse"),
            ],
        )
        kept = RuleSet.objects.get(pk=pk)
        self.assertEqual((kept.note, kept.rules.count()), ("Copied from version 1.", 4))

    def test_a_rule_needs_its_name_in_a_change_as_well(self) -> None:
        answer = self.change(self.draft().json()["id"], rules=[{"carrier": "UPS"}])

        self.assertEqual(answer.json()["errors"][0]["field"], "rules[0].name")

    def test_what_was_published_is_not_changed_or_discarded(self) -> None:
        before = self.manager.get(f"{RULES}/{self.live.pk}").json()

        changed = self.change(self.live.pk, default_carrier="DHL", rules=[])
        deleted = self.manager.delete(f"{RULES}/{self.live.pk}")

        self.assert_problem(changed, 409, "rules.not_a_draft")
        self.assert_problem(deleted, 409, "rules.not_a_draft")
        self.assertEqual(self.manager.get(f"{RULES}/{self.live.pk}").json(), before)


class PublishingTests(RuleSetCase):
    def setUp(self) -> None:
        super().setUp()
        make_stocked_sellable(self.alder)

    def published(self, carrier: str) -> RuleSet:
        pk = self.draft().json()["id"]
        self.change(pk, rules=[{"name": "All", "country": "", "carrier": carrier}])
        self.assertEqual(self.publish(pk).status_code, 200)
        found: RuleSet = RuleSet.objects.get(pk=pk)
        return found

    def decision(self) -> RoutingDecision:
        order = make_order(self.alder)
        dispatch_order(order_id=order.pk)
        found: RoutingDecision = order.decisions.get()
        return found

    def test_publishing_freezes_the_draft_and_says_who_did_it(self) -> None:
        new = self.published("DHL")

        self.assertEqual((new.is_live, new.is_draft, new.published_by), (True, False, "mona"))
        self.assertEqual(new.digest, record_digest(new.content))
        self.assertIsNotNone(new.published_at)
        decision = self.decision()
        self.assertEqual((decision.carrier, decision.rule_set), ("DHL", new))

    def test_going_back_is_publishing_an_earlier_version(self) -> None:
        new = self.published("DHL")

        told = self.publish(self.live.pk).json()

        self.assertTrue(told["is_live"])
        new.refresh_from_db()
        self.assertFalse(new.is_live)
        decision = self.decision()
        self.assertEqual((decision.carrier, decision.rule_set), ("FEDEX", self.live))

    def test_a_decision_names_the_frozen_rules_and_is_worked_out_again_from_them(self) -> None:
        decision = self.decision()
        with self.settings(ROUTING_GATE_DAYS=0):
            self.published("DHL")

        self.assertNotIn("rules", decision.snapshot["book"])
        self.assertEqual(decision.snapshot["book"]["version"], 1)
        again = choose_route(restored_snapshot(decision.snapshot))
        self.assertEqual(list(again.sentences), decision.sentences)
        self.assertEqual(again.trace, decision_record(decision).steps)

    def test_rows_changed_behind_its_back_do_not_change_what_is_live(self) -> None:
        self.live.rules.all().delete()

        self.assertEqual(self.decision().carrier, "FEDEX")

    def test_a_draft_with_a_fault_is_not_published(self) -> None:
        pk = self.draft().json()["id"]
        RuleSet.objects.get(pk=pk).rules.update(condition={"all": []})

        answer = self.publish(pk)

        self.assert_problem(answer, 422, "invalid_input")
        self.assertEqual(RuleSet.objects.get(is_live=True), self.live)
