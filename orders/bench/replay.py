"""How many orders of the past a second are routed anew by two versions, and in how much memory."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from random import Random

from django.core.management import call_command
from django.utils import timezone

from orders.bench.history import changed_draft, make_history, publish_sample
from orders.models import RuleSet, Simulation
from orders.rules.replay import read_tally
from orders.services.simulations import advance_simulation, start_simulation
from shipping_project.kernel.benches import Bench, Measured, Options

TARGET = 5_000
RULES = 100
# Both sizes begin alike, so what the larger one needs more has grown with the orders.
MOST_GROWTH_MB = 30.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, nargs="+", default=[10_000, 100_000])


def _measure(options: Options) -> Measured:
    call_command("prepare")
    rng = Random(1)  # noqa: S311 # repeatable, not secret
    live = publish_sample(RULES, rng)
    draft = changed_draft(live, every=10, carrier="USPS")
    made = 0
    sizes = sorted(options["orders"])
    runs: list[dict[str, float]] = []
    for orders in sizes:
        make_history(rule_set=live, orders=orders, first=made, rng=rng)
        made = orders
        runs.append(_replayed(draft, orders))
    same = _replayed(live, min(sizes))
    growth = max(run["memory_mb"] for run in runs) - runs[0]["memory_mb"]
    figures = {
        "orders_per_s": {str(int(run["orders"])): round(run["per_s"]) for run in runs},
        "memory_mb": {str(int(run["orders"])): run["memory_mb"] for run in runs},
        "changed": {str(int(run["orders"])): int(run["changed"]) for run in runs},
        "changed_by_the_same_rules": int(same["changed"]),
    }
    is_fast = all(run["per_s"] >= TARGET for run in runs)
    return Measured(
        figures=figures, is_fine=is_fast and growth < MOST_GROWTH_MB and not same["changed"]
    )


def _replayed(rule_set: RuleSet, orders: int) -> dict[str, float]:
    """Seconds are those of this process, so those of one core; memory is what it holds at last."""
    now = timezone.now() + timedelta(minutes=1)
    begun = time.process_time()
    simulation = start_simulation(
        rule_set_id=rule_set.pk,
        since=now - timedelta(days=1),
        until=now,
        sample=orders,
        actor="bench",
    )
    while advance_simulation(simulation.pk):
        pass
    seconds = time.process_time() - begun
    tally = read_tally(Simulation.objects.get(pk=simulation.pk).tally)
    return {
        "orders": orders,
        "per_s": tally.replayed / seconds,
        "memory_mb": _memory_mb(),
        "changed": tally.changed,
    }


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(pages * PAGE_BYTES / 1_000_000, 1)


BENCH = Bench(
    name="replay",
    words="orders a second that are tried by a draft [--orders 10000 100000]",
    run=_measure,
    add_arguments=_add_arguments,
)
