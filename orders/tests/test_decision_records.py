"""Decisions as they are kept: short, whole, and the same when they are worked out again."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from random import Random
from statistics import median

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.forms.models import model_to_dict
from django.test import TestCase

from accounts.tests.builders import make_organization
from inventory.models import Warehouse
from orders.bench.sample_rules import PLACES, sample_book, sample_snapshot
from orders.models import RoutingDecision, RuleSet
from orders.models.routing import DecisionSealed
from orders.rules.routing import RouteSnapshot, RuleBook, choose_route
from orders.rules.routing.record import Candidate, kept_candidates, kept_steps, record_of
from orders.services.decisions import decision_record, keep_decision
from orders.services.rule_books import record_digest, rule_book
from orders.services.snapshots import restored_snapshot, snapshot_record
from orders.tests.builders import make_order, make_stocked_sellable
from orders.tests.test_routing import snapshot, stocked
from orders.tests.test_routing_index import dated, forgetful

RULES = 100
MOST_BYTES = 8_000


@pytest.mark.parametrize("seed", range(4))
def test_the_short_trace_holds_the_whole_one(seed: int) -> None:
    rng = Random(seed)
    plain = sample_book(40, rng)
    book = replace(plain, rules=tuple(dated(rule, rng) for rule in plain.rules), export_carrier="")
    for _ in range(25):
        order = forgetful(sample_snapshot(book, rng), rng)
        route = choose_route(order)

        kept = json.loads(json.dumps(record_of(order, route)))

        assert kept_steps(kept, order) == route.trace


@pytest.mark.parametrize("seed", range(4))
def test_a_kept_snapshot_gives_the_same_decision(seed: int) -> None:
    rng = Random(seed)
    book = sample_book(RULES, rng)
    published = RuleSet(version=book.version, digest="1")
    for _ in range(750):
        order = sample_snapshot(book, rng)

        record, _ = snapshot_record(order, rule_set=published)
        again = restored_snapshot(record, book=book)

        assert choose_route(again) == choose_route(order)


def test_every_candidate_has_the_first_thing_that_removed_it() -> None:
    order = snapshot("NV", warehouses=stocked(NV1=9, CA1=9, NY1=1))

    kept = kept_candidates(record_of(order, choose_route(order)))

    leaves = "It leaves from NV1: a warehouse in the customer's region US-NV with every line."
    carries = "FEDEX carries it: the rule “Nevada” matches."
    assert kept == (
        Candidate("warehouse", "NV1", ""),
        Candidate("warehouse", "CA1", leaves),
        Candidate("warehouse", "NY1", "short of 1 × MUG"),
        Candidate("carrier", "DHL", carries),
        Candidate("carrier", "FEDEX", ""),
        Candidate("carrier", "UPS", carries),
        Candidate("carrier", "USPS", carries),
    )


class KeptDecisionTests(TestCase):
    """By a published version with as many rules as a large firm has."""

    def setUp(self) -> None:
        self.rng = Random(7)
        alder = make_organization()
        make_stocked_sellable(alder)
        self.order = make_order(alder)
        for code, country, state, zone in PLACES:
            Warehouse.objects.update_or_create(
                code=code, defaults={"country": country, "state": state, "time_zone": zone}
            )
        self.rule_set = self.published(sample_book(RULES, self.rng))

    def published(self, book: RuleBook) -> RuleSet:
        plain = {name: value for name, value in asdict(book).items() if name != "version"}
        plain.pop("platform_of")
        content = json.loads(json.dumps(plain))
        return RuleSet.objects.create(
            name="Large",
            version=90,
            content=content,
            digest=record_digest(content),
            export_platform="easyship",
        )

    def kept(self, count: int) -> list[tuple[RouteSnapshot, RoutingDecision]]:
        book = rule_book(self.rule_set)
        found = []
        for _ in range(count):
            order = sample_snapshot(book, self.rng)
            route = choose_route(order)
            found.append((order, keep_decision(self.order, self.rule_set, order, route)))
        return found

    def test_a_record_is_short(self) -> None:
        self.kept(60)

        rows = [model_to_dict(row) for row in RoutingDecision.objects.all()]

        sizes = [len(json.dumps(row, cls=DjangoJSONEncoder)) for row in rows]
        self.assertLess(median(sizes), MOST_BYTES)

    def test_every_rule_stands_in_it_with_its_conditions(self) -> None:
        for order, kept in self.kept(20):
            row = RoutingDecision.objects.get(pk=kept.pk)

            steps = decision_record(row).steps

            if row.failure != "no_stock":
                asked = {step.rule for step in steps if step.stage == "carrier" and step.rule >= 0}
                self.assertEqual(asked, set(range(RULES)))
            self.assertEqual(steps, choose_route(order).trace)

    def test_a_stored_record_gives_the_same_choice(self) -> None:
        for _, kept in self.kept(60):
            row = RoutingDecision.objects.select_related("warehouse").get(pk=kept.pk)

            again = choose_route(restored_snapshot(row.snapshot))

            stored = (row.carrier, row.platform, row.failure, row.warehouse and row.warehouse.code)
            chosen = (again.carrier, again.platform, again.failure, again.warehouse or None)
            self.assertEqual(chosen, stored)
            self.assertEqual((again.wish, list(again.sentences)), (row.wish, row.sentences))
            self.assertEqual(record_digest(row.snapshot), row.snapshot_digest)

    def test_a_record_is_never_changed(self) -> None:
        ((_, kept),) = self.kept(1)
        kept.carrier = "DHL"

        with self.assertRaises(DecisionSealed):
            kept.save()
        with self.assertRaises(DecisionSealed):
            kept.delete()
        with self.assertRaises(TypeError):
            RoutingDecision.objects.update(carrier="DHL")

        self.assertEqual(RoutingDecision.objects.count(), 1)

    def test_a_trace_from_before_it_was_kept_short_is_still_read(self) -> None:
        ((order, kept),) = self.kept(1)
        rows: QuerySet[RoutingDecision] = QuerySet(RoutingDecision)
        steps = choose_route(order).trace
        rows.update(trace=[step.as_dict() for step in steps])

        again = decision_record(RoutingDecision.objects.get(pk=kept.pk)).steps

        self.assertEqual([one.as_dict() for one in again], [one.as_dict() for one in steps])
