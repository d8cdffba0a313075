"""What is going to happen, drawn beforehand from one seed: orders, cancellations, faults, kills."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# Share of the orders that their partner calls off again, at any stage.
CANCELLED_SHARE = 0.08
# What a request meets, and how often in comparison: the unclear answers matter most.
UNCLEAR: tuple[tuple[str, int], ...] = (
    ("error_before", 2),
    ("error_after", 4),
    ("drop_after", 4),
    ("hold_after", 2),
    ("reset_after", 3),
    ("truncate_after", 2),
    ("html_before", 1),
    ("html_after", 2),
    ("drip_after", 1),
    ("refuse", 2),
)
PURCHASE = (*UNCLEAR, ("price_changed", 1), ("no_funds", 2), ("fail_label", 2))
LOOKUP = (*UNCLEAR, ("stale", 6))
# Method, part of the path, and what may happen there; purchases and bookings are hit most often.
Effects = tuple[tuple[str, int], ...]
Targets = tuple[tuple[str, str, Effects], ...]
TARGETS: Targets = (
    ("POST", "/shipping/shipments", PURCHASE),
    ("POST", "/shipping/shipments", PURCHASE),
    ("POST", "/label", PURCHASE),
    ("POST", "/label", PURCHASE),
    ("POST", "/batches/labels", PURCHASE),
    ("POST", "/batches/shipments", UNCLEAR),
    ("GET", "/batches", UNCLEAR),
    ("POST", "/orders", UNCLEAR),
    ("POST", "/2024-09/shipments", UNCLEAR),
    ("POST", "/allocations", UNCLEAR),
    ("DELETE", "/shipments/", UNCLEAR),
    ("POST", "/cancel", UNCLEAR),
    ("PUT", "/", UNCLEAR),
    ("GET", "/orders", LOOKUP),
    ("GET", "/2024-09/shipments", LOOKUP),
    ("GET", "/", UNCLEAR),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOrder:
    """`cancel_after_s` None: never called off."""

    organization: str
    body: dict[str, Any]
    cancel_after_s: float | None


def plan_orders(
    samples: Sequence[tuple[str, dict[str, Any]]],
    *,
    count: int,
    rng: random.Random,
    cancelled: float = CANCELLED_SHARE,
) -> list[PlannedOrder]:
    """`count` orders, the samples over and over, none of them kept back."""
    orders: list[PlannedOrder] = []
    for index in range(count):
        slug, body = samples[index % len(samples)]
        cancel = rng.uniform(0, 20) if rng.random() < cancelled else None
        fresh = body | {"external_ref": f"CHAOS-{index + 1:05d}", "hold_reason": ""}
        orders.append(PlannedOrder(organization=slug, body=fresh, cancel_after_s=cancel))
    return orders


def plan_faults(
    *, rng: random.Random, hold_s: float, targets: Targets = TARGETS
) -> Iterator[dict[str, Any]]:
    """Faults without end. `hold_s` is longer than the clients wait."""
    while True:
        method, path, possible = rng.choice(targets)
        effects, weights = zip(*possible, strict=True)
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
