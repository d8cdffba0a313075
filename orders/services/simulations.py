"""Trying a draft on orders of the past: started, worked off lot by lot, cancelled, approved."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.services.audit import record_audit
from orders.models import (
    RoutingDecision,
    RuleSet,
    Simulation,
    SimulationState,
)
from orders.models.simulation import OPEN_SIMULATIONS
from orders.rules.replay import Tally
from orders.services.replaying import replay_lot, uncollected
from orders.services.rule_books import book_content, live_rule_set, record_digest
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict

SIMULATE = "orders.tasks.simulate"
QUEUE = "default"
LOT = 500
USUAL_SAMPLE = 10_000


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
    with uncollected(), transaction.atomic():
        simulation = (
            Simulation.objects.select_for_update(of=("self",))
            .select_related("base", "rule_set")
            .filter(pk=simulation_id, state__in=OPEN_SIMULATIONS)
            .first()
        )
        if simulation is None:
            return False
        rows = _decisions(simulation).filter(id__gt=simulation.after_id, id__lte=simulation.last_id)
        has_more = replay_lot(simulation, rows.order_by("id")[:lot_size])
        simulation.state = SimulationState.RUNNING
        if not has_more:
            simulation.state = SimulationState.FINISHED
            simulation.finished_at = timezone.now()
        simulation.save()
        return has_more


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
