"""Stock-outs that other rules would have caused.

Each record of a decision says what was available in each warehouse at that moment. Rules that send
an order elsewhere take its units there and leave them where they were, so from then on every record
is off by that much. An order whose warehouse had enough by the record, and has not by the rules
tried, ran into a stock-out that they caused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orders.rules.routing import RouteDecision, RouteSnapshot

# So many numbers are kept between two lots; what moves beyond that is not followed.
MOST_SHIFTS = 20_000
SEPARATOR = "\t"


@dataclass
class StockShift:
    """Units that the rules tried took more than the live ones, by warehouse and SKU.

    `is_partial`: more would have moved than is followed.
    """

    taken: dict[str, int] = field(default_factory=dict)
    is_partial: bool = False

    def short(self, snapshot: RouteSnapshot, route: RouteDecision) -> tuple[str, ...]:
        """SKUs that the warehouse chosen would lack by now; empty where it has all."""
        if not self.taken or not route.is_routed:
            return ()
        had = next((one for one in snapshot.warehouses if one.code == route.warehouse), None)
        if had is None:
            return ()
        return tuple(
            sku
            for sku, units in snapshot.needs.items()
            if had.available.get(sku, 0) - self._taken(route.warehouse, sku) < units
        )

    def move(self, needs: Mapping[str, int], *, away_from: str, to: str) -> None:
        """An order leaves from another warehouse; "" is none."""
        if away_from == to:
            return
        for sku, units in needs.items():
            self._add(away_from, sku, -units)
            self._add(to, sku, units)

    def _taken(self, warehouse: str, sku: str) -> int:
        return self.taken.get(f"{warehouse}{SEPARATOR}{sku}", 0)

    def _add(self, warehouse: str, sku: str, units: int) -> None:
        if not warehouse:
            return
        key = f"{warehouse}{SEPARATOR}{sku}"
        if key not in self.taken and len(self.taken) >= MOST_SHIFTS:
            self.is_partial = True
            return
        total = self.taken.get(key, 0) + units
        if total:
            self.taken[key] = total
        else:
            self.taken.pop(key, None)

    def as_dict(self) -> dict[str, object]:
        return {"taken": self.taken, "is_partial": self.is_partial}


def read_shift(data: Mapping[str, Any]) -> StockShift:
    return StockShift(
        taken=dict(data.get("taken", {})), is_partial=bool(data.get("is_partial", False))
    )


def replay_stock(
    shift: StockShift, snapshot: RouteSnapshot, old: RouteDecision, new: RouteDecision
) -> tuple[str, ...]:
    """Follow one order; the SKUs that it would have found gone because of the rules tried."""
    missing = shift.short(snapshot, new)
    taken_from = "" if missing or not new.is_routed else new.warehouse
    shift.move(snapshot.needs, away_from=old.warehouse if old.is_routed else "", to=taken_from)
    return missing
