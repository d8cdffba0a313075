"""Scans of a parcel, worked out from when its label was bought and what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

STEPS = (
    # share of the service's days, status, description, at which end
    (0.01, "awaiting_collection", "Shipping label created", "from"),
    (0.15, "in_transit", "Accepted at facility", "from"),
    (0.55, "in_transit", "Departed sorting hub", "from"),
    (0.90, "out_for_delivery", "Out for delivery", "to"),
    (1.00, "delivered", "Delivered", "to"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    at: datetime
    status: str
    description: str
    end: str


def scans_until(*, bought_at: datetime, days: int, now: datetime, speed: float) -> list[Scan]:
    """Oldest first; none lies in the future of `now`."""
    scans = []
    for share, status, description, end in STEPS:
        at = bought_at + timedelta(days=days * share) / max(speed, 0.0001)
        if at <= now:
            scans.append(Scan(at=at, status=status, description=description, end=end))
    return scans
