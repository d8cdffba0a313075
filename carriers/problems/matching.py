"""From a platform's refusal to the problem that it means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from carriers.problems.patterns import PATTERNS, Pattern

# What the status alone settles, where the words settle nothing.
BY_STATUS = {
    401: "upstream.unauthorized",
    404: "upstream.not_found",
    429: "upstream.rate_limited",
}
# Longer texts are pages and traces; what they mean stands at their beginning.
MOST_READ = 2_000
TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'"})


def match_problem(*, platform: str, operation: str, http_status: int, texts: Sequence[str]) -> str:
    """The code of the problem, "" where nothing fits.

    The first pattern that fits any of the texts wins, so a telling text beats a general one that
    stands before it.
    """
    told = [_readable(text) for text in texts if text.strip()] or [""]
    for pattern in PATTERNS:
        if _concerns(pattern, platform, operation, http_status):
            words = _compiled(pattern.words)
            if any(words.search(text) for text in told):
                return pattern.code
    if http_status >= 500:
        return "upstream.unavailable"
    return BY_STATUS.get(http_status, "")


def _concerns(pattern: Pattern, platform: str, operation: str, http_status: int) -> bool:
    return (
        pattern.platform in ("", platform)
        and pattern.status in (0, http_status)
        and (not pattern.operation or bool(_compiled(pattern.operation).search(operation)))
    )


def _readable(text: str) -> str:
    return " ".join(text[:MOST_READ].translate(TYPOGRAPHY).lower().split())


@lru_cache(maxsize=512)
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(words)
