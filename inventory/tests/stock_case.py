"""Test cases that keep stock in step with a twin's Veeqo."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from carriers.contracts import AllocatedUnits, Platform
from carriers.inbox.models import PullWindow, SyncCursor
from carriers.models import OutboxCommand
from carriers.outbox.worker import run_next
from carriers.platforms import veeqo_client
from catalog.tests.sync_case import SyncCase
from inventory.models import PlatformStock, StockLevel, StockRun, WarehouseLink
from inventory.pulls import read_stock
from inventory.rules.stock_sync import Owner
from inventory.sync.runs import begin_stock_run
from inventory.sync.sales import SeenSale, SoldUnits, take_sales
from inventory.sync.telling import tell_changed
from inventory.tests.builders import make_warehouse, put_stock
from inventory.tests.veeqo_shop import VeeqoShop

MUG = "TRM-GRN"
# What the twin's Reno warehouse has of it.
THERE = 60


class StockCase(SyncCase):
    """One sellable with as many units here as there, in one warehouse that both know."""

    units = THERE
    owner = Owner.OURS

    def setUp(self) -> None:
        super().setUp()
        self.mug = self.sell(MUG)
        self.pull()
        self.item_ref = self.listing(MUG).external_ref
        self.warehouse = make_warehouse("NV")
        if self.units:
            put_stock(self.mug, self.warehouse, self.units)
        self.place = next(
            row.warehouse_ref
            for row in veeqo_client().list_warehouses()
            if row.external_code == "NV1" or "Reno" in row.name
        )
        self.link = WarehouseLink.objects.create(
            warehouse=self.warehouse,
            platform="veeqo",
            external_ref=self.place,
            stock_owner=self.owner.value,
        )
        self.shop = VeeqoShop(self.url)

    def read(self) -> StockRun:
        run = begin_stock_run(platform="veeqo", actor="tests")
        while read_stock(Platform.VEEQO):
            pass
        run.refresh_from_db()
        return run

    def read_orders(self) -> int:
        """As the list of changed orders is read; none of them is ours here."""
        return take_sales(platform="veeqo", sales=self.seen_orders())

    def seen_orders(self) -> list[SeenSale]:
        page = veeqo_client().list_orders(updated_since=timezone.now() - timedelta(days=1))
        gone = veeqo_client().list_orders(
            updated_since=timezone.now() - timedelta(days=1), status="cancelled"
        )
        return [
            SeenSale(
                order_ref=row.order_ref,
                number=row.number,
                changed_at=row.updated_at,
                units=() if row.booking.is_cancelled else tuple(map(sold, row.allocated)),
            )
            for row in (*page.rows, *gone.rows)
        ]

    def tell(self) -> int:
        """Look, and carry out what was queued; returns how many commands that was."""
        queued = tell_changed()
        self.work()
        return queued

    def try_again(self) -> None:
        """What was not answered is due again."""
        OutboxCommand.objects.still_open().update(next_attempt_at=timezone.now())
        self.work()

    def work(self) -> None:
        while run_next("sync"):
            pass

    def settle(self) -> None:
        """As if the rest had been met an hour ago, and all orders were read since."""
        hour = timedelta(hours=1)
        for stock in PlatformStock.objects.filter(rest_since__isnull=False):
            lines = [
                line | {"at": (datetime.fromisoformat(line["at"]) - hour).isoformat()}
                for line in stock.lines
            ]
            row = PlatformStock.objects.filter(pk=stock.pk)
            row.update(rest_since=F("rest_since") - hour, lines=lines)
        self.read_all_orders()

    def read_all_orders(self) -> None:
        """The news of orders come, and that all came is known, as it is of a whole reading."""
        opened_at = timezone.now()
        self.read_orders()
        for resource in ("orders", "orders cancelled"):
            SyncCursor.objects.get_or_create(platform="veeqo", resource=resource)
            PullWindow.objects.create(
                platform="veeqo",
                resource=resource,
                since=opened_at,
                opened_at=opened_at,
                closed_at=timezone.now(),
            )

    @property
    def stock(self) -> PlatformStock:
        return PlatformStock.objects.with_all().get(link=self.link, listing__sellable=self.mug)

    @property
    def level(self) -> StockLevel:
        found: StockLevel = StockLevel.objects.get(sellable=self.mug, warehouse=self.warehouse)
        return found

    def numbers_there(self) -> tuple[int | None, int]:
        entry = veeqo_client().get_stock(self.item_ref, self.place)
        return entry.physical, entry.allocated

    def set_there(self, units: int, *, is_infinite: bool = False) -> None:
        """As somebody does in Veeqo's own pages."""
        veeqo_client().set_stock(self.item_ref, self.place, physical=units, is_infinite=is_infinite)


def sold(row: AllocatedUnits) -> SoldUnits:
    return SoldUnits(
        item_ref=row.item_ref,
        warehouse_ref=row.warehouse_ref,
        units=row.quantity,
        is_shipped=row.is_shipped,
        shipped_at=row.shipped_at,
    )
