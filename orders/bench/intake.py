"""Whether every order of a platform ends in one outcome, however its list misbehaves."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import timedelta

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from accounts.models import Organization
from carriers.models import PullWindow
from orders.demo.platform_orders import place_there, store_there
from orders.demo.running import running_twin
from orders.demo.seed import scaled_world, seed_demo
from orders.demo.twin_control import add_fault, change_options, clear_faults
from orders.models import Order, PulledOrder, PullSource
from orders.pulls import pull_veeqo_orders
from shipping_project.kernel.benches import Bench, Measured, Options

SEED = 7
READY_WITHIN_S = 60.0
FAULTS = ("lose_rows", "double_rows", "shuffle_rows", "error_before")
PAGE_SIZE = 25
MOST_ROUNDS = 200


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, default=50_000)
    parser.add_argument("--page-size", type=int, default=PAGE_SIZE, help="at most 100")


def _measure(options: Options) -> Measured:
    count = options["orders"]
    world = scaled_world(settings.STATE_DIR / "world.json", factor=count)
    with running_twin(world=world, within_s=READY_WITHIN_S):
        seed_demo(with_orders=False, world_file=world)
        _take_orders()
        for number in range(count):
            place_there(f"SHOP-{number:06d}")
        change_options({"veeqo_max_page_size": options["page_size"]})
        _misbehave()
        begun = time.monotonic()
        rounds = _read_until(count)
        clear_faults()
        seconds = time.monotonic() - begun
    outcomes = dict.fromkeys(PulledOrder.objects.values_list("external_ref", flat=True))
    created = Order.objects.filter(source="platform").count()
    open_windows = PullWindow.objects.still_open().filter(resource="orders").count()
    return Measured(
        figures={
            "orders": count,
            "with_one_outcome": len(outcomes),
            "rows": PulledOrder.objects.count(),
            "created": created,
            "readings": rounds,
            "rereads": sum(PullWindow.objects.values_list("rereads", flat=True)),
            "repeats": sum(PullWindow.objects.values_list("repeats", flat=True)),
            "open_windows": open_windows,
            "seconds": round(seconds, 1),
        },
        is_fine=len(outcomes) == PulledOrder.objects.count() == created == count,
    )


def _take_orders() -> None:
    store = store_there()
    PullSource.objects.create(
        platform="veeqo",
        store_ref=str(store),
        organization=Organization.objects.get(slug="alder"),
        is_on=True,
        taken_since=timezone.now() - timedelta(hours=1),
    )


def _misbehave() -> None:
    for place, effect in enumerate(FAULTS):
        fault = {"method": "GET", "path": "/orders", "effect": effect, "times": -1}
        add_fault({**fault, "probability": 0.1, "seed": SEED + place})


def _read_until(count: int) -> int:
    """Read as the schedule does, until all are here and the list is whole; returns how often."""
    for number in range(1, MOST_ROUNDS + 1):
        pull_veeqo_orders()
        is_whole = not PullWindow.objects.still_open().filter(resource="orders").exists()
        if is_whole and PulledOrder.objects.count() >= count:
            return number
    raise CommandError("The list was never read whole.")


BENCH = Bench(
    name="intake",
    words="orders of a platform whose pages are lost, doubled and in another order",
    run=_measure,
    add_arguments=_add_arguments,
)
