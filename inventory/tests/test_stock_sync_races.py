"""Readings, tellings and promises of the same units at once never wait for one another for ever."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import TransactionTestCase

from accounts.tests.builders import make_organization
from carriers.contracts import StockEntry
from catalog.models import PlatformListing, Sellable
from catalog.sync.items import ListedItem
from catalog.sync.taking import take_items
from catalog.tests.builders import make_sellable
from inventory.kits.services import compose_kit
from inventory.models import PlatformStock, StockLevel, WarehouseLink
from inventory.proof import stock_differences
from inventory.rules.stock_sync import Owner
from inventory.services.stock import StockDemand, release_reservations, reserve_stock
from inventory.sync.counting import note_allocated, note_shipped
from inventory.sync.sales import SeenSale, SoldUnits, take_sales
from inventory.sync.taking import take_entries
from inventory.sync.telling import tell_changed
from inventory.tests.builders import make_warehouse, put_stock
from shipping_project.kernel.tests.races import at_once, needs_row_locks, results

SKUS = ("MUG-01", "POT-01", "TEA-01")
KIT = "SET-01"
PLACES = ("CA", "NV")
ROUNDS = 5
UNITS = 1000


@pytest.mark.postgres
@needs_row_locks
class LockOrderTests(TransactionTestCase):
    serialized_rollback = True

    def setUp(self) -> None:
        owner = make_organization()
        self.goods = [make_sellable(owner, sku) for sku in SKUS]
        # Levels and rows there that stand in another order than their sellables.
        for code, goods in zip(PLACES, (self.goods[::-1], self.goods), strict=True):
            warehouse = make_warehouse(code)
            WarehouseLink.objects.create(warehouse=warehouse, platform="veeqo", external_ref=code)
            for sellable in goods:
                put_stock(sellable, warehouse, UNITS)
        self.kit = make_sellable(owner, KIT)
        compose_kit(kit_id=self.kit.pk, units={one.pk: 1 for one in self.goods}, actor="tests")
        for sellable in (self.kit, *self.goods[::-1]):
            PlatformListing.objects.create(
                sellable=sellable, platform="veeqo", external_ref=sellable.sku, agreed={}
            )

    def entries(self, units: int = UNITS, *, is_turned: bool = False) -> list[StockEntry]:
        rows = [
            StockEntry(
                item_ref=sku, warehouse_ref=place, physical=units, allocated=0, available=units
            )
            for sku in (*SKUS, KIT)
            for place in PLACES
        ]
        return rows[::-1] if is_turned else rows

    def test_everybody_locks_in_one_order(self) -> None:
        with transaction.atomic():
            take_entries(platform="veeqo", entries=self.entries())
        # What is owned there becomes movements in the midst of a reading.
        WarehouseLink.objects.filter(external_ref="CA").update(stock_owner=Owner.PLATFORM.value)
        callers = [self.read, self.read_turned, self.promise, self.sell, self.list_items, self.look]

        results(at_once(len(callers) * 2, lambda number: self.repeat(callers[number // 2], number)))

        self.assertEqual(stock_differences(), [])
        self.assertEqual(PlatformStock.objects.count(), 8)

    def repeat(self, call: object, number: int) -> None:
        assert callable(call)
        for turn in range(ROUNDS):
            call(number, turn)

    def read(self, number: int, turn: int) -> None:
        with transaction.atomic():
            take_entries(platform="veeqo", entries=self.entries(UNITS + turn % 3))

    def read_turned(self, number: int, turn: int) -> None:
        with transaction.atomic():
            take_entries(platform="veeqo", entries=self.entries(UNITS + turn % 2, is_turned=True))

    def promise(self, number: int, turn: int) -> None:
        goods = self.goods if turn % 2 else self.goods[::-1]
        reference, units = f"R-{number}-{turn}", {one.pk: 1 for one in (*goods, self.kit)}
        demands = [StockDemand(sellable_id=pk, quantity=1) for pk in units]
        reserve_stock(reference=reference, demands=demands, warehouse_code=PLACES[turn % 2])
        note_allocated(reference=reference, platform="veeqo", units=units)
        note_shipped(reference=reference, platform="veeqo", units=units)
        release_reservations(reference=reference)

    def sell(self, number: int, turn: int) -> None:
        units = [
            SoldUnits(item_ref=sku, warehouse_ref=place, units=1, is_shipped=turn % 2 == 1)
            for sku in (KIT, *SKUS)
            for place in PLACES
        ]
        sale = SeenSale(order_ref="A", number="A", changed_at=None, units=tuple(units))
        take_sales(platform="veeqo", sales=[sale])

    def list_items(self, number: int, turn: int) -> None:
        """As the catalog's readings do: sellables first, then their listings."""
        skus = SKUS if turn % 2 else SKUS[::-1]
        items = [
            ListedItem(
                item_ref=sku,
                parent_ref="",
                sku=sku,
                title=f"{sku} {number} {turn}",
                values={"title": f"{sku} {number} {turn}"},
            )
            for sku in skus
        ]
        with transaction.atomic():
            take_items(platform="veeqo", items=items)

    def look(self, number: int, turn: int) -> None:
        # One at a time, as all that change levels do.
        for level in StockLevel.objects.filter(warehouse__code="NV"):
            StockLevel.objects.filter(pk=level.pk).change()
        tell_changed()
        Sellable.objects.filter(sku=SKUS[turn % 3]).exists()
