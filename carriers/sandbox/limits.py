"""Rate limits as the platforms apply them, by credential and by the twin's own wall clock."""

from __future__ import annotations

import threading
import time
from collections import deque


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


class Windows:
    """So many in the last second and so many in the last minute; one pair for each key."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def admit(self, key: str, *, per_second: int, per_minute: int) -> bool:
        with self._lock:
            now = time.monotonic()
            seen = self._seen.setdefault(key, deque())
            while seen and seen[0] <= now - 60:
                seen.popleft()
            recent = sum(1 for moment in seen if moment > now - 1)
            if recent >= per_second or len(seen) >= per_minute:
                return False
            seen.append(now)
            return True
