"""One page of a platform's list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Row = TypeVar("Row", covariant=True)
Other = TypeVar("Other")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadRow:
    """A row that lacks what we need: why, and the JSON as it came."""

    detail: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """`next_page` is None on the last page; `total` is None where the platform does not count.

    `unread` rows stand beside the others only in lists that are read for changes: a list that is
    searched for one thing is refused whole, since an unread row may be that very thing.
    """

    rows: tuple[Row, ...]
    next_page: int | None = None
    total: int | None = None
    unread: tuple[UnreadRow, ...] = ()

    def mapped(self, change: Callable[[Row], Other]) -> Page[Other]:
        """The same page with every row changed."""
        return Page(
            rows=tuple(change(row) for row in self.rows),
            next_page=self.next_page,
            total=self.total,
            unread=self.unread,
        )
