"""Why an order did not go another way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orders.rules.routing import CarrierRule, RouteSnapshot
from orders.rules.why_not import Wanted, why_not
from orders.services.dispatch import dispatch_order
from orders.tests.test_orders_api_actions import OrderCase
from orders.tests.test_routing import BOOK, snapshot, stocked

HEAVY = CarrierRule(
    name="Heavy",
    carrier="FEDEX",
    condition={"all": [{"field": "weight_g", "op": "above", "value": 5000}]},
)
OREGON = CarrierRule(name="Oregon", country="US", regions=("OR",), carrier="DHL")


def asked(*rules: CarrierRule, **changes: Any) -> RouteSnapshot:
    plain = snapshot("OR", warehouses=changes.pop("warehouses", None))
    return replace(plain, book=replace(BOOK, rules=rules), facts={"weight_g": 4900}, **changes)


def test_the_smallest_change_of_the_order_comes_first() -> None:
    answer = why_not(asked(HEAVY, OREGON), Wanted(carrier="FEDEX"))

    assert not answer.is_chosen
    assert answer.constraint == "DHL carries it: the rule “Oregon” matches."
    assert answer.changes == ("weight is 5001 g, not 4900", "a person picks FEDEX")


def test_a_rule_in_the_way_is_named() -> None:
    answer = why_not(asked(OREGON), Wanted(carrier="UPS"))

    assert answer.changes == ("the rule “Oregon” is switched off", "a person picks UPS")


def test_missing_stock_is_named_with_its_units() -> None:
    answer = why_not(asked(warehouses=stocked(NV1=9, CA1=1)), Wanted(warehouse="CA1"))

    assert answer.constraint == "CA1 is short of 1 × MUG."
    assert answer.changes == ()

    empty = why_not(asked(warehouses=stocked(CA1=1)), Wanted(warehouse="CA1"))

    assert empty.changes == ("CA1 has 1 more of MUG",)


def test_what_was_chosen_needs_no_reason() -> None:
    assert why_not(asked(OREGON), Wanted(carrier="DHL", warehouse="NV1")).is_chosen


def test_a_warehouse_that_there_is_not_is_said() -> None:
    assert why_not(asked(), Wanted(warehouse="MOON")).constraint == "MOON is no active warehouse."


class WhyNotApiTests(OrderCase):
    def test_the_decision_is_asked_over_rest(self) -> None:
        self.assert_problem(self.look("decision/why-not?carrier=UPS"), 404, "not_found")
        dispatch_order(order_id=self.order.pk)

        told = self.look("decision/why-not?carrier=UPS").json()

        self.assertEqual(
            told["constraint"], "FEDEX carries it: the rule “Nevada by FedEx” matches."
        )
        self.assertIn("the rule “Nevada by FedEx” is switched off", told["changes"])
        self.assert_problem(self.look("decision/why-not"), 422, "invalid_input")
        self.assert_problem(self.look("decision/why-not?carrier=MULE"), 422, "invalid_input")
