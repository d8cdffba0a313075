"""Carries out due commands: claim, call, settle. The queue only wakes it."""

from __future__ import annotations

import time

from django.conf import settings
from django.utils import timezone

from carriers.models import OutboxCommand
from carriers.outbox.alone import carry_out
from carriers.outbox.closing import put_back
from carriers.outbox.commands import DRAIN
from carriers.outbox.leases import (
    claim_next,
    is_attended,
    recover_abandoned,
    seconds_until_claim,
)
from carriers.outbox.looking import look_up
from carriers.outbox.outcomes import Unknown
from carriers.outbox.registry import UnknownKind, handler_for
from carriers.outbox.together import carry_out_together
from carriers.services.calls import call_context
from shipping_project.jobs.queue import nudge

# For a platform's limit a worker waits by itself where that is short; else it is woken for it.
SHORTEST_WAIT_S = 0.05
LONGEST_WAIT_S = 2.0
KIND_UNKNOWN = "worker.unknown_kind"


def drain(queue: str) -> int:
    """Work off a queue until nothing is due or the time for one task is used up."""
    recover_abandoned()
    stop_at = time.monotonic() + settings.DRAIN_SECONDS
    done = 0
    wait_s = 0.0
    while time.monotonic() + wait_s < stop_at:
        time.sleep(wait_s)
        wait_s = 0.0
        if run_next(queue):
            done += 1
            continue
        until_free_s = seconds_until_claim(queue)
        if until_free_s is None or is_attended(queue):
            return done
        wait_s = max(until_free_s, SHORTEST_WAIT_S)
        if wait_s > LONGEST_WAIT_S:
            break
    nudge(DRAIN, queue, queue=queue, delay_s=wait_s)
    return done


def sweep() -> None:
    """Wake every queue that has something due; lost wake-ups cost no more than a minute."""
    recover_abandoned()
    due = OutboxCommand.objects.due(timezone.now()).order_by()
    for queue in due.values_list("queue", flat=True).distinct():
        nudge(DRAIN, queue, queue=queue)


def run_next(queue: str) -> bool:
    """Carry out one due command; False when there is none."""
    claimed = claim_next(queue)
    if claimed is None:
        return False
    command, is_unknown = claimed
    try:
        handler = handler_for(command.kind)
    except UnknownKind as exc:
        # Written by a newer release than this worker's: left as it is for one that knows it.
        put_back(command, Unknown(KIND_UNKNOWN, str(exc)))
        return True
    if carry_out_together(command, handler, is_unknown=is_unknown):
        return True
    with call_context(command):
        if is_unknown and not handler.repeat_safe:
            look_up(command, handler)
        else:
            carry_out(command, handler)
    return True
