"""A person's word on a difference: keep ours, take theirs, or what was counted just now."""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction

from accounts.services.audit import record_audit
from catalog.kits.contents import parts_of
from inventory.models import MovementKind, PlatformStock, StockDrift, StockLevel
from inventory.rules.stock_sync import Owner
from inventory.services.stock import move_stock
from inventory.sync.drifting import close_drift
from inventory.sync.models import DriftState
from inventory.sync.numbers import ours_of
from inventory.sync.taking import agree
from inventory.sync.telling import tell_anyway
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput, StateChanged

MOST_UNITS = 1_000_000
KIT_CURE = (
    "A kit has no units of its own: its number follows from its components. Count or correct "
    "those, or keep ours, which tells the platform what they make."
)


class KitNotSettled(Conflict):
    """Nothing can be taken over or counted for a kit."""

    code = "kit.not_settled"
    title = "A kit has no stock of its own"


class Choice(StrEnum):
    OURS = "ours"
    THEIRS = "theirs"
    COUNTED = "counted"


def settle_drift(
    *, drift_id: int, choice: Choice, actor: str, counted: int | None = None
) -> StockDrift:
    """Ours or what was counted is told to the platform; theirs becomes a movement here.

    `counted` are the units that lie in the warehouse now, the promised ones with them. Raises
    StateChanged once it is settled, BelowReserved where fewer than are promised would be left,
    InvalidInput without a count, and KitNotSettled for anything but ours of a kit.
    """
    with transaction.atomic(durable=True):
        drift, stock = _locked(drift_id)
        if choice is not Choice.OURS and parts_of([stock.level.sellable_id]):
            raise KitNotSettled(KIT_CURE)
        if choice is Choice.THEIRS:
            _take_theirs(stock, drift, actor)
        elif choice is Choice.COUNTED:
            _take_count(stock, _needed(counted), actor)
        _close(drift, stock, choice, actor)
        if choice is not Choice.THEIRS:
            tell_anyway(stock)
        return drift


def _locked(drift_id: int) -> tuple[StockDrift, PlatformStock]:
    """The level, the platform's number, and then the drift."""
    rows = PlatformStock.objects.filter(drifts=drift_id)
    list(StockLevel.objects.filter(at_platforms__in=rows).select_for_update(of=("self",)))
    stock = rows.with_all().locked().get()
    drift = StockDrift.objects.select_for_update().get(pk=drift_id)
    if drift.state != DriftState.OPEN.value:
        raise StateChanged(f"It is settled by now: {drift.get_state_display().lower()}.")
    return drift, stock


def _take_theirs(stock: PlatformStock, drift: StockDrift, actor: str) -> None:
    """What nothing explains, or all of theirs where both sides never agreed before."""
    units = drift.rest
    if stock.expected is None:
        units = ours_of([stock])[stock.pk].taking(stock.physical or 0)
    if units:
        place = stock.link.get_platform_display()
        _move(stock, units, MovementKind.PLATFORM, f"Taken from {place}", actor)


def _take_count(stock: PlatformStock, counted: int, actor: str) -> None:
    if units := counted - stock.level.on_hand:
        _move(stock, units, MovementKind.ADJUSTMENT, f"Counted {counted}", actor)


def _move(stock: PlatformStock, units: int, kind: MovementKind, reason: str, actor: str) -> None:
    move_stock(
        sellable_id=stock.level.sellable_id,
        warehouse_id=stock.level.warehouse_id,
        quantity=units,
        kind=kind,
        reason=reason,
        actor=actor,
    )
    stock.level.refresh_from_db()


def _close(drift: StockDrift, stock: PlatformStock, choice: Choice, actor: str) -> None:
    """What was looked into is explained from now on, and nothing beyond it.

    What stands there may by now lack units of an order of which we have not heard.
    """
    is_ours = stock.link.stock_owner == Owner.OURS.value
    before = stock.expected if is_ours else None
    agree(stock, on=stock.physical if before is None else before + drift.rest)
    stock.rest, stock.rest_since, stock.rest_met, stock.look_again_at = 0, None, 0, None
    stock.compared_at = None
    stock.save()
    close_drift(stock, state=DriftState(choice.value), actor=actor)
    drift.refresh_from_db()
    record_audit(
        actor=actor,
        action=f"stockdrift.{choice.value}",
        subject=drift,
        before={"ours": drift.ours, "theirs": drift.theirs},
        after={"on_hand": stock.level.on_hand},
    )


def _needed(counted: int | None) -> int:
    if counted is None or not 0 <= counted <= MOST_UNITS:
        message = f"Give the units that lie there, from 0 to {MOST_UNITS:,}."
        fault = FieldError(field="counted", code="count.needed", message=message)
        raise InvalidInput(errors=[fault])
    return counted
