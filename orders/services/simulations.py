"""Trying a draft on orders of the past: started, worked off lot by lot, cancelled, approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.services.audit import record_audit
from carriers.contracts import RateQuote
from orders.models import (
    Quote,
    RoutingDecision,
    RuleSet,
    SimulatedChange,
    Simulation,
    SimulationState,
)
from orders.models.simulation import OPEN_SIMULATIONS
from orders.rules.replay import Tally, read_tally, way_of
from orders.rules.replay_prices import CarriedOut, Priced, ReplayPrices
from orders.rules.replay_stock import StockShift, read_shift, replay_stock
from orders.rules.routing import RouteDecision, Router, RouteSnapshot
from orders.services.rates import replay_prices
from orders.services.rule_books import book_content, book_of, live_rule_set, record_digest
from orders.services.snapshots import restored_snapshot
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict
from shipping_project.kernel.money import Money

SIMULATE = "orders.tasks.simulate"
QUEUE = "default"
LOT = 200
USUAL_SAMPLE = 10_000
Quotes = Mapping[int, Sequence[RateQuote]]


def start_simulation(
    *,
    rule_set_id: int,
    since: datetime,
    until: datetime,
    sample: int,
    actor: str,
    organization_id: int | None = None,
) -> Simulation:
    """Try these rules, as they are now, on the newest `sample` orders decided in that time.

    Carried out by a worker; nothing is asked of a platform and no order is touched.
    """
    with transaction.atomic():
        rule_set = RuleSet.objects.get(pk=rule_set_id)
        content = rule_set.content or book_content(rule_set)
        simulation = Simulation(
            rule_set=rule_set,
            base=live_rule_set(),
            organization_id=organization_id,
            since=since,
            until=until,
            content=content,
            digest=record_digest(content),
            tally=Tally().as_dict(),
            created_by=actor,
        )
        _aim(simulation, sample)
        simulation.save()
        record_audit(actor=actor, action="simulation.started", subject=simulation)
        nudge(SIMULATE, simulation.pk, queue=QUEUE)
        return simulation


def rehearse(*, rule_set_id: int, actor: str) -> Simulation:
    """What the gate asks for: the days of the gate, all organizations."""
    now = timezone.now()
    since = now - timedelta(days=max(settings.ROUTING_GATE_DAYS, 1))
    return start_simulation(
        rule_set_id=rule_set_id, since=since, until=now, sample=USUAL_SAMPLE, actor=actor
    )


def _aim(simulation: Simulation, sample: int) -> None:
    """Fix which decisions are replayed, so that new ones do not make it endless."""
    chosen = _decisions(simulation).order_by("-id")[:sample]
    ids = list(chosen.values_list("pk", flat=True))
    simulation.total = len(ids)
    if ids:
        simulation.first_id, simulation.last_id = ids[-1], ids[0]
        simulation.after_id = ids[-1] - 1


def _decisions(simulation: Simulation) -> QuerySet[RoutingDecision]:
    """The last decision of each order within the time."""
    rows: QuerySet[RoutingDecision] = RoutingDecision.objects.filter(
        at__gte=simulation.since, at__lt=simulation.until
    )
    if simulation.organization_id:
        rows = rows.filter(order__organization_id=simulation.organization_id)
    newer = RoutingDecision.objects.filter(
        order=OuterRef("order"), id__gt=OuterRef("id"), at__lt=simulation.until
    )
    return rows.filter(~Exists(newer))


def advance_simulation(simulation_id: int, *, lot_size: int = LOT) -> bool:
    """Work off one lot; False when there is nothing left to do.

    The row is locked meanwhile, so that of two workers one follows the other.
    """
    with transaction.atomic():
        simulation = (
            Simulation.objects.select_for_update(of=("self",))
            .select_related("base")
            .filter(pk=simulation_id, state__in=OPEN_SIMULATIONS)
            .first()
        )
        if simulation is None:
            return False
        lot = list(
            _decisions(simulation)
            .filter(id__gt=simulation.after_id, id__lte=simulation.last_id)
            .select_related("warehouse")
            .order_by("id")[:lot_size]
        )
        _replay(simulation, lot)
        simulation.state = SimulationState.RUNNING
        if not lot:
            simulation.state = SimulationState.FINISHED
            simulation.finished_at = timezone.now()
        simulation.save()
        return bool(lot)


@dataclass(frozen=True, slots=True)
class _Routers:
    before: Router
    after: Router


def _replay(simulation: Simulation, lot: Sequence[RoutingDecision]) -> None:
    if not lot:
        return
    base = simulation.base
    routers = _Routers(
        Router(book_of(base.content, version=base.version)),
        Router(book_of(simulation.content, version=simulation.rule_set.version)),
    )
    run = _Run(
        routers=routers,
        prices=replay_prices(),
        tally=read_tally(simulation.tally),
        shift=read_shift(simulation.stock_shift),
    )
    tally, quotes = run.tally, _quotes_of(lot)
    changes: list[SimulatedChange] = []
    for decision in lot:
        try:
            change = _compare(simulation, decision, run, quotes.get(decision.pk, ()))
        except (KeyError, TypeError, ValueError):
            # A record from before it held what routing asks for.
            tally.unreadable += 1
            continue
        changes += [change] if change else []
    SimulatedChange.objects.bulk_create(changes)
    tally.is_stock_partial = run.shift.is_partial
    simulation.tally = tally.as_dict()
    simulation.stock_shift = run.shift.as_dict()
    simulation.done += len(lot)
    simulation.after_id = lot[-1].pk


@dataclass(frozen=True, slots=True)
class _Run:
    """What one lot is worked off with; `tally` and `shift` go on from lot to lot."""

    routers: _Routers
    prices: ReplayPrices
    tally: Tally
    shift: StockShift


def _compare(
    simulation: Simulation, decision: RoutingDecision, run: _Run, quotes: Sequence[RateQuote]
) -> SimulatedChange | None:
    snapshot = restored_snapshot(decision.snapshot, book=run.routers.before.book)
    origin = decision.warehouse.code if decision.warehouse else ""
    then = CarriedOut(platform=decision.platform, warehouse=origin, quotes=quotes)
    old = _routed(run.routers.before, snapshot, run.prices, then)
    new = _routed(run.routers.after, snapshot, run.prices, then)
    new = old if new == old else new
    before, after = way_of(old), way_of(new)
    old_priced, new_priced = run.prices.both(snapshot, old, new, then)
    missing = replay_stock(run.shift, snapshot, old, new)
    if missing:
        run.tally.add_stockout(new.warehouse, missing)
    if not run.tally.add(before, after, old_priced, new_priced):
        return None
    return SimulatedChange(
        simulation=simulation,
        order_id=decision.order_id,
        decision=decision,
        before=before.as_dict(),
        after=after.as_dict(),
        is_short=bool(missing),
        **_prices(old_priced, new_priced),
    )


def _routed(
    router: Router, snapshot: RouteSnapshot, prices: ReplayPrices, then: CarriedOut
) -> RouteDecision:
    route = router.route(snapshot)
    if route.wants is None:
        return route
    return router.route(prices.with_offers(snapshot, route.wants, then))


def _prices(old: Priced, new: Priced) -> dict[str, Any]:
    return {
        "old_price": old.price,
        "new_price": new.price,
        "rise": _rise(old, new),
        "currency": old.currency or new.currency,
        "is_estimate": old.is_estimate or new.is_estimate,
        "old_days": old.days,
        "new_days": new.days,
    }


def _rise(old: Priced, new: Priced) -> Decimal | None:
    if old.price is None or new.price is None or old.currency != new.currency:
        return None
    return new.price - old.price


def _quotes_of(lot: Iterable[RoutingDecision]) -> Quotes:
    """The prices that the platform asked when the decision was carried out."""
    found: dict[int, list[RateQuote]] = {}
    rows = Quote.objects.filter(shipment__decision__in=[row.pk for row in lot]).exclude(currency="")
    for row in rows.select_related("shipment").order_by("id"):
        quote = RateQuote(
            carrier=row.carrier,
            service_ref=str(row.pk),
            service_name=row.service_name,
            price=Money(row.price, row.currency),
            delivery_days=row.delivery_days,
        )
        found.setdefault(row.shipment.decision_id, []).append(quote)
    return found


def cancel_simulation(*, simulation_id: int, actor: str) -> None:
    """A repeat, or one that has ended, changes nothing."""
    with transaction.atomic():
        rows = Simulation.objects.filter(pk=simulation_id, state__in=OPEN_SIMULATIONS)
        if rows.update(state=SimulationState.CANCELLED, finished_at=timezone.now()):
            simulation = Simulation.objects.get(pk=simulation_id)
            record_audit(actor=actor, action="simulation.cancelled", subject=simulation)


def approve_simulation(*, simulation_id: int, actor: str) -> Simulation:
    """A second person takes what goes beyond the gate.

    Raises Conflict for one that is not finished, and for whoever started it.
    """
    with transaction.atomic():
        simulation = Simulation.objects.select_for_update(of=("self",)).get(pk=simulation_id)
        if simulation.state != SimulationState.FINISHED:
            raise Conflict("Only a finished simulation can be approved.")
        if actor == simulation.created_by:
            raise Conflict("Somebody else has to approve it than who started it.")
        if not simulation.approved_by:
            simulation.approved_by = actor
            simulation.save(update_fields=["approved_by", "updated_at"])
            record_audit(actor=actor, action="simulation.approved", subject=simulation)
        return simulation


def records_of(change: SimulatedChange) -> tuple[RouteDecision, RouteDecision]:
    """What the live rules of then and the rules tried say of the order, with every step."""
    simulation = change.simulation
    base = simulation.base
    before = Router(book_of(base.content, version=base.version))
    after = Router(book_of(simulation.content, version=simulation.rule_set.version))
    snapshot = restored_snapshot(change.decision.snapshot, book=before.book)
    return before.route(snapshot), after.route(snapshot)
