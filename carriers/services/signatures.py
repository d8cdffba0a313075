"""Refusals in words that no pattern knows: counted by kind, and explained by a person once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.services.audit import record_audit
from carriers.models import CommandState, OutboxCommand, UpstreamSignature
from carriers.problems.catalogue import problem_of
from carriers.problems.signatures import redacted_words, signature_of
from shipping_project.kernel.errors import FieldError, InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMapping:
    """Failures of one signature change their code from `before` to `after`."""

    signature: UpstreamSignature
    before: str
    after: str
    actor: str


Resolve = Callable[[CaseMapping], None]
_resolvers: list[Resolve] = []


def register_resolver(resolve: Resolve) -> None:
    """Apps above say what follows for their own rows, inside the mapping's transaction."""
    _resolvers.append(resolve)


@transaction.atomic
def record_case(*, platform: str, operation: str, raw_code: str, words: str) -> UpstreamSignature:
    """Count one more failure with these words; the row stays locked until the outermost commit."""
    signature = signature_of(words)
    now = timezone.now()
    row, _ = UpstreamSignature.objects.locked().get_or_create(
        platform=platform,
        operation=operation[:60],
        digest=signature.digest,
        defaults={"pattern": signature.pattern, "raw_code": raw_code, "first_seen_at": now},
    )
    UpstreamSignature.objects.filter(pk=row.pk).update(
        cases=F("cases") + 1, last_seen_at=now, example=redacted_words(words)
    )
    row.refresh_from_db()
    return row


def map_signature(*, signature_id: int, code: str, actor: str) -> UpstreamSignature:
    """Say what these words mean: past failures get the code now, coming ones when they come.

    "" takes the mapping back. A repeat changes nothing and leaves no trace. Raises InvalidInput
    for a code that no person may assign.
    """
    _require_assignable(code)
    with transaction.atomic():
        row: UpstreamSignature = UpstreamSignature.objects.locked().get(pk=signature_id)
        if row.mapped_code == code:
            return row
        mapping = CaseMapping(
            signature=row,
            before=row.mapped_code or row.raw_code,
            after=code or row.raw_code,
            actor=actor,
        )
        seen = row.mapped_code
        row.mapped_code, row.mapped_by = code, actor if code else ""
        row.mapped_at = timezone.now() if code else None
        row.save(update_fields=["mapped_code", "mapped_by", "mapped_at"])
        _resolve(mapping)
        record_audit(
            actor=actor,
            action="signature.mapped",
            subject=row,
            before={"mapped_code": seen},
            after={"mapped_code": code},
        )
        return row


def _resolve(mapping: CaseMapping) -> None:
    # What hangs on the commands goes first: it is locked before them everywhere else.
    for resolve in _resolvers:
        resolve(mapping)
    OutboxCommand.objects.filter(
        signature=mapping.signature, state__in=(CommandState.REJECTED, CommandState.STUCK)
    ).update(error_code=mapping.after)


def _require_assignable(code: str) -> None:
    problem = problem_of(code)
    if code and (problem is None or not problem.is_assignable):
        message = f"{code} is no problem that a platform's words can stand for."
        raise InvalidInput(
            errors=[FieldError(field="mapped_code", code="problem.unknown", message=message)]
        )
