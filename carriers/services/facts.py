"""What a platform tells and seldom changes: asked for once by all, kept for a while."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.core.cache import cache

from carriers.errors import UpstreamError

logger = logging.getLogger(__name__)
Fact = TypeVar("Fact")
# Kept so much longer than it is fresh, to be used while one process asks anew or none can.
KEPT_TIMES = 6
# How long one process may take to ask before another one does, and how often others look.
ASKING_S = 30.0
LOOK_EVERY_S = 0.05


class Remember(Protocol):
    """`anew` asks although something is remembered."""

    def __call__(self, name: str, read: Callable[[], Fact], *, anew: bool = False) -> Fact: ...


def ask_always(name: str, read: Callable[[], Fact], *, anew: bool = False) -> Fact:
    """Remembers nothing."""
    return read()


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    fresh_until: float


def memory_of(owner: str) -> Remember:
    """A memory for the facts of one account at one host, which `owner` names."""

    def remember(name: str, read: Callable[[], Fact], *, anew: bool = False) -> Fact:
        digest = sha256(f"{settings.VERSION}\n{owner}\n{name}".encode()).hexdigest()
        return remembered(f"facts:{digest}", read, anew=anew)

    return remember


def remembered(key: str, read: Callable[[], Fact], *, anew: bool = False) -> Fact:
    """The fact under `key`, at most PLATFORM_CACHE_S old, or up to six times that old while one
    process asks anew or the platform does not answer.

    Raises what `read` raises when nothing is remembered; a failure is not kept.
    """
    if not settings.PLATFORM_CACHE_S:
        return read()
    kept: _Kept | None = None if anew else cache.get(key)
    if kept is not None and kept.fresh_until > time.time():
        return kept.value  # type: ignore[no-any-return] # what `read` once returned
    if not cache.add(f"{key}:asking", True, ASKING_S):
        return _by_another(key, read) if kept is None else kept.value
    try:
        return _read(key, read)
    except UpstreamError as exc:
        if kept is None:
            raise
        logger.warning("an old fact is used", extra={"key": key, "code": exc.code})
        return kept.value  # type: ignore[no-any-return]
    finally:
        cache.delete(f"{key}:asking")


def _read(key: str, read: Callable[[], Fact]) -> Fact:
    value = read()
    fresh_s = float(settings.PLATFORM_CACHE_S)
    cache.set(key, _Kept(value, time.time() + fresh_s), fresh_s * KEPT_TIMES)
    return value


def _by_another(key: str, read: Callable[[], Fact]) -> Fact:
    """What another process is asking just now; asked here when that comes to nothing."""
    stop_at = time.monotonic() + ASKING_S
    while time.monotonic() < stop_at and cache.get(f"{key}:asking"):
        time.sleep(LOOK_EVERY_S)
    kept: _Kept | None = cache.get(key)
    return _read(key, read) if kept is None else kept.value
