"""Counting after the day: what the twin promised and shipped against what ever lay on the shelf."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db.models import Sum

from carriers.models import CommandState, OutboxCommand
from inventory.models import (
    MovementKind,
    PlatformSale,
    PlatformStock,
    Reservation,
    ReservationState,
    StockDrift,
    StockMovement,
    WarehouseLink,
)
from inventory.proof import stock_differences
from inventory.sync.models import DriftState
from inventory.sync.numbers import ours_of
from inventory.sync.telling import TELL
from orders.chaos.day import VEEQO, Told, listings_there
from orders.chaos.planting import PLACE, PLANTED, Planted
from orders.chaos.tally import Tally
from orders.demo import shop
from orders.models import Shipment

# What put units on the shelf or took them off it, and is no sale.
SUPPLY = (
    MovementKind.OPENING,
    MovementKind.RECEIPT,
    MovementKind.ADJUSTMENT,
    MovementKind.PLATFORM,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayResult:
    """`oversold`: units promised or gone on both sides beyond those that ever lay there. `short`:
    sold there and not held here. `apart`: numbers that are not as they should be there. `planted`
    units were lost or found there without an order, of which `missed` were not told as a drift.
    `drifts` were opened, `unexplained` of them for nothing that was planted. `differences`: stock
    numbers that their ledger does not explain. `told`: numbers sent."""

    hours: int
    orders: int
    sales_there: int
    units_there: int
    told: int
    dropped: int
    receipts: int
    planted: int
    drifts: int
    settled: int
    oversold: int
    short: int
    apart: int
    missed: int
    unexplained: int
    differences: int
    duplicates: int
    lost: int
    unaccounted: int
    kills: int
    is_at_rest: bool
    seconds: float

    @property
    def is_clean(self) -> bool:
        faults = (
            *(self.oversold, self.short, self.apart, self.missed, self.unexplained),
            *(self.differences, self.duplicates, self.lost, self.unaccounted),
        )
        return self.is_at_rest and self.planted == len(PLANTED) and not any(faults)

    def totals(self) -> dict[str, object]:
        return asdict(self) | {"seconds": round(self.seconds, 1)}


def count_day(
    *, tally: Tally, told: Told, hours: int, kills: int, is_at_rest: bool, seconds: float
) -> DayResult:
    drifts = StockDrift.objects.all()
    commands = OutboxCommand.objects.filter(kind=TELL, state=CommandState.DELIVERED)
    results = list(commands.values_list("result", flat=True))
    return DayResult(
        hours=hours,
        orders=tally.orders,
        sales_there=told.sales,
        units_there=told.units,
        told=sum("sent" in result for result in results),
        dropped=sum("dropped" in result for result in results),
        receipts=told.receipts,
        planted=len(told.planted),
        drifts=drifts.count(),
        settled=told.settled,
        oversold=oversold_units(),
        short=sum(sale.short for sale in PlatformSale.objects.short()),
        apart=len(numbers_apart()),
        missed=len(missed_drifts(told.planted)),
        unexplained=len(unexplained_drifts(told.planted)),
        differences=len(stock_differences()),
        duplicates=tally.duplicates,
        lost=tally.lost,
        unaccounted=tally.unaccounted,
        kills=kills,
        is_at_rest=is_at_rest,
        seconds=seconds,
    )


def oversold_units() -> int:
    """By the twin's own record of orders, not by ours."""
    link = WarehouseLink.objects.get(platform=VEEQO, warehouse__code=PLACE)
    promised = _sold_there(link) + _promised_here(link)
    supplied = _supplied(link)
    return sum(max(0, units - supplied[sellable]) for sellable, units in promised.items())


def _sold_there(link: WarehouseLink) -> Counter[int]:
    """Units of orders that are none of ours, allocated or shipped."""
    ours = set(Shipment.objects.values_list("reference", flat=True))
    sellables = listings_there()
    found: Counter[int] = Counter()
    for order in shop.all_orders():
        if order["number"] in ours or order["status"] == "cancelled":
            continue
        for allocation in order["allocations"]:
            if str(allocation["warehouse"]["id"]) == link.external_ref:
                for line in allocation["line_items"]:
                    found[sellables[str(line["sellable"]["id"])]] += line["quantity"]
    return found


def _promised_here(link: WarehouseLink) -> Counter[int]:
    """Of our own orders, still open or gone."""
    rows = Reservation.objects.filter(warehouse=link.warehouse_id)
    rows = rows.exclude(state=ReservationState.RELEASED).exclude(reference__startswith=f"{VEEQO}-")
    sums = rows.order_by().values("sellable_id").annotate(units=Sum("quantity"))
    return Counter({row["sellable_id"]: row["units"] for row in sums})


def _supplied(link: WarehouseLink) -> Counter[int]:
    rows = StockMovement.objects.filter(warehouse=link.warehouse_id, kind__in=SUPPLY)
    sums = rows.order_by().values("sellable_id").annotate(units=Sum("quantity"))
    return Counter({row["sellable_id"]: row["units"] for row in sums})


def missed_drifts(planted: Sequence[Planted]) -> list[Planted]:
    """What went or came there without an order, and was told as nothing or as something else."""
    return sorted((Counter(planted) - Counter(map(_as_planted, _drifts()))).elements())


def unexplained_drifts(planted: Sequence[Planted]) -> list[StockDrift]:
    """For which nothing was planted, or still open; of two for the same the later one."""
    left = Counter(planted)
    found = []
    for drift in _drifts():
        one = _as_planted(drift)
        if left[one] == 0 or drift.state == DriftState.OPEN.value:
            found.append(drift)
        left[one] -= left[one] > 0
    return found


def _drifts() -> list[StockDrift]:
    around = ("stock__level__sellable", "stock__level__warehouse", "stock__link")
    return list(StockDrift.objects.select_related(*around).order_by("pk"))


def _as_planted(drift: StockDrift) -> Planted:
    return Planted(drift.stock_id, drift.rest)


def numbers_apart() -> Sequence[str]:
    """Numbers there that are not what they should be by ours, read anew one by one."""
    stocks = list(PlatformStock.objects.with_all())
    ours = ours_of(stocks)
    apart = []
    for stock in stocks:
        shelf = shop.shelf_of(stock.listing.external_ref, stock.link.external_ref)
        wanted = (ours[stock.pk].to_tell, ours[stock.pk].counted_there)
        if (shelf.physical, shelf.allocated) != wanted:
            apart.append(f"{stock}: {shelf} there, {wanted} by ours")
    return apart
