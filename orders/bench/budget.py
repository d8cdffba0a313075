"""How much of the platforms' limits a run of orders uses."""

from __future__ import annotations

import random
import time
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import CommandError

from carriers.limits import parse_limits
from carriers.services.platforms import set_platform_enabled
from orders.bench.use import Backlog, Use, use_of
from orders.chaos.plan import plan_orders
from orders.chaos.storm import post_all, wait_for_rest
from orders.chaos.tally import tally
from orders.demo.partner import Partner
from orders.demo.running import running_demo
from orders.demo.seed import sample_bodies
from orders.demo.twin_control import change_options, twin_report, twin_requests
from orders.models import Order
from orders.rules.states import OrderState
from shipping_project.kernel.benches import Bench, Measured, Options
from shipping_project.serving import Keeper

PLATFORMS = ("veeqo", "easyship")
# Slower than the strictest limit by far; who is not at rest by then has stopped.
S_PER_ORDER = 12.0
SHORTEST_S = 300.0
LOOK_EVERY_S = 0.5


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, default=1000)


def _measure(options: Options) -> Measured:
    begun = time.monotonic()
    with running_demo(orders=options["orders"], web_port=options["port"]) as supervisor:
        change_options({"preset": "production"})
        backlog = Backlog(PLATFORMS)
        numbers = _run(Keeper(supervisor), backlog, options)
        result = tally(numbers, twin_report()["labels"], seconds=time.monotonic() - begun)
        uses = {name: _use(name, backlog) for name in PLATFORMS}
    used = {name: use.figures() for name, use in uses.items()}
    is_fine = result.is_clean and all(use.is_fine for use in uses.values())
    return Measured(figures={**result.totals(), **used}, is_fine=is_fine)


def _switch(*, is_enabled: bool) -> None:
    """Off while orders come in, so that later nothing but the limits holds them up."""
    for platform in PLATFORMS:
        set_platform_enabled(platform=platform, is_enabled=is_enabled, actor="bench")


def _wait_until_dispatched(keeper: Keeper) -> None:
    while Order.objects.filter(state=OrderState.VALID.value).exists():
        keeper.round()
        time.sleep(LOOK_EVERY_S)


def _run(keeper: Keeper, backlog: Backlog, options: Options) -> list[str]:
    """Post the orders and wait until all of them rest."""
    rng = random.Random(1)  # noqa: S311 # repeatable, not secret
    orders = plan_orders(list(sample_bodies()), count=options["orders"], rng=rng, cancelled=0.0)
    _switch(is_enabled=False)
    numbers = post_all(orders, Partner(f"http://127.0.0.1:{options['port']}"))
    _wait_until_dispatched(keeper)
    _switch(is_enabled=True)
    within_s = max(SHORTEST_S, S_PER_ORDER * len(orders))

    def look_after() -> None:
        keeper.round()
        backlog.look()

    if not wait_for_rest(look_after, within_s=within_s):
        raise CommandError(f"The system did not come to rest within {within_s:.0f} s.")
    return numbers


def _use(platform: str, backlog: Backlog) -> Use:
    is_veeqo = platform == "veeqo"
    limits = parse_limits(settings.VEEQO_LIMITS if is_veeqo else settings.EASYSHIP_LIMITS)
    if limits is None:
        raise CommandError("Set VEEQO_LIMITS and EASYSHIP_LIMITS.")
    busy_until = backlog.busy_until[platform]
    return use_of(twin_requests(platform), limits, busy_until=busy_until)


BENCH = Bench(
    name="budget",
    words="how much of the platforms' limits orders use [--orders 1000]",
    run=_measure,
    add_arguments=_add_arguments,
)
