"""Orders learn what the words mean that they were refused with."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Max
from django.utils import timezone

from carriers.models import OutboxCommand
from carriers.problems.catalogue import problem_of
from carriers.services.signatures import CaseMapping
from orders.models import Order
from orders.querysets import LANE
from orders.services.progress import note_event

CHUNK = 500


def explain_orders(mapping: CaseMapping) -> None:
    """Give waiting orders the code that their last failure means now.

    Orders that wait for another reason, or have moved on, are left alone.
    """
    lanes = list(
        OutboxCommand.objects.filter(signature=mapping.signature)
        .order_by("lane")
        .values_list("lane", flat=True)
        .distinct()
    )
    for start in range(0, len(lanes), CHUNK):
        _explain(mapping, _still_failing(mapping, lanes[start : start + CHUNK]))


def _still_failing(mapping: CaseMapping, lanes: Sequence[str]) -> list[int]:
    """Ids of the orders whose newest command that failed is one of this signature."""
    newest = (
        OutboxCommand.objects.filter(lane__in=lanes)
        .exclude(error_code="")
        .order_by()
        .values("lane")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    found = OutboxCommand.objects.filter(pk__in=newest, signature=mapping.signature)
    named = (LANE.fullmatch(lane) for lane in found.values_list("lane", flat=True))
    return [int(lane["id"]) for lane in named if lane]


def _explain(mapping: CaseMapping, order_ids: Sequence[int]) -> None:
    waiting = Order.objects.needing_attention().filter(
        pk__in=order_ids, attention_code=mapping.before
    )
    problem = problem_of(mapping.after)
    for order in waiting.locked():
        Order.objects.filter(pk=order.pk).update(
            attention_code=mapping.after, updated_at=timezone.now()
        )
        note_event(
            order,
            kind="attention.explained",
            message=problem.cause if problem else mapping.after,
            actor=mapping.actor,
            data={"code": mapping.after, "signature_id": mapping.signature.pk},
        )
