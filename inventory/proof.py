"""Whether every stock number is explained by its ledger. Used by `manage.py prove_stock`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Sum

from inventory.models import PurchaseLine, Reservation, StockLevel, StockMovement, TransferLine

Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockDifference:
    """A number that its ledger does not explain; `what` is "on hand", "reserved" or "incoming"."""

    sellable_id: int
    warehouse_id: int
    what: str
    stored: int
    explained: int


def stock_differences() -> list[StockDifference]:
    """On hand must be the sum of movements, reserved that of open reservations, and incoming that
    of what was ordered or sent and has not arrived.
    """
    levels = {
        (sellable, warehouse): numbers
        for sellable, warehouse, *numbers in StockLevel.objects.values_list(
            "sellable_id", "warehouse_id", "on_hand", "reserved", "incoming"
        )
    }
    stored = {"on hand": 0, "reserved": 1, "incoming": 2}
    explained = {"on hand": _moved(), "reserved": _held(), "incoming": _awaited()}
    return [
        difference
        for what, column in stored.items()
        for difference in _compare(
            what, {place: numbers[column] for place, numbers in levels.items()}, explained[what]
        )
    ]


def _compare(
    what: str, stored: dict[Place, int], explained: dict[Place, int]
) -> Iterator[StockDifference]:
    for place in sorted(stored.keys() | explained.keys()):
        here, there = stored.get(place, 0), explained.get(place, 0)
        if here != there:
            yield StockDifference(
                sellable_id=place[0], warehouse_id=place[1], what=what, stored=here, explained=there
            )


def _moved() -> dict[Place, int]:
    sums = StockMovement.objects.order_by().values("sellable_id", "warehouse_id")
    rows = sums.annotate(units=Sum("quantity"))
    return {(row["sellable_id"], row["warehouse_id"]): row["units"] for row in rows}


def _held() -> dict[Place, int]:
    sums = Reservation.objects.still_open().order_by().values("sellable_id", "warehouse_id")
    rows = sums.annotate(units=Sum("quantity"))
    return {(row["sellable_id"], row["warehouse_id"]): row["units"] for row in rows}


def _awaited() -> dict[Place, int]:
    """Of open purchases and of transfers on their way."""
    bought = PurchaseLine.objects.awaited().order_by()
    sent = TransferLine.objects.in_transit().order_by()
    sums = (
        bought.values_list("sellable_id", "order__warehouse_id").annotate(
            units=Sum(F("quantity") - F("received"))
        ),
        sent.values_list("sellable_id", "transfer__target_id").annotate(
            units=Sum(F("quantity") - F("arrived") - F("lost"))
        ),
    )
    found: Counter[Place] = Counter()
    for rows in sums:
        for sellable_id, warehouse_id, units in rows:
            found[sellable_id, warehouse_id] += units
    return dict(found)
