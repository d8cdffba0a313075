"""What is written of a command: its outcome, a pause, or that a person has to decide."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from carriers.models import CommandState, OutboxCommand
from carriers.outbox.causes import with_cause
from carriers.outbox.commands import DRAIN
from carriers.outbox.outcomes import Delivered, Rejected, Retry, Unknown
from carriers.outbox.registry import CommandHandler
from shipping_project.jobs.queue import nudge

logger = logging.getLogger(__name__)
FIRST_BACKOFF_S = 2.0
# An order must not sleep on for long when a platform is back after an outage.
MAX_BACKOFF_S = 60.0
HANDLER_FAILED = "worker.error"
# Pauses that belong to the work: waiting for others of a batch, and for room in a limit.
USUAL = ("batch.", "upstream.paced")
# A handler that keeps failing before it sends anything is a fault that a person must see.
MAX_FAILED_ATTEMPTS = 6


def close(command: OutboxCommand, handler: CommandHandler, outcome: Delivered | Rejected) -> None:
    """Write the outcome and what follows from it in one transaction, if we still hold it.

    When that fails nothing of it is written, and the platform is asked again later: what was sent
    is looked up, what was not is tried anew.
    """
    try:
        _settle(command, handler, outcome)
    except Exception as exc:
        logger.exception("settling failed", extra={"command_id": command.pk, "kind": command.kind})
        why = Unknown(HANDLER_FAILED, f"{type(exc).__name__} while settling {command.kind}")
        if has_failed_often(command):
            hand_over(command, handler, why)
        else:
            put_back(command, why, **sent_by_now(command))


def _settle(command: OutboxCommand, handler: CommandHandler, outcome: Delivered | Rejected) -> None:
    state = CommandState.DELIVERED if isinstance(outcome, Delivered) else CommandState.REJECTED
    with transaction.atomic(durable=True):
        signature_id = None
        if isinstance(outcome, Rejected):
            outcome, signature_id = with_cause(command, outcome)
        if not save(
            command,
            state=state,
            lease_until=None,
            settled_at=timezone.now(),
            result=dict(outcome.result) if isinstance(outcome, Delivered) else {},
            error_code=outcome.code if isinstance(outcome, Rejected) else "",
            error_detail=outcome.detail if isinstance(outcome, Rejected) else "",
            signature_id=signature_id,
        ):
            # Whoever took the command over counts the case.
            transaction.set_rollback(True)
            return
        handler.settle(command, outcome)
    logger.info("command settled", extra=_facts(command) | {"state": state.value})


def hand_over(command: OutboxCommand, handler: CommandHandler, outcome: Unknown) -> None:
    """Stop and let a person decide; the lane stays closed until then."""
    with transaction.atomic(durable=True):
        outcome, signature_id = with_cause(command, outcome)
        if not save(
            command,
            state=CommandState.STUCK,
            lease_until=None,
            error_code=outcome.code,
            error_detail=outcome.detail,
            signature_id=signature_id,
        ):
            transaction.set_rollback(True)
            return
        try:
            with transaction.atomic():
                handler.settle(command, outcome)
        except Exception:
            # The command must stop even if nothing can be told to its order.
            logger.exception("not told", extra={"command_id": command.pk, "kind": command.kind})
    logger.error("command waits for a person", extra=_facts(command))


def put_back(command: OutboxCommand, why: Unknown, **changes: Any) -> None:
    """Wait, and look it up if it was sent; nothing that was sent is ever put back as unsent."""
    delay_s = float(settings.OUTCOME_SETTLE_S)
    if command.sent_at is None:
        delay_s = max(delay_s, backoff(command))
    postpone(command, CommandState.UNKNOWN, why, delay_s, **changes)


def sent_by_now(command: OutboxCommand) -> dict[str, object]:
    """A call may leave long after it was marked, so the platform is given its time from now."""
    return {} if command.sent_at is None else {"sent_at": timezone.now()}


def has_failed_often(command: OutboxCommand) -> bool:
    return command.attempts >= MAX_FAILED_ATTEMPTS


def postpone(
    command: OutboxCommand,
    state: CommandState,
    outcome: Retry | Unknown,
    delay_s: float,
    **changes: Any,
) -> None:
    if state is CommandState.PENDING:
        # Misses prove nothing about the next sending.
        changes |= {"sent_at": None, "misses": 0, "batch_ref": ""}
    saved = save(
        command,
        state=state,
        lease_until=None,
        next_attempt_at=timezone.now() + timedelta(seconds=delay_s),
        error_code=outcome.code,
        error_detail=outcome.detail,
        **changes,
    )
    if saved:
        is_usual = outcome.code.startswith(USUAL)
        level = logging.INFO if is_usual else logging.WARNING
        logger.log(level, "command postponed", extra=_facts(command) | {"delay_s": delay_s})
        nudge(DRAIN, command.queue, queue=command.queue, delay_s=delay_s)


def save(command: OutboxCommand, **values: Any) -> bool:
    """Change the command under our fence; False when it was taken over meanwhile."""
    held = OutboxCommand.objects.filter(
        pk=command.pk, fence=command.fence, state=CommandState.IN_FLIGHT
    ).update(**values)
    for name, value in values.items():
        setattr(command, name, value)
    return held == 1


def backoff(command: OutboxCommand, outcome: Retry | None = None) -> float:
    if outcome is not None and outcome.delay_s is not None:
        return outcome.delay_s
    # The exponent is capped: an outage may last for thousands of attempts.
    return min(FIRST_BACKOFF_S * 2.0 ** min(command.attempts - 1, 20), MAX_BACKOFF_S)


def _facts(command: OutboxCommand) -> dict[str, object]:
    return {
        "command_id": command.pk,
        "kind": command.kind,
        "lane": command.lane,
        "attempt": command.attempts,
        "code": command.error_code,
    }
