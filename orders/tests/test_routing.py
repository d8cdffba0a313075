"""The default rules as seeded, and that a stored decision can be worked out again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import TestCase

from accounts.tests.builders import make_organization
from carriers.models import Carrier
from inventory.tests.builders import make_warehouse, put_stock
from orders.models import RoutingDecision
from orders.rules.geography import US_STATES
from orders.rules.routing import (
    NO_CARRIER_PLATFORM,
    NO_STOCK,
    NO_WAREHOUSE,
    CarrierRule,
    RouteSnapshot,
    RuleBook,
    WarehouseOption,
    choose_route,
)
from orders.services.decisions import decision_record
from orders.services.dispatch import dispatch_order
from orders.services.rule_books import live_rule_set, record_digest, rule_book
from orders.services.snapshots import restored_snapshot, snapshot_record
from orders.tests.builders import make_order, make_sellable

RULES = tuple(
    CarrierRule(name=name, country="US", regions=regions, carrier=carrier)
    for name, regions, carrier in (
        ("Nevada", ("NV",), "FEDEX"),
        ("California", ("CA",), "DHL"),
        ("New York and Texas", ("NY", "TX"), "UPS"),
        ("Florida", ("FL",), "USPS"),
    )
)
BOOK = RuleBook(
    version=1,
    rules=RULES,
    default_carrier="UPS",
    export_carrier="FEDEX",
    export_platform="easyship",
    platform_of={"FEDEX": "easyship", "UPS": "veeqo", "DHL": "veeqo", "USPS": "veeqo"},
    warehouse_preference=("same_region", "region:US-NV", "region:US-CA", "nearest"),
)
PLACES = {
    "NV1": ("US", "NV"),
    "CA1": ("US", "CA"),
    "NY1": ("US", "NY"),
    "LON1": ("GB", ""),
    "PAR1": ("FR", ""),
}


def stocked(**units: int) -> tuple[WarehouseOption, ...]:
    """Warehouses with so many mugs each."""
    return tuple(
        WarehouseOption(
            code=code, country=PLACES[code][0], region=PLACES[code][1], available={"MUG": count}
        )
        for code, count in units.items()
    )


def snapshot(
    region: str = "NV",
    *,
    country: str = "US",
    carrier: str = "",
    warehouses: tuple[WarehouseOption, ...] | None = None,
    needs: int = 2,
) -> RouteSnapshot:
    return RouteSnapshot(
        country=country,
        region=region,
        requested_carrier=carrier,
        needs={"MUG": needs},
        warehouses=stocked(NV1=9) if warehouses is None else warehouses,
        book=BOOK,
    )


NAMED = {"NV": "FEDEX", "CA": "DHL", "NY": "UPS", "TX": "UPS", "FL": "USPS"}
BY_STATE = sorted({state: NAMED.get(state, "UPS") for state in US_STATES}.items())


@pytest.mark.parametrize(("state", "carrier"), BY_STATE)
def test_the_state_decides_the_carrier_and_the_carrier_the_platform(
    state: str, carrier: str
) -> None:
    route = choose_route(snapshot(state))

    platform = "easyship" if carrier == "FEDEX" else "veeqo"
    assert (route.carrier, route.platform) == (carrier, platform)


@pytest.mark.parametrize(
    ("carrier", "platform"),
    [("FEDEX", "easyship"), ("UPS", "veeqo"), ("DHL", "veeqo"), ("USPS", "veeqo")],
)
@pytest.mark.parametrize("state", ["NV", "CA", "FL", "OR"])
def test_a_carrier_picked_by_a_person_wins(state: str, carrier: str, platform: str) -> None:
    route = choose_route(snapshot(state, carrier=carrier))

    assert (route.carrier, route.platform) == (carrier, platform)
    assert "a person picked it" in route.sentences[1]


@pytest.mark.parametrize(
    ("country", "region", "warehouse"),
    [("GB", "", "NV1"), ("CA", "ON", "NV1"), ("US", "NV", "LON1"), ("FR", "", "LON1")],
)
def test_a_parcel_that_leaves_the_country_goes_by_fedex_through_easyship(
    country: str, region: str, warehouse: str
) -> None:
    route = choose_route(snapshot(region, country=country, warehouses=stocked(**{warehouse: 9})))

    assert (route.carrier, route.platform) == ("FEDEX", "easyship")


def test_a_carrier_picked_for_an_export_still_goes_through_easyship() -> None:
    route = choose_route(snapshot("", country="DE", carrier="UPS"))

    assert (route.carrier, route.platform) == ("UPS", "easyship")


def test_california_is_no_canada() -> None:
    state = choose_route(snapshot("CA", country="US"))
    country = choose_route(snapshot("ON", country="CA"))

    assert (state.carrier, state.platform) == ("DHL", "veeqo")
    assert (country.carrier, country.platform) == ("FEDEX", "easyship")


@pytest.mark.parametrize(
    ("country", "region", "units", "warehouse"),
    [
        ("US", "NY", {"NV1": 9, "CA1": 9, "NY1": 9}, "NY1"),
        ("US", "CA", {"NV1": 9, "CA1": 9, "NY1": 9}, "CA1"),
        ("US", "NY", {"NV1": 9, "CA1": 9, "NY1": 1}, "NV1"),
        ("US", "NY", {"NV1": 1, "CA1": 9, "NY1": 1}, "CA1"),
        ("US", "OR", {"NV1": 9, "CA1": 9, "NY1": 9}, "NV1"),
        ("US", "OR", {"CA1": 9, "NY1": 9}, "CA1"),
        ("US", "OR", {"NY1": 9, "LON1": 9}, "NY1"),
        ("US", "MA", {"NV1": 0, "CA1": 0, "NY1": 2, "LON1": 9}, "NY1"),
        ("GB", "", {"NV1": 9, "LON1": 9}, "LON1"),
        ("DE", "", {"NV1": 9, "LON1": 9}, "NV1"),
        ("DE", "", {"NY1": 9, "LON1": 9}, "LON1"),
        ("IE", "", {"PAR1": 9, "LON1": 9}, "LON1"),
        ("US", "NV", {"NV1": 2}, "NV1"),
    ],
)
def test_the_warehouse_is_the_first_preference_that_holds_every_line(
    country: str, region: str, units: dict[str, int], warehouse: str
) -> None:
    route = choose_route(snapshot(region, country=country, warehouses=stocked(**units)))

    assert route.warehouse == warehouse


def test_nothing_is_split_over_warehouses() -> None:
    halves = (
        WarehouseOption(code="CA1", country="US", region="CA", available={"MUG": 9}),
        WarehouseOption(code="NV1", country="US", region="NV", available={"POT": 9}),
    )

    route = choose_route(replace(snapshot(warehouses=halves), needs={"MUG": 1, "POT": 1}))

    assert (route.failure, route.warehouse) == (NO_STOCK, "")


def test_a_shortage_names_what_the_closest_warehouse_lacks() -> None:
    route = choose_route(snapshot(needs=7, warehouses=stocked(CA1=2, NV1=5, NY1=5)))

    assert route.failure == NO_STOCK
    assert route.shortages == {"MUG": 2}
    assert route.sentences == (
        "No warehouse holds every line; NV1 comes closest and lacks 2 × MUG.",
    )


def test_without_a_warehouse_nothing_is_chosen() -> None:
    assert choose_route(snapshot(warehouses=())).failure == NO_WAREHOUSE


def test_a_carrier_without_a_platform_is_said() -> None:
    book = replace(BOOK, platform_of={"FEDEX": "easyship"})

    route = choose_route(replace(snapshot("OR"), book=book))

    assert route.failure == NO_CARRIER_PLATFORM
    assert route.sentences == ("No platform is set for UPS; set one at the carrier.",)


def test_every_step_that_was_tried_stands_in_the_trace() -> None:
    route = choose_route(snapshot("TX", warehouses=stocked(CA1=9, NV1=1)))

    assert [(s.stage, s.subject, s.outcome) for s in route.trace] == [
        ("stock", "CA1", "passed"),
        ("stock", "NV1", "failed"),
        ("warehouse", "same_region", "skipped"),
        ("warehouse", "region:US-NV", "skipped"),
        ("warehouse", "region:US-CA", "chosen"),
        ("carrier", "Nevada", "skipped"),
        ("carrier", "California", "skipped"),
        ("carrier", "New York and Texas", "chosen"),
        ("carrier", "Florida", "skipped"),
        ("platform", "veeqo", "chosen"),
    ]
    assert route.trace[7].reason == "sets carrier UPS"
    assert route.trace[8].reason == "not evaluated: “New York and Texas” stops before it"


@pytest.mark.parametrize("state", ["NV", "CA", "OR", "HI"])
def test_the_order_in_which_warehouses_come_does_not_matter(state: str) -> None:
    options = stocked(NV1=9, CA1=9, NY1=9, LON1=9)

    forward = choose_route(snapshot(state, warehouses=options))
    backward = choose_route(snapshot(state, warehouses=options[::-1]))

    assert (forward.warehouse, forward.carrier) == (backward.warehouse, backward.carrier)


def test_a_snapshot_survives_its_record() -> None:
    before = snapshot("TX", warehouses=stocked(CA1=9, NY1=4))

    record, digest = snapshot_record(before)
    after = restored_snapshot(record)

    assert after == before
    assert snapshot_record(after) == (record, digest)


class SeededRulesTests(TestCase):
    def test_the_seeded_rules_are_the_default_ones(self) -> None:
        self.assertEqual(
            [(set(rule.regions), rule.carrier) for rule in rule_book(live_rule_set()).rules],
            [({"NV"}, "FEDEX"), ({"CA"}, "DHL"), ({"NY", "TX"}, "UPS"), ({"FL"}, "USPS")],
        )
        book = rule_book(live_rule_set())
        self.assertEqual(book.platform_of, BOOK.platform_of)
        self.assertEqual(book.warehouse_preference, BOOK.warehouse_preference)
        self.assertEqual(
            (book.default_carrier, book.export_carrier, book.export_platform),
            ("UPS", "FEDEX", "easyship"),
        )


class StoredDecisionTests(TestCase):
    def setUp(self) -> None:
        self.organization = make_organization()
        mug = make_sellable(self.organization)
        for code in ("NV", "CA", "NY", "LON"):
            put_stock(mug, make_warehouse(code), 40)

    def dispatched(self, **address: str) -> RoutingDecision:
        order = make_order(self.organization, **address)
        dispatch_order(order_id=order.pk)
        found: RoutingDecision = order.decisions.get()
        return found

    def test_code_and_full_name_of_a_state_go_the_same_way(self) -> None:
        for code, name, place, carrier in (
            ("NV", "Nevada", ("Reno", "89503"), "FEDEX"),
            ("CA", "california", ("Fresno", "93706"), "DHL"),
            ("NY", "New York", ("Albany", "12207"), "UPS"),
            ("TX", "TEXAS", ("Austin", "78701"), "UPS"),
            ("FL", "Florida", ("Tampa", "33602"), "USPS"),
            ("OR", "Oregon", ("Salem", "97301"), "UPS"),
        ):
            city, postal_code = place
            by_code = self.dispatched(state=code, city=city, postal_code=postal_code)
            by_name = self.dispatched(state=name, city=city, postal_code=postal_code)

            self.assertEqual((by_code.carrier, by_name.carrier), (carrier, carrier))
            self.assertEqual(by_code.warehouse, by_name.warehouse)
            self.assertEqual(by_code.platform, by_name.platform)

    def test_recomputing_from_the_stored_snapshot_gives_the_same(self) -> None:
        stored = self.dispatched(state="OR", city="Salem", postal_code="97301")

        again = choose_route(restored_snapshot(stored.snapshot))

        assert stored.warehouse is not None
        self.assertEqual(
            (again.warehouse, again.carrier, again.platform),
            (stored.warehouse.code, stored.carrier, stored.platform),
        )
        self.assertEqual(list(again.sentences), stored.sentences)
        self.assertEqual(again.trace, decision_record(stored).steps)
        self.assertEqual(record_digest(stored.snapshot), stored.snapshot_digest)

    def test_a_change_of_rules_leaves_old_decisions_as_they_were(self) -> None:
        stored = self.dispatched(state="OR", city="Salem", postal_code="97301")
        Carrier.objects.filter(code="UPS").update(platform="easyship")

        again = choose_route(restored_snapshot(stored.snapshot))
        anew = self.dispatched(state="OR", city="Salem", postal_code="97301")

        self.assertEqual((again.platform, anew.platform), ("veeqo", "easyship"))
