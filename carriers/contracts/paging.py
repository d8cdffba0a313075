"""One page of a platform's list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """`next_page` is None on the last page; `total` is None where the platform does not count."""

    rows: tuple[Row, ...]
    next_page: int | None = None
    total: int | None = None
