"""Numbers of kits, which have no units of their own: worked out from their components."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Exists, OuterRef, Q, Sum

from catalog.kits.contents import Part, parts_of
from inventory.models import KitCount, PlatformStock, Reservation, StockLevel
from inventory.rules.kit_stock import PartStock, kit_stock
from inventory.rules.stock_sync import Ours

Place = tuple[int, int]


def kits_of(stocks: Sequence[PlatformStock]) -> dict[int, Ours]:
    """Of those that are of kits, by primary key; the rows come with their level and link.

    One query where there is no kit, three where there are some.
    """
    parts = parts_of({stock.level.sellable_id for stock in stocks})
    kits = [stock for stock in stocks if stock.level.sellable_id in parts]
    if not kits:
        return {}
    shelves = _shelves(parts, {stock.level.warehouse_id for stock in kits})
    counted = _counted({stock.level_id for stock in kits})
    return {
        stock.pk: _ours(
            stock,
            parts[stock.level.sellable_id],
            shelves,
            counted.get((stock.link.platform, stock.level_id), 0),
        )
        for stock in kits
    }


def _shelves(
    parts: Mapping[int, tuple[Part, ...]], warehouse_ids: Collection[int]
) -> dict[Place, StockLevel]:
    needed = {part.sellable_id for members in parts.values() for part in members}
    rows = StockLevel.objects.filter(sellable_id__in=needed, warehouse_id__in=warehouse_ids)
    return {(row.sellable_id, row.warehouse_id): row for row in rows}


def _counted(level_ids: Collection[int]) -> dict[tuple[str, int], int]:
    """Kits that are allocated there and whose components are held here, by platform and level.

    What an order of ours has there counts as long as its reservations are open.
    """
    open_ = Reservation.objects.still_open().filter(
        reference=OuterRef("reference"), warehouse=OuterRef("level__warehouse")
    )
    rows = KitCount.objects.filter(Q(is_sale=True) | Exists(open_), level__in=level_ids, held__gt=0)
    sums = rows.order_by().values("platform", "level_id").annotate(kits=Sum("held"))
    return {(row["platform"], row["level_id"]): row["kits"] for row in sums}


def _ours(
    stock: PlatformStock,
    parts: Sequence[Part],
    shelves: Mapping[Place, StockLevel],
    counted: int,
) -> Ours:
    level = stock.level
    number = kit_stock(
        (
            _part_stock(part, shelves.get((part.sellable_id, level.warehouse_id)), stock)
            for part in parts
        ),
        # What its warehouse keeps back is kept back of each component already.
        own_buffer=level.buffer or 0,
    )
    return Ours(
        on_hand=number.available + counted,
        reserved=counted,
        counted_there=counted,
        buffer=number.buffer,
        is_kit=True,
    )


def _part_stock(part: Part, shelf: StockLevel | None, stock: PlatformStock) -> PartStock:
    if shelf is None:
        return PartStock(units=part.units, available=0)
    buffer = stock.link.stock_buffer if shelf.buffer is None else shelf.buffer
    return PartStock(units=part.units, available=shelf.available, buffer=buffer)
