"""Corrections of stock by people and partners, each counted once however often it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from inventory.models import MovementKind, StockLevel, StockMovement
from inventory.services.stock import move_stock
from shipping_project.kernel.errors import Conflict, FieldError


class ReferenceReused(Conflict):
    """The reference came before for the same units with other contents."""

    code = "stock.reference_reused"
    title = "This reference was used for a different adjustment"


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The movement in the ledger, and whether this call made it."""

    movement: StockMovement
    created: bool


def adjust_stock(
    *,
    sellable_id: int,
    warehouse_id: int,
    quantity: int,
    reason: str,
    reference: str,
    actor: str,
) -> Adjusted:
    """Add units (positive) or take them (negative); a repeat of `reference` changes nothing.

    One reference may serve many sellables and warehouses, as a stock count does, each once.
    Raises BelowReserved and ReferenceReused with nothing written.
    """
    with transaction.atomic(durable=True):
        StockLevel.objects.get_or_create(sellable_id=sellable_id, warehouse_id=warehouse_id)
        # Held until the movement is written, so that of two repeats the second sees the first.
        StockLevel.objects.locked().get(sellable_id=sellable_id, warehouse_id=warehouse_id)
        first = _first(sellable_id, warehouse_id, reference)
        if first is not None:
            return _repeated(first, quantity=quantity)
        movement = move_stock(
            sellable_id=sellable_id,
            warehouse_id=warehouse_id,
            quantity=quantity,
            kind=MovementKind.ADJUSTMENT,
            reason=reason,
            reference=reference,
            actor=actor,
        )
        return Adjusted(movement, created=True)


def _first(sellable_id: int, warehouse_id: int, reference: str) -> StockMovement | None:
    found: StockMovement | None = (
        StockMovement.objects.of(sellable_id, warehouse_id)
        .filter(kind=MovementKind.ADJUSTMENT, reference=reference)
        .first()
    )
    return found


def _repeated(first: StockMovement, *, quantity: int) -> Adjusted:
    if first.quantity != quantity:
        message = (
            f"{first.reference!r} already changed these units by {first.quantity:+d}. "
            "Use a new reference for another change."
        )
        fault = FieldError(field="reference", code=ReferenceReused.code, message=message)
        raise ReferenceReused(message, errors=[fault])
    return Adjusted(first, created=False)
