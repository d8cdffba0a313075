"""The only writer of stock numbers. Each function is one transaction (or joins the caller's)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from catalog.kits.contents import unpacked
from catalog.kits.models import KitComponent
from inventory.models import (
    MovementKind,
    Reservation,
    ReservationState,
    StockLevel,
    StockMovement,
    Warehouse,
)
from inventory.querysets import StockLevelQuerySet
from shipping_project.kernel.errors import Conflict, FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class StockDemand:
    """Units wanted of one sellable."""

    sellable_id: int
    quantity: int


class InsufficientStock(Conflict):
    """Not every line can be held; `errors` lists each short one. Nothing was written."""

    code = "stock.insufficient"
    title = "There is not enough stock"


class BelowReserved(Conflict):
    """The change would leave fewer units than are promised to orders."""

    code = "stock.below_reserved"
    title = "These units are promised to orders"


class KitNotMoved(Conflict):
    """A kit has no units of its own: what comes and goes are its components."""

    code = "kit.not_moved"
    title = "A kit has no stock of its own"


@transaction.atomic
def reserve_stock(
    *,
    reference: str,
    demands: Sequence[StockDemand],
    warehouse_code: str,
    expires_at: datetime | None = None,
) -> list[Reservation]:
    """Hold stock for `reference`; a repeat returns the first hold.

    Quantities are units of the sellable, each sellable at most once; of a kit its components are
    held. Raises InsufficientStock listing every short line.
    """
    warehouse = Warehouse.objects.get(code=warehouse_code)
    wanted = unpack(demands)
    # Looked for under the locks: of two callers with one reference the second finds the first's.
    _lock(warehouse, wanted)
    first = list(Reservation.objects.held_for(reference))
    if first:
        return first
    short = [demand for demand in wanted if not _hold(warehouse, demand)]
    if short:
        raise _shortage(warehouse, short)
    return Reservation.objects.bulk_create(
        Reservation(
            reference=reference,
            sellable_id=demand.sellable_id,
            warehouse=warehouse,
            quantity=demand.quantity,
            expires_at=expires_at,
        )
        for demand in wanted
    )


def unpack(demands: Sequence[StockDemand]) -> list[StockDemand]:
    """Kits as their components, each sellable once, in the order of their ids."""
    units: Counter[int] = Counter()
    for demand in demands:
        units[demand.sellable_id] += demand.quantity
    return [StockDemand(sellable_id=pk, quantity=count) for pk, count in unpacked(units).items()]


@transaction.atomic
def release_reservations(*, reference: str) -> int:
    """Give the held units back; a repeat gives nothing. Returns how many holds were open."""
    held = _open_holds(reference)
    for hold in held:
        _level(hold).change(reserved=F("reserved") - hold.quantity)
    _end(held, ReservationState.RELEASED)
    return len(held)


@transaction.atomic
def ship_reservations(*, reference: str, actor: str) -> int:
    """The held units have left: on hand and reserved fall together. Returns how many holds."""
    held = _open_holds(reference)
    for hold in held:
        _level(hold).change(
            on_hand=F("on_hand") - hold.quantity, reserved=F("reserved") - hold.quantity
        )
        _write_movement(
            sellable_id=hold.sellable_id,
            warehouse_id=hold.warehouse_id,
            kind=MovementKind.SHIPPED,
            quantity=-hold.quantity,
            reason="Shipped",
            reference=reference,
            actor=actor,
        )
    _end(held, ReservationState.SHIPPED)
    return len(held)


@transaction.atomic
def move_stock(
    *,
    sellable_id: int,
    warehouse_id: int,
    quantity: int,
    kind: MovementKind,
    reason: str,
    actor: str,
    reference: str = "",
) -> StockMovement:
    """Add units (positive) or take them (negative).

    Raises BelowReserved and KitNotMoved with nothing written.
    """
    StockLevel.objects.get_or_create(sellable_id=sellable_id, warehouse_id=warehouse_id)
    changed = StockLevel.objects.filter(
        sellable_id=sellable_id, warehouse_id=warehouse_id, on_hand__gte=F("reserved") - quantity
    ).change(on_hand=F("on_hand") + quantity)
    if changed != 1:
        level = StockLevel.objects.get(sellable_id=sellable_id, warehouse_id=warehouse_id)
        raise BelowReserved(
            f"{level.on_hand} units are there and {level.reserved} of them promised; "
            f"{-quantity} cannot be taken."
        )
    movement = _write_movement(
        sellable_id=sellable_id,
        warehouse_id=warehouse_id,
        kind=kind,
        quantity=quantity,
        reason=reason,
        reference=reference,
        actor=actor,
    )
    # After the first write that refers to the sellable: whoever makes it a kit waits for that.
    _refuse_kits([sellable_id])
    return movement


@transaction.atomic
def expect_stock(*, warehouse_id: int, units: Mapping[int, int]) -> None:
    """Change the units by sellable that are on their way there; below zero, less is to come.

    Raises KitNotMoved.
    """
    known = StockLevel.objects.filter(warehouse_id=warehouse_id, sellable_id__in=units)
    missing = units.keys() - set(known.values_list("sellable_id", flat=True))
    StockLevel.objects.bulk_create(
        (StockLevel(sellable_id=pk, warehouse_id=warehouse_id) for pk in sorted(missing)),
        ignore_conflicts=True,
    )
    _lock_levels({warehouse_id}, units.keys())
    _refuse_kits(units)
    for sellable_id, count in units.items():
        StockLevel.objects.filter(sellable_id=sellable_id, warehouse_id=warehouse_id).change(
            incoming=F("incoming") + count
        )


def _refuse_kits(sellable_ids: Collection[int]) -> None:
    if KitComponent.objects.filter(kit_id__in=sellable_ids).exists():
        raise KitNotMoved("Its components come and go instead.")


@transaction.atomic
def lock_stock(*, warehouse_codes: Collection[str], sellable_ids: Collection[int]) -> None:
    """Lock what several reservations of one transaction are going to take, in the shared order.

    `sellable_ids` are those on the shelf, so of a kit its components.
    """
    warehouses = Warehouse.objects.filter(code__in=warehouse_codes).values_list("pk", flat=True)
    _lock_levels(set(warehouses), sellable_ids)


def _lock(warehouse: Warehouse, wanted: Sequence[StockDemand]) -> None:
    _lock_levels({warehouse.pk}, {demand.sellable_id for demand in wanted})


def _lock_levels(warehouse_ids: Collection[int], sellable_ids: Collection[int]) -> None:
    """Lock all rows in the one shared order first, so that two callers cannot deadlock."""
    levels = StockLevel.objects.locked()
    list(levels.filter(warehouse_id__in=warehouse_ids, sellable_id__in=sellable_ids))


def _hold(warehouse: Warehouse, demand: StockDemand) -> bool:
    held = StockLevel.objects.filter(
        warehouse=warehouse,
        sellable_id=demand.sellable_id,
        on_hand__gte=F("reserved") + demand.quantity,
    ).change(reserved=F("reserved") + demand.quantity)
    return held == 1


def _shortage(warehouse: Warehouse, short: Sequence[StockDemand]) -> InsufficientStock:
    levels = StockLevel.objects.filter(
        warehouse=warehouse, sellable_id__in=[demand.sellable_id for demand in short]
    ).select_related("sellable")
    there = {level.sellable_id: (level.sellable.sku, level.available) for level in levels}
    errors = [
        FieldError(
            field=there.get(demand.sellable_id, (str(demand.sellable_id), 0))[0],
            code=InsufficientStock.code,
            message=f"{demand.quantity} wanted, "
            f"{there.get(demand.sellable_id, ('', 0))[1]} available in {warehouse.code}.",
        )
        for demand in short
    ]
    return InsufficientStock(f"{warehouse.code} lacks stock for this order.", errors=errors)


def _open_holds(reference: str) -> list[Reservation]:
    """Locked together with the levels that they are to change."""
    holds = Reservation.objects.held_for(reference).still_open().order_by("sellable_id")
    held = list(holds.select_for_update())
    _lock_levels({hold.warehouse_id for hold in held}, {hold.sellable_id for hold in held})
    return held


def _end(held: Sequence[Reservation], state: ReservationState) -> None:
    ended = Reservation.objects.filter(pk__in=[hold.pk for hold in held])
    ended.update(state=state, updated_at=timezone.now())


def _level(hold: Reservation) -> StockLevelQuerySet:
    return StockLevel.objects.filter(sellable_id=hold.sellable_id, warehouse_id=hold.warehouse_id)


def _write_movement(
    *,
    sellable_id: int,
    warehouse_id: int,
    kind: MovementKind,
    quantity: int,
    reason: str,
    reference: str,
    actor: str,
) -> StockMovement:
    level = StockLevel.objects.get(sellable_id=sellable_id, warehouse_id=warehouse_id)
    movement: StockMovement = StockMovement.objects.create(
        sellable_id=sellable_id,
        warehouse_id=warehouse_id,
        kind=kind,
        quantity=quantity,
        balance_after=level.on_hand,
        reason=reason,
        reference=reference,
        actor=actor,
    )
    return movement
