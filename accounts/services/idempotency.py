"""A request that bears a key is carried out once; a repeat gets the first answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import KeptAnswer
from shipping_project.kernel.errors import Conflict

KEPT_FOR = timedelta(hours=24)
# Longer than a server lets one request run; after that its process is taken to be dead.
ABANDONED_AFTER = timedelta(minutes=2)


class KeyReused(Conflict):
    """The caller's key came before with another request."""

    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for a different request"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """`digest` is over method, path and body: what must be the same for a repeat."""

    caller: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The caller's own to carry out (`is_mine`), or another's with its answer once there is one."""

    answer: KeptAnswer
    is_mine: bool


def claim(request: KeyedRequest) -> Claim:
    """Take the key, or find who has it. Raises KeyReused."""
    now = timezone.now()
    try:
        with transaction.atomic():
            made = KeptAnswer.objects.create(
                caller=request.caller, key=request.key, digest=request.digest, claimed_at=now
            )
            return Claim(made, is_mine=True)
    except IntegrityError:
        found = KeptAnswer.objects.filter(caller=request.caller, key=request.key).first()
    if found is None:
        # Given up at this moment; the next one to ask has it.
        return claim(request)
    if _is_over(found) and _take_over(found, request.digest):
        return Claim(found, is_mine=True)
    if found.digest != request.digest:
        raise KeyReused("This key already names another request. Use a new key for a new one.")
    return Claim(found, is_mine=False)


def _is_over(found: KeptAnswer) -> bool:
    limit = ABANDONED_AFTER if found.status is None else KEPT_FOR
    return bool(found.claimed_at < timezone.now() - limit)


def _take_over(found: KeptAnswer, digest: str) -> bool:
    """One of many that come at once has it."""
    same = KeptAnswer.objects.filter(pk=found.pk, claimed_at=found.claimed_at)
    found.claimed_at, found.digest, found.status = timezone.now(), digest, None
    taken = same.update(claimed_at=found.claimed_at, digest=digest, status=None, body=b"")
    return taken == 1


def keep_answer(answer: KeptAnswer, *, status: int, content_type: str, body: bytes) -> None:
    mine = KeptAnswer.objects.filter(pk=answer.pk, claimed_at=answer.claimed_at)
    mine.update(status=status, content_type=content_type[:100], body=body)


def give_up(answer: KeptAnswer) -> None:
    """Nothing was done, so a repeat is a first try."""
    KeptAnswer.objects.filter(pk=answer.pk, claimed_at=answer.claimed_at).delete()


def forget_old_answers() -> int:
    """Drop answers that count no more; returns how many."""
    old = KeptAnswer.objects.filter(claimed_at__lt=timezone.now() - KEPT_FOR)
    return int(old.delete()[0])
