"""What became of a call whose answer is lost: asked until it is known, or a person decides."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from carriers.contracts import Platform
from carriers.errors import UpstreamRateLimited, UpstreamUnavailable, UpstreamUnreachable
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.closing import HANDLER_FAILED, backoff, close, hand_over, postpone, save
from carriers.outbox.outcomes import (
    Delivered,
    Finding,
    Missed,
    Rejected,
    Retry,
    Unanswered,
    Unknown,
)
from carriers.outbox.registry import CommandHandler
from carriers.services.pacing import longest_wait_s
from shipping_project.kernel.errors import AppError

logger = logging.getLogger(__name__)
# Two looks in a row before "not there" counts as "did not happen": a platform's search index lags
# behind its records. They are OUTCOME_SETTLE_S apart, and the first that counts comes no sooner
# than that after the longest time we would have waited for the answer: when a worker dies in the
# middle of a purchase, the platform is still busy with it. Looks before that may find the label,
# but prove nothing by not finding it; one that fails in between starts the count anew.
MISSES_FOR_PROOF = 2
# After these many answered looks without a clear result a person decides. Looks that got no answer
# do not count: a platform that is away for an hour must not leave a person with every order.
MAX_LOOKUPS = 12


def look_up(command: OutboxCommand, handler: CommandHandler) -> None:
    """Ask the platform what became of a call; never send it again before that is known."""
    conclude(command, handler, _finding_of(command, handler))


def conclude(command: OutboxCommand, handler: CommandHandler, finding: Finding) -> None:
    """Go by what a look has shown."""
    early_s = _seconds_until_proof(command) if isinstance(finding, Missed) else 0.0
    misses = command.misses + 1 if isinstance(finding, Missed) and early_s <= 0 else 0
    was_answered = not isinstance(finding, Unanswered)
    save(command, lookups=command.lookups + was_answered, misses=misses)
    if isinstance(finding, Delivered | Rejected):
        close(command, handler, finding)
    elif isinstance(finding, Unknown):
        hand_over(command, handler, finding)
    elif misses >= MISSES_FOR_PROOF:
        logger.info("proven miss", extra={"command_id": command.pk, "kind": command.kind})
        missed = Retry("outcome.missed", "The platform shows that nothing happened.")
        # What a batch did not bring is asked for alone, so that it gets an answer of its own.
        is_alone = command.is_alone or bool(command.batch_ref)
        postpone(command, CommandState.PENDING, missed, 0, is_alone=is_alone)
    elif command.lookups >= MAX_LOOKUPS:
        hand_over(command, handler, Unknown("outcome.unresolved", finding.detail))
    else:
        delay_s = early_s if was_answered else backoff(command)
        waiting = Unknown("outcome.looking", finding.detail)
        delay_s = max(delay_s, float(settings.OUTCOME_SETTLE_S))
        postpone(command, CommandState.UNKNOWN, waiting, delay_s)


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
        return Unanswered(exc.code, exc.detail)
    except AppError as exc:
        return Retry(exc.code, exc.detail)
    except Exception as exc:
        logger.exception("lookup failed", extra={"command_id": command.pk, "kind": command.kind})
        return Retry(HANDLER_FAILED, f"{type(exc).__name__} while looking up {command.kind}")
