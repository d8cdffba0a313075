"""Rate limits as the platforms apply them, by credential and by the twin's own wall clock."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass


class LeakyBucket:
    """Holds `capacity` requests and leaks `per_second`; one for each key."""

    def __init__(self) -> None:
        self._levels: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def admit(self, key: str, *, per_second: float, capacity: int) -> bool:
        with self._lock:
            now = time.monotonic()
            level, seen = self._levels.get(key, (0.0, now))
            level = max(0.0, level - (now - seen) * per_second)
            admitted = level + 1 <= capacity
            self._levels[key] = (level + 1 if admitted else level, now)
            return admitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceeded:
    """Which limit was met, and how long until one more request fits below it."""

    limit: int
    free_in_s: float


class Windows:
    """So many in the last second and so many in the last minute; one pair for each key."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def admit(self, key: str, *, per_second: int, per_minute: int) -> Exceeded | None:
        """None when the request may pass, and then it counts."""
        with self._lock:
            now = time.monotonic()
            seen = self._seen.setdefault(key, deque())
            while seen and seen[0] <= now - 60:
                seen.popleft()
            recent = sum(1 for moment in seen if moment > now - 1)
            if len(seen) >= per_minute:
                return Exceeded(limit=per_minute, free_in_s=seen[-per_minute] + 60 - now)
            if recent >= per_second:
                return Exceeded(limit=per_second, free_in_s=seen[-per_second] + 1 - now)
            seen.append(now)
            return None
