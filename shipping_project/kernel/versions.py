"""Which state of a row a caller has seen, so that nobody undoes what another wrote meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Model
from django.utils.http import parse_etags

from shipping_project.kernel.errors import AppError, NotFound

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Between the version of the row and the digest of what was told of it.
SEPARATOR = "-"


class PreconditionFailed(AppError):
    """The row is not as the request's If-Match says it was seen."""

    code = "precondition_failed"
    status = 412
    title = "The record was changed since it was read"


@dataclass(frozen=True, slots=True)
class Expected:
    """Of which model the request's row is, and as which versions it may be met."""

    model: type[Model]
    versions: frozenset[str]


_expected: ContextVar[Expected | None] = ContextVar("expected_version", default=None)


def version_of(row: Model) -> str:
    """Another one after every change of the row itself."""
    changed_at = getattr(row, "updated_at", None)
    if isinstance(changed_at, datetime):
        return f"{(changed_at - EPOCH) // timedelta(microseconds=1):x}"
    values = [field.value_from_object(row) for field in row._meta.concrete_fields]
    return hashlib.blake2b(repr(values).encode(), digest_size=8).hexdigest()


@contextmanager
def expecting(model: type[Model], if_match: str) -> Iterator[None]:
    """What happens inside is for rows that are still as `if_match` (a header) says."""
    token = _expected.set(Expected(model, versions_in(if_match)))
    try:
        yield
    finally:
        _expected.reset(token)


def versions_in(if_match: str) -> frozenset[str]:
    """A weak tag never matches, as RFC 9110 has it."""
    tags = (tag.strip('"') for tag in parse_etags(if_match) if not tag.startswith("W/"))
    return frozenset(tag.partition(SEPARATOR)[0] for tag in tags)


def hold_to_seen(row: Model) -> None:
    """Inside the transaction of a change: the row stays as the caller saw it until the end.

    Locks it when the request says what it saw, and does nothing otherwise. Raises
    PreconditionFailed, and NotFound when it is gone.
    """
    expected = _expected.get()
    if expected is None or not isinstance(row, expected.model):
        return
    current = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
    if current is None:
        raise NotFound
    check_seen(current, expected.versions)


def check_seen(row: Model, versions: frozenset[str]) -> None:
    if version_of(row) not in versions:
        raise PreconditionFailed("Read it again, and change it as it is now.")
