"""How much of each platform's limit a run has used, by what the twin was really asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count

from carriers.limits import Limits, allowed_within
from carriers.models import OutboxCommand

TOO_MANY = 429
TARGET = 0.95
# So many open commands keep two workers busy; fewer may all wait for answers.
ENOUGH = 10
# In shorter runs the burst that is free at the beginning outweighs everything else.
MEANINGFUL_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """`busy_calls` of all `calls` went out while there was enough to do, which was for `seconds`.

    `allowed` is what the limit lets through in that time.
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


def use_of(requests: Sequence[Mapping[str, Any]], limits: Limits, *, busy_until: datetime) -> Use:
    """`requests` are one platform's rows of the twin's record, with `at` and `status`.

    Afterwards the last orders wait for answers of their own, and no longer for the limit.
    """
    moments = sorted(
        datetime.fromisoformat(str(row["at"])) for row in requests if row["status"] != TOO_MANY
    )
    busy = [moment for moment in moments if moment <= busy_until]
    seconds = (busy_until - busy[0]).total_seconds() if busy else 0.0
    return Use(
        calls=len(moments),
        busy_calls=len(busy),
        refused=len(requests) - len(moments),
        allowed=allowed_within(limits, seconds),
        seconds=seconds,
    )


class Backlog:
    """When each platform last had enough waiting for it that its limit alone held orders up."""

    def __init__(self, platforms: Sequence[str]) -> None:
        self.busy_until = dict.fromkeys(platforms, datetime.now(UTC))

    def look(self) -> None:
        waiting = OutboxCommand.objects.still_open().order_by().values_list("platform")
        for platform, count in waiting.annotate(count=Count("pk")):
            if count >= ENOUGH:
                self.busy_until[platform] = datetime.now(UTC)
