"""What is going to happen, drawn beforehand from one seed: orders, cancellations, faults, kills."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# Share of the orders that their partner calls off again, at any stage.
CANCELLED_SHARE = 0.08
# What a request meets, and how often in comparison: the unclear answers matter most.
FAULTS: tuple[tuple[str, int], ...] = (
    ("error_before", 2),
    ("error_after", 4),
    ("drop_after", 4),
    ("hold_after", 2),
    ("refuse", 2),
)
# Method and part of the path; purchases and bookings are hit more often than reads.
TARGETS: tuple[tuple[str, str], ...] = (
    ("POST", "/shipping/shipments"),
    ("POST", "/shipping/shipments"),
    ("POST", "/label"),
    ("POST", "/label"),
    ("POST", "/orders"),
    ("POST", "/2024-09/shipments"),
    ("POST", "/allocations"),
    ("DELETE", "/shipments/"),
    ("POST", "/cancel"),
    ("PUT", "/"),
    ("GET", "/"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOrder:
    """`cancel_after_s` None: never called off."""

    organization: str
    body: dict[str, Any]
    cancel_after_s: float | None


def plan_orders(
    samples: Sequence[tuple[str, dict[str, Any]]], *, count: int, rng: random.Random
) -> list[PlannedOrder]:
    """`count` orders, the samples over and over, none of them kept back."""
    orders: list[PlannedOrder] = []
    for index in range(count):
        slug, body = samples[index % len(samples)]
        cancel = rng.uniform(0, 20) if rng.random() < CANCELLED_SHARE else None
        fresh = body | {"external_ref": f"CHAOS-{index + 1:05d}", "hold_reason": ""}
        orders.append(PlannedOrder(organization=slug, body=fresh, cancel_after_s=cancel))
    return orders


def plan_faults(*, rng: random.Random, hold_s: float) -> Iterator[dict[str, Any]]:
    """Faults without end. `hold_s` is longer than the clients wait."""
    effects, weights = zip(*FAULTS, strict=True)
    while True:
        method, path = rng.choice(TARGETS)
        yield {
            "method": method,
            "path": path,
            "effect": rng.choices(effects, weights)[0],
            "times": rng.randint(1, 2),
            "status": rng.choice((500, 502, 503)),
            "seconds": hold_s,
        }


def plan_kills(*, count: int, rng: random.Random) -> list[tuple[str, bool]]:
    """Which process, and whether its whole group or one child alone; workers more often."""
    names = ("worker", "worker", "worker2", "worker2", "web")
    return [(rng.choice(names), rng.random() < 0.7) for _ in range(count)]
