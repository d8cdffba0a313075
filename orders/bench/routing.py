"""How many decisions a second one core takes, and how that grows with the rules."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from orders.bench.sample_rules import sample_book, sample_snapshot
from orders.rules.routing import RouteSnapshot, choose_route
from shipping_project.kernel.benches import Bench, Measured, Options

TARGET = 20_000
RULES = (10, 100, 1000)
TARGET_AT = 100
# The best of some runs, since everything else on the machine only ever makes one slower.
RUNS = 5


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--snapshots", type=int, default=5000)


def _measure(options: Options) -> Measured:
    """Each run is over orders that were not decided before; one before all fills the index."""
    rates: dict[str, int] = {}
    ratios: dict[str, float] = {}
    for rules in RULES:
        rng = Random(rules)  # noqa: S311 # repeatable, not secret
        book = sample_book(rules, rng)
        runs = [
            [sample_snapshot(book, rng) for _ in range(options["snapshots"])]
            for _ in range(RUNS + 1)
        ]
        _seconds(choose_route, runs.pop())
        seconds = min(_seconds(choose_route, snapshots) for snapshots in runs)
        empty = min(_seconds(_nothing, snapshots) for snapshots in runs)
        rates[str(rules)] = round(options["snapshots"] / seconds)
        ratios[str(rules)] = round(seconds / empty, 1)
    figures = {
        "decisions_per_s": rates,
        "times_an_empty_loop": ratios,
        "growth_10_to_1000": round(rates["10"] / rates["1000"], 2),
        "snapshots": options["snapshots"],
    }
    return Measured(figures=figures, is_fine=rates[str(TARGET_AT)] >= TARGET)


def _seconds(act: Callable[[RouteSnapshot], Any], snapshots: Sequence[RouteSnapshot]) -> float:
    begun = time.process_time()
    for snapshot in snapshots:
        act(snapshot)
    return time.process_time() - begun


def _nothing(snapshot: RouteSnapshot) -> None:
    """What the loop itself costs."""


BENCH = Bench(
    name="routing",
    words="decisions a second on one core with 10, 100 and 1,000 rules [--snapshots 5000]",
    run=_measure,
    add_arguments=_add_arguments,
)
