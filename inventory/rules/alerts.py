"""Whether a number of units deserves an alert, and how urgent it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AlertKind(StrEnum):
    OUT = "out"
    LOW = "low"
    OVERSTOCK = "overstock"
    DRIFT = "drift"
    EXPIRING = "expiring"


class Severity(StrEnum):
    """Most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    MINOR = "minor"


@dataclass(frozen=True, slots=True)
class Alert:
    kind: AlertKind
    severity: Severity


def alert_for(
    *, available: int, low_at: int, overstock_factor: int, incoming: int = 0
) -> Alert | None:
    """Low is at or below `low_at`, high from half of it; overstock is above a multiple of it.

    Both count what is on its way. What is out is out until something arrives, since it cannot be
    sold before. A factor of nought means that there is never too much.
    """
    if available <= 0:
        return Alert(AlertKind.OUT, Severity.CRITICAL)
    expected = available + incoming
    if expected <= low_at:
        is_half = expected * 2 <= low_at
        return Alert(AlertKind.LOW, Severity.HIGH if is_half else Severity.MEDIUM)
    if overstock_factor and low_at and expected > low_at * overstock_factor:
        return Alert(AlertKind.OVERSTOCK, Severity.MINOR)
    return None
