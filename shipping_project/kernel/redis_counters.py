"""A cache that counts in Redis for rate limits, with one command for each count."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from django.utils.functional import cached_property


class RedisCounterCache(RedisCache):
    """Django's own makes a client anew for each command and asks before it counts."""

    @cached_property
    def _counters(self) -> Any:
        return self._cache.get_client(None, write=True)

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Start a counter, at 1 or more, unless there is one."""
        name = self.make_and_validate_key(key, version=version)
        expiry = self.get_backend_timeout(timeout)
        return bool(self._counters.set(name, int(value), ex=expiry, nx=True))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError for a counter that is not there, such as one that just ran out."""
        name = self.make_and_validate_key(key, version=version)
        value = int(self._counters.incr(name, delta))
        if value == delta:
            # Made by this very command, so it would never run out.
            self._counters.delete(name)
            raise ValueError(f"there is no counter {key!r}")
        return value
