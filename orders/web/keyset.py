"""Pages of a list by position rather than by number: each costs the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from orders.models import Order
from orders.querysets import OrderQuerySet

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysetPage:
    """Orders newest first; `newer` and `older` are queries of the neighbours, empty for none."""

    orders: tuple[Order, ...]
    newer: str
    older: str


def keyset_page(
    rows: OrderQuerySet, params: Mapping[str, str], *, size: int = PAGE_SIZE
) -> KeysetPage:
    """The page after or before an id: `before=` goes to older orders, `after=` to newer ones."""
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
    kept = {k: v for k, v in params.items() if k not in {"before", "after"} and v}
    return KeysetPage(
        orders=tuple(found),
        newer=urlencode({**kept, "after": found[0].pk}) if found and has_newer else "",
        older=urlencode({**kept, "before": found[-1].pk}) if found and has_older else "",
    )


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
