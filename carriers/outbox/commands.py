"""Writing commands, beside the change that they announce."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from carriers.models import CommandState, OutboxCommand
from carriers.outbox.registry import handler_for
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.request_id import current_request_id

DRAIN = "carriers.outbox.worker.drain"
# Nothing was sent because the platform was not there.
AWAY = ("upstream.unreachable", "upstream.unavailable", "upstream.resting")


def enqueue_command(
    *,
    organization_id: int,
    kind: str,
    lane: str,
    platform: str,
    payload: Mapping[str, object],
) -> OutboxCommand:
    """Write a command and wake a worker; both happen exactly if the caller's change commits."""
    handler = handler_for(kind)
    command: OutboxCommand = OutboxCommand.objects.create(
        organization_id=organization_id,
        kind=kind,
        lane=lane,
        platform=platform,
        queue=handler.queue,
        priority=handler.priority,
        payload=dict(payload),
        request_id=current_request_id(),
    )
    nudge(DRAIN, handler.queue, queue=handler.queue)
    return command


def cancel_pending(*, lane: str) -> int:
    """Withdraw the commands of a lane that no worker has touched; returns how many."""
    withdrawn: int = (
        OutboxCommand.objects.in_lane(lane)
        .filter(state=CommandState.PENDING, sent_at__isnull=True)
        .update(state=CommandState.CANCELLED, settled_at=timezone.now())
    )
    return withdrawn


def release_stuck(command: OutboxCommand, *, as_missed: bool) -> None:
    """A person's word on an outcome: look again, or take it as proven not to have happened.

    Taken as missed it counts as never sent, or it would be looked up once more.
    """
    unsent = {"sent_at": None} if as_missed else {}
    OutboxCommand.objects.filter(pk=command.pk, state=CommandState.STUCK).update(
        state=CommandState.PENDING if as_missed else CommandState.UNKNOWN,
        attempts=0,
        lookups=0,
        misses=0,
        next_attempt_at=timezone.now(),
        **unsent,
    )
    nudge(DRAIN, command.queue, queue=command.queue)


def hurry_waiting(*, platform: str) -> int:
    """A platform answers again, so what waits only for that goes out now; returns how many."""
    now = timezone.now()
    waiting = OutboxCommand.objects.still_open().filter(
        platform=platform,
        state=CommandState.PENDING,
        error_code__in=AWAY,
        next_attempt_at__gt=now,
    )
    queues = set(waiting.order_by().values_list("queue", flat=True))
    hurried: int = waiting.update(next_attempt_at=now)
    for queue in sorted(queues):
        nudge(DRAIN, queue, queue=queue)
    return hurried


def hurry_unknown(*, lane: str) -> int:
    """Look soon at what became of a lane's command, since the platform has news; returns how many.

    Never sooner than OUTCOME_SETTLE_S from now, so that two looks which prove a miss stay as far
    apart as ever. What waits for a person is looked at again, and nothing is sent by that.
    """
    soon = timezone.now() + timedelta(seconds=settings.OUTCOME_SETTLE_S)
    sent = OutboxCommand.objects.in_lane(lane).filter(sent_at__isnull=False)
    for command in sent.filter(state=CommandState.STUCK):
        release_stuck(command, as_missed=False)
        OutboxCommand.objects.filter(pk=command.pk, state=CommandState.UNKNOWN).update(
            next_attempt_at=soon
        )
    hurried: int = sent.filter(state=CommandState.UNKNOWN, next_attempt_at__gte=soon).update(
        next_attempt_at=soon
    )
    if hurried:
        nudge(DRAIN, "orders", queue="orders", delay_s=float(settings.OUTCOME_SETTLE_S))
    return hurried
