"""Carries out due commands: claim, call, settle. The queue only wakes it."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from carriers.contracts import Platform
from carriers.errors import (
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    UpstreamUnreachable,
)
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.causes import with_cause
from carriers.outbox.commands import DRAIN
from carriers.outbox.leases import (
    LeaseLost,
    claim_next,
    is_attended,
    recover_abandoned,
    seconds_until_claim,
)
from carriers.outbox.outcomes import Delivered, Finding, Missed, Outcome, Rejected, Retry, Unknown
from carriers.outbox.registry import CommandHandler, UnknownKind, handler_for
from carriers.services.calls import call_context
from carriers.services.pacing import longest_wait_s
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import AppError

logger = logging.getLogger(__name__)


class _Unanswered(Retry):
    """A look to which the platform gave no answer: it says nothing, either way."""


FIRST_BACKOFF_S = 2.0
# An order must not sleep on for long when a platform is back after an outage.
MAX_BACKOFF_S = 60.0
# Two looks in a row before "not there" counts as "did not happen": a platform's search index lags
# behind its records. They are OUTCOME_SETTLE_S apart, and the first that counts comes no sooner
# than that after the longest time we would have waited for the answer: when a worker dies in the
# middle of a purchase, the platform is still busy with it. Looks before that may find the label,
# but prove nothing by not finding it; one that fails in between starts the count anew.
MISSES_FOR_PROOF = 2
# For a platform's limit a worker waits by itself where that is short; else it is woken for it.
SHORTEST_WAIT_S = 0.05
LONGEST_WAIT_S = 2.0
HANDLER_FAILED = "worker.error"
KIND_UNKNOWN = "worker.unknown_kind"
# A handler that keeps failing before it sends anything is a fault that a person must see.
MAX_FAILED_ATTEMPTS = 6
# After these many answered looks without a clear result a person decides. Looks that got no answer
# do not count: a platform that is away for an hour must not leave a person with every order.
MAX_LOOKUPS = 12


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
        _put_back(command, Unknown(KIND_UNKNOWN, str(exc)))
        return True
    with call_context(command):
        if is_unknown and not handler.repeat_safe:
            _look_up(command, handler)
        else:
            _carry_out(command, handler)
    return True


def _carry_out(command: OutboxCommand, handler: CommandHandler) -> None:
    outcome = _outcome_of(command, handler)
    if isinstance(outcome, Retry) and outcome.code == HANDLER_FAILED and _has_failed_often(command):
        _hand_over(command, handler, Unknown(outcome.code, outcome.detail))
    elif isinstance(outcome, Retry):
        _postpone(command, CommandState.PENDING, outcome, _backoff(command, outcome))
    elif isinstance(outcome, Unknown):
        _put_back(command, outcome, **_sent_by_now(command))
    elif outcome is not None:
        _close(command, handler, outcome)


def _put_back(command: OutboxCommand, why: Unknown, **changes: Any) -> None:
    """Wait, and look it up if it was sent; nothing that was sent is ever put back as unsent."""
    delay_s = float(settings.OUTCOME_SETTLE_S)
    if command.sent_at is None:
        delay_s = max(delay_s, _backoff(command))
    _postpone(command, CommandState.UNKNOWN, why, delay_s, **changes)


def _sent_by_now(command: OutboxCommand) -> dict[str, object]:
    """A call may leave long after it was marked, so the platform is given its time from now."""
    return {} if command.sent_at is None else {"sent_at": timezone.now()}


def _has_failed_often(command: OutboxCommand) -> bool:
    return command.attempts >= MAX_FAILED_ATTEMPTS


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
        detail = f"{type(exc).__name__} while carrying out {command.kind}"
        if command.sent_at is not None:
            return Unknown(HANDLER_FAILED, detail)
        return Retry(HANDLER_FAILED, detail)


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


def _look_up(command: OutboxCommand, handler: CommandHandler) -> None:
    """Ask the platform what became of a call; never send it again before that is known."""
    finding = _finding_of(command, handler)
    early_s = _seconds_until_proof(command) if isinstance(finding, Missed) else 0.0
    misses = command.misses + 1 if isinstance(finding, Missed) and early_s <= 0 else 0
    was_answered = not isinstance(finding, _Unanswered)
    _save(command, lookups=command.lookups + was_answered, misses=misses)
    if isinstance(finding, Delivered | Rejected):
        _close(command, handler, finding)
    elif misses >= MISSES_FOR_PROOF:
        logger.info("proven miss", extra={"command_id": command.pk, "kind": command.kind})
        missed = Retry("outcome.missed", "The platform shows that nothing happened.")
        _postpone(command, CommandState.PENDING, missed, 0)
    elif command.lookups >= MAX_LOOKUPS:
        _hand_over(command, handler, Unknown("outcome.unresolved", finding.detail))
    else:
        delay_s = early_s if was_answered else _backoff(command)
        waiting = Unknown("outcome.looking", finding.detail)
        delay_s = max(delay_s, float(settings.OUTCOME_SETTLE_S))
        _postpone(command, CommandState.UNKNOWN, waiting, delay_s)


def _seconds_until_proof(command: OutboxCommand) -> float:
    """How long a miss proves nothing yet; 0 or less when it counts."""
    if command.sent_at is None:
        return 0.0
    longest_answer_s = max(settings.HTTP_LABEL_TIMEOUT_S, settings.HTTP_READ_TIMEOUT_S)
    longest_call_s = longest_wait_s(Platform(command.platform)) + longest_answer_s
    ripe = command.sent_at + timedelta(seconds=longest_call_s + settings.OUTCOME_SETTLE_S)
    return (ripe - timezone.now()).total_seconds()


def _finding_of(command: OutboxCommand, handler: CommandHandler) -> Finding:
    if handler.reconcile is None:
        raise TypeError(f"{handler.kind} has nothing to look up")
    try:
        return handler.reconcile(command)
    except (UpstreamUnavailable, UpstreamUnreachable, UpstreamRateLimited) as exc:
        return _Unanswered(exc.code, exc.detail)
    except AppError as exc:
        return Retry(exc.code, exc.detail)
    except Exception as exc:
        logger.exception("lookup failed", extra={"command_id": command.pk, "kind": command.kind})
        return Retry(HANDLER_FAILED, f"{type(exc).__name__} while looking up {command.kind}")


def _close(command: OutboxCommand, handler: CommandHandler, outcome: Delivered | Rejected) -> None:
    """Write the outcome and what follows from it in one transaction, if we still hold it.

    When that fails nothing of it is written, and the platform is asked again later: what was sent
    is looked up, what was not is tried anew.
    """
    try:
        _settle(command, handler, outcome)
    except Exception as exc:
        logger.exception("settling failed", extra={"command_id": command.pk, "kind": command.kind})
        why = Unknown(HANDLER_FAILED, f"{type(exc).__name__} while settling {command.kind}")
        if _has_failed_often(command):
            _hand_over(command, handler, why)
        else:
            _put_back(command, why, **_sent_by_now(command))


def _settle(command: OutboxCommand, handler: CommandHandler, outcome: Delivered | Rejected) -> None:
    state = CommandState.DELIVERED if isinstance(outcome, Delivered) else CommandState.REJECTED
    with transaction.atomic(durable=True):
        signature_id = None
        if isinstance(outcome, Rejected):
            outcome, signature_id = with_cause(command, outcome)
        if not _save(
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


def _hand_over(command: OutboxCommand, handler: CommandHandler, outcome: Unknown) -> None:
    """Stop and let a person decide; the lane stays closed until then."""
    with transaction.atomic(durable=True):
        outcome, signature_id = with_cause(command, outcome)
        if not _save(
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


def _postpone(
    command: OutboxCommand,
    state: CommandState,
    outcome: Retry | Unknown,
    delay_s: float,
    **changes: Any,
) -> None:
    if state is CommandState.PENDING:
        # Misses prove nothing about the next sending.
        changes = {"sent_at": None, "misses": 0}
    saved = _save(
        command,
        state=state,
        lease_until=None,
        next_attempt_at=timezone.now() + timedelta(seconds=delay_s),
        error_code=outcome.code,
        error_detail=outcome.detail,
        **changes,
    )
    if saved:
        logger.warning("command postponed", extra=_facts(command) | {"delay_s": delay_s})
        nudge(DRAIN, command.queue, queue=command.queue, delay_s=delay_s)


def _save(command: OutboxCommand, **values: Any) -> bool:
    """Change the command under our fence; False when it was taken over meanwhile."""
    held = OutboxCommand.objects.filter(
        pk=command.pk, fence=command.fence, state=CommandState.IN_FLIGHT
    ).update(**values)
    for name, value in values.items():
        setattr(command, name, value)
    return held == 1


def _backoff(command: OutboxCommand, outcome: Retry | None = None) -> float:
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
