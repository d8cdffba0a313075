"""How long the linter takes over many rules."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections import Counter
from random import Random

from orders.bench.sample_rules import AT, PLACES, sample_book
from orders.rules.lint import World, lint
from orders.rules.routing import WarehouseOption
from shipping_project.kernel.benches import Bench, Measured, Options

TARGET_S = 1.0
RUNS = 3


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--rules", type=int, default=300)


def _measure(options: Options) -> Measured:
    book = sample_book(options["rules"], Random(1))  # noqa: S311 # repeatable, not secret
    world = World(
        day=AT[:10],
        warehouses=tuple(
            WarehouseOption(code=code, country=country, region=region, available={}, time_zone=zone)
            for code, country, region, zone in PLACES
        ),
    )
    seconds: list[float] = []
    for _ in range(RUNS):
        begun = time.process_time()
        findings = lint(book, world)
        seconds.append(time.process_time() - begun)
    figures = {
        "rules": options["rules"],
        "seconds": round(min(seconds), 3),
        "findings": dict(Counter(finding.code.value for finding in findings)),
    }
    return Measured(figures=figures, is_fine=min(seconds) < TARGET_S)


BENCH = Bench(
    name="lint",
    words="how long the linter takes over rules [--rules 300]",
    run=_measure,
    add_arguments=_add_arguments,
)
