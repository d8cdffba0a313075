"""How often a platform may be asked: the arithmetic of buckets and windows, without a clock.

A limit as text, "5/s burst 56" or "10/s 60/min", becomes a `Limits`. Given what was used so far
it names the moment of the next call. Times are seconds on whatever clock the caller uses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

PERIODS_S = {"s": 1.0, "min": 60.0, "h": 3600.0}
PART = re.compile(r"(\d{1,5})/(s|min|h)(?: burst (\d{1,5}))?(?: |$)")
# A call arrives some time after its moment, one sooner and one later. The platform counts
# arrivals, so windows are taken as longer than they are and a bucket as smaller.
WINDOW_SLACK_SHARE = 0.01
WINDOW_SLACK_S = 0.25
BUCKET_SLACK_SHARE = 0.01
BURST_SLACK_S = 2.0
BURST_SLACK_SHARE = 0.2
# Windows this long are spread out, so that a run of calls is not cut off for most of a minute.
SPREAD_FROM_S = 10.0
SPREAD = 0.7


class LimitsUnreadable(ValueError):
    """The text names no limit; the message says what one looks like."""


class Priority(IntEnum):
    """What a call is for. Lower numbers go first."""

    BUY = 0
    VOID = 1
    BOOK = 2
    RATE = 3
    TRACK = 4
    SYNC = 5

    @property
    def share(self) -> float:
        """The part of a burst or window that this kind may fill; the rest is left to others.

        Booking may use all: it is claimed after purchases anyway, and what is kept free for
        purchases that are not there would be lost.
        """
        return (1.0, 1.0, 1.0, 0.9, 0.8, 0.7)[self]

    @property
    def patience(self) -> float:
        """The part of the longest wait that a call of this kind may wait in place."""
        return (1.0, 1.0, 1.0, 0.5, 0.25, 0.25)[self]


@dataclass(frozen=True, slots=True)
class Bucket:
    """`per_s` on average, `burst` at once: what Veeqo does."""

    per_s: float
    burst: int

    def safe(self) -> Bucket:
        slack = min(self.per_s * BURST_SLACK_S, self.burst * BURST_SLACK_SHARE)
        return Bucket(self.per_s * (1 - BUCKET_SLACK_SHARE), max(1, math.floor(self.burst - slack)))


@dataclass(frozen=True, slots=True)
class Window:
    """`count` within any `period_s`: what Easyship does."""

    count: int
    period_s: float

    def safe(self) -> Window:
        slack = max(WINDOW_SLACK_S, self.period_s * WINDOW_SLACK_SHARE)
        return Window(self.count, self.period_s + slack)


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used so far.

    `full_at` is when the bucket will have run empty (its theoretical arrival time), `slots` are the
    latest moments given out, oldest first, and nothing goes out before `paused_until`.
    """

    full_at: float = 0.0
    slots: tuple[float, ...] = ()
    paused_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    buckets: tuple[Bucket, ...] = ()
    windows: tuple[Window, ...] = ()
    is_spread: bool = field(default=True, compare=False)

    @property
    def memory(self) -> int:
        """How many moments have to be remembered."""
        return max((window.count for window in self.windows), default=0)

    def safe(self) -> Limits:
        """These limits with room for calls that arrive late."""
        return Limits(
            tuple(bucket.safe() for bucket in self.buckets),
            tuple(window.safe() for window in self.windows),
        )

    def next_slot(self, usage: Usage, now: float, *, share: float = 1.0) -> float:
        """The first moment from `now` on at which one more call is within the limits.

        `share` below 1 leaves the rest of every burst and window to others.
        """
        moment = max(now, usage.paused_until)
        for bucket in self.buckets:
            room = max(1.0, bucket.burst * share)
            moment = max(moment, usage.full_at - (room - 1) / bucket.per_s)
        for window in self.windows:
            moment = max(moment, self._window_slot(window, usage.slots, moment, share))
        return moment

    def used(self, usage: Usage, slot: float) -> Usage:
        """What is used once a call has `slot`."""
        full_at = usage.full_at
        for bucket in self.buckets:
            full_at = max(full_at, slot) + 1 / bucket.per_s
        slots = sorted((*usage.slots, slot))[-self.memory :] if self.memory else ()
        return replace(usage, full_at=full_at, slots=tuple(slots))

    def _window_slot(
        self, window: Window, slots: Sequence[float], moment: float, share: float
    ) -> float:
        room = max(1, math.floor(window.count * share))
        if len(slots) >= room:
            moment = max(moment, slots[-room] + window.period_s)
        if self.is_spread and window.period_s >= SPREAD_FROM_S:
            moment = max(moment, _spread_slot(window, slots, moment, room))
        return moment


def _spread_slot(window: Window, slots: Sequence[float], moment: float, room: int) -> float:
    """The second half of a window is spread over the time until its oldest call leaves it."""
    inside = [slot for slot in slots if slot > moment - window.period_s]
    left = room - len(inside)
    if not 0 < left < room / 2:
        return moment
    until_free_s = inside[0] + window.period_s - inside[-1]
    return inside[-1] + SPREAD * until_free_s / (left + 1)


def parse_limits(text: str) -> Limits | None:
    """Limits as written in the settings; None for no limit. Raises LimitsUnreadable."""
    words = " ".join(text.split())
    if not words:
        return None
    parts = list(PART.finditer(words))
    if "".join(part.group(0) for part in parts) != words:
        raise LimitsUnreadable(
            f"{text!r} is no limit; write for example 5/s burst 56 or 10/s 60/min"
        )
    buckets: list[Bucket] = []
    windows: list[Window] = []
    for count, unit, burst in (part.groups() for part in parts):
        if int(count) < 1 or (burst and int(burst) < 1):
            raise LimitsUnreadable(f"{text!r} allows nothing; leave it empty for no limit")
        if burst:
            buckets.append(Bucket(int(count) / PERIODS_S[unit], int(burst)))
        else:
            windows.append(Window(int(count), PERIODS_S[unit]))
    if len(buckets) > 1:
        raise LimitsUnreadable(f"{text!r} names more than one burst")
    return Limits(tuple(buckets), tuple(windows))


def allowed_within(limits: Limits, seconds: float) -> int:
    """How many calls the limits let through in that time, for one who keeps to the rate.

    A bucket's burst can be used once; a window counts as its rate, since a run may begin and end
    anywhere in it.
    """
    most = [bucket.burst + bucket.per_s * seconds for bucket in limits.buckets]
    most += [window.count * max(1.0, seconds / window.period_s) for window in limits.windows]
    return math.floor(min(most))
