"""The rules before decide in the shadow of those that went live, and the forecast is checked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import override_settings
from django.utils import timezone

from orders.models import Package, RuleSet, ShadowDifference, Shipment
from orders.services.dispatch import dispatch_order
from orders.services.ledger import enter_adjusted
from orders.tests.builders import make_order
from orders.tests.test_rules_api import RULES
from orders.tests.test_simulations import SimulationCase
from shipping_project.kernel.money import Money


class ShadowTests(SimulationCase):
    def published(self, rules: list[dict[str, Any]] | None) -> RuleSet:
        """After a trial on what was decided so far, where there is anything."""
        draft = self.drafted(rules)
        told = self.simulated(draft)
        if told["needs_second_person"]:
            self.second.post(f"/api/v1/routing/simulations/{told['id']}/approve")
        self.assertEqual(self.publish(draft.pk).status_code, 200)
        draft.refresh_from_db()
        return draft

    def watched(self, rule_set: RuleSet) -> dict[str, Any]:
        told: dict[str, Any] = self.manager.get(f"{RULES}/{rule_set.pk}/watch").json()
        return told

    def bought(self, price: str) -> None:
        """A label for the newest shipment; the ledger is told as a later charge would be."""
        package = Package.objects.filter(shipment=Shipment.objects.latest("pk")).get()
        enter_adjusted(package=package, record_ref="1", change=Money(Decimal(price), "USD"))

    def test_orders_that_would_have_gone_another_way_are_noted(self) -> None:
        self.routed(2)
        live = self.published(self.by_easyship("UPS"))
        self.assertEqual((live.shadow_version, live.is_live), (1, True))

        dispatch_order(order_id=make_order(self.alder).pk)

        difference = ShadowDifference.objects.get()
        self.assertEqual(
            (difference.way["carrier"], difference.actual["carrier"]), ("FEDEX", "UPS")
        )
        self.assertEqual(difference.shadow, self.live)
        told = self.watched(live)
        self.assertEqual((told["decided"], told["differing"]), (1, 1))
        self.assertEqual((told["differing_percent"], told["foretold_percent"]), ("100.00",) * 2)
        way = "FEDEX by easyship from NV → UPS by easyship from NV"
        self.assertEqual(told["flows"], [{"way": way, "orders": 1}])
        self.assertEqual((told["aspects"], told["shadow_version"]), ({"carrier": 1}, 1))
        self.assertFalse(told["is_over"])

    def test_orders_that_go_the_same_way_leave_no_row(self) -> None:
        self.routed()
        live = self.published(None)

        dispatch_order(order_id=make_order(self.alder).pk)

        self.assertFalse(ShadowDifference.objects.exists())
        self.assertEqual(self.watched(live)["differing_percent"], "0.00")

    def test_what_labels_cost_is_compared_with_the_forecast(self) -> None:
        self.routed(2, ups="12.00", fedex="10.00")
        live = self.published(self.by_easyship("UPS"))
        for price in ("12.50", "13.10"):
            dispatch_order(order_id=make_order(self.alder).pk)
            self.bought(price)

        told = self.watched(live)

        self.assertEqual(
            told["outlays"],
            [
                {
                    "currency": "USD",
                    "orders": 2,
                    "actual": "25.60",
                    "forecast": "24.00",
                    "before": "20.00",
                    "off_percent": "6.67",
                }
            ],
        )
        self.assertEqual([day["decided"] for day in told["days"]], [2])
        self.assertEqual(told["days"][0]["outlays"], told["outlays"])

    def test_the_shadow_ends_after_its_days_and_with_the_next_version(self) -> None:
        live = self.published(self.by_easyship("UPS"))
        RuleSet.objects.filter(pk=live.pk).update(
            shadow_until=timezone.now() - timedelta(minutes=1)
        )

        dispatch_order(order_id=make_order(self.alder).pk)

        self.assertFalse(ShadowDifference.objects.exists())
        self.assertTrue(self.watched(live)["is_over"])
        RuleSet.objects.filter(pk=live.pk).update(shadow_until=timezone.now() + timedelta(days=9))
        self.assertEqual(self.publish(self.live.pk).status_code, 200)
        self.assertTrue(self.watched(live)["is_over"])
        self.live.refresh_from_db()
        self.assertEqual((self.live.shadow_version, self.live.is_live), (live.version, True))

    @override_settings(ROUTING_WATCH_DAYS=0)
    def test_it_can_be_switched_off(self) -> None:
        live = self.published(self.by_easyship("UPS"))

        dispatch_order(order_id=make_order(self.alder).pk)

        self.assertFalse(ShadowDifference.objects.exists())
        self.assertIsNone(self.watched(live)["shadow_version"])

    def test_rules_that_were_not_live_have_nothing_to_tell(self) -> None:
        draft = self.drafted(None)

        self.assert_problem(self.manager.get(f"{RULES}/{draft.pk}/watch"), 404, "not_found")
