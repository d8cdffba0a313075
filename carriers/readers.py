"""Reading platform JSON without trusting it: null, missing, text for numbers, odd enums."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, TypeVar

from carriers.contracts import UnreadRow
from carriers.errors import UpstreamMalformed, malformed
from shipping_project.kernel.money import Money
from shipping_project.kernel.units import (
    GRAMS_PER_KG,
    GRAMS_PER_OUNCE,
    MM_PER_CM,
    MM_PER_INCH,
)

Row = TypeVar("Row")
GRAMS = {"g": Decimal(1), "kg": GRAMS_PER_KG, "oz": GRAMS_PER_OUNCE, "lb": GRAMS_PER_OUNCE * 16}
MILLIMETRES = {"cm": MM_PER_CM, "in": MM_PER_INCH, "inches": MM_PER_INCH}
# No amount, weight or count is larger than our columns; and a text may name an exponent so long
# that turning it into a whole number would not end.
MOST_DIGITS = 10
MOST_WHOLE = 2**31 - 1
# Our columns for ids and tracking numbers; one cut short would name something else.
LONGEST_REF = 64


class Reader:
    """One JSON object of an answer, with the path at which it stands."""

    def __init__(self, value: Any, *, platform: str, operation: str, path: str = "$") -> None:
        self.platform, self.operation, self.path = platform, operation, path
        if not isinstance(value, Mapping):
            raise malformed(platform, operation, path)
        self.value: Mapping[str, Any] = value

    def child(self, key: str) -> Reader | None:
        """The object at `key`, None when it is absent, null, or no object."""
        inner = self.value.get(key)
        return self._at(inner, key) if isinstance(inner, Mapping) else None

    def need_child(self, key: str) -> Reader:
        return self._at(self.value.get(key), key)

    def children(self, key: str) -> list[Reader]:
        inner = self.value.get(key)
        rows = inner if isinstance(inner, list) else []
        return [
            self._at(row, f"{key}[{index}]")
            for index, row in enumerate(rows)
            if isinstance(row, Mapping)
        ]

    def need_children(self, key: str) -> list[Reader]:
        """The objects of a list that must be there: its absence is no empty list.

        Whoever concludes from an empty list that a thing does not exist must ask this way.
        """
        inner = self.value.get(key)
        if not isinstance(inner, list):
            raise malformed(self.platform, self.operation, f"{self.path}.{key}[]")
        return [self._at(row, f"{key}[{index}]") for index, row in enumerate(inner)]

    def texts(self, key: str) -> tuple[str, ...]:
        inner = self.value.get(key)
        rows = inner if isinstance(inner, list) else []
        return tuple(
            text_of(row).strip() for row in rows if isinstance(row, str | int) and row != ""
        )

    def text(self, key: str) -> str:
        return self.exact(key).strip()

    def exact(self, key: str) -> str:
        """With the blanks around it, which belong to it where it is compared."""
        return text_of(self.value.get(key))

    def ref(self, key: str) -> str:
        """An id or a tracking number. Raises UpstreamMalformed for one that we could not keep."""
        if isinstance(self.value.get(key), bool | float):
            return ""
        found = self.text(key)
        if len(found) > LONGEST_REF:
            raise malformed(self.platform, self.operation, f"{self.path}.{key}")
        return found

    def need_ref(self, key: str) -> str:
        """Raises UpstreamMalformed naming the path."""
        return self._needed(key, self.ref(key))

    def need_text(self, key: str) -> str:
        """Raises UpstreamMalformed naming the path."""
        return self._needed(key, self.text(key))

    def _needed(self, key: str, found: str) -> str:
        if not found:
            raise malformed(self.platform, self.operation, f"{self.path}.{key}")
        return found

    def decimal(self, key: str) -> Decimal | None:
        return decimal_of(self.value.get(key))

    def whole(self, key: str) -> int | None:
        return whole_of(self.value.get(key))

    def flag(self, key: str) -> bool:
        """True for true, "true" and 1; anything else is False."""
        return self.text(key).lower() in ("true", "1")

    def money(self, key: str, currency: str) -> Money | None:
        """The amount at `key` in `currency`, None without an amount or an ISO code."""
        return money_of(self.value.get(key), currency)

    def grams(self, key: str, unit: str) -> int | None:
        """A weight in whole grams, rounded half up; None where number or unit is not known."""
        return _whole_units(self.decimal(key), GRAMS.get(unit.lower()))

    def millimetres(self, key: str, unit: str) -> int | None:
        return _whole_units(self.decimal(key), MILLIMETRES.get(unit.lower()))

    def moment(self, key: str) -> datetime | None:
        return moment_of(self.text(key))

    def _at(self, value: Any, key: str) -> Reader:
        return Reader(
            value, platform=self.platform, operation=self.operation, path=f"{self.path}.{key}"
        )


def understood(
    value: Any, read: Callable[[Reader], Row], *, platform: str, operation: str, path: str = "$"
) -> tuple[tuple[Row, ...], tuple[UnreadRow, ...]]:
    """The rows of a list that could be read, and those that could not."""
    if not isinstance(value, list):
        raise malformed(platform, operation, f"{path}[]")
    rows, unread = [], []
    for index, row in enumerate(value):
        at = f"{path}[{index}]"
        try:
            rows.append(read(Reader(row, platform=platform, operation=operation, path=at)))
        except UpstreamMalformed as exc:
            unread.append(UnreadRow(detail=exc.detail, value=row))
    return tuple(rows), tuple(unread)


def rows_of(value: Any, *, platform: str, operation: str) -> list[Reader]:
    """The objects of a bare array."""
    if not isinstance(value, list):
        raise malformed(platform, operation, "$[]")
    return [
        Reader(row, platform=platform, operation=operation, path=f"$[{index}]")
        for index, row in enumerate(value)
    ]


def text_of(value: Any) -> str:
    """A text that every database can keep; "" for what is none."""
    if value is None or isinstance(value, Mapping | list):
        return ""
    return str(value).replace("\x00", "").encode("utf-8", "replace").decode()


def decimal_of(value: Any) -> Decimal | None:
    """A number or a text that is one, of a size that means something; anything else is None."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        # ValueError: a whole number of more than 4,300 digits.
        return None
    if not number.is_finite() or number.adjusted() >= MOST_DIGITS:
        return None
    return Decimal(0) if number.adjusted() < -MOST_DIGITS else number


def whole_of(value: Any) -> int | None:
    """What is before the point of a number, where it is of a size that means something."""
    return _fitting(decimal_of(value))


def money_of(amount: Any, currency: str) -> Money | None:
    number = decimal_of(amount)
    code = currency.strip().upper()
    if number is None or len(code) != 3 or not (code.isascii() and code.isalpha()):
        return None
    return Money(number, code)


def moment_of(text: str) -> datetime | None:
    """An ISO 8601 instant or date as aware UTC, None when it is neither."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _whole_units(number: Decimal | None, factor: Decimal | None) -> int | None:
    if number is None or factor is None:
        return None
    return _fitting((number * factor).quantize(Decimal(1), ROUND_HALF_UP))


def _fitting(number: Decimal | None) -> int | None:
    return int(number) if number is not None and abs(number) <= MOST_WHOLE else None
