"""What to buy: demand by day, the stock to keep against its swings, and how many to order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist, pstdev

# The share that each window of whole days has in the demand; recent days count most.
WEIGHTS = ((7, 0.5), (14, 0.3), (30, 0.2))
DAYS = max(days for days, _ in WEIGHTS)
LEAST_SERVICE, MOST_SERVICE = 0.5, 0.999


@dataclass(frozen=True, slots=True)
class Day:
    """A whole day: units shipped, and whether there was nothing to ship."""

    shipped: int
    was_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`service` is the share of lead times that are to end without running out."""

    lead_days: int
    service: float = 0.95
    cover_days: int = 14
    minimum_units: int = 1


@dataclass(frozen=True, slots=True)
class Rate:
    """Units a day within a window, over `days` on which there was stock; their weight."""

    window: int
    units: int
    days: int
    weight: float

    @property
    def a_day(self) -> float:
        return self.units / self.days


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What the figures come to; `quantity` is nought while there is enough."""

    rates: tuple[Rate, ...]
    demand: float
    out_days: int
    deviation: float
    safety: int
    reorder_point: int
    target: int
    expected: int
    quantity: int
    days_of_cover: float | None
    run_out_on: date | None
    policy: Policy

    @property
    def sentences(self) -> tuple[str, ...]:
        """The formula with its figures."""
        if not self.rates:
            return ("Nothing was shipped while there was stock.",)
        terms = " + ".join(f"{rate.weight:.2g} × {rate.a_day:.2f}" for rate in self.rates)
        windows = ", ".join(f"{rate.window}" for rate in self.rates)
        policy = self.policy
        return (
            f"Demand: {terms} = {self.demand:.2f} a day, over the last {windows} days"
            f"{self._left_out()}.",
            f"Safety: {_z(policy.service):.2f} × {self.deviation:.2f} × √{policy.lead_days} = "
            f"{self.safety}, so that {policy.service:.1%} of deliveries come in time.",
            f"Reorder at {self.demand:.2f} × {policy.lead_days} days + {self.safety} = "
            f"{self.reorder_point}; up to {self.reorder_point} + {self.demand:.2f} × "
            f"{policy.cover_days} days = {self.target}.",
            f"{self.expected} are there or on their way, so {self.quantity} are to be ordered.",
        )

    def _left_out(self) -> str:
        if not self.out_days:
            return ""
        return f", {self.out_days} without stock left out"


def need_of(
    days: Sequence[Day], *, available: int, incoming: int, policy: Policy, today: date
) -> Need:
    """`days` are the last whole ones, the newest first.

    A window whose days were all without stock has no part, and the others share its weight.
    """
    rates = _rates(days)
    demand = sum(rate.weight * rate.a_day for rate in rates)
    sold = [day.shipped for day in days[:DAYS] if not day.was_out]
    deviation = pstdev(sold) if len(sold) > 1 else 0.0
    safety = math.ceil(round(_z(policy.service) * deviation * math.sqrt(policy.lead_days), 6))
    reorder_point = math.ceil(round(demand * policy.lead_days, 6)) + safety
    target = reorder_point + math.ceil(round(demand * policy.cover_days, 6))
    expected = available + incoming
    is_due = demand > 0 and expected <= reorder_point
    cover = max(0, available) / demand if demand > 0 else None
    return Need(
        rates=rates,
        demand=demand,
        out_days=sum(day.was_out for day in days[:DAYS]),
        deviation=deviation,
        safety=safety,
        reorder_point=reorder_point,
        target=target,
        expected=expected,
        quantity=max(policy.minimum_units, target - expected) if is_due else 0,
        days_of_cover=cover,
        run_out_on=_run_out(cover, today),
        policy=policy,
    )


def _rates(days: Sequence[Day]) -> tuple[Rate, ...]:
    found = []
    for window, weight in WEIGHTS:
        stocked = [day.shipped for day in days[:window] if not day.was_out]
        if stocked:
            found.append((window, sum(stocked), len(stocked), weight))
    whole = sum(weight for *_, weight in found)
    return tuple(
        Rate(window, units, count, round(weight / whole, 4))
        for window, units, count, weight in found
    )


def _z(service: float) -> float:
    """How many deviations cover that share of cases."""
    return NormalDist().inv_cdf(min(MOST_SERVICE, max(LEAST_SERVICE, service)))


def _run_out(cover: float | None, today: date) -> date | None:
    # Past some years it is no date that anybody plans by.
    if cover is None or cover > 3650:
        return None
    return today + timedelta(days=math.floor(cover))
