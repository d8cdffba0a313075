"""Decisions as they are kept, and as they are read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from inventory.models import Warehouse
from orders.models import Order, RoutingDecision, RoutingOverride, RuleSet
from orders.rules.exchange import DatedRate
from orders.rules.offers import Offer
from orders.rules.picked import choice_of, picked_route
from orders.rules.routing import RouteDecision, RouteSnapshot, TraceStep
from orders.rules.routing.parts import OFFERS
from orders.rules.routing.record import Candidate, kept_candidates, kept_steps, record_of
from orders.services.rule_books import restored_book
from orders.services.shadow import note_shadow
from orders.services.snapshots import restored_snapshot, snapshot_record


@dataclass(frozen=True, slots=True)
class JudgedOffer:
    """A service that prices were compared of; `removed_by` is "" for the one chosen."""

    offer: Offer
    removed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """What was tried, and every warehouse and carrier with the first thing that removed it.

    Where prices decided, `offers` are the services compared and `rates` what brought their
    currencies together.
    """

    steps: tuple[TraceStep, ...]
    candidates: tuple[Candidate, ...]
    offers: tuple[JudgedOffer, ...] = ()
    rates: tuple[DatedRate, ...] = ()


def keep_decision(
    order: Order,
    rule_set: RuleSet,
    snapshot: RouteSnapshot,
    route: RouteDecision,
    *,
    took_us: int | None = None,
    override: RoutingOverride | None = None,
) -> RoutingDecision:
    """`route` is what the rules chose. With an override the order goes the way picked there, and
    the rules' own choice is kept beside it with its trace."""
    machine = route
    if override is not None:
        route = picked_route(snapshot, override.way)
    record, digest = snapshot_record(snapshot, rule_set=rule_set)
    warehouse = Warehouse.objects.get(code=route.warehouse) if route.warehouse else None
    decision: RoutingDecision = RoutingDecision.objects.create(
        order=order,
        rule_set=rule_set,
        platform=route.platform,
        carrier=route.carrier,
        warehouse=warehouse,
        service_strategy=route.wish.strategy,
        service_wish=route.wish.as_dict(),
        offer=route.offer.as_dict() if route.offer else {},
        extras=route.extras.as_dict(),
        failure=route.failure,
        sentences=list(route.sentences),
        trace=record_of(snapshot, machine),
        snapshot=record,
        snapshot_digest=digest,
        took_us=took_us,
        override=override,
        machine=choice_of(machine) if override else {},
    )
    note_shadow(decision, rule_set, snapshot, machine)
    return decision


def decision_record(decision: RoutingDecision) -> DecisionRecord:
    """With the words of the version that decided."""
    kept = decision.trace
    if isinstance(kept, list):
        # From before traces were kept short.
        steps = tuple(
            TraceStep(**{**row, "tests": tuple(map(tuple, row.get("tests", ())))}) for row in kept
        )
        return DecisionRecord(steps=steps, candidates=())
    book = restored_book(decision.snapshot["book"], rule_set=decision.rule_set)
    snapshot = restored_snapshot(decision.snapshot, book=book)
    steps = kept_steps(kept, snapshot)
    return DecisionRecord(
        steps=steps,
        candidates=kept_candidates(kept),
        offers=tuple(_judged(snapshot, steps)),
        rates=snapshot.exchange,
    )


def _judged(snapshot: RouteSnapshot, steps: Iterable[TraceStep]) -> Iterator[JudgedOffer]:
    """The one chosen first, then by price."""
    told = {step.subject: step for step in steps if step.stage == OFFERS}
    offers = [offer for offer in snapshot.offers if offer.words in told]
    offers.sort(
        key=lambda one: (told[one.words].outcome != "chosen", one.currency, one.money.amount)
    )
    for offer in offers:
        step = told[offer.words]
        yield JudgedOffer(offer, "" if step.outcome == "chosen" else step.reason)
