"""Our side of the numbers that platforms hold too, read for many at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Sum

from inventory.models import PlatformStock, Reservation
from inventory.rules.stock_sync import Line, Ours
from inventory.sync.kit_numbers import kits_of

# Veeqo alone keeps stock; Easyship's products have none to read or to set.
WITH_STOCK = frozenset({"veeqo"})
# Platform, sellable and warehouse.
Place = tuple[str, int, int]


def ours_of(stocks: Sequence[PlatformStock]) -> dict[int, Ours]:
    """By primary key, in so many queries however many; the rows come with their level and link."""
    counted, kits = _counted(stocks), kits_of(stocks)
    return kits | {
        stock.pk: _ours(stock, *counted.get(_place(stock), (0, 0)))
        for stock in stocks
        if stock.pk not in kits
    }


def _ours(stock: PlatformStock, allocated: int, shipped: int) -> Ours:
    return Ours(
        on_hand=stock.level.on_hand,
        reserved=stock.level.reserved,
        counted_there=allocated,
        gone_there=shipped,
        buffer=buffer_of(stock),
    )


def _place(stock: PlatformStock) -> Place:
    return stock.link.platform, stock.level.sellable_id, stock.level.warehouse_id


def _counted(stocks: Sequence[PlatformStock]) -> dict[Place, tuple[int, int]]:
    """Units promised here that a platform has allocated, and those it took off its number."""
    open_ = Reservation.objects.still_open().filter(
        sellable_id__in={stock.level.sellable_id for stock in stocks},
        warehouse_id__in={stock.level.warehouse_id for stock in stocks},
    )
    there = open_.exclude(allocated_there=0, shipped_there=0).order_by()
    sums = there.values("counted_at", "sellable_id", "warehouse_id")
    return {
        (row["counted_at"], row["sellable_id"], row["warehouse_id"]): (
            row["allocated"],
            row["shipped"],
        )
        for row in sums.annotate(allocated=Sum("allocated_there"), shipped=Sum("shipped_there"))
    }


def buffer_of(stock: PlatformStock) -> int:
    """The level's own, or else that of its warehouse; of a kit's components it is kept back."""
    own: int | None = stock.level.buffer
    return stock.link.stock_buffer if own is None else own


def lines_of(stored: Sequence[dict[str, object]]) -> list[Line]:
    return [Line(int(str(row["units"])), str(row["what"]), str(row["ref"])) for row in stored]
