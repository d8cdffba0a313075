"""Whether every stock number is explained by its ledger. Used by `manage.py prove_stock`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Sum

from inventory.models import Reservation, StockLevel, StockMovement

Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockDifference:
    """A number that its ledger does not explain; `what` is "on hand" or "reserved"."""

    sellable_id: int
    warehouse_id: int
    what: str
    stored: int
    explained: int


def stock_differences() -> list[StockDifference]:
    """On hand must be the sum of movements, and reserved that of open reservations."""
    levels = {
        (sellable, warehouse): (on_hand, reserved)
        for sellable, warehouse, on_hand, reserved in StockLevel.objects.values_list(
            "sellable_id", "warehouse_id", "on_hand", "reserved"
        )
    }
    stored = {"on hand": 0, "reserved": 1}
    explained = {"on hand": _moved(), "reserved": _held()}
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
