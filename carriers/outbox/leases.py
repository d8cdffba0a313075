"""Claiming commands, and taking back what a dead worker left behind."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from carriers.contracts import Platform
from carriers.limits import Priority
from carriers.models import CommandState, OutboxCommand, PlatformAccount
from carriers.services.pacing import crowded, seconds_until_free
from shipping_project.jobs.workers import died_here, worker_identity

# So many workers are not left alone by the limits of two platforms; further ones are free for
# other tasks.
ATTENDED_BY = 2
# Stands for the batch that a command was sent in until the platform has named it.
UNANSWERED = "unanswered"
# Longer than a task may run at all, so a worker that is alive never loses its lease.
LEASE = timedelta(seconds=settings.TASK_TIMEOUT_S + 60)


def claim_next(queue: str) -> tuple[OutboxCommand, bool] | None:
    """Take the next due command of a queue, committed before anything is sent.

    Returns the command and whether its outcome is unknown (look up first), or None.
    """
    now = timezone.now()
    due = _ready(now, queue).exclude(crowded(seconds_until_free()))
    with transaction.atomic(durable=True):
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        command = due.first()
        if command is None or not _take(command, now):
            return None
    command.refresh_from_db()
    return command, command.sent_at is not None


def seconds_until_claim(queue: str) -> float | None:
    """How long due commands of a queue wait for their platform's limit; None when none does."""
    free_in = seconds_until_free()
    if not free_in:
        return None
    ready = _ready(timezone.now(), queue).filter(platform__in=[p.value for p in free_in])
    kinds = ready.order_by().values_list("platform", "priority").distinct()
    waits = [free_in[Platform(platform)][Priority(priority)] for platform, priority in kinds]
    return max(0.0, min(waits)) if waits else None


def is_attended(queue: str) -> bool:
    """Whether enough workers have a command of the queue in hand to go on with what waits."""
    held = OutboxCommand.objects.leased().filter(queue=queue, lease_until__gt=timezone.now())
    return held.count() >= ATTENDED_BY


def _ready(now: datetime, queue: str) -> QuerySet[OutboxCommand]:
    ready: QuerySet[OutboxCommand] = OutboxCommand.objects.due(now, queue=queue)
    return ready.exclude(platform__in=_switched_off())


def _take(command: OutboxCommand, now: datetime) -> bool:
    taken = OutboxCommand.objects.filter(
        pk=command.pk, state=command.state, fence=command.fence
    ).update(
        state=CommandState.IN_FLIGHT,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        lease_until=now + LEASE,
        claimed_by=worker_identity(),
    )
    return taken == 1


def claim_like(command: OutboxCommand, *, least: int, most: int) -> list[OutboxCommand]:
    """Take due commands that may go in one call with `command`; none if they are too few.

    Committed before anything is sent, each with a lease and a fence of its own.
    """
    now = timezone.now()
    alike = _ready(now, command.queue).filter(
        kind=command.kind,
        platform=command.platform,
        is_alone=False,
        sent_at__isnull=command.sent_at is None,
    )
    taken: list[OutboxCommand] = []
    with transaction.atomic(durable=True):
        if connection.features.has_select_for_update_skip_locked:
            alike = alike.select_for_update(skip_locked=True, of=("self",))
        found = list(alike[: most - 1])
        if len(found) + 1 >= least:
            taken = [one for one in found if _take(one, now)]
    for one in taken:
        one.refresh_from_db()
    return taken


def mark_sending(command: OutboxCommand, *, batch_ref: str = "") -> None:
    """Note, committed, that the call which cannot be repeated is about to go out.

    From here on a crash means "unknown"; before it, "not sent". The lease starts anew, so that
    reads which took long do not leave it to run out under the call. Raises LeaseLost when another
    worker holds the command by now.
    """
    now = timezone.now()
    held = OutboxCommand.objects.filter(
        pk=command.pk, fence=command.fence, state=CommandState.IN_FLIGHT
    ).update(sent_at=now, lease_until=now + LEASE, batch_ref=batch_ref)
    if held != 1:
        raise LeaseLost(f"command {command.pk} was taken over")
    command.sent_at, command.batch_ref = now, batch_ref


class LeaseLost(RuntimeError):
    """Another worker took the command over; this one must not go on."""


def recover_abandoned() -> int:
    """Free commands whose worker is gone: by lease, or at once when it died on this host.

    Sent ones become unknown, unsent ones pending. Returns how many.
    """
    now = timezone.now()
    freed = 0
    for command in OutboxCommand.objects.leased().only(
        "pk", "fence", "claimed_by", "lease_until", "sent_at"
    ):
        expired = command.lease_until is None or command.lease_until < now
        if expired or died_here(command.claimed_by):
            freed += _free(command, now)
    return freed


def _free(command: OutboxCommand, now: datetime) -> int:
    sent = command.sent_at is not None
    wait = timedelta(seconds=settings.OUTCOME_SETTLE_S if sent else 0)
    freed: int = OutboxCommand.objects.filter(
        pk=command.pk, fence=command.fence, state=CommandState.IN_FLIGHT
    ).update(
        state=CommandState.UNKNOWN if sent else CommandState.PENDING,
        next_attempt_at=now + wait,
        lease_until=None,
        # The call may have left as late as now, so the platform is given its time from now.
        sent_at=now if sent else None,
        error_code="worker.lost",
        error_detail="The worker that carried this out is gone.",
    )
    return freed


def _switched_off() -> list[str]:
    return list(PlatformAccount.objects.filter(is_enabled=False).values_list("platform", flat=True))
