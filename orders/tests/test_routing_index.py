"""The short way to a decision is the long way's decision."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from orders.bench.sample_rules import sample_book, sample_rule, sample_snapshot
from orders.rules.routing import CarrierRule, Router, RouteSnapshot, choose_route
from orders.rules.routing.facts import OrderFacts
from orders.rules.routing.index import RuleIndex
from orders.rules.routing.matching import ready_rules
from orders.rules.routing.pair import RouterPair
from orders.rules.routing.trace import Log
from orders.tests.test_routing import BOOK, snapshot

DAYS = ("", "2026-03-01", "2026-03-02", "2026-03-03")


def forgetful(snapshot: RouteSnapshot, rng: Random) -> RouteSnapshot:
    """Without some of its facts."""
    facts = {name: fact for name, fact in snapshot.facts.items() if rng.random() < 0.9}
    lines = () if rng.random() < 0.1 else snapshot.lines
    return replace(snapshot, facts=facts, lines=lines, at=snapshot.at if rng.random() < 0.9 else "")


def dated(rule: CarrierRule, rng: Random) -> CarrierRule:
    start, end = sorted((rng.choice(DAYS), rng.choice(DAYS)))
    return replace(rule, valid_from=start, valid_until=end)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), rules=st.integers(0, 60))
def test_a_decision_is_the_same_with_and_without_its_trace(seed: int, rules: int) -> None:
    rng = Random(seed)
    plain = sample_book(rules, rng)
    book = replace(plain, rules=tuple(dated(rule, rng) for rule in plain.rules))
    router = Router(book)
    for _ in range(10):
        order = forgetful(sample_snapshot(book, rng), rng)

        short, long = router.route(order), router.route(order, Log())

        assert short == long
        assert choose_route(order) == short


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_index_finds_the_rules_that_match_and_no_other(seed: int) -> None:
    rng = Random(seed)
    book = sample_book(40, rng)
    ready = ready_rules(book.rules)
    index = RuleIndex(ready)
    for _ in range(10):
        facts = OrderFacts(forgetful(sample_snapshot(book, rng), rng))
        facts.origin = rng.choice((None, *facts.snapshot.warehouses))

        mask = index.fitting_warehouse(index.fitting_order(facts), facts)
        found = [one.place for one in index.matching(mask, facts)]

        assert found == [one.place for one in ready if one.asks(facts) is True]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), changes=st.integers(0, 4))
def test_two_versions_side_by_side_say_what_each_says_alone(seed: int, changes: int) -> None:
    rng = Random(seed)
    before = sample_book(15, rng)
    rules = list(before.rules)
    for _ in range(changes):
        place = rng.randrange(len(rules))
        act = rng.choice(("drop", "move", "add", "alter"))
        if act in ("drop", "move"):
            moved = rules.pop(place)
            rules[len(rules) :] = [moved] if act == "move" else []
        elif act == "add":
            rules.insert(place, sample_rule("New", rng))
        else:
            rules[place] = replace(rules[place], carrier="USPS", stop=not rules[place].stop)
    default = rng.choice((before.default_carrier, "DHL"))
    after = replace(before, rules=tuple(rules), version=2, default_carrier=default)
    pair = RouterPair(before, after)
    for _ in range(20):
        order = forgetful(sample_snapshot(before, rng), rng)

        assert pair.route(order) == (Router(before).route(order), Router(after).route(order))


def test_a_changed_book_is_not_taken_for_the_one_before() -> None:
    first = choose_route(snapshot("NV"))
    other = replace(snapshot("NV"), book=replace(BOOK, rules=(), default_carrier="DHL"))

    assert (first.carrier, choose_route(other).carrier) == ("FEDEX", "DHL")
