"""The demonstration as running processes, for as long as something is measured on it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from orders.demo.seed import scaled_world, seed_demo
from orders.demo.twin_control import wait_for_twin
from shipping_project.kernel.processes import Supervisor
from shipping_project.serving import processes, wait_until_ready


@contextmanager
def running_demo(*, orders: int, web_port: int) -> Iterator[Supervisor]:
    """Twin, web and two workers on an empty store, with stock and money for so many orders."""
    if not settings.DEMO:
        raise CommandError("This is for the twin; set DEMO=1.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    call_command("prepare")
    world = scaled_world(settings.STATE_DIR / "world.json", factor=orders)
    seed_demo(with_orders=False, world_file=world)
    supervisor = Supervisor(
        processes(web_port=web_port, workers=2, twin_options=("--world", str(world)))
    )
    supervisor.start()
    try:
        wait_until_ready(supervisor, web_port=web_port)
        yield supervisor
    finally:
        supervisor.stop()


@contextmanager
def running_twin(*, world: Path, within_s: float) -> Iterator[None]:
    """The twin alone with this world, for what needs no workers. Filling a large one takes time."""
    if not settings.DEMO:
        raise CommandError("This is for the twin; set DEMO=1.")
    call_command("prepare")
    specs = processes(web_port=0, workers=1, twin_options=("--world", str(world)))
    supervisor = Supervisor([spec for spec in specs if spec.name == "twin"])
    supervisor.start()
    try:
        wait_for_twin(within_s=within_s)
        yield
    finally:
        supervisor.stop()
