"""Carrying out one command, and what an error on the way means."""

from __future__ import annotations

import logging

from carriers.errors import UpstreamError, UpstreamRefused, UpstreamUnauthorized
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.closing import (
    HANDLER_FAILED,
    MAX_BACKOFF_S,
    backoff,
    close,
    hand_over,
    has_failed_often,
    postpone,
    put_back,
    sent_by_now,
)
from carriers.outbox.leases import LeaseLost
from carriers.outbox.outcomes import Outcome, Rejected, Retry, Unknown
from carriers.outbox.registry import CommandHandler
from shipping_project.kernel.errors import AppError

logger = logging.getLogger(__name__)


def carry_out(command: OutboxCommand, handler: CommandHandler) -> None:
    """Do it once, and write what became of it."""
    outcome = _outcome_of(command, handler)
    if outcome is not None:
        write_outcome(command, handler, outcome)


def write_outcome(command: OutboxCommand, handler: CommandHandler, outcome: Outcome) -> None:
    """Close it, or have it tried or looked up later."""
    if isinstance(outcome, Retry) and outcome.code == HANDLER_FAILED and has_failed_often(command):
        hand_over(command, handler, Unknown(outcome.code, outcome.detail))
    elif isinstance(outcome, Retry):
        postpone(command, CommandState.PENDING, outcome, backoff(command, outcome))
    elif isinstance(outcome, Unknown):
        put_back(command, outcome, **sent_by_now(command))
    else:
        close(command, handler, outcome)


def _outcome_of(command: OutboxCommand, handler: CommandHandler) -> Outcome | None:
    """What became of the call; None when another worker has the command by now."""
    try:
        return handler.carry_out(command)
    except LeaseLost:
        logger.warning("lease lost", extra={"command_id": command.pk, "kind": command.kind})
        return None
    except AppError as exc:
        return outcome_of_error(exc)
    except Exception as exc:
        logger.exception("handler failed", extra={"command_id": command.pk, "kind": command.kind})
        return outcome_of_bug(command, exc)


def outcome_of_bug(command: OutboxCommand, error: Exception) -> Outcome:
    """A fault of ours before anything was sent is tried again, one after it is looked up."""
    detail = f"{type(error).__name__} while carrying out {command.kind}"
    kind = Retry if command.sent_at is None else Unknown
    return kind(HANDLER_FAILED, detail)


def outcome_of_error(error: AppError) -> Outcome:
    """Refused is final, not sent is repeated, sent without a clear answer is unknown."""
    if isinstance(error, UpstreamUnauthorized):
        # A wrong key is ours to mend; the order waits for it rather than failing.
        return Retry(error.code, error.detail, delay_s=MAX_BACKOFF_S)
    if isinstance(error, UpstreamRefused):
        return Rejected(error.code, error.detail, error.operation, error.http_status)
    if not isinstance(error, UpstreamError):
        return Rejected(error.code, error.detail)
    if error.sent:
        return Unknown(error.code, error.detail)
    return Retry(error.code, error.detail, delay_s=error.retry_after_s)
