"""Carrying a day out: processes, both kinds of buyers, faults, kills, and rest at the end."""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.urls import reverse

from carriers.inbox.subscribing import subscribe_at_easyship
from carriers.platforms import veeqo_client
from inventory.models import PlatformStock, StockDrift, StockRun
from orders.chaos.day import (
    HOURS,
    LOST_EVENTS,
    STOCK_TARGETS,
    VEEQO,
    Day,
    Shop,
    Told,
    end_leases,
    link_and_read,
    operate,
    read_stock_again,
    wake,
    widen_overlaps,
)
from orders.chaos.day_tally import (
    DayResult,
    count_day,
    missed_drifts,
    numbers_apart,
    unexplained_drifts,
)
from orders.chaos.plan import PlannedOrder, plan_kills, plan_orders
from orders.chaos.planting import plant_next
from orders.chaos.storm import FaultMaker, kill, post_all, retry_refused, wait_for_rest
from orders.chaos.tally import tally, unaccounted_labels
from orders.demo.partner import Partner
from orders.demo.seed import sample_bodies
from orders.demo.twin_control import add_fault, twin_report
from shipping_project.kernel.processes import Supervisor
from shipping_project.serving import Keeper, wait_until_ready

# The last part of the day is for what is on its way.
POSTED_WITHIN = 0.9
REST_ROUNDS = 30
READ_WITHIN_S = 60.0
ROUND_S = 0.2


def run_day(
    supervisor: Supervisor,
    *,
    orders: int,
    seed: int,
    kills: int,
    port: int,
    seconds: float,
    hold_s: float,
) -> tuple[DayResult, list[str]]:
    """The count, and a line for each thing that is not as it should be."""
    begun = time.monotonic()
    rng = random.Random(seed)  # noqa: S311 # repeatable, not secret
    keeper = Keeper(supervisor)
    _subscribe(supervisor, port=port)
    link_and_read(keeper)
    widen_overlaps(seconds=seconds)
    told = Told()
    planned = plan_orders(list(sample_bodies()), count=orders, rng=rng)
    numbers = _pass_the_day(
        keeper, supervisor, planned, told, seed=seed, kills=kills, port=port,
        seconds=seconds, hold_s=hold_s,
    )  # fmt: skip
    is_at_rest = _come_to_rest(keeper, told, rng)
    labels = twin_report()["labels"]
    counted = tally(numbers, labels, seconds=time.monotonic() - begun)
    result = count_day(
        tally=counted,
        told=told,
        hours=HOURS,
        kills=kills,
        is_at_rest=is_at_rest,
        seconds=time.monotonic() - begun,
    )
    faults = [
        *numbers_apart(),
        *(f"unaccounted: {row}" for row in unaccounted_labels(labels)),
        *(
            f"unexplained: {drift}, {drift.ours} by ours, {drift.theirs} there, {drift.lines}, "
            f"found {drift.found_at:%H:%M:%S}"
            for drift in unexplained_drifts(told.planted)
        ),
        *(
            f"missed: {one.units:+d} of number {one.stock_id}"
            for one in missed_drifts(told.planted)
        ),
    ]
    return result, faults


def _subscribe(supervisor: Supervisor, *, port: int) -> None:
    """Easyship tells us what happens, and half of it gets lost."""
    site = f"http://127.0.0.1:{port}"
    secret = Path(settings.STATE_DIR) / "webhook-secret"
    subscribe_at_easyship(url=f"{site}{reverse('webhook-easyship')}", secret_file=secret)
    os.environ["EASYSHIP_WEBHOOK_SECRET_FILE"] = str(secret)
    connection.close()
    supervisor.restart("web")
    wait_until_ready(supervisor, web_port=port)
    add_fault(LOST_EVENTS)


def _pass_the_day(
    keeper: Keeper,
    supervisor: Supervisor,
    planned: list[PlannedOrder],
    told: Told,
    *,
    seed: int,
    kills: int,
    port: int,
    seconds: float,
    hold_s: float,
) -> list[str]:
    rng = random.Random(seed + 1)  # noqa: S311
    numbers: list[str] = []
    partner = Partner(f"http://127.0.0.1:{port}")
    partner.make_keys({order.organization for order in planned})
    channel = int(veeqo_client().list_stores(type_code="direct")[0].store_ref)
    poster = threading.Thread(
        target=lambda: numbers.extend(post_all(planned, partner, within_s=seconds * POSTED_WITHIN))
    )
    shop = Shop(random.Random(seed + 2), channel_id=channel, told=told)  # noqa: S311
    connection.close()
    faults = FaultMaker(random.Random(seed + 3), hold_s=hold_s, targets=STOCK_TARGETS)  # noqa: S311
    day = Day(rng, seconds=seconds, told=told)
    for thread in (poster, shop, faults):
        thread.start()
    waiting = plan_kills(count=kills, rng=rng)
    while day.share < 1:
        keeper.round()
        day.step()
        if waiting and day.share > 1 - len(waiting) / (kills + 1):
            name, whole_group = waiting.pop()
            kill(supervisor.members[name], whole_group=whole_group, rng=rng)
            day.note_kill()
        time.sleep(ROUND_S)
    shop.close()
    while poster.is_alive():
        keeper.round()
        poster.join(0.25)
    faults.heal()
    return numbers


def _come_to_rest(keeper: Keeper, told: Told, rng: random.Random) -> bool:
    """Until nothing moves and one more whole reading finds nothing to tell, take or wait for."""
    for _ in range(REST_ROUNDS):
        end_leases()
        wake()
        if not wait_for_rest(keeper.round):
            return False
        retry_refused(actor="chaos")
        # What found no calm shelf in a day full of sales.
        while plant_next(rng, told.planted):
            pass
        told.settled += operate(rng)
        connection.close()
        if _is_all_agreed(keeper):
            return True
    return False


def _is_all_agreed(keeper: Keeper) -> bool:
    read_stock_again()
    run = StockRun.objects.running().filter(platform=VEEQO).first()
    connection.close()
    stop_at = time.monotonic() + READ_WITHIN_S
    while run is not None and run.finished_at is None and time.monotonic() < stop_at:
        keeper.round()
        time.sleep(ROUND_S)
        try:
            run.refresh_from_db()
        except DatabaseError:
            continue
        finally:
            connection.close()
    if run is None or run.to_tell or run.waiting or run.drifted or run.taken:
        return False
    moving = PlatformStock.objects.filter(compared_at=None).exists()
    return not moving and not StockDrift.objects.still_open().exists()
