"""Assigning a batch of orders to warehouses together, and sending them that way."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record_audit
from inventory.services.stock import lock_stock
from orders.models import AssignmentState, BatchAssignment, Order
from orders.rules.assigning import Assigned, Batch, Way, greedy, ways_for
from orders.rules.splitting import Part
from orders.services.batches import may_wait_for_a_batch, orders_to_assign, read_batch
from orders.services.dispatch import Dispatched, dispatch_held
from orders.services.splitting import split_by_stock
from shipping_project.jobs.queue import nudge

try:
    from orders.rules.solver import cheapest
except ImportError:  # An installation may do without SciPy.
    cheapest = None  # type: ignore[assignment]

HAS_SOLVER = cheapest is not None
ASSIGN = "orders.tasks.assign"
QUEUE = "default"


def start_assignment(
    *, organization_id: int, actor: str, is_dry_run: bool = False
) -> BatchAssignment:
    """Have the open orders of an organization that are not urgent assigned together."""
    with transaction.atomic():
        assignment: BatchAssignment = BatchAssignment.objects.create(
            organization_id=organization_id, created_by=actor, is_dry_run=is_dry_run
        )
        record_audit(actor=actor, action="assignment.started", subject=assignment)
        nudge(ASSIGN, assignment.pk, queue=QUEUE)
        return assignment


def carry_out(assignment_id: int) -> bool:
    """Plan outside any transaction, then reserve in one; False where it is done already.

    Killed while it plans it is taken up again, and nothing was touched; killed while it reserves
    nothing of that is kept.
    """
    assignment = BatchAssignment.objects.select_related("organization").get(pk=assignment_id)
    if assignment.state == AssignmentState.CARRIED_OUT or assignment.finished_at:
        return False
    orders = list(orders_to_assign(assignment.organization_id).select_related("organization"))
    best = _plan(assignment, orders)
    if best is None or assignment.is_dry_run:
        _finish(assignment, AssignmentState.PLANNED)
        return True
    with transaction.atomic(durable=True):
        # Of two workers the second finds it done.
        locked = BatchAssignment.objects.select_for_update(of=("self",)).get(pk=assignment_id)
        if locked.finished_at:
            return False
        assignment.dispatched = _send(best, actor=assignment.created_by)
        _finish(assignment, AssignmentState.CARRIED_OUT)
    return True


def best_of(
    batch: Batch, ways: Sequence[Sequence[Way]], simple: Assigned, *, seconds: float
) -> Assigned:
    """What the solver finds, unless first come first served is as cheap."""
    if cheapest is None or seconds <= 0:
        return simple
    found = cheapest(batch, ways, bound_cents=simple.cents, seconds=seconds)
    return simple if found is None or found.cents >= simple.cents else found


def _plan(assignment: BatchAssignment, orders: Sequence[Order]) -> Assigned | None:
    if not orders:
        return None
    begun = time.monotonic()
    batch = read_batch(orders, currency=assignment.currency)
    ways = ways_for(batch)
    simple = greedy(batch, ways)
    best = best_of(batch, ways, simple, seconds=settings.ASSIGN_SECONDS)
    assignment.orders = len(orders)
    assignment.placed, assignment.greedy_placed = best.placed, simple.placed
    assignment.cents, assignment.greedy_cents = best.cents, simple.cents
    assignment.how = best.how
    assignment.took_ms = round(1000 * (time.monotonic() - begun))
    numbers = {order.pk: order.number for order in orders}
    assignment.plan = [
        _row(numbers[way.order], batch, way, other)
        for way, other in zip(best.ways, simple.ways, strict=True)
    ]
    return best


def _row(number: str, batch: Batch, way: Way, other: Way) -> dict[str, Any]:
    parts = [
        {"warehouse": part.warehouse, "day": batch.slots[slot].day}
        for part, slot in zip(way.parts, way.slots, strict=True)
    ]
    return {
        "order": number,
        "parts": parts,
        "cents": way.cents if way.parts else None,
        "greedy": [part.warehouse for part in other.parts],
        "greedy_cents": other.cents if other.parts else None,
    }


def _finish(assignment: BatchAssignment, state: AssignmentState) -> None:
    assignment.state = state
    assignment.finished_at = timezone.now()
    assignment.save()


def _send(best: Assigned, *, actor: str) -> int:
    """Every order that is still free, and every level they take, locked in the shared order."""
    ways = {way.order: way for way in best.ways if way.parts}
    free = Order.objects.locked().filter(pk__in=ways, cancel_requested_at=None)
    orders = list(free.filter(may_wait_for_a_batch(timezone.now())))
    used = {key for order in orders for key in ways[order.pk].uses}
    lock_stock(
        warehouse_codes={code for code, _ in used},
        sellable_ids={int(sellable) for _, sellable in used},
    )
    return sum(_send_one(order, ways[order.pk], actor) for order in orders)


def _send_one(order: Order, way: Way, actor: str) -> bool:
    """Undone where its units are gone; then it is dispatched by itself a moment later."""
    with transaction.atomic():
        if len(way.parts) > 1:
            done = _send_parts(order, way.parts, actor)
        else:
            sent = dispatch_held(order, actor=actor, warehouse=way.parts[0].warehouse)
            done = sent is not Dispatched.BACKORDERED
        if not done:
            transaction.set_rollback(True)
        return done


def _send_parts(order: Order, parts: Sequence[Part], actor: str) -> bool:
    def dispatch_part(part: Order, warehouse: str) -> bool:
        sent = dispatch_held(part, actor=actor, warehouse=warehouse)
        return sent is not Dispatched.BACKORDERED

    return split_by_stock(order, actor=actor, dispatch=dispatch_part, parts=parts)
