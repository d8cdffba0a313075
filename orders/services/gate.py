"""What a draft has to show before it goes live."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from orders.models import RoutingDecision, RuleSet, Simulation, SimulationState
from orders.reports.simulations import beyond
from shipping_project.kernel.errors import Conflict

# So many of the newest orders show what a change does, however many there are.
ENOUGH_ORDERS = 1000


class NotRehearsed(Conflict):
    code = "rules.not_rehearsed"
    title = "These rules were not tried on past orders yet"


class NotApproved(Conflict):
    code = "rules.not_approved"
    title = "A second person has to approve these rules"


def pass_gate(draft: RuleSet, *, digest: str) -> None:
    """Raises NotRehearsed or NotApproved.

    Counted is the newest finished simulation of just these rules against those that are live, over
    the orders of all organizations. Without any decision in the time of the gate there is nothing
    to try them on.
    """
    since = timezone.now() - timedelta(days=settings.ROUTING_GATE_DAYS)
    if not RoutingDecision.objects.filter(at__gte=since).exists():
        return
    rehearsals = Simulation.objects.filter(
        rule_set=draft,
        digest=digest,
        base__is_live=True,
        organization=None,
        state=SimulationState.FINISHED,
        finished_at__gte=since,
    )
    newest = next((one for one in rehearsals.order_by("-id")[:20] if _covers(one)), None)
    if newest is None:
        raise NotRehearsed(
            f"Simulate this draft, as it is now, on the last {settings.ROUTING_GATE_DAYS} days of "
            "all organizations first."
        )
    if (reasons := beyond(newest)) and not newest.approved_by:
        raise NotApproved(f"Simulation {newest.pk}: {'; '.join(reasons)}.")


def _covers(simulation: Simulation) -> bool:
    """Whether it was tried on the days before its start, or on the newest of their orders."""
    if simulation.until < simulation.created_at - timedelta(days=1):
        return False
    since = simulation.until - timedelta(days=settings.ROUTING_GATE_DAYS)
    decided = RoutingDecision.objects.filter(at__gte=since, at__lt=simulation.until)
    orders = decided.order_by().values("order").distinct()[:ENOUGH_ORDERS].count()
    return simulation.done >= orders
