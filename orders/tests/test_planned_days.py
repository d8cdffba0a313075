"""Days, capacity and cost of warehouses count in the choice among those that have stock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import TestCase
from django.utils import timezone

from accounts.tests.builders import make_organization
from inventory.models import Warehouse
from orders.models import Order, RuleSet, Shipment
from orders.rules.routing import RouteSnapshot, WarehouseOption, choose_route
from orders.services.dispatch import dispatch_order
from orders.services.rule_books import book_content, record_digest
from orders.tests.builders import make_order, make_stocked_sellable, make_warehouse, put_stock
from orders.tests.test_routing import BOOK


def option(code: str, **facts: Any) -> WarehouseOption:
    return WarehouseOption(code=code, country="US", region=code, available={"MUG": 5}, **facts)


def origin_of(*options: WarehouseOption, preference: str = "nearest") -> tuple[str, str]:
    snapshot = RouteSnapshot(
        country="US",
        region="NV",
        requested_carrier="UPS",
        needs={"MUG": 1},
        warehouses=options,
        book=replace(BOOK, warehouse_preference=(preference,)),
    )
    route = choose_route(snapshot)
    assert choose_route(replace(snapshot)) == route
    return route.warehouse, route.sentences[0]


def test_one_that_breaks_the_promise_comes_after_one_that_keeps_it() -> None:
    nevada = option("NV", ships_on="2026-03-09", is_late=True)

    assert origin_of(nevada, option("NY", ships_on="2026-03-06"))[0] == "NY"
    assert origin_of(replace(nevada, is_late=False), option("NY"))[0] == "NV"


def test_where_all_are_late_the_soonest_remain() -> None:
    full = option("NV", is_late=True)
    monday, tuesday = (
        option(code, ships_on=day, is_late=True)
        for code, day in (("NY", "2026-03-09"), ("CA", "2026-03-10"))
    )

    assert origin_of(full, monday, tuesday)[0] == "NY"


@pytest.mark.parametrize(
    ("preference", "chosen", "why"),
    [
        ("soonest", "NY", "hands over soonest of those with every line, on 2026-03-06"),
        ("cheapest", "CA", "handles a parcel cheapest of those with every line, for 0.90 USD"),
    ],
)
def test_days_and_cost_as_preferences(preference: str, chosen: str, why: str) -> None:
    options = [
        option("NV", ships_on="2026-03-07", handling="1.20", handling_currency="USD"),
        option("NY", ships_on="2026-03-06", handling="10.00", handling_currency="USD"),
        option("CA", ships_on="2026-03-08", handling="0.90", handling_currency="USD"),
    ]

    assert origin_of(*options, preference=preference) == (
        chosen,
        f"It leaves from {chosen}: {why}.",
    )


def test_costs_in_two_currencies_are_not_compared() -> None:
    dollars = option("NV", handling="9.00", handling_currency="USD")
    pounds = option("NY", handling="1.00", handling_currency="GBP")

    assert "no preference applies" in origin_of(dollars, pounds, preference="cheapest")[1]


class PlannedTests(TestCase):
    def setUp(self) -> None:
        self.organization = make_organization()
        self.mug = make_stocked_sellable(self.organization, units=50)
        put_stock(self.mug, make_warehouse("NY"), 50)
        live = RuleSet.objects.get(is_live=True)
        RuleSet.objects.filter(pk=live.pk).update(is_live=False)
        fresh = RuleSet.objects.create(
            name="Nearest",
            version=live.version + 1,
            is_live=True,
            default_carrier="UPS",
            export_platform="easyship",
            warehouse_preference=["nearest"],
        )
        fresh.content = book_content(fresh)
        fresh.digest = record_digest(fresh.content)
        fresh.save()

    def dispatched(self, **changes: Any) -> Shipment:
        order: Order = make_order(self.organization, **changes)
        dispatch_order(order_id=order.pk)
        shipment: Shipment = order.shipments.live().select_related("warehouse").get()
        return shipment

    def test_a_full_day_moves_to_the_next_one(self) -> None:
        Warehouse.objects.filter(code="NV").update(daily_capacity=2)

        days = [self.dispatched().ship_on for _ in range(5)]

        assert days[0] is not None
        later = [days[0] + timedelta(days=number) for number in (0, 0, 1, 1, 2)]
        self.assertEqual(days, later)

    def test_a_promise_sends_it_from_another_warehouse_with_room(self) -> None:
        Warehouse.objects.filter(code="NV").update(daily_capacity=1)
        promise = timezone.now() + timedelta(hours=1)

        first, second = self.dispatched(ship_by=promise), self.dispatched(ship_by=promise)

        self.assertEqual((first.warehouse.code, second.warehouse.code), ("NV", "NY"))
        candidates = second.decision.trace["candidates"]
        removed = next(why for kind, code, why in candidates if (kind, code) == ("warehouse", "NV"))
        self.assertIn("later than others", removed)

    def test_a_cancelled_shipment_makes_room_again(self) -> None:
        Warehouse.objects.filter(code="NV").update(daily_capacity=1)
        first = self.dispatched()
        Shipment.objects.filter(pk=first.pk).update(state="cancelled")

        self.assertEqual(self.dispatched().ship_on, first.ship_on)
