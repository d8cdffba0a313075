"""Pages of a list by position rather than by number: each costs the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

PAGE_SIZE = 50
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysetPage(Generic[Row]):
    """Rows newest first; `newer` and `older` are queries of the neighbours, empty for none."""

    rows: tuple[Row, ...]
    newer: str
    older: str


def keyset_page(
    rows: QuerySet[Row], params: QueryDict, *, size: int = PAGE_SIZE
) -> KeysetPage[Row]:
    """The page after or before an id: `before=` goes to older rows, `after=` to newer ones."""
    before, after = _id(params.get("before", "")), _id(params.get("after", ""))
    if after and not before:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        has_newer, has_older = len(found) > size, True
        found = found[:size][::-1]
    else:
        narrowed = rows.filter(pk__lt=before) if before else rows
        found = list(narrowed.order_by("-pk")[: size + 1])
        has_newer, has_older = bool(before), len(found) > size
        found = found[:size]
    return KeysetPage(
        rows=tuple(found),
        newer=_query(params, "after", found[0].pk) if found and has_newer else "",
        older=_query(params, "before", found[-1].pk) if found and has_older else "",
    )


def without(params: QueryDict, *names: str) -> QueryDict:
    """The same query without these names and without what is empty."""
    kept = params.copy()
    for name in [*names, *(name for name in params if not any(params.getlist(name)))]:
        kept.pop(name, None)
    return kept


def _query(params: QueryDict, direction: str, pk: int) -> str:
    query = without(params, "before", "after")
    query[direction] = str(pk)
    return query.urlencode()


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
