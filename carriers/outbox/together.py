"""Carrying out many commands of one kind in one call of a platform's batch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from carriers.contracts import Platform
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.alone import outcome_of_bug, outcome_of_error, write_outcome
from carriers.outbox.closing import postpone, save
from carriers.outbox.leases import UNANSWERED, claim_like
from carriers.outbox.looking import conclude
from carriers.outbox.outcomes import (
    BatchOutcome,
    Finding,
    Outcome,
    Queued,
    Rejected,
    Retry,
    Unanswered,
    Unknown,
)
from carriers.outbox.registry import CommandHandler, Together
from carriers.services.calls import batch_context
from carriers.services.pacing import limits_of
from shipping_project.kernel.errors import AppError

logger = logging.getLogger(__name__)
# A batch is worked off within moments; a look costs one call for all of it.
FIRST_LOOK_S = 3.0
LEFT_OUT = Retry("batch.left_out", "It cannot go in a batch, so it is carried out alone.", 0.0)
GATHERING = Retry("batch.gathering", "It waits some seconds for others, to go in one call.")
# So long a command waits for others at the most, and so often it is looked whether they came.
GATHER_S = 20.0
GATHER_STEP_S = 2.0
TAKEN_ON = Unknown("batch.taken_on", "The platform has it in a batch that it works off.")
Told = TypeVar("Told")


def carry_out_together(
    command: OutboxCommand, handler: CommandHandler, *, is_unknown: bool
) -> bool:
    """Do `command` and others like it in one go; False where there are too few of them."""
    together = handler.together
    if together is None or command.is_alone or command.platform not in together.platforms:
        return False
    others = claim_like(command, least=together.least, most=together.most)
    if not others:
        gathers = not is_unknown and _waits_for_others(command, together)
        if gathers:
            postpone(command, CommandState.PENDING, GATHERING, GATHER_STEP_S)
        return gathers
    commands = [command, *others]
    with batch_context(command):
        if is_unknown:
            _look_up(commands, handler, together)
        else:
            _send(commands, handler, together)
    return True


def _waits_for_others(command: OutboxCommand, together: Together) -> bool:
    """Whether a little patience saves calls: the limit is scarce and others wait or are coming."""
    if limits_of(Platform(command.platform)) is None:
        return False
    if timezone.now() - command.created_at > timedelta(seconds=GATHER_S):
        return False
    alike = Q(kind=command.kind, is_alone=False) | Q(kind__in=together.heralds)
    coming = OutboxCommand.objects.still_open().filter(alike, platform=command.platform)
    return coming.count() >= together.least


def _send(commands: Sequence[OutboxCommand], handler: CommandHandler, together: Together) -> None:
    outcomes = _told(commands, together.carry_out, _sent_and_failed)
    for command in commands:
        outcome = outcomes.get(command.pk, LEFT_OUT)
        if isinstance(outcome, Queued):
            _note_queued(command, outcome)
        elif outcome is LEFT_OUT:
            postpone(command, CommandState.PENDING, LEFT_OUT, 0.0, is_alone=True)
        else:
            write_outcome(command, handler, outcome)


def _look_up(
    commands: Sequence[OutboxCommand], handler: CommandHandler, together: Together
) -> None:
    findings = _told(commands, together.reconcile, _unanswered)
    for command in commands:
        finding = findings.get(command.pk)
        if finding is None:
            alone = Unknown("outcome.looking", "It is looked up alone.")
            postpone(command, CommandState.UNKNOWN, alone, 0.0, is_alone=True)
        else:
            conclude(command, handler, finding)


def _told(
    commands: Sequence[OutboxCommand],
    ask: Callable[[Sequence[OutboxCommand]], Mapping[int, Told]],
    failed: Callable[[OutboxCommand, Exception], Told],
) -> Mapping[int, Told]:
    """What became of each; an error on the way means for each what it would mean alone."""
    try:
        return ask(commands)
    except AppError as exc:
        error: Exception = exc
    except Exception as exc:
        logger.exception("batch failed", extra={"kind": commands[0].kind})
        error = exc
    return {command.pk: failed(command, error) for command in commands}


def _sent_and_failed(command: OutboxCommand, error: Exception) -> BatchOutcome:
    """Nothing of a refused batch was done, so each is tried alone and gets its own answer."""
    if not isinstance(error, AppError):
        return outcome_of_bug(command, error)
    outcome: Outcome = outcome_of_error(error)
    if isinstance(outcome, Rejected):
        return LEFT_OUT
    if isinstance(outcome, Unknown) and command.sent_at is None:
        return Retry(outcome.code, outcome.detail)
    return outcome


def _unanswered(command: OutboxCommand, error: Exception) -> Finding:
    if isinstance(error, AppError):
        return Unanswered(error.code, error.detail)
    return Retry("worker.error", f"{type(error).__name__} while looking up {command.kind}")


def _note_queued(command: OutboxCommand, outcome: Queued) -> None:
    # The name of the batch is written first: without it a miss could not be told from a delay.
    save(command, batch_ref=outcome.batch_ref or UNANSWERED, sent_at=timezone.now())
    delay_s = min(FIRST_LOOK_S, float(settings.OUTCOME_SETTLE_S))
    postpone(command, CommandState.UNKNOWN, TAKEN_ON, delay_s)
