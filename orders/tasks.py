"""What the background queue runs for orders. The rows are the truth; a task is only a nudge."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from accounts.models import Organization
from carriers.contracts import Platform
from carriers.limits import Priority
from carriers.services.calls import calls_for
from catalog.models import KitComponent
from inventory.models import StockLevel, Warehouse
from orders import pulls
from orders.audit import refunds
from orders.audit.runs import audit_platform
from orders.dispatching import price_and_dispatch
from orders.models import BatchAssignment, Order, OrderLine, Simulation
from orders.rules.routing import Split
from orders.rules.states import OrderState
from orders.services.assigning import ASSIGN, carry_out, start_assignment
from orders.services.batches import may_wait_for_a_batch, orders_to_assign
from orders.services.cancellation import cancel_open_parts
from orders.services.dispatch import hand_over
from orders.services.offers import prune_told
from orders.services.parts import follow_parts
from orders.services.rule_books import live_rule_set
from orders.services.silence import look_at_sources
from orders.services.simulations import SIMULATE, advance_simulation
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import AppError

logger = logging.getLogger(__name__)
DISPATCH_BATCH = 500
AUDIT_ONE = "orders.tasks.audit_one"
# After a platform did not answer.
AUDIT_RETRY_S = 300.0


def dispatch_one(order_id: int) -> bool:
    """Dispatch an order that still waits for it; False when another worker was quicker."""
    is_waiting = (
        Order.objects.dispatchable().exclude(_waits_for_batch()).filter(pk=order_id).exists()
    )
    return is_waiting and _dispatch(order_id)


def dispatch_waiting() -> int:
    """Dispatch every order that waits for it; returns how many went on.

    Backordered ones whose stock has arrived come first, the oldest promise before the others, so
    that no younger order takes their units. One that fails or still waits keeps no other back.
    """
    waiting = Order.objects.dispatchable().order_by("id").values_list("pk", flat=True)
    alone = waiting.filter(state=OrderState.VALID.value).exclude(_waits_for_batch())
    new = list(alone[:DISPATCH_BATCH])
    short = waiting.filter(Exists(_warehouses_with_all_lines()), state=OrderState.BACKORDERED.value)
    together = waiting.filter(~Exists(_short_everywhere()), state=OrderState.BACKORDERED.value)
    apart = together.filter(_may_be_split(), parent=None)[:DISPATCH_BATCH]
    ids = dict.fromkeys([*short[:DISPATCH_BATCH], *apart, *new])
    return sum(_dispatch(order_id) for order_id in ids)


def _waits_for_batch() -> Q:
    """For some minutes; what no batch took by then goes alone."""
    now = timezone.now()
    since = now - timedelta(minutes=settings.ASSIGN_WAIT_MINUTES)
    young = Q(organization__assigns_batches=True, updated_at__gt=since)
    return young & may_wait_for_a_batch(now)


def assign(assignment_id: int) -> bool:
    """Assign a batch; what it left over is dispatched one by one."""
    done = carry_out(assignment_id)
    assignment = BatchAssignment.objects.get(pk=assignment_id)
    if done and not assignment.is_dry_run:
        left = orders_to_assign(assignment.organization_id).values_list("pk", flat=True)
        for order_id in left:
            _dispatch(order_id)
    return done


def assign_due() -> int:
    """Begin a batch for each organization that wants it and has orders; take up lost ones."""
    unfinished = BatchAssignment.objects.filter(finished_at=None)
    for pk in unfinished.values_list("pk", flat=True):
        nudge(ASSIGN, pk, queue="default")
    busy = set(unfinished.values_list("organization_id", flat=True))
    wanted = Organization.objects.filter(is_active=True, assigns_batches=True).exclude(pk__in=busy)
    due = [one.pk for one in wanted if orders_to_assign(one.pk).exists()]
    for pk in due:
        start_assignment(organization_id=pk, actor="schedule")
    return len(due)


def _may_be_split() -> Q:
    """By the organization, or perhaps by a rule."""
    allowed = live_rule_set().rules.filter(split=Split.ALLOW.value, is_active=True)
    return Q() if allowed.exists() else Q(organization__allows_split=True)


def _short_everywhere() -> QuerySet[OrderLine]:
    """Lines of an order that all active warehouses together cannot fill."""
    available = Sum(F("on_hand") - F("reserved"))
    levels = StockLevel.objects.filter(warehouse__is_active=True).order_by()

    def units(**of: OuterRef) -> Subquery:
        return Subquery(levels.filter(**of).values("sellable").annotate(n=available).values("n"))

    parts = KitComponent.objects.filter(kit=OuterRef("sellable"))
    short_parts = parts.annotate(there=units(sellable=OuterRef("component"))).filter(
        Q(there=None) | Q(there__lt=F("units") * OuterRef("quantity"))
    )
    lines = OrderLine.objects.annotate(there=units(sellable=OuterRef("sellable")))
    is_short = ~Exists(parts) & (Q(there=None) | Q(there__lt=F("quantity")))
    return lines.filter(is_short | Exists(short_parts), order=OuterRef("pk"))


def _warehouses_with_all_lines() -> QuerySet[Warehouse]:
    """Active warehouses that can fill an order whole; without one of them, looking is in vain.

    Others are left out beforehand, or a batch of hopeless orders would keep all younger ones
    waiting.
    """
    enough = StockLevel.objects.filter(
        sellable=OuterRef("sellable"),
        warehouse=OuterRef(OuterRef("pk")),
        on_hand__gte=F("reserved") + OuterRef("quantity"),
    )
    enough_for_kit = StockLevel.objects.filter(
        sellable=OuterRef("component"),
        warehouse=OuterRef(OuterRef(OuterRef("pk"))),
        on_hand__gte=F("reserved") + OuterRef("units") * OuterRef(OuterRef("quantity")),
    )
    parts = KitComponent.objects.filter(kit=OuterRef("sellable"))
    short = OrderLine.objects.filter(
        (~Exists(enough) & ~Exists(parts)) | Exists(parts.filter(~Exists(enough_for_kit))),
        order=OuterRef(OuterRef("pk")),
    )
    return Warehouse.objects.filter(~Exists(short), is_active=True)


def _dispatch(order_id: int) -> bool:
    try:
        price_and_dispatch(order_id=order_id)
    except AppError as exc:
        logger.info("order not dispatched", extra={"order_id": order_id, "code": exc.code})
        return False
    except DatabaseError:
        logger.exception("dispatch failed", extra={"order_id": order_id})
        return False
    except Exception:
        # A bug meets the same order again and again, so a person has to know.
        logger.exception("dispatch failed", extra={"order_id": order_id})
        hand_over(order_id=order_id)
        return False
    return True


def follow_one(order_id: int) -> bool:
    """Move an order in parts to where its parts are."""
    return follow_parts(order_id=order_id)


def follow_all() -> int:
    """Lost nudges, and cancellations that a crash interrupted, cost no more than a minute."""
    in_parts = Order.objects.still_open().filter(part_count__gt=0)
    for order_id in in_parts.filter(cancel_requested_at__isnull=False).values_list("pk", flat=True):
        cancel_open_parts(order_id=order_id)
    stale = in_parts.filter(parts__updated_at__gt=F("updated_at")).distinct()
    return sum(follow_parts(order_id=pk) for pk in stale.values_list("pk", flat=True))


def poll_tracking() -> int:
    with calls_for(Priority.TRACK):
        return pulls.poll_tracking()


def pull_veeqo_orders() -> int:
    return pulls.pull_veeqo_orders()


def pull_easyship_shipments() -> int:
    return pulls.pull_easyship_shipments()


def look_after_voids() -> int:
    with calls_for(Priority.TRACK):
        return refunds.look_after_voids()


def sweep_orders() -> None:
    """Have the last days of the platforms' lists read again."""
    pulls.sweep_orders()


def look_for_silence() -> int:
    """Notice sources from which no order has come for unusually long; returns how many."""
    return look_at_sources(timezone.now())


def audit_labels() -> None:
    """Begin tonight's audit of every platform, or go on with one that was interrupted."""
    for platform in Platform:
        nudge(AUDIT_ONE, platform.value, queue="sync")


def audit_one(platform: str) -> bool:
    """A part of one platform's audit; False when nothing is left of it to do here."""
    audit = audit_platform(Platform(platform))
    if audit is None or audit.finished_at is not None:
        return False
    delay_s = AUDIT_RETRY_S if audit.error_code else 0.0
    nudge(AUDIT_ONE, platform, queue="sync", delay_s=delay_s)
    return True


def prune_prices() -> int:
    return prune_told()


def simulate(simulation_id: int) -> int:
    """Work off lots of a simulation for as long as one task may run; returns how many."""
    stop_at = time.monotonic() + settings.DRAIN_SECONDS
    lots = 0
    while advance_simulation(simulation_id):
        lots += 1
        if time.monotonic() >= stop_at:
            nudge(SIMULATE, simulation_id, queue="default")
            break
    return lots


def wake_simulations() -> None:
    """Lost wake-ups cost no more than a minute."""
    for simulation_id in Simulation.objects.unattended(timezone.now()):
        nudge(SIMULATE, simulation_id, queue="default")
