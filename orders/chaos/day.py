"""A day in some minutes: sales on both sides of the same shelves, edits there, faults and kills."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone

from carriers.inbox.models import SyncCursor
from carriers.platforms import veeqo_client
from catalog.models import CatalogRun, PlatformListing
from catalog.sync.runs import RunUnderWay, begin_run
from inventory.models import (
    MovementKind,
    PlatformStock,
    StockDrift,
    StockRun,
    Warehouse,
    WarehouseLink,
)
from inventory.rules.stock_sync import Owner
from inventory.services.links import record_warehouse_link
from inventory.services.stock import move_stock
from inventory.sync.owners import change_link
from inventory.sync.runs import StockRunUnderWay, begin_stock_run
from inventory.sync.settling import Choice, settle_drift
from orders.chaos.planting import PLACE, Losses, Planted
from orders.demo import shop
from orders.demo.twin_control import move_clock
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import AppError
from shipping_project.serving import Keeper

HOURS = 24
VEEQO = "veeqo"
# More than are sold here of one SKU between two looks at the shop's orders.
BUFFER = 8
SALE_EVERY_S = 0.25
MOST_UNITS = 4
# Some buyers change their mind; most orders are shipped some sales later.
CANCELLED_SHARE, SHIPPED_AFTER = 0.1, 12
SYNC_EVERY_S = 1.0
# All stock is read every three hours of the day.
READINGS = 8
OPERATOR_EVERY_S = 5.0
ACTOR = "chaos"
ROUND_S = 0.2
LEASES_END_AFTER_S = 3.0
OVERLAP_S = 20.0
WITHIN_S = 120.0
TASKS = ("orders.tasks.pull_veeqo_orders", "inventory.tasks.tell_changed")
STOCK_TARGETS = (
    ("GET", "/stock_entry", (("error_before", 2), ("html_before", 1), ("hold_after", 1))),
    (
        "PUT",
        "/stock_entry",
        (("error_before", 1), ("error_after", 3), ("drop_after", 3), ("reset_after", 2)),
    ),
    ("GET", "/products", (("error_before", 2), ("truncate_after", 1), ("reset_after", 1))),
    ("POST", "/label", (("error_after", 2), ("drop_after", 2))),
    ("POST", "/shipping/shipments", (("error_after", 2), ("drop_after", 2))),
)
LOST_EVENTS = {"method": "WEBHOOK", "path": "", "effect": "lose", "times": -1, "probability": 0.5}


@dataclass(slots=True)
class Told:
    """What was done to the shelves beside the orders that came to us."""

    sales: int = 0
    units: int = 0
    away: int = 0
    planted: list[Planted] = field(default_factory=list)
    receipts: int = 0
    settled: int = 0


def link_and_read(keeper: Keeper) -> None:
    """Our warehouses at Veeqo, our products there, and a first reading on which both agree."""
    link_warehouses()
    # The schedule may have begun one a moment ago.
    with suppress(RunUnderWay):
        begin_run(platform=VEEQO, actor=ACTOR, is_full=True)
    _wait(keeper, lambda: not CatalogRun.objects.running().exists())
    read_stock_again()
    _wait(keeper, lambda: not StockRun.objects.running().exists())
    keep_back()


def link_warehouses() -> None:
    """Those of ours that Veeqo knows; the numbers in them are ours to tell."""
    codes = dict(Warehouse.objects.values_list("code", "pk"))
    names = dict(Warehouse.objects.values_list("name", "pk"))
    for row in veeqo_client().list_warehouses():
        ours = codes.get(row.external_code) or names.get(row.name)
        if ours is not None:
            link = record_warehouse_link(
                warehouse_id=ours, platform=VEEQO, external_ref=row.warehouse_ref
            )
            change_link(link_id=link.pk, stock_owner=Owner.OURS, stock_buffer=0, actor=ACTOR)


def keep_back() -> None:
    """From now on some units of each are not told."""
    WarehouseLink.objects.filter(platform=VEEQO).update(stock_buffer=BUFFER)
    PlatformStock.objects.update(compared_at=None)


def _wait(keeper: Keeper, is_done: Any) -> bool:
    stop_at = time.monotonic() + WITHIN_S
    while time.monotonic() < stop_at:
        keeper.round()
        try:
            if is_done():
                return True
        except DatabaseError:
            # It is just being restarted.
            pass
        finally:
            connection.close()
        time.sleep(ROUND_S)
    return False


class Shop(threading.Thread):
    """Sells what it sees as available, ships most of it and cancels some, until stopped."""

    def __init__(
        self,
        rng: random.Random,
        *,
        channel_id: int,
        told: Told,
        items: Sequence[str] = (),
    ) -> None:
        """It sells all that Veeqo lists here, or these."""
        super().__init__(daemon=True)
        self._rng, self._channel_id, self._told = rng, channel_id, told
        self._stop_asked = threading.Event()
        self._open: deque[shop.Body] = deque()
        link = WarehouseLink.objects.get(platform=VEEQO, warehouse__code=PLACE)
        self._place: str = link.external_ref
        rows = PlatformStock.objects.filter(link=link).select_related("listing")
        self._items = sorted(items or rows.values_list("listing__external_ref", flat=True))

    def run(self) -> None:
        while not self._stop_asked.wait(SALE_EVERY_S):
            try:
                self.trade()
            except shop.ShopAway:
                self._told.away += 1

    def trade(self) -> None:
        """One sale, and what became of an older one."""
        self._sell()
        self._look_after()

    def close(self) -> None:
        """No more sales; what is open stays so."""
        self._stop_asked.set()
        self.join()

    def _sell(self) -> None:
        item = self._rng.choice(self._items)
        units = self._rng.randint(1, MOST_UNITS)
        shelf = shop.shelf_of(item, self._place)
        if shelf.is_infinite or shelf.available < units:
            return
        number = f"SHOP-{self._told.sales + 1:05d}"
        self._open.append(shop.sell(self._channel_id, item, units, number=number))
        self._told.sales += 1
        self._told.units += units

    def _look_after(self) -> None:
        if len(self._open) > SHIPPED_AFTER:
            order = self._open.popleft()
            if self._rng.random() < CANCELLED_SHARE:
                shop.cancel(order)
            else:
                shop.ship(order)


class Day:
    """What happens by the clock of the day; `step` is called over and over while it lasts."""

    def __init__(self, rng: random.Random, *, seconds: float, told: Told) -> None:
        self._rng, self._seconds, self._told = rng, seconds, told
        self._begun = self._clock_at = time.monotonic()
        self._next_sync = self._next_operator = 0.0
        self._readings = self._receipts = 0
        self._losses = Losses(rng, told.planted)
        self._leases_end_at: float | None = None

    @property
    def share(self) -> float:
        return (time.monotonic() - self._begun) / self._seconds

    def note_kill(self) -> None:
        self._leases_end_at = time.monotonic() + LEASES_END_AFTER_S

    def step(self) -> None:
        now = time.monotonic()
        move_clock((now - self._clock_at) * HOURS * 3600 / self._seconds)
        self._clock_at = now
        try:
            self._sync(now)
            self._losses.plant(self.share)
            self._receive()
            if now >= self._next_operator:
                self._next_operator = now + OPERATOR_EVERY_S
                self._told.settled += operate(self._rng)
        except (DatabaseError, shop.ShopAway):
            # One of both is just being restarted, or made to fail.
            return
        finally:
            connection.close()

    def _sync(self, now: float) -> None:
        if now >= self._next_sync:
            self._next_sync = now + SYNC_EVERY_S
            wake()
        if self._leases_end_at is not None and now >= self._leases_end_at:
            end_leases()
            self._leases_end_at = None
        if self.share * READINGS > self._readings:
            self._readings += 1
            read_stock_again()

    def _receive(self) -> None:
        """Goods arrive for what sells, and are counted here alone."""
        if self._receipts < 6 and self.share > 0.14 * (self._receipts + 1):
            self._receipts += 1
            stock = self._some()
            move_stock(
                sellable_id=stock.level.sellable_id,
                warehouse_id=stock.level.warehouse_id,
                quantity=10,
                kind=MovementKind.RECEIPT,
                reason="Goods arrived",
                actor=ACTOR,
            )
            self._told.receipts += 1

    def _some(self) -> PlatformStock:
        rows = PlatformStock.objects.filter(link__warehouse__code=PLACE).with_all()
        known: Sequence[PlatformStock] = list(rows.order_by("pk"))
        return self._rng.choice(known)


def wake() -> None:
    """The day's minutes pass faster than the clock by which workers look."""
    for task in TASKS:
        nudge(task, queue="sync")


def read_stock_again() -> None:
    try:
        begin_stock_run(platform=VEEQO, actor=ACTOR)
    except StockRunUnderWay:
        nudge("inventory.tasks.pull_due", queue="sync")


def widen_overlaps(*, seconds: float) -> None:
    """A list is read again as far back as its readings take, which by the day's clock is long."""
    overlap = int(OVERLAP_S * HOURS * 3600 / seconds)
    for resource in ("orders", "orders cancelled"):
        SyncCursor.objects.update_or_create(
            platform=VEEQO, resource=resource, defaults={"overlap_s": overlap}
        )


def end_leases() -> None:
    """Of readers that were killed: by the clock of the day their time is over."""
    over = timezone.now() - timedelta(seconds=1)
    SyncCursor.objects.filter(lease_until__isnull=False).update(lease_until=over)
    StockRun.objects.running().filter(lease_until__isnull=False).update(lease_until=over)


def operate(rng: random.Random) -> int:
    """What a person does with the differences that nothing explains; returns how many."""
    settled = 0
    for drift in StockDrift.objects.still_open().order_by("pk"):
        choice = rng.choice((Choice.OURS, Choice.THEIRS))
        try:
            settle_drift(drift_id=drift.pk, choice=choice, actor=ACTOR)
            settled += 1
        except AppError:
            # More is promised than theirs would leave; ours it is.
            settle_drift(drift_id=drift.pk, choice=Choice.OURS, actor=ACTOR)
            settled += 1
    return settled


def listings_there() -> dict[str, int]:
    """Our sellable by Veeqo's id of it."""
    rows = PlatformListing.objects.at(VEEQO).values_list("external_ref", "sellable_id")
    return dict(rows)
