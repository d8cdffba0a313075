"""Why a command failed, as a code of the catalogue; words that nobody knows yet are counted."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from carriers.models import OutboxCommand
from carriers.outbox.outcomes import Rejected, Unknown
from carriers.problems.catalogue import says_little
from carriers.problems.matching import match_problem
from carriers.services.signatures import record_case

# Precise enough to need no mapping, and yet the words may tell which record it is about.
NOT_FOUND = "upstream.not_found"
Failure = TypeVar("Failure", Rejected, Unknown)


def with_cause(command: OutboxCommand, outcome: Failure) -> tuple[Failure, int | None]:
    """The outcome under its canonical code, and the group of unknown words it was counted in.

    To be called in the transaction that closes the command, before the command's row is locked:
    whoever maps a group locks it first as well.
    """
    is_vague = says_little(outcome.code)
    if not is_vague and outcome.code != NOT_FOUND:
        return outcome, None
    operation = getattr(outcome, "operation", "") or command.kind
    code = match_problem(
        platform=command.platform,
        operation=operation,
        http_status=getattr(outcome, "http_status", 0),
        texts=[outcome.detail],
    )
    if code or not is_vague:
        return replace(outcome, code=code or outcome.code), None
    group = record_case(
        platform=command.platform, operation=operation, raw_code=outcome.code, words=outcome.detail
    )
    return replace(outcome, code=group.mapped_code or outcome.code), group.pk
