"""How much of each platform's limit a run has used, by what the twin was really asked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from carriers.limits import Limits, allowed_within

TOO_MANY = 429
TARGET = 0.95
# At the end the last orders wait for answers of their own, and no longer for the limit.
STRAGGLERS = 0.05
# In shorter runs the burst that is free at the beginning outweighs everything else.
MEANINGFUL_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """`allowed` is what the limit lets through in `seconds`, while there was enough to do.

    That is from the first call on until so many were made that only stragglers were left.
    """

    calls: int
    busy_calls: int
    refused: int
    allowed: int
    seconds: float

    @property
    def share(self) -> float | None:
        """The used part of what was allowed; None where the run was too short to say."""
        if self.seconds < MEANINGFUL_S:
            return None
        return round(self.busy_calls / self.allowed, 3)

    @property
    def is_fine(self) -> bool:
        return not self.refused and (self.share is None or self.share >= TARGET)

    def figures(self) -> dict[str, object]:
        return asdict(self) | {"share": self.share, "seconds": round(self.seconds, 1)}


def use_of(requests: Sequence[Mapping[str, Any]], limits: Limits) -> Use:
    """`requests` are one platform's rows of the twin's record, with `at` and `status`."""
    moments = sorted(
        datetime.fromisoformat(str(row["at"])) for row in requests if row["status"] != TOO_MANY
    )
    busy = moments[: math.ceil(len(moments) * (1 - STRAGGLERS))]
    seconds = (busy[-1] - busy[0]).total_seconds() if busy else 0.0
    refused = len(requests) - len(moments)
    return Use(
        calls=len(moments),
        busy_calls=len(busy),
        refused=refused,
        allowed=allowed_within(limits, seconds),
        seconds=seconds,
    )
