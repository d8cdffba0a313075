"""Why a stock number is what it is: the ledger and the open promises behind it, now or then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum

from catalog.models import Sellable
from inventory.kits.reports import KitRow, kit_rows
from inventory.models import (
    MovementKind,
    Reservation,
    ReservationState,
    StockLevel,
    StockMovement,
    Warehouse,
)
from inventory.querysets import ReservationQuerySet, StockMovementQuerySet
from inventory.sync.reports import ThereNow, stock_there

# The newest lines are shown one by one, and all of them in the sums.
LINES_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTotal:
    """All movements of one kind."""

    kind: str
    label: str
    units: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceWhy:
    """One warehouse. `on_hand` is the sum of `totals`, `reserved` that of the open promises.

    `stored` is what the level says, None for a past instant; `is_explained` says that it is the
    same.
    """

    warehouse: str
    warehouse_name: str
    on_hand: int
    reserved: int
    promises: int
    totals: tuple[KindTotal, ...]
    stored: tuple[int, int] | None = None

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def is_explained(self) -> bool:
        return self.stored in (None, (self.on_hand, self.reserved))


@dataclass(frozen=True, slots=True, kw_only=True)
class StockWhy:
    """One sellable in every warehouse that ever had it; `at` is None for now.

    `kit` tells what a kit can be made of now; it has no stock of its own.
    `there` is what the platforms say, of now alone.
    """

    sellable: Sellable
    at: datetime | None
    places: tuple[PlaceWhy, ...]
    movements: tuple[StockMovement, ...]
    promises: tuple[Reservation, ...]
    kit: KitRow | None = None
    there: tuple[ThereNow, ...] = ()

    @property
    def is_explained(self) -> bool:
        return all(place.is_explained for place in self.places)

    @property
    def on_hand(self) -> int:
        return sum(place.on_hand for place in self.places)

    @property
    def reserved(self) -> int:
        return sum(place.reserved for place in self.places)

    @property
    def available(self) -> int:
        return self.kit.available if self.kit else self.on_hand - self.reserved


def stock_why(
    sellable: Sellable, *, at: datetime | None = None, within: Sequence[str] = ()
) -> StockWhy:
    """In eight queries (eleven for a kit), whatever the length of the ledger.

    A sale between two of them would look like a number without a reason, so it is looked again.
    """
    found = _look(sellable, at, within)
    return found if found.is_explained else _look(sellable, at, within)


def _look(sellable: Sellable, at: datetime | None, within: Sequence[str]) -> StockWhy:
    moved = _movements(sellable, at).in_warehouses(within)
    held = _promises(sellable, at).in_warehouses(within)
    newest = moved.select_related("warehouse").order_by("-id")[:LINES_SHOWN]
    oldest = held.select_related("warehouse").order_by("created_at", "id")[:LINES_SHOWN]
    kit = kit_rows([sellable], within=within)[0] if at is None else None
    return StockWhy(
        sellable=sellable,
        at=at,
        places=_places(moved, held, _stored(sellable, within) if at is None else None),
        movements=tuple(newest),
        promises=tuple(oldest),
        kit=kit if kit and kit.parts else None,
        there=stock_there(sellable.pk, within) if at is None else (),
    )


def _movements(sellable: Sellable, at: datetime | None) -> StockMovementQuerySet:
    rows: StockMovementQuerySet = StockMovement.objects.filter(sellable=sellable)
    return rows if at is None else rows.filter(at__lte=at)


def _promises(sellable: Sellable, at: datetime | None) -> ReservationQuerySet:
    """A promise changes once, when it ends, so its last change is its end."""
    rows: ReservationQuerySet = Reservation.objects.filter(sellable=sellable)
    if at is None:
        return rows.still_open()
    open_then = Q(state=ReservationState.OPEN) | Q(updated_at__gt=at)
    return rows.filter(open_then, created_at__lte=at)


def _places(
    moved: StockMovementQuerySet,
    held: ReservationQuerySet,
    stored: Mapping[int, tuple[int, int]] | None,
) -> tuple[PlaceWhy, ...]:
    totals = _totals(moved)
    sums = held.order_by().values("warehouse_id").annotate(units=Sum("quantity"), n=Count("pk"))
    promised = {row["warehouse_id"]: (row["units"], row["n"]) for row in sums}
    ids = totals.keys() | promised.keys() | (stored or {}).keys()
    return tuple(
        PlaceWhy(
            warehouse=warehouse.code,
            warehouse_name=warehouse.name,
            on_hand=sum(total.units for total in totals[warehouse.pk]),
            reserved=promised.get(warehouse.pk, (0, 0))[0],
            promises=promised.get(warehouse.pk, (0, 0))[1],
            totals=tuple(totals[warehouse.pk]),
            stored=None if stored is None else stored.get(warehouse.pk, (0, 0)),
        )
        for warehouse in Warehouse.objects.filter(pk__in=ids).order_by("code")
    )


def _totals(moved: StockMovementQuerySet) -> dict[int, list[KindTotal]]:
    sums = moved.order_by().values("warehouse_id", "kind")
    found: dict[int, list[KindTotal]] = defaultdict(list)
    for row in sums.annotate(units=Sum("quantity"), n=Count("pk")).order_by("kind"):
        kind = MovementKind(row["kind"])
        found[row["warehouse_id"]].append(
            KindTotal(kind=kind.value, label=kind.label, units=row["units"], count=row["n"])
        )
    return found


def _stored(sellable: Sellable, within: Sequence[str]) -> dict[int, tuple[int, int]]:
    rows = StockLevel.objects.filter(sellable=sellable).in_warehouses(within)
    return {
        warehouse: (on_hand, reserved)
        for warehouse, on_hand, reserved in rows.values_list("warehouse_id", "on_hand", "reserved")
    }
