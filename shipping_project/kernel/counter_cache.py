"""A cache that counts exactly across processes, in the database, for rate limits."""

from __future__ import annotations

import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

TABLE = "kernel_counter"


class CounterCache(BaseCache):
    """Whole numbers by key. One statement each, so that two processes never lose a count."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Start a counter unless a live one is there."""
        now = int(time.time())
        rows = self._run(
            f"INSERT INTO {TABLE} (key, value, expires_at) VALUES (%s, %s, %s) "  # noqa: S608
            f"ON CONFLICT (key) DO UPDATE SET value = excluded.value, "
            f"expires_at = excluded.expires_at WHERE {TABLE}.expires_at <= %s RETURNING value",
            [self._name(key, version), int(value), self._expiry(timeout), now],
        )
        return bool(rows)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        rows = self._run(
            f"SELECT value FROM {TABLE} WHERE key = %s AND expires_at > %s",  # noqa: S608
            [self._name(key, version), int(time.time())],
        )
        return rows[0][0] if rows else default

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._run(
            f"INSERT INTO {TABLE} (key, value, expires_at) VALUES (%s, %s, %s) "  # noqa: S608
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value, "
            "expires_at = excluded.expires_at RETURNING value",
            [self._name(key, version), int(value), self._expiry(timeout)],
        )

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        rows = self._run(
            f"UPDATE {TABLE} SET value = value + %s "  # noqa: S608
            "WHERE key = %s AND expires_at > %s RETURNING value",
            [delta, self._name(key, version), int(time.time())],
        )
        if not rows:
            raise ValueError(f"there is no counter {key!r}")
        return int(rows[0][0])

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(
            self._run(
                f"DELETE FROM {TABLE} WHERE key = %s RETURNING value",  # noqa: S608
                [self._name(key, version)],
            )
        )

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE}")  # noqa: S608

    def purge_expired(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {TABLE} WHERE expires_at <= %s",  # noqa: S608
                [int(time.time())],
            )

    def _name(self, key: str, version: int | None) -> str:
        return self.make_and_validate_key(key, version=version)

    def _expiry(self, timeout: Any) -> int:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return int(time.time()) + int(seconds if seconds is not None else 10**9)

    def _run(self, statement: str, params: list[Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return list(cursor.fetchall())
