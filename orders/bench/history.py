"""Many decided orders at once, with the prices of their day, for measuring replays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from random import Random
from typing import Any

from accounts.models import Organization
from inventory.models import Warehouse
from orders.bench.sample_rules import PLACES, sample_book, sample_snapshot
from orders.models import Order, Quote, RoutingDecision, RuleSet, Shipment
from orders.rules.routing import RouteDecision, RouteSnapshot, choose_route
from orders.rules.routing.record import record_of
from orders.services.rule_books import record_digest, rule_book
from orders.services.snapshots import snapshot_record

LOT = 2_000
QUOTES = 3
Content = dict[str, Any]


def publish_sample(rules: int, rng: Random) -> RuleSet:
    """A live version with made-up rules, and the warehouses that they are for."""
    for code, country, state, zone in PLACES:
        facts = {"country": country, "state": state, "time_zone": zone, "is_active": True}
        Warehouse.objects.update_or_create(code=code, defaults=facts)
    content = _content(rules, rng)
    RuleSet.objects.filter(is_live=True).update(is_live=False)
    return RuleSet.objects.create(
        name="Sample",
        version=900,
        is_live=True,
        content=content,
        digest=record_digest(content),
        export_platform="easyship",
    )


def changed_draft(live: RuleSet, *, every: int, carrier: str) -> RuleSet:
    """The same rules, of which one in so many picks another carrier."""
    content = json.loads(json.dumps(live.content))
    for rule in content["rules"][::every]:
        rule["carrier"] = carrier
    return RuleSet.objects.create(
        name="Changed",
        version=live.version + 1,
        content=content,
        digest=record_digest(content),
        export_platform="easyship",
    )


def _content(rules: int, rng: Random) -> Content:
    book = asdict(sample_book(rules, rng))
    plain: Content = json.loads(json.dumps(book))
    return {name: value for name, value in plain.items() if name not in ("version", "platform_of")}


def make_history(*, rule_set: RuleSet, orders: int, rng: Random, first: int = 0) -> None:
    """Orders up to the number `orders`, with their decisions, shipments and quotes.

    All have the trace of one, since it takes by far the longest to make and no replay reads it.
    """
    organization, _ = Organization.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    places = dict(Warehouse.objects.values_list("code", "pk"))
    trace: Mapping[str, Any] | None = None
    for start in range(first, orders, LOT):
        numbers = range(start, min(start + LOT, orders))
        made = [_order(organization.pk, number) for number in numbers]
        Order.objects.bulk_create(made)
        decided = [_decided(rule_set, rng) for _ in made]
        trace = trace or record_of(*decided[0])
        decisions = [
            _decision(order, rule_set, snapshot, route, places, trace)
            for order, (snapshot, route) in zip(made, decided, strict=True)
        ]
        RoutingDecision.objects.bulk_create(decisions)
        shipments = [_shipment(one) for one in decisions if not one.failure]
        Shipment.objects.bulk_create(shipments)
        Quote.objects.bulk_create(quote for one in shipments for quote in _quotes(one, rng))


def _order(organization_id: int, number: int) -> Order:
    return Order(
        organization_id=organization_id,
        number=f"B-{number}",
        source="api",
        external_ref=f"B-{number}",
        name="Bench",
        address_1="1 Bench Street",
        country="US",
    )


def _decided(rule_set: RuleSet, rng: Random) -> tuple[RouteSnapshot, RouteDecision]:
    snapshot = sample_snapshot(rule_book(rule_set), rng)
    return snapshot, choose_route(snapshot)


def _decision(
    order: Order,
    rule_set: RuleSet,
    snapshot: RouteSnapshot,
    route: RouteDecision,
    places: Mapping[str, int],
    trace: Mapping[str, Any],
) -> RoutingDecision:
    record, digest = snapshot_record(snapshot, rule_set=rule_set)
    return RoutingDecision(
        order=order,
        rule_set=rule_set,
        platform=route.platform,
        carrier=route.carrier,
        warehouse_id=places.get(route.warehouse),
        service_wish=route.wish.as_dict(),
        failure=route.failure,
        sentences=list(route.sentences),
        trace=trace,
        snapshot=record,
        snapshot_digest=digest,
    )


def _shipment(decision: RoutingDecision) -> Shipment:
    return Shipment(
        order_id=decision.order_id,
        decision=decision,
        reference=f"B-{decision.order_id}",
        warehouse=decision.warehouse,
        platform=decision.platform,
        carrier=decision.carrier,
    )


def _quotes(shipment: Shipment, rng: Random) -> Iterator[Quote]:
    for place, carrier in enumerate(("UPS", "FEDEX", "DHL")[:QUOTES]):
        yield Quote(
            shipment=shipment,
            carrier=carrier,
            service_name=f"{carrier} Ground",
            price=Decimal(rng.randrange(500, 4_000)) / 100,
            currency="USD",
            delivery_days=2 + place,
            is_chosen=carrier == shipment.carrier,
        )
