"""Units by SKU as people type or paste them: one line each, `SKU units`, or `SKU units @ price`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

LINE = re.compile(
    r"^(?P<sku>\S.*?)[\s,;]+(?P<units>\d{1,7})(?:\s*@\s*(?P<price>\d{1,9}(?:\.\d{1,2})?))?$"
)
MOST_LINES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuLine:
    """`price` is that of one unit, None where none was given."""

    sku: str
    units: int
    price: Decimal | None = None


class UnreadableLine(ValueError):
    """The message names the line."""


def read_lines(text: str) -> tuple[SkuLine, ...]:
    """Blank lines count for nothing; raises UnreadableLine for the first that cannot be read."""
    return tuple(_lines(text.replace("\x00", "").splitlines()))


def _lines(rows: list[str]) -> Iterator[SkuLine]:
    if len(rows) > MOST_LINES:
        raise UnreadableLine(f"There are more than {MOST_LINES} lines.")
    for number, row in enumerate(rows, start=1):
        if not (text := row.strip()):
            continue
        found = LINE.match(text)
        if found is None:
            raise UnreadableLine(f"Line {number} is not a SKU and its units: {text[:60]!r}.")
        price = found["price"]
        yield SkuLine(
            sku=found["sku"],
            units=int(found["units"]),
            price=None if price is None else Decimal(price),
        )
