"""What rules set, in which order, and for which parcels."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import TestCase
from django.utils import timezone

from inventory.models import Reservation
from orders.models import OrderEvent, RoutingRule, RuleSet
from orders.rules.routing import CarrierRule, RouteDecision, choose_route
from orders.rules.rule_check import rule_faults
from orders.rules.service_wish import ServiceWish
from orders.rules.states import OrderState
from orders.services.decisions import decision_record
from orders.services.dispatch import Dispatched, dispatch_order
from orders.services.holds import release_order
from orders.services.rules import copy_rule_set, publish_rule_set
from orders.services.snapshots import restored_snapshot, snapshot_record
from orders.tests.builders import make_order, make_organization, make_stocked_sellable
from orders.tests.test_routing import BOOK, snapshot, stocked

HEAVY = {"all": [{"field": "weight_g", "op": "above", "value": 5000}]}
AT_NINE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC).isoformat()


def rule(name: str = "Ours", **changes: Any) -> CarrierRule:
    return CarrierRule(name=name, **changes)


def routed(*rules: CarrierRule, region: str = "OR", country: str = "US", **changes: Any) -> Any:
    units = changes.pop("warehouses", stocked(NV1=9))
    asked = snapshot(region, country=country, warehouses=units)
    book = replace(BOOK, rules=rules)
    return choose_route(replace(asked, book=book, at=AT_NINE, **changes))


def test_a_condition_decides_beside_the_destination() -> None:
    heavy = rule(country="US", condition=HEAVY, carrier="FEDEX")

    assert routed(heavy, facts={"weight_g": 5001}).carrier == "FEDEX"
    assert routed(heavy, facts={"weight_g": 5000}).carrier == "UPS"


def test_an_unknown_fact_never_matches() -> None:
    route = routed(rule(condition=HEAVY, carrier="FEDEX"))

    assert route.carrier == "UPS"
    assert route.trace[-3].reason == "weight is above 5000 g: not known of this order"


@pytest.mark.parametrize(
    ("reach", "country", "carrier"),
    [
        ("inside", "US", "DHL"),
        ("inside", "DE", "FEDEX"),
        ("leaving", "US", "UPS"),
        ("leaving", "DE", "DHL"),
        ("both", "US", "DHL"),
        ("both", "DE", "DHL"),
    ],
)
def test_a_rule_is_for_parcels_inside_the_country_leaving_it_or_both(
    reach: str, country: str, carrier: str
) -> None:
    region = "OR" if country == "US" else ""

    assert routed(rule(reach=reach, carrier="DHL"), country=country, region=region).carrier == (
        carrier
    )


def test_an_earlier_rule_wins_and_a_later_one_adds_what_it_left_open() -> None:
    route = routed(
        rule("First", carrier="DHL", stop=False),
        rule("Second", carrier="UPS", platform="veeqo", stop=False),
        rule("Third", wish=ServiceWish(strategy="fastest"), platform="easyship"),
        rule("Fourth", hold_reason="never looked at"),
    )

    assert (route.carrier, route.platform, route.wish.strategy) == ("DHL", "easyship", "fastest")
    assert route.hold_reason == ""
    assert [(s.subject, s.reason) for s in route.trace if s.stage == "carrier"] == [
        ("First", "sets carrier DHL"),
        ("Second", "matches and sets nothing new"),
        ("Third", "sets platform easyship, the fastest service"),
        ("Fourth", "not evaluated: “Third” stops before it"),
    ]


def test_what_a_rule_says_of_service_counts_for_its_own_carrier() -> None:
    ups = rule(carrier="UPS", wish=ServiceWish(service="air"), platform="easyship")

    by_hand = routed(ups, requested_carrier="USPS")

    assert (by_hand.carrier, by_hand.platform, by_hand.wish.service) == ("USPS", "veeqo", "")


@pytest.mark.parametrize(("country", "why"), [("US", "default"), ("DE", "export")])
def test_an_order_that_no_rule_gives_a_carrier_has_no_route(country: str, why: str) -> None:
    book = replace(BOOK, rules=(rule(country="MX"),), default_carrier="", export_carrier="")

    route = choose_route(replace(snapshot("OR", country=country), book=book))

    assert (route.failure, route.carrier, route.platform) == ("no_route", "", "")
    assert route.sentences == (
        "No carrier is picked: no rule matches, and there is no default for it.",
    )
    assert (route.trace[-1].subject, route.trace[-1].outcome) == (why, "failed")


@pytest.mark.parametrize(
    ("start", "end", "carrier"),
    [
        ("", "2026-03-01", "UPS"),
        ("", "2026-03-02", "DHL"),
        ("2026-03-02", "", "DHL"),
        ("2026-03-03", "", "UPS"),
    ],
)
def test_a_rule_counts_from_its_first_day_to_its_last(start: str, end: str, carrier: str) -> None:
    route = routed(rule(carrier="DHL", valid_from=start, valid_until=end))

    assert route.carrier == carrier


def test_a_rule_names_the_warehouse_where_it_holds_every_line() -> None:
    to_ny = rule(reach="both", condition=HEAVY, warehouses=("LON1", "NY1"))

    full = routed(to_ny, facts={"weight_g": 6000}, warehouses=stocked(NV1=9, NY1=9, LON1=1))
    light = routed(to_ny, facts={"weight_g": 10}, warehouses=stocked(NV1=9, NY1=9, LON1=1))

    assert (full.warehouse, light.warehouse) == ("NY1", "NV1")


def test_hours_and_weekdays_are_those_of_the_warehouse() -> None:
    night = {"all": [{"field": "hour", "op": "below", "value": 6}]}
    sunday = {"all": [{"field": "weekday", "op": "is", "value": "SUN"}]}
    west = (replace(stocked(NV1=9)[0], time_zone="America/Los_Angeles"),)

    # 09:30 UTC on a Monday is 01:30 in Nevada, on Monday as well.
    assert routed(rule(condition=night, carrier="DHL"), warehouses=west).carrier == "DHL"
    assert routed(rule(condition=sunday, carrier="DHL"), warehouses=west).carrier == "UPS"
    assert routed(rule(condition=night, carrier="DHL")).carrier == "UPS"


@pytest.mark.parametrize(
    ("faulty", "found"),
    [
        (rule(carrier="UPS"), []),
        (rule(stop=False), [("carrier", "rule.no_effect")]),
        (
            rule(carrier="UPS", valid_from="2026-03-02", valid_until="2026-03-01"),
            [("valid_until", "rule.dates")],
        ),
        (
            rule(wish=ServiceWish(strategy="best_score", day_worth="0.00")),
            [("day_worth", "rule.day_worth")],
        ),
        (rule(warehouses=("NV",)), [("reach", "rule.circular")]),
        (
            rule(
                reach="both",
                warehouses=("NV",),
                condition={"all": [{"field": "hour", "op": "below", "value": 6}]},
            ),
            [("condition", "rule.circular")],
        ),
        (rule(reach="both", warehouses=("MOON",)), [("warehouses", "rule.unknown_warehouse")]),
        (
            rule(condition={"all": [{"field": "x", "op": "is", "value": 1}]}),
            [("condition.all[0]", "condition.unknown_field")],
        ),
    ],
)
def test_a_rule_that_cannot_work_is_said_so(
    faulty: CarrierRule, found: list[tuple[str, str]]
) -> None:
    faults = rule_faults(faulty, warehouses={"NV"})

    assert [(one.field, one.code) for one in faults] == found


def test_a_snapshot_with_everything_survives_its_record() -> None:
    full = rule(
        condition=HEAVY,
        wish=ServiceWish(strategy="best_score", day_worth="1.50"),
        warehouses=("NV1",),
        regions=("OR",),
    )
    before = replace(
        snapshot("OR"),
        book=replace(BOOK, rules=(full,)),
        facts={"weight_g": 3, "value": "9.00", "is_po_box": False},
        lines=({"sku": "MUG"},),
        at=AT_NINE,
    )

    record, digest = snapshot_record(before)

    assert restored_snapshot(record) == before
    assert snapshot_record(restored_snapshot(record))[1] == digest


class RuleDispatchTests(TestCase):
    def setUp(self) -> None:
        self.alder = make_organization()
        self.mug = make_stocked_sellable(self.alder)
        self.live = RuleSet.objects.get(is_live=True)

    def add_rule(self, **changes: Any) -> None:
        draft = copy_rule_set(rule_set_id=self.live.pk, actor="tests")
        RoutingRule.objects.create(rule_set=draft, position=1, name="Mine", **changes)
        publish_rule_set(rule_set_id=draft.pk, actor="tests")

    def recomputed(self) -> RouteDecision:
        decision = self.order.decisions.first()
        assert decision is not None
        return choose_route(restored_snapshot(decision.snapshot))

    def dispatch(self, **changes: Any) -> Dispatched:
        self.order = make_order(self.alder, **changes)
        outcome = dispatch_order(order_id=self.order.pk)
        self.order.refresh_from_db()
        return outcome

    def test_facts_of_the_order_reach_the_rules(self) -> None:
        self.mug.hs_code = "691110"
        self.mug.save()
        self.add_rule(
            carrier="DHL",
            strategy="fastest",
            condition={
                "all": [
                    {"field": "hs_code", "op": "starts_with", "value": "6911", "lines": "all"},
                    {"field": "organization", "op": "is", "value": "alder"},
                    {"field": "source", "op": "is", "value": "api"},
                    {"field": "units", "op": "at_least", "value": 2},
                    {"field": "hours_to_ship_by", "op": "below", "value": 48},
                    {"field": "value", "op": "above", "value": "1", "currency": "USD"},
                    {"field": "billable_weight_g", "op": "above", "value": 1},
                ]
            },
        )

        self.dispatch(quantity=2, ship_by=timezone.now() + timedelta(hours=30))

        decision = self.order.decisions.get()
        self.assertEqual((decision.carrier, decision.wish.strategy), ("DHL", "fastest"))
        self.assertEqual(list(self.recomputed().sentences), decision.sentences)
        self.assertEqual(self.recomputed().trace, decision_record(decision).steps)

    def test_without_a_default_an_order_that_nothing_matches_waits_for_a_person(self) -> None:
        draft = copy_rule_set(rule_set_id=self.live.pk, actor="tests")
        draft.rules.all().delete()
        RuleSet.objects.filter(pk=draft.pk).update(default_carrier="", export_carrier="")
        publish_rule_set(rule_set_id=draft.pk, actor="tests")

        self.assertEqual(self.dispatch(), Dispatched.UNROUTED)

        self.assertEqual(
            (self.order.state, self.order.attention_code), ("needs_attention", "routing.no_route")
        )
        self.assertIn("tests answers for version 2 of the rules.", self.order.attention_detail)
        self.assertIn("so it is for the managers.", self.order.attention_detail)
        self.assertEqual(self.order.assignee, "")
        self.assertEqual(self.order.decisions.get().failure, "no_route")

    def test_a_rule_holds_an_order_until_somebody_lets_it_go(self) -> None:
        self.add_rule(hold_reason="Look at the address first", stop=False)

        self.assertEqual(self.dispatch(), Dispatched.HELD)

        self.assertEqual(self.order.state, OrderState.HELD.value)
        self.assertEqual(self.order.hold_reason, "Look at the address first")
        self.assertFalse(Reservation.objects.exists())
        release_order(order_id=self.order.pk, actor="tests")
        self.assertEqual(dispatch_order(order_id=self.order.pk), Dispatched.RESERVED)
        kinds = OrderEvent.objects.filter(order=self.order).values_list("kind", flat=True)
        self.assertEqual(list(kinds).count("order.held_by_rule"), 1)

    def test_an_order_held_by_hand_is_still_looked_at_by_the_rules(self) -> None:
        self.add_rule(hold_reason="Look first")
        self.order = make_order(self.alder, hold_reason="by hand")
        release_order(order_id=self.order.pk, actor="tests")

        self.assertEqual(dispatch_order(order_id=self.order.pk), Dispatched.HELD)
