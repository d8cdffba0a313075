"""What was shipped comes back, each unit once at the most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum

from catalog.models import Sellable
from inventory.models import MovementKind, StockLevel, StockMovement, Warehouse
from inventory.services.adjustments import ReferenceReused
from inventory.services.arrivals import tell_of_arrival
from inventory.services.stock import move_stock
from shipping_project.kernel.errors import Conflict, FieldError

Tell = Callable[["Returned"], None]
Receiver = Callable[[str], Tell]
_receivers: list[Receiver] = []


class MoreThanShipped(Conflict):
    """More came back than left with this shipment; `errors` lists each line."""

    code = "return.more_than_shipped"
    title = "More came back than was shipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Units by SKU that came back of a shipment, and whether this call counted them."""

    shipment: str
    warehouse: str
    units: Mapping[str, int]
    is_damaged: bool
    created: bool
    actor: str


def on_return(receiver: Receiver) -> None:
    """`receiver` is given the shipment before any level is locked, so that it may lock what it
    has of it first, as everywhere; what it gives back is told once the units have come.
    """
    _receivers.append(receiver)


def return_stock(
    *,
    shipment: str,
    reference: str,
    sellables: Mapping[int, Sellable],
    units: Mapping[int, int],
    warehouse: Warehouse,
    is_damaged: bool,
    actor: str,
) -> Returned:
    """Take units of a shipment back on the shelf; a repeat of `reference` changes nothing.

    Damaged ones come in and are adjusted out, so that the ledger tells of both. Raises
    MoreThanShipped naming each line, and ReferenceReused.
    """
    mark = f"{shipment}/{reference}"
    with transaction.atomic(durable=True):
        tells = [receiver(shipment) for receiver in _receivers]
        for pk in sorted(units):
            StockLevel.objects.get_or_create(sellable_id=pk, warehouse=warehouse)
        # Wherever units of it lie, so that two returns to two warehouses see each other.
        list(StockLevel.objects.locked().filter(sellable_id__in=units))
        first = StockMovement.objects.filter(kind=MovementKind.RETURN, reference=mark)
        told = {sellables[pk].sku: count for pk, count in units.items()}
        came = dict(first.values_list("sellable__sku", "quantity"))
        returned = Returned(
            shipment=shipment,
            warehouse=warehouse.code,
            units=told,
            is_damaged=is_damaged,
            created=not came,
            actor=actor,
        )
        if came:
            _check_same(came, told, mark)
            return returned
        _check_shipped(shipment, sellables, units)
        for pk in sorted(units):
            _take_back(pk, warehouse, units[pk], mark, is_damaged=is_damaged, actor=actor)
        for tell in tells:
            tell(returned)
        if not is_damaged:
            tell_of_arrival(units.keys())
        return returned


def _take_back(
    pk: int, warehouse: Warehouse, count: int, mark: str, *, is_damaged: bool, actor: str
) -> None:
    moves = [(count, MovementKind.RETURN, "Came back")]
    if is_damaged:
        moves.append((-count, MovementKind.ADJUSTMENT, "Came back damaged"))
    for quantity, kind, reason in moves:
        move_stock(
            sellable_id=pk,
            warehouse_id=warehouse.pk,
            quantity=quantity,
            kind=kind,
            reason=reason,
            reference=mark,
            actor=actor,
        )


def _check_same(came: Mapping[str, int], told: Mapping[str, int], mark: str) -> None:
    if came != told:
        message = f"{mark!r} is already the return of other units. Use a new reference."
        fault = FieldError(field="reference", code=ReferenceReused.code, message=message)
        raise ReferenceReused(message, errors=[fault])


def _check_shipped(
    shipment: str, sellables: Mapping[int, Sellable], units: Mapping[int, int]
) -> None:
    rows = StockMovement.objects.filter(sellable_id__in=units).order_by().values("sellable_id")
    left = rows.filter(kind=MovementKind.SHIPPED, reference=shipment)
    back = rows.filter(kind=MovementKind.RETURN, reference__startswith=f"{shipment}/")
    open_units = {row["sellable_id"]: -row["sum"] for row in left.annotate(sum=Sum("quantity"))}
    for row in back.annotate(sum=Sum("quantity")):
        open_units[row["sellable_id"]] = open_units.get(row["sellable_id"], 0) - row["sum"]
    faults = [
        FieldError(
            field=sellables[pk].sku,
            code=MoreThanShipped.code,
            message=f"{count} came back, {open_units.get(pk, 0)} of {shipment} can.",
        )
        for pk, count in units.items()
        if count > open_units.get(pk, 0)
    ]
    if faults:
        raise MoreThanShipped(
            f"Look at the ledger of {shipment}; adjust the stock by the rest.", errors=faults
        )
