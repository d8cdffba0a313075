"""The chain over the audit trail: each seal covers its entry and the seal before it, so that an
entry which is changed, removed or put in later is seen.

Entries are sealed by a schedule and not as they are written: then every change anywhere would have
to wait for the one before it to commit.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from accounts.models import AuditEntry

logger = logging.getLogger(__name__)
AT_ONCE = 500
READ_AT_ONCE = 1_000
# Before the first entry.
START = "0" * 64


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain. Kept elsewhere, it shows that nothing was cut off."""

    number: int
    seal: str


@dataclass(frozen=True, slots=True)
class Proof:
    """`faults` in words, the first of the chain first; `unsealed` entries wait for their seal."""

    head: Head
    unsealed: int
    faults: list[str]


def seal_entries() -> int:
    """Seal what is not sealed yet, oldest first; returns how many. One of two at once has it."""
    done = 0
    while sealed := _seal_some():
        done += sealed
    return done


def _seal_some() -> int:
    head = last_head()
    entries = list(AuditEntry.objects.filter(seal_number=None).order_by("id")[:AT_ONCE])
    number, seal = head.number, head.seal
    for entry in entries:
        number += 1
        seal = seal_of(entry, number=number, before=seal)
        entry.seal_number, entry.seal = number, seal
    if not _write(entries):
        return 0
    if entries:
        # The log is kept elsewhere than the rows, so it tells on whoever cuts the chain's end off.
        logger.info("audit trail sealed", extra={"number": number, "seal": seal})
    return len(entries)


def _write(entries: Sequence[AuditEntry]) -> bool:
    """All or none: False when somebody else sealed any of them meanwhile."""
    bare = AuditEntry.objects.filter(seal_number=None)
    try:
        with transaction.atomic():
            written = bare.bulk_update(entries, ["seal_number", "seal"])
            if written != len(entries):
                transaction.set_rollback(True)
    except IntegrityError:
        return False
    return bool(written == len(entries))


def last_head() -> Head:
    sealed = AuditEntry.objects.filter(seal_number__isnull=False).order_by("-seal_number")
    found = sealed.values_list("seal_number", "seal").first()
    return Head(found[0] or 0, found[1]) if found else Head(0, START)


def seal_of(entry: AuditEntry, *, number: int, before: str) -> str:
    told = [
        before,
        number,
        entry.pk,
        entry.organization_id,
        entry.at.isoformat(),
        entry.actor,
        entry.action,
        entry.subject,
        entry.label,
        entry.before,
        entry.after,
        entry.request_id,
        entry.address,
    ]
    text = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def prove(expected: Head | None = None) -> Proof:
    """Walk the whole chain. `expected` is an older head that must still be part of it."""
    faults = list(_faults(expected))
    unsealed = AuditEntry.objects.filter(seal_number=None).count()
    return Proof(last_head(), unsealed, faults)


def _faults(expected: Head | None) -> Iterator[str]:
    """After a fault the chain is taken up again from the seal that stands in the row."""
    number, before = 0, START
    sealed = AuditEntry.objects.filter(seal_number__isnull=False).order_by("seal_number")
    for entry in sealed.iterator(READ_AT_ONCE):
        number, place = number + 1, entry.seal_number or 0
        if place != number:
            yield f"Missing: {number}" + (f" to {place - 1}." if place - 1 > number else ".")
            number = place
        elif entry.seal != seal_of(entry, number=number, before=before):
            yield f"Changed: {number}, entry {entry.pk}, {entry.action} {entry.subject}."
        if expected and expected.number == number and expected.seal != entry.seal:
            yield f"Rewritten: {number} had another seal."
        before = entry.seal
    if expected and expected.number > number:
        yield f"Missing: {number + 1} to {expected.number}, cut off at the end."
