"""The storm itself: orders in parallel, faults at the twin, processes killed, then calm."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import DatabaseError, connection

from carriers.models import OutboxCommand
from orders.chaos.plan import TARGETS, PlannedOrder, Targets, plan_faults
from orders.demo.partner import Partner
from orders.demo.twin_control import add_fault, clear_faults, waiting_faults
from orders.models import Order
from orders.rules.states import DISPATCHABLE, OrderState
from orders.services.retry import retry_order
from shipping_project.kernel.errors import AppError
from shipping_project.kernel.processes import Supervised

POSTERS = 4
FAULT_EVERY_S = 0.2
REST_WITHIN_S = 900.0
ROUND_S = 0.25


def post_all(
    orders: Sequence[PlannedOrder], partner: Partner, *, within_s: float = 0.0
) -> list[str]:
    """Send every order, and call off those that are to be; returns the accepted numbers.

    `within_s` spreads them over so many seconds.
    """
    pause_s = within_s * POSTERS / max(len(orders), 1)
    partner.make_keys({order.organization for order in orders})
    timers: list[threading.Timer] = []

    def post(order: PlannedOrder) -> str:
        number = partner.post_order(order.organization, order.body)
        if order.cancel_after_s is not None:
            cancel = (order.organization, number)
            timer = threading.Timer(order.cancel_after_s, partner.cancel_order, cancel)
            timer.start()
            timers.append(timer)
        time.sleep(pause_s)
        return number

    with ThreadPoolExecutor(POSTERS) as pool:
        numbers = list(pool.map(post, orders))
    for timer in timers:
        timer.join()
    return numbers


class FaultMaker(threading.Thread):
    """Adds faults at the twin until stopped; the order of faults follows the seed."""

    def __init__(self, rng: random.Random, *, hold_s: float, targets: Targets = TARGETS) -> None:
        super().__init__(daemon=True)
        self._faults = plan_faults(rng=rng, hold_s=hold_s, targets=targets)
        self._stop_asked = threading.Event()

    def run(self) -> None:
        """At most one fault waits for each kind of request, or nothing would ever get through."""
        while not self._stop_asked.wait(FAULT_EVERY_S):
            fault = next(self._faults)
            if (fault["method"], fault["path"]) not in waiting_faults():
                add_fault(fault)

    def heal(self) -> None:
        """No more faults, and those that wait for a request are withdrawn."""
        self._stop_asked.set()
        self.join()
        clear_faults()


def kill(member: Supervised, *, whole_group: bool, rng: random.Random) -> None:
    """SIGKILL to all of it, or to one process below the leader, which is the meaner of the two."""
    if whole_group or not (below := _descendants(member.pid)):
        member.kill_group()
        return
    try:
        os.kill(rng.choice(below), signal.SIGKILL)
    except ProcessLookupError:
        return


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        children = Path(f"/proc/{parent}/task/{parent}/children")
        try:
            below = [int(word) for word in children.read_text(encoding="ascii").split()]
        except OSError:
            below = []
        found += below
        waiting += below
    return found


def settled_share(total: int) -> float:
    """How far the orders are: the share that has left the stages which workers move by."""
    try:
        return float(Order.objects.exclude(state__in=MOVING).count() / max(total, 1))
    except DatabaseError:
        # It is just being restarted.
        return 0.0
    finally:
        connection.close()


MOVING = [
    *(state.value for state in DISPATCHABLE - {OrderState.BACKORDERED}),
    *(OrderState.RECEIVED.value, OrderState.ROUTED.value),
    *(OrderState.RESERVED.value, OrderState.BOOKING.value),
]


def wait_for_rest(keep_going: Callable[[], None], *, within_s: float = REST_WITHIN_S) -> bool:
    """Until nothing moves any more; False when the patience ends first."""
    stop_at = time.monotonic() + within_s
    while time.monotonic() < stop_at:
        keep_going()
        if _is_at_rest():
            return True
        time.sleep(ROUND_S)
    return False


def retry_refused(*, actor: str) -> int:
    """What an operator does when the platforms are well again; returns for how many orders."""
    retried = 0
    for order in Order.objects.needing_attention().order_by("pk"):
        try:
            retry_order(order_id=order.pk, actor=actor)
        except AppError:
            continue
        retried += 1
    connection.close()
    return retried


def _is_at_rest() -> bool:
    """No command that a worker would still carry out, and no order that waits for one."""
    try:
        moving = OutboxCommand.objects.still_open().exclude(state="stuck").exists()
        waiting = Order.objects.filter(state__in=MOVING, cancel_requested_at=None)
        stuck = OutboxCommand.objects.filter(state="stuck").values("lane")
        lanes = {row["lane"] for row in stuck}
        return not moving and all(order.lane in lanes for order in waiting.only("pk")[:1000])
    except DatabaseError:
        return False
    finally:
        connection.close()
