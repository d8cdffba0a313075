"""What the linter finds in rules, checked against orders at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orders.bench.sample_rules import AT, PLACES, sample_book, sample_rule
from orders.rules.lint import Code, Finding, Severity, World, lint
from orders.rules.routing import CarrierRule, Router, RouteSnapshot, RuleBook, WarehouseOption
from orders.rules.routing.extras import Extras
from orders.rules.routing.matching import asked_of
from orders.rules.service_wish import ServiceWish
from orders.tests.lint_orders import OrderMaker
from orders.tests.test_routing import BOOK

OPTIONS = tuple(
    WarehouseOption(code=code, country=country, region=region, available={}, time_zone=zone)
    for code, country, region, zone in PLACES
)
WORLD = World(day=AT[:10], warehouses=OPTIONS, platforms=frozenset({"veeqo", "easyship"}))
LATE = (Code.UNREACHABLE, Code.SHADOWED)


def rule(name: str = "Ours", **changes: Any) -> CarrierRule:
    return CarrierRule(**{"name": name, "reach": "both", "carrier": "UPS", **changes})


def leaf(field: str, op: str, value: object, **more: str) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value, **more}


def both(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"all": list(parts)}


def linted(*rules: CarrierRule, world: World = WORLD, **changes: Any) -> tuple[Finding, ...]:
    return lint(replace(BOOK, rules=rules, **changes), world)


def codes(findings: Sequence[Finding], *but: Code) -> list[tuple[Code, tuple[int, ...]]]:
    return [(one.code, one.rules) for one in findings if one.code not in but]


def matches(rule: CarrierRule, order: RouteSnapshot) -> bool:
    facts = Router(order.book).facts_of(order)
    return rule.is_in_force(order.at[:10]) and asked_of(rule)(facts) is True


HEAVY = leaf("weight_g", "above", 5000)
NEVER: tuple[dict[str, Any], ...] = (
    both(HEAVY, leaf("weight_g", "below", 5001)),
    both(HEAVY, leaf("billable_weight_g", "at_most", 4000)),
    both(leaf("country", "is", "US"), leaf("country_group", "in", ["EU", "UK"])),
    both(leaf("source", "in", ["API"]), leaf("source", "not_in", ["API", "CSV"])),
    both(leaf("postal_code", "starts_with", "90"), leaf("postal_code", "between", ["10", "89"])),
    both(leaf("is_po_box", "is", True), {"none": [leaf("is_po_box", "is", True)]}),
    both(leaf("sku", "in", ["A"], lines="all"), leaf("sku", "in", ["B"], lines="some")),
    both(leaf("sku", "in", ["A"], lines="some"), leaf("sku", "in", ["A"], lines="none")),
    both(
        leaf("value", "above", "10", currency="USD"), leaf("value", "below", "90", currency="EUR")
    ),
    both({"any": [leaf("units", "below", 1), leaf("line_count", "below", 1)]}),
    both(leaf("hour", "above", 23)),
    both(leaf("warehouse", "is", "NV"), leaf("stocked_in", "not_in", ["NV"])),
    both(leaf("country", "is", "MX"), leaf("leaves_country", "is", False)),
    both(HEAVY, {"none": [{"all": [leaf("weight_g", "at_least", 10)]}]}),
    both(leaf("customer_tag", "in", ["VIP"]), leaf("customer_tag", "not_in", ["VIP", "NEW"])),
    both(
        leaf("product_tag", "in", ["GLASS"], lines="all"),
        leaf("product_tag", "in", ["GLASS"], lines="none"),
    ),
)


@pytest.mark.parametrize("condition", NEVER)
def test_conditions_that_exclude_each_other_are_named(condition: dict[str, Any]) -> None:
    (finding,) = [one for one in linted(rule(condition=condition)) if one.rules == (0,)]

    assert finding.code is Code.NEVER_MATCHES
    assert finding.example is not None


@pytest.mark.parametrize(
    "condition",
    [
        both(HEAVY, leaf("weight_g", "below", 5002)),
        both(leaf("country", "is", "DE"), leaf("country_group", "in", ["EU"])),
        both(
            leaf("postal_code", "starts_with", "90"), leaf("postal_code", "between", ["89", "90"])
        ),
        both(leaf("postal_code", "between", ["10", "20"]), leaf("postal_code", "not_in", ["10"])),
        both(leaf("sku", "in", ["A"], lines="some"), leaf("sku", "in", ["B"], lines="some")),
        both(leaf("country", "is", "GB"), leaf("leaves_country", "is", False)),
        both(leaf("weekday", "is", "SUN"), leaf("hour", "is", 23)),
        both(leaf("stocked_in", "in", ["NV"]), leaf("warehouse", "is", "LON")),
        both(leaf("customer_tag", "in", ["VIP"]), leaf("customer_tag", "in", ["NEW"])),
        both(
            leaf("product_tag", "in", ["GLASS"], lines="all"),
            leaf("product_tag", "in", ["TALL"], lines="some"),
        ),
    ],
)
def test_conditions_that_can_meet_are_left_alone(condition: dict[str, Any]) -> None:
    assert not [one for one in linted(rule(condition=condition)) if one.rules == (0,)]


def test_an_order_with_tags_shows_what_is_asked_of_them() -> None:
    tagged = both(
        leaf("customer_tag", "in", ["VIP"]),
        leaf("product_tag", "in", ["GLASS"], lines="all"),
        leaf("product_tag", "in", ["TALL"], lines="some"),
    )

    late = [one for one in linted(rule("All"), rule("Tags", condition=tagged)) if one.example]

    example = next(one.example for one in late if one.code is Code.UNREACHABLE)
    assert example is not None
    assert matches(rule(condition=tagged), example)


def test_a_rule_behind_a_wider_one_is_never_reached() -> None:
    findings = linted(
        rule("Wide", condition=both(HEAVY)),
        rule("Narrow", country="DE", condition=both(leaf("weight_g", "above", 9000))),
    )

    late = [one for one in findings if one.code is Code.UNREACHABLE]
    assert [one.rules for one in late] == [(1, 0)]
    assert late[0].words == "“Narrow” is never reached: “Wide” match first and stop."
    assert late[0].example is not None
    assert late[0].example.country == "DE"


def test_several_rules_together_can_hide_one() -> None:
    findings = linted(
        rule("Light", condition=both(leaf("weight_g", "at_most", 5000))),
        rule("Heavy", condition=both(HEAVY)),
        rule("Last", country="DE"),
    )

    assert (Code.UNREACHABLE, (2, 0, 1)) in codes(findings)


def test_a_rule_that_sets_what_was_set_before_is_shadowed() -> None:
    fast = ServiceWish(strategy="fastest")
    first = rule("First", stop=False, carrier="DHL")

    assert codes(linted(first, rule("Same", country="DE", stop=False)), Code.CLASH)[:1] == [
        (Code.SHADOWED, (1, 0))
    ]
    # What it says of service goes with its own carrier, which the order has not.
    other = rule("Fast UPS", country="DE", stop=False, wish=fast)
    assert (Code.SHADOWED, (1, 0)) in codes(linted(first, other))
    # Here it does have it.
    own = rule("Fast DHL", country="DE", stop=False, wish=fast, carrier="DHL")
    assert not {code for code, _ in codes(linted(first, own))} & set(LATE)


def test_tags_add_up_and_other_extras_are_set_by_the_first() -> None:
    first = rule("First", stop=False, carrier="", extras=Extras(tags=("A",), incoterm="DDP"))
    same = rule("Same", stop=False, carrier="", country="DE", extras=Extras(tags=("A",)))
    more = rule("More", stop=False, carrier="", country="DE", extras=Extras(tags=("A", "B")))
    other = rule(
        "Other", stop=False, carrier="", extras=Extras(incoterm="DDU"), condition=both(HEAVY)
    )

    assert (Code.SHADOWED, (1, 0)) in codes(linted(first, same))
    assert not {code for code, _ in codes(linted(first, more))} & {*LATE, Code.CLASH}
    assert (Code.SHADOWED, (1, 0)) in codes(linted(first, other))


def test_a_rule_that_ends_does_not_hide_one_that_stays() -> None:
    ending = rule("Spring", valid_until="2026-05-01")

    assert not {code for code, _ in codes(linted(ending, rule("Ever", country="DE")))} & set(LATE)


def test_a_rule_that_rests_on_the_warehouse_hides_none_that_chooses_it() -> None:
    inside = rule("Inside", reach="inside")
    abroad = rule("Abroad", reach="leaving")
    chooses = rule("Chooses", warehouses=("LON",), carrier="")

    assert not {code for code, _ in codes(linted(inside, abroad, chooses))} & set(LATE)


def test_two_rules_that_cross_are_a_clash_and_an_exception_is_none() -> None:
    germany = rule("Germany", country="DE", carrier="DHL")
    heavy = rule("Heavy", condition=both(HEAVY), carrier="FEDEX")
    everything = rule("All", carrier="USPS")

    findings = linted(germany, heavy, everything)

    clashes = [one for one in findings if one.code is Code.CLASH]
    assert [one.rules for one in clashes] == [(1, 0)]
    assert "differ in carrier" in clashes[0].words
    example = clashes[0].example
    assert example is not None
    assert example.country == "DE"
    assert int(str(example.facts["weight_g"])) > 5000


def test_places_and_weights_without_a_rule_are_named_with_an_order() -> None:
    rules = (
        rule("Light", condition=both(leaf("weight_g", "at_most", 5000))),
        rule("Germany", country="DE", condition=both(leaf("weight_g", "between", [5001, 9000]))),
        rule("Elsewhere", condition=both(HEAVY, {"none": [leaf("country", "is", "DE")]})),
    )

    (finding,) = [one for one in linted(*rules) if one.code is Code.UNCOVERED]

    assert finding.words == (
        "No rule gives a carrier to parcels to DE of 9,001 g and more; they go by the default."
    )
    assert finding.severity is Severity.HINT
    example = finding.example
    assert example is not None
    assert Router(example.book).route(example).sentences[1].endswith("the warehouse.")
    (bare,) = [
        one for one in linted(*rules, default_carrier="", export_carrier="")
        if one.code is Code.UNCOVERED
    ]  # fmt: skip
    assert bare.severity is Severity.WARNING
    assert bare.example is not None
    assert Router(bare.example.book).route(bare.example).failure == "no_route"


def test_a_rule_for_any_carrier_leaves_no_place_uncovered() -> None:
    any_carrier = rule("Any", carrier="", wish=ServiceWish(any_carrier=True))

    found = linted(any_carrier, default_carrier="", export_carrier="")

    assert Code.UNCOVERED not in {one.code for one in found}


def test_what_is_gone_is_named() -> None:
    world = replace(
        WORLD,
        closed_warehouses=frozenset({"OLD"}),
        platforms=frozenset({"veeqo"}),
        services={"UPS": frozenset({"UPS Ground"})},
        known={"sku": frozenset({"MUG"})},
    )
    book = {"platform_of": {"UPS": "veeqo"}, "warehouse_preference": ("region:US-ME", "nearest")}
    rules = (
        rule("Closed", country="DE", warehouses=("OLD",)),
        rule("Asks", country="FR", condition=both(leaf("stocked_in", "in", ["OLD", "NV"]))),
        rule("Off", country="IT", carrier="DHL"),
        rule("There", country="ES", platform="easyship"),
        rule("Fast", country="PT", wish=ServiceWish(service="overnight")),
        rule("Gone", country="PL", condition=both(leaf("sku", "in", ["POT"], lines="some"))),
    )

    found = {
        (one.code, one.rules, one.field)
        for one in linted(*rules, world=world, **book)
        if one.code not in (Code.UNCOVERED, Code.CLASH)
    }

    assert found == {
        (Code.CLOSED_WAREHOUSE, (0,), "warehouses"),
        (Code.CLOSED_WAREHOUSE, (1,), "condition"),
        (Code.DISABLED_CARRIER, (2,), "carrier"),
        (Code.DISABLED_PLATFORM, (3,), "platform"),
        (Code.UNKNOWN_SERVICE, (4,), "service"),
        (Code.UNKNOWN_VALUE, (5,), "condition"),
        (Code.CLOSED_WAREHOUSE, (), "warehouse_preference"),
    }


def test_rules_that_nothing_hit_and_rules_that_ended_are_named() -> None:
    world = replace(WORLD, hits={0: 3, 1: 0}, counted=40)
    rules = (
        rule("Busy", country="DE"),
        rule("Idle", country="FR"),
        rule("New", country="IT"),
        rule("Past", country="ES", valid_until="2026-01-01"),
    )

    found = codes(linted(*rules, world=world, warehouse_preference=()), Code.UNCOVERED)

    assert found == [(Code.DEAD, (1,)), (Code.EXPIRED, (3,))]


def test_a_rule_that_cannot_be_read_is_an_error_and_the_others_are_still_checked() -> None:
    findings = linted(
        rule("Broken", condition=both(leaf("colour", "is", "red"))),
        rule("Never", condition=NEVER[0]),
    )

    assert [(one.code, one.severity, one.field) for one in findings[:2]] == [
        (Code.FAULTY, Severity.ERROR, "condition.all[0]"),
        (Code.NEVER_MATCHES, Severity.WARNING, "condition"),
    ]


Fault = Callable[[Random], tuple[list[CarrierRule], tuple[Code, ...]]]


def _never(rng: Random) -> tuple[list[CarrierRule], tuple[Code, ...]]:
    return [rule("Planted", condition=rng.choice(NEVER))], (Code.NEVER_MATCHES,)


def _narrowed(rng: Random) -> tuple[list[CarrierRule], tuple[Code, ...]]:
    """A rule, and behind it one that asks the same and more."""
    wide = replace(sample_rule("Wide", rng), valid_from="", stop=True, warehouses=())
    parts = [*wide.condition["all"], leaf("units", "at_most", 3)]  # type: ignore[misc]
    narrow = replace(wide, name="Planted", condition={"all": parts})
    # At random it may ask for what excludes itself.
    return [wide, narrow], (*LATE, Code.NEVER_MATCHES)


def _split(rng: Random) -> tuple[list[CarrierRule], tuple[Code, ...]]:
    bound = rng.randrange(100, 9000)
    return [
        rule("Low", condition=both(leaf("weight_g", "at_most", bound))),
        rule("High", stop=False, condition=both(leaf("weight_g", "above", bound))),
        rule("Planted", stop=False, country=rng.choice(("DE", "US")), carrier="DHL"),
    ], LATE


def _crossing(rng: Random) -> tuple[list[CarrierRule], tuple[Code, ...]]:
    weight, units = rng.randrange(100, 9000), rng.randrange(2, 9)
    return [
        rule("Heavy", stop=rng.random() < 0.5, condition=both(leaf("weight_g", "above", weight))),
        rule("Planted", condition=both(leaf("units", "at_least", units)), carrier="DHL"),
    ], (Code.CLASH,)


FAULTS: tuple[Fault, ...] = (_never, _narrowed, _split, _crossing)


def planted(seed: int) -> tuple[RuleBook, int, tuple[Code, ...]]:
    """Rules at random with a fault among them; the place of the faulty one and what it is."""
    rng = Random(seed)
    others = list(sample_book(rng.randrange(2, 14), rng).rules)
    faulty, found = FAULTS[seed % len(FAULTS)](rng)
    # A clash is one only while no rule before it takes its orders away.
    rules = faulty + others if found == (Code.CLASH,) else _spread(faulty, others, rng)
    book = replace(sample_book(0, rng), rules=tuple(rules))
    return book, next(at for at, one in enumerate(rules) if one.name == "Planted"), found


def _spread(faulty: list[CarrierRule], others: list[CarrierRule], rng: Random) -> list[CarrierRule]:
    """The faulty ones in their order, at random places among the others."""
    rules = list(others)
    at = 0
    for one in faulty:
        at = rng.randrange(at, len(rules) + 1)
        rules.insert(at, one)
        at += 1
    return rules


def test_nearly_every_planted_fault_is_found() -> None:
    missed = []
    for seed in range(200):
        book, place, expected = planted(seed)
        found = {one.code for one in lint(book, WORLD) if one.rules[:1] == (place,)}
        if not found & set(expected):
            missed.append(seed)

    assert len(missed) <= 200 * 0.05, missed


@settings(max_examples=25, deadline=None)
@example(seed=262)  # One that sets nothing new and still stops those after it.
@given(seed=st.integers(0, 2**32))
def test_findings_hold_for_orders_at_random(seed: int) -> None:
    book, _, _ = planted(seed)
    rng = Random(seed)
    findings = lint(book, WORLD)
    router = Router(book)
    maker = OrderMaker(book, OPTIONS, rng)
    late = [one.rules[0] for one in findings if one.code in LATE]
    without = {place: Router(_less(book, place)) for place in late}
    for finding in findings:
        if finding.code is Code.NEVER_MATCHES:
            broken = book.rules[finding.rules[0]]
            near = maker.around(broken)
            assert not any(matches(broken, _in(book, near.order())) for _ in range(60))
    for _ in range(60):
        order = maker.order()
        asked = router.facts_of(order)
        for place, other in without.items():
            assert _way(router, order) == _way(other, order), (place, asked.snapshot)


def _less(book: RuleBook, place: int) -> RuleBook:
    return replace(book, rules=book.rules[:place] + book.rules[place + 1 :])


def _in(book: RuleBook, order: RouteSnapshot) -> RouteSnapshot:
    return replace(order, book=book)


def _way(router: Router, order: RouteSnapshot) -> tuple[object, ...]:
    route = router.route(order)
    way = (route.warehouse, route.carrier, route.platform, route.wish, route.hold_reason)
    return *way, route.extras


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_examples_show_what_they_are_for(seed: int) -> None:
    book, _, _ = planted(seed)

    for finding in lint(book, WORLD):
        example = finding.example
        assert example is not None, finding.words
        about = [book.rules[place] for place in finding.rules]
        if finding.code is Code.NEVER_MATCHES:
            assert not matches(about[0], example)
        elif finding.code in LATE:
            assert matches(about[0], example)
            assert any(matches(one, example) for one in about[1:])
        elif finding.code is Code.CLASH:
            assert all(matches(one, example) for one in about)
