"""A storm over the whole system, or a day of it, and a count of what that cost.

Started by `bin/chaos`.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand

from orders.chaos.plan import plan_kills, plan_orders
from orders.chaos.storm import (
    FaultMaker,
    kill,
    post_all,
    retry_refused,
    settled_share,
    wait_for_rest,
)
from orders.chaos.tally import Tally, tally, unaccounted_labels
from orders.chaos.whole_day import run_day
from orders.demo.partner import Partner
from orders.demo.running import running_demo
from orders.demo.seed import sample_bodies
from orders.demo.twin_control import twin_report
from shipping_project.kernel.processes import Supervisor
from shipping_project.serving import Keeper

# Longer than the clients wait for any answer, so that a held answer is a lost one.
HOLD_S = settings.HTTP_LABEL_TIMEOUT_S + 1.0
STORM_ENDS_AT = 0.97
# The storm lasts until nearly all orders are through, or this long, whichever comes first.
STORM_S_PER_ORDER = 0.4
SHORTEST_STORM_S = 40.0
OPERATOR_ROUNDS = 4
# With each so-manieth kill one of the services is restarted, in turn.
RESTART_EVERY = 3


class Command(BaseCommand):
    help = "Send orders through a storm of faults and kills, or a day, and count at the twin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scenario", choices=("storm", "day"), default="storm")
        parser.add_argument("--orders", type=int, default=60)
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--kills", type=int, default=6)
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--day-seconds", type=float, default=150.0, help="how long the 24 hours of a day take"
        )
        parser.add_argument(
            "--restart-services",
            action="store_true",
            help="also restart PostgreSQL and Redis of this machine meanwhile",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["scenario"] == "day":
            self._day(options)
        begun = time.monotonic()
        with running_demo(orders=options["orders"], web_port=options["port"]) as supervisor:
            numbers = self._storm(supervisor, options)
            result = self._count(numbers, time.monotonic() - begun)
        self.stdout.write(json.dumps(result.totals()))
        sys.exit(0 if result.is_clean else 1)

    def _day(self, options: dict[str, Any]) -> NoReturn:
        """The shelves are as full as in the demonstration, so that they are sold empty."""
        with running_demo(orders=1, web_port=options["port"]) as supervisor:
            result, faults = run_day(
                supervisor,
                orders=options["orders"],
                seed=options["seed"],
                kills=options["kills"],
                port=options["port"],
                seconds=options["day_seconds"],
                hold_s=HOLD_S,
            )
        self.stderr.write("\n".join(faults))
        self.stdout.write(json.dumps(result.totals()))
        sys.exit(0 if result.is_clean else 1)

    def _storm(self, supervisor: Supervisor, options: dict[str, Any]) -> list[str]:
        rng = random.Random(options["seed"])  # noqa: S311 # repeatable, not secret
        samples = list(sample_bodies())
        orders = plan_orders(samples, count=options["orders"], rng=rng)
        kills = plan_kills(count=options["kills"], rng=rng)
        faults = FaultMaker(random.Random(options["seed"] + 1), hold_s=HOLD_S)  # noqa: S311
        keeper = Keeper(supervisor)
        numbers: list[str] = []
        partner = Partner(f"http://127.0.0.1:{options['port']}")
        poster = threading.Thread(target=lambda: numbers.extend(post_all(orders, partner)))
        faults.start()
        poster.start()
        restarts = _Services() if options["restart_services"] else None
        storm_s = max(SHORTEST_STORM_S, len(orders) * STORM_S_PER_ORDER)
        begun = time.monotonic()
        for index, (name, whole_group) in enumerate(kills):
            part = (index + 1) / (len(kills) + 1)
            _go_on_until(keeper, part * STORM_ENDS_AT, len(orders), stop_at=begun + part * storm_s)
            kill(supervisor.members[name], whole_group=whole_group, rng=rng)
            if restarts and index % RESTART_EVERY == 1:
                restarts.restart(index // RESTART_EVERY)
        _go_on_until(keeper, STORM_ENDS_AT, len(orders), stop_at=begun + storm_s)
        while poster.is_alive():
            keeper.round()
            poster.join(0.25)
        faults.heal()
        self._calm(keeper)
        return numbers

    def _calm(self, keeper: Keeper) -> None:
        """Wait until nothing moves, with an operator pressing Retry where it was refused."""
        for _ in range(OPERATOR_ROUNDS):
            if not wait_for_rest(keeper.round):
                self.stderr.write("the system did not come to rest")
                return
            if not retry_refused(actor="chaos"):
                return

    def _count(self, numbers: list[str], seconds: float) -> Tally:
        labels = twin_report()["labels"]
        for row in unaccounted_labels(labels):
            self.stderr.write(f"unaccounted: {row}")
        return tally(numbers, labels, seconds=seconds)


class _Services:
    """PostgreSQL and Redis of this machine, by Debian's commands (as root)."""

    POSTGRESQL = (
        "pg_ctlcluster --skip-systemctl-redirect $(ls /etc/postgresql) main restart -m fast"
    )
    REDIS = (
        "redis-cli shutdown nosave; redis-server --daemonize yes --bind 127.0.0.1 --port 6379 "
        "--save '' --appendonly no"
    )

    def restart(self, number: int) -> None:
        command = self.POSTGRESQL if number % 2 == 0 else self.REDIS
        subprocess.run(command, shell=True, check=True)  # noqa: S602 # fixed text


def _go_on_until(keeper: Keeper, share: float, total: int, *, stop_at: float) -> None:
    """Let the system work until this share of the orders is through, or it is time to go on."""
    while settled_share(total) < share and time.monotonic() < stop_at:
        keeper.round()
        time.sleep(0.25)
