"""Reading platform JSON without trusting it: null, missing, text for numbers, odd enums."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from carriers.http import malformed


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

    def text(self, key: str) -> str:
        inner = self.value.get(key)
        if inner is None or isinstance(inner, dict | list):
            return ""
        return str(inner).strip()

    def need_text(self, key: str) -> str:
        """Raises UpstreamMalformed naming the path."""
        found = self.text(key)
        if not found:
            raise malformed(self.platform, self.operation, f"{self.path}.{key}")
        return found

    def decimal(self, key: str) -> Decimal | None:
        return decimal_of(self.value.get(key))

    def whole(self, key: str) -> int | None:
        number = self.decimal(key)
        return None if number is None else int(number)

    def moment(self, key: str) -> datetime | None:
        return moment_of(self.text(key))

    def _at(self, value: Any, key: str) -> Reader:
        return Reader(
            value, platform=self.platform, operation=self.operation, path=f"{self.path}.{key}"
        )


def rows_of(value: Any, *, platform: str, operation: str) -> list[Reader]:
    """The objects of a bare array."""
    if not isinstance(value, list):
        raise malformed(platform, operation, "$[]")
    return [
        Reader(row, platform=platform, operation=operation, path=f"$[{index}]")
        for index, row in enumerate(value)
    ]


def decimal_of(value: Any) -> Decimal | None:
    """A number or a text that is one; anything else is None."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def moment_of(text: str) -> datetime | None:
    """An ISO 8601 instant or date as aware UTC, None when it is neither."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
