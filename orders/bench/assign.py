"""How long the cheapest assignment of a batch takes, and what it saves against first come first
served."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from random import Random

from orders.rules.assigning import Batch, Candidate, Slot, greedy, ways_for
from orders.rules.splitting import LineNeed, Shelf
from orders.services.assigning import best_of
from shipping_project.kernel.benches import Bench, Measured, Options

TARGET_S = 30.0
SKUS = 120


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--warehouses", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0, help="for the solver")


def sample_batch(orders: int, warehouses: int, rng: Random) -> Batch:
    """Stock for nine tenths of what is asked, a day with too little room, and costs by distance."""
    codes = [f"W{number}" for number in range(warehouses)]
    asked = orders * 2
    per_shelf = max(1, round(0.9 * asked / (SKUS * warehouses)))
    shelves = tuple(
        Shelf(
            code=code,
            available={f"S{sku}": rng.randint(0, 2 * per_shelf) for sku in range(SKUS)},
        )
        for code in codes
    )
    slots = tuple(
        Slot(warehouse=code, day=day, room=room)
        for code in codes
        for day, room in (("2026-03-02", orders // (warehouses + 1)), ("2026-03-03", None))
    )
    candidates = tuple(_candidate(number, codes, rng) for number in range(orders))
    return Batch(candidates=candidates, shelves=shelves, slots=slots)


def _candidate(number: int, codes: list[str], rng: Random) -> Candidate:
    skus = rng.sample(range(SKUS), rng.choice((1, 1, 2, 3)))
    lines = tuple(
        LineNeed(position=place, quantity=rng.choice((1, 1, 2)), per_unit={f"S{sku}": 1})
        for place, sku in enumerate(skus, start=1)
    )
    cents = {code: rng.randint(600, 2_400) for code in codes}
    late = {"2026-03-03": rng.choice((0, 0, 500))}
    return Candidate(order=number, lines=lines, cents=cents, late_cents=late, may_split=True)


def _measure(options: Options) -> Measured:
    batch = sample_batch(options["orders"], options["warehouses"], Random(1))  # noqa: S311 # repeatable, not secret
    begun = time.perf_counter()
    ways = ways_for(batch)
    made = time.perf_counter()
    simple = greedy(batch, ways)
    best = best_of(batch, ways, simple, seconds=options["seconds"])
    ended = time.perf_counter()
    figures = {
        "orders": options["orders"],
        "warehouses": options["warehouses"],
        "ways": sum(map(len, ways)),
        "seconds": round(ended - begun, 2),
        "seconds_for_ways": round(made - begun, 2),
        "how": best.how,
        "placed": [simple.placed, best.placed],
        "cents": [simple.cents, best.cents],
        "saved_percent": round(100 * (1 - best.cents / simple.cents), 2),
    }
    return Measured(
        figures=figures, is_fine=ended - begun < TARGET_S and best.cents <= simple.cents
    )


BENCH = Bench(
    name="assign",
    words="the cheapest assignment of a batch [--orders 2000] [--warehouses 5] [--seconds 20]",
    run=_measure,
    add_arguments=_add_arguments,
)
