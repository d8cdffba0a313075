"""Trying a draft on past orders, and the gate that asks for it."""

from __future__ import annotations

import csv
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.test import override_settings
from django.utils import timezone

from accounts.models import Role
from accounts.tests.cases import client_for, client_with
from carriers.models import ApiCall
from catalog.models import Sellable
from orders.models import (
    Order,
    Quote,
    RoutingDecision,
    RuleSet,
    Shipment,
    SimulatedChange,
    Simulation,
    TableRate,
)
from orders.services.dispatch import dispatch_order
from orders.services.replaying import records_of
from orders.services.simulations import advance_simulation
from orders.tasks import simulate, wake_simulations
from orders.tests.builders import (
    make_key,
    make_order,
    make_stocked_sellable,
    make_user,
    make_warehouse,
    put_stock,
)
from orders.tests.test_rules_api import RuleSetCase

SIMULATIONS = "/api/v1/routing/simulations"
TO_UPS = [{"name": "All", "country": "", "carrier": "UPS"}]


def table_row(platform: str, carrier: str, price: str) -> TableRate:
    row: TableRate = TableRate.objects.create(
        platform=platform,
        carrier=carrier,
        service_name=f"{carrier} Ground",
        up_to_g=50_000,
        price=Decimal(price),
        currency="USD",
    )
    return row


class SimulationCase(RuleSetCase):
    def setUp(self) -> None:
        super().setUp()
        make_stocked_sellable(self.alder, units=500)
        self.second = client_for(make_user(Role.MANAGER, username="sam"))

    def routed(self, count: int = 1, *, ups: str = "12.00", fedex: str = "10.00") -> None:
        """Orders to Nevada, so by FedEx at Easyship, with the prices of that day."""
        for _ in range(count):
            order = make_order(self.alder)
            dispatch_order(order_id=order.pk)
            shipment = Shipment.objects.get(order=order)
            for carrier, price in (("FEDEX", fedex), ("UPS", ups)):
                Quote.objects.create(
                    shipment=shipment,
                    carrier=carrier,
                    service_name="Ground",
                    price=Decimal(price),
                    currency="USD",
                    delivery_days=3,
                )

    def drafted(self, rules: list[dict[str, Any]] | None) -> RuleSet:
        pk = self.draft().json()["id"]
        if rules is not None:
            self.assertEqual(self.change(pk, rules=rules).status_code, 200)
        found: RuleSet = RuleSet.objects.get(pk=pk)
        return found

    def simulated(self, draft: RuleSet, **body: Any) -> dict[str, Any]:
        answer = self.manager.post(SIMULATIONS, {"rule_set": draft.version, **body}, format="json")
        self.assertEqual(answer.status_code, 202, answer.content)
        simulate(answer.json()["id"])
        told: dict[str, Any] = self.manager.get(f"{SIMULATIONS}/{answer.json()['id']}").json()
        return told

    def by_easyship(self, carrier: str) -> list[dict[str, Any]]:
        return [{"name": "All", "country": "", "carrier": carrier, "platform": "easyship"}]


class ReplayTests(SimulationCase):
    def test_unchanged_rules_change_nothing(self) -> None:
        self.routed(3)

        told = self.simulated(self.drafted(None))

        self.assertEqual((told["state"], told["total"], told["done"]), ("finished", 3, 3))
        self.assertEqual((told["counts"]["replayed"], told["counts"]["changed"]), (3, 0))
        self.assertEqual(told["costs"][0]["rise"], "0.00")
        self.assertFalse(SimulatedChange.objects.exists())

    def test_a_change_is_told_in_orders_and_money(self) -> None:
        self.routed(3)

        told = self.simulated(self.drafted(self.by_easyship("UPS")))

        self.assertEqual((told["counts"]["changed"], told["aspects"]), (3, {"carrier": 3}))
        cost = told["costs"][0]
        self.assertEqual(
            (cost["before"], cost["after"], cost["percent"]), ("30.00", "36.00", "20.00")
        )
        self.assertEqual((cost["low"], cost["mean"], cost["high"]), ("2.00", "2.00", "2.00"))
        self.assertEqual([change["rise"] for change in told["losers"]], ["2.00"] * 3)
        self.assertEqual(told["winners"], [])
        way = "FEDEX by easyship from NV → UPS by easyship from NV"
        before, after = way.split(" → ")
        flow = {"way": way, "before": before, "after": after, "orders": 3}
        self.assertEqual(told["flows"], [flow])

    def test_another_platform_has_no_price_of_that_day(self) -> None:
        self.routed()

        told = self.simulated(self.drafted(TO_UPS))

        self.assertEqual(told["aspects"], {"platform": 1, "carrier": 1})
        self.assertEqual((told["counts"]["unpriced"], told["costs"]), (1, []))

    def test_another_platform_is_priced_by_the_tables_on_both_sides(self) -> None:
        self.routed(2)
        for platform, carrier, price in (("easyship", "FEDEX", "9.00"), ("veeqo", "UPS", "9.90")):
            table_row(platform, carrier, price)

        told = self.simulated(self.drafted(TO_UPS))

        self.assertEqual((told["counts"]["unpriced"], told["counts"]["estimated"]), (0, 2))
        cost = told["costs"][0]
        self.assertEqual((cost["before"], cost["after"], cost["estimated"]), ("18.00", "19.80", 2))
        self.assertEqual([row["is_estimate"] for row in told["losers"]], [True, True])
        self.assertEqual(told["beyond_gate"], ["labels in USD would cost 10.00 % more"])

    def test_rules_that_go_by_price_are_tried_with_prices_of_that_day_and_the_tables(self) -> None:
        self.routed(2)
        table_row("veeqo", "UPS", "7.50")
        rule = {"name": "Best", "country": "", "reach": "both", "any_carrier": True}

        told = self.simulated(self.drafted([{**rule, "strategy": "cheapest"}]))

        # FedEx at Easyship asked for 10.00 that day; UPS at Veeqo is in the tables alone.
        self.assertEqual((told["counts"]["unmatched"], told["counts"]["changed"]), (0, 2))
        self.assertEqual(told["flows"][0]["after"], "UPS by veeqo from NV")
        _, new = records_of(SimulatedChange.objects.order_by("id")[0])
        self.assertEqual((new.carrier, new.platform), ("UPS", "veeqo"))
        offers = [step.outcome for step in new.trace if step.stage == "offer"]
        self.assertEqual(offers.count("chosen"), 1)

    def test_stock_that_the_draft_would_have_used_up_is_told(self) -> None:
        put_stock(Sellable.objects.get(sku="MUG-01"), make_warehouse("NY"), 2)
        self.routed(4)
        draft = self.drafted(
            [{**self.by_easyship("FEDEX")[0], "warehouses": ["NY"], "reach": "both"}]
        )
        pk = self.manager.post(SIMULATIONS, {"rule_set": draft.version}, format="json").json()["id"]

        while advance_simulation(pk, lot_size=1):
            pass

        told = self.manager.get(f"{SIMULATIONS}/{pk}").json()
        self.assertEqual((told["counts"]["changed"], told["counts"]["stockouts"]), (4, 2))
        self.assertEqual(told["short"], [{"what": "MUG-01 in NY", "orders": 2}])
        short = SimulatedChange.objects.order_by("id").values_list("is_short", flat=True)
        self.assertEqual(list(short), [False, False, True, True])

    def test_orders_platforms_and_decisions_are_left_alone(self) -> None:
        self.routed(2)
        before = list(Order.objects.order_by("pk").values())
        decisions = list(RoutingDecision.objects.order_by("pk").values())

        self.simulated(self.drafted(TO_UPS))

        self.assertEqual(list(Order.objects.order_by("pk").values()), before)
        self.assertEqual(list(RoutingDecision.objects.order_by("pk").values()), decisions)
        self.assertFalse(ApiCall.objects.exists())

    def test_stock_is_that_of_then(self) -> None:
        make_stocked_sellable(self.alder, "POT-01", units=1)
        order = make_order(self.alder, "POT-01")
        dispatch_order(order_id=order.pk)

        told = self.simulated(self.drafted(None))

        self.assertEqual((told["counts"]["replayed"], told["counts"]["changed"]), (1, 0))

    def test_the_last_decision_of_each_order_counts_and_the_newest_orders(self) -> None:
        self.routed(3)
        first = RoutingDecision.objects.order_by("pk")[0]
        first.pk = None
        first.save()

        whole = self.simulated(self.drafted(None))
        newest = self.simulated(RuleSet.objects.get(is_draft=True), sample=2)

        self.assertEqual((whole["total"], newest["total"], newest["done"]), (3, 2, 2))

    def test_lots_go_on_where_the_last_one_ended(self) -> None:
        self.routed(3)
        draft = self.drafted(self.by_easyship("UPS"))
        pk = self.manager.post(SIMULATIONS, {"rule_set": draft.version}, format="json").json()["id"]

        steps = [advance_simulation(pk, lot_size=2) for _ in range(4)]

        self.assertEqual(steps, [True, True, False, False])
        self.assertEqual(SimulatedChange.objects.count(), 3)

    def test_a_record_that_cannot_be_read_is_counted(self) -> None:
        self.routed(2)
        rows: QuerySet[RoutingDecision] = QuerySet(RoutingDecision)
        rows.filter(pk=rows.order_by("pk")[0].pk).update(snapshot={"country": "US"})

        told = self.simulated(self.drafted(None))

        self.assertEqual((told["counts"]["replayed"], told["counts"]["unreadable"]), (1, 1))
        self.assertIn("cannot be worked out again", told["beyond_gate"][0])

    def test_a_cancelled_one_goes_no_further(self) -> None:
        self.routed()
        draft = self.drafted(None)
        pk = self.manager.post(SIMULATIONS, {"rule_set": draft.version}, format="json").json()["id"]

        told = self.manager.post(f"{SIMULATIONS}/{pk}/cancel").json()

        self.assertEqual((told["state"], simulate(pk)), ("cancelled", 0))

    def test_one_whose_wake_up_was_lost_is_woken(self) -> None:
        draft = self.drafted(None)
        pk = self.manager.post(SIMULATIONS, {"rule_set": draft.version}, format="json").json()["id"]
        later = timezone.now() + timedelta(minutes=2)

        self.assertEqual(list(Simulation.objects.unattended(timezone.now())), [])
        self.assertEqual(list(Simulation.objects.unattended(later)), [pk])
        wake_simulations()

    def test_changed_orders_come_as_csv(self) -> None:
        self.routed(2)
        told = self.simulated(self.drafted(self.by_easyship("UPS")))

        answer: Any = self.manager.get(f"{SIMULATIONS}/{told['id']}/changes")

        text = b"".join(answer.streaming_content).decode()
        rows = list(csv.DictReader(text.splitlines()))
        self.assertEqual(answer["Content-Type"], "text/csv; charset=utf-8")
        self.assertEqual(
            [(row["carrier_after"], row["rise"]) for row in rows], [("UPS", "2.00")] * 2
        )

    def test_partners_see_none_of_it(self) -> None:
        for client in (
            client_with(make_key(self.alder)),
            client_for(make_user(Role.MANAGER, organization=self.alder)),
        ):
            self.assert_problem(client.get(SIMULATIONS), 403, "forbidden")
            self.assert_problem(client.post(SIMULATIONS, {}, format="json"), 403, "forbidden")

    def test_times_that_make_no_sense_are_refused(self) -> None:
        now = timezone.now().isoformat()

        answer = self.manager.post(
            SIMULATIONS, {"rule_set": 1, "since": now, "until": now}, format="json"
        )

        self.assertEqual(answer.json()["errors"][0]["field"], "since")


class GateTests(SimulationCase):
    def test_changes_that_cannot_be_priced_need_a_second_person(self) -> None:
        self.routed(2)
        draft = self.drafted(TO_UPS)

        told = self.simulated(draft)

        self.assertEqual(told["beyond_gate"], ["2 of 2 changed orders have no price both ways"])
        self.assert_problem(self.publish(draft.pk), 409, "rules.not_approved")
        with override_settings(ROUTING_GATE_UNPRICED_PERCENT=100):
            self.assertEqual(self.publish(draft.pk).status_code, 200)

    def test_a_draft_is_tried_before_it_goes_live(self) -> None:
        self.routed()
        draft = self.drafted(None)

        self.assert_problem(self.publish(draft.pk), 409, "rules.not_rehearsed")
        self.simulated(draft)

        self.assertEqual(self.publish(draft.pk).status_code, 200)

    def test_a_draft_changed_since_is_tried_anew(self) -> None:
        self.routed()
        draft = self.drafted(None)
        self.simulated(draft)
        self.change(draft.pk, rules=self.by_easyship("FEDEX"))

        self.assert_problem(self.publish(draft.pk), 409, "rules.not_rehearsed")

    def test_a_sample_that_is_too_small_does_not_count(self) -> None:
        self.routed(3)
        draft = self.drafted(None)

        self.simulated(draft, sample=2)
        self.assert_problem(self.publish(draft.pk), 409, "rules.not_rehearsed")

        long_ago = timezone.now() - timedelta(days=300)
        self.simulated(
            draft, since=long_ago.isoformat(), until=long_ago.isoformat()[:10] + "T23:59:59Z"
        )
        self.assert_problem(self.publish(draft.pk), 409, "rules.not_rehearsed")

    def test_what_costs_more_needs_a_second_person(self) -> None:
        self.routed(2)
        draft = self.drafted(self.by_easyship("UPS"))
        told = self.simulated(draft)

        self.assertTrue(told["needs_second_person"])
        self.assert_problem(self.publish(draft.pk), 409, "rules.not_approved")
        own = self.manager.post(f"{SIMULATIONS}/{told['id']}/approve")
        self.assert_problem(own, 409, "conflict")
        approved = self.second.post(f"{SIMULATIONS}/{told['id']}/approve").json()
        self.assertEqual((approved["approved_by"], approved["needs_second_person"]), ("sam", False))

        self.assertEqual(self.publish(draft.pk).status_code, 200)

    def test_what_costs_less_goes_live_at_once(self) -> None:
        self.routed(2, ups="7.00")
        draft = self.drafted(self.by_easyship("UPS"))
        told = self.simulated(draft)

        self.assertEqual([change["rise"] for change in told["winners"]], ["-3.00"] * 2)
        self.assertEqual(self.publish(draft.pk).status_code, 200)

    def test_going_back_needs_no_rehearsal(self) -> None:
        draft = self.drafted(self.by_easyship("UPS"))
        self.publish(draft.pk)
        self.routed()

        self.assertEqual(self.publish(self.live.pk).status_code, 200)

    @override_settings(ROUTING_GATE_DAYS=0)
    def test_the_gate_can_be_switched_off(self) -> None:
        self.routed()
        draft = self.drafted(TO_UPS)

        self.assertEqual(self.publish(draft.pk).status_code, 200)
