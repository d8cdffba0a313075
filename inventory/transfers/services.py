"""Sending units to another warehouse and taking them in there, each once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record_audit
from catalog.models import KitComponent
from inventory.models import (
    MovementKind,
    StockLevel,
    Transfer,
    TransferArrival,
    TransferLine,
    TransferState,
)
from inventory.services.adjustments import ReferenceReused
from inventory.services.arrivals import tell_of_arrival
from inventory.services.stock import InsufficientStock, KitNotMoved, expect_stock, move_stock
from inventory.transfers.models import IN_TRANSIT
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput


class MoreThanSent(Conflict):
    """More arrived than is on its way; `errors` lists each line. Nothing was written."""

    code = "transfer.more_than_sent"
    title = "More arrived than was sent"


@dataclass(frozen=True, slots=True)
class Arrived:
    """The arrival, and whether this call made it."""

    arrival: TransferArrival
    created: bool


@transaction.atomic
def draft_transfer(
    *,
    organization_id: int,
    source_id: int,
    target_id: int,
    units: Mapping[int, int],
    actor: str,
    note: str = "",
) -> Transfer:
    """Write down what is to be sent; nothing moves yet. Raises InvalidInput and KitNotMoved."""
    if source_id == target_id:
        message = "Name another warehouse than the one it comes from."
        fault = FieldError(field="to_warehouse", code="warehouse.same", message=message)
        raise InvalidInput(errors=[fault])
    if KitComponent.objects.filter(kit_id__in=units).exists():
        raise KitNotMoved("Send the components of a kit instead.")
    transfer: Transfer = Transfer.objects.create(
        organization_id=organization_id,
        source_id=source_id,
        target_id=target_id,
        note=note,
        drafted_by=actor,
    )
    TransferLine.objects.bulk_create(
        TransferLine(transfer=transfer, sellable_id=pk, quantity=count)
        for pk, count in units.items()
    )
    record_audit(actor=actor, action="transfer.drafted", subject=transfer)
    return transfer


@transaction.atomic
def send_transfer(*, transfer_id: int, actor: str) -> Transfer:
    """The units left; they are incoming at the other warehouse.

    Raises Conflict, and InsufficientStock naming every line with fewer units than that are free.
    """
    transfer = _locked(transfer_id, TransferState.DRAFT)
    lines = list(transfer.lines.select_related("sellable").order_by("sellable_id"))
    _check_free(transfer, lines)
    for line in lines:
        _move(transfer, line, -line.quantity, MovementKind.TRANSFER_OUT, actor=actor)
    units = {line.sellable_id: line.quantity for line in lines}
    expect_stock(warehouse_id=transfer.target_id, units=units)
    transfer.state, transfer.sent_at = TransferState.ON_ITS_WAY, timezone.now()
    transfer.save(update_fields=["state", "sent_at", "updated_at"])
    record_audit(actor=actor, action="transfer.sent", subject=transfer)
    return transfer


def arrive_transfer(
    *, transfer_id: int, reference: str, units: Mapping[int, int], actor: str
) -> Arrived:
    """Units by sellable have arrived; a repeat of `reference` changes nothing.

    Raises MoreThanSent naming each line, ReferenceReused, and Conflict unless it is on its way.
    """
    with transaction.atomic(durable=True):
        transfer = _locked(transfer_id)
        told = {str(pk): count for pk, count in sorted(units.items())}
        first = transfer.arrivals.filter(reference=reference).first()
        if first is not None:
            return _repeated(first, told)
        _require(transfer, *IN_TRANSIT)
        lines = {line.sellable_id: line for line in transfer.lines.select_related("sellable")}
        _check_arrival(lines, units)
        less = {pk: -count for pk, count in units.items()}
        expect_stock(warehouse_id=transfer.target_id, units=less)
        for pk, count in units.items():
            lines[pk].arrived += count
            lines[pk].save(update_fields=["arrived"])
            _move(transfer, lines[pk], count, MovementKind.TRANSFER_IN, actor=actor, part=reference)
        _settle(transfer)
        arrival = TransferArrival.objects.create(
            transfer=transfer, reference=reference, units=told, actor=actor
        )
        tell_of_arrival(units.keys())
        return Arrived(arrival, created=True)


@transaction.atomic
def write_off_transfer(*, transfer_id: int, reason: str, actor: str) -> int:
    """What has not arrived is lost; returns how many units.

    The ledger shows them coming in and being lost, so that it tells where they went. Raises
    Conflict unless it is on its way.
    """
    transfer = _locked(transfer_id, *IN_TRANSIT)
    lines = [line for line in transfer.lines.order_by("sellable_id") if line.outstanding]
    less = {line.sellable_id: -line.outstanding for line in lines}
    expect_stock(warehouse_id=transfer.target_id, units=less)
    lost = 0
    for line in lines:
        count = line.outstanding
        line.lost += count
        line.save(update_fields=["lost"])
        _move(transfer, line, count, MovementKind.TRANSFER_IN, actor=actor, part="lost")
        why = f"Lost on the way: {reason}"[:200]
        _move(transfer, line, -count, MovementKind.ADJUSTMENT, actor=actor, part="lost", reason=why)
        lost += count
    _settle(transfer)
    record_audit(actor=actor, action="transfer.lost", subject=transfer, after={"units": lost})
    return lost


@transaction.atomic
def cancel_transfer(*, transfer_id: int, actor: str) -> Transfer:
    """Only while nothing has left. Raises Conflict."""
    transfer = _locked(transfer_id, TransferState.DRAFT)
    transfer.state, transfer.closed_at = TransferState.CANCELLED, timezone.now()
    transfer.save(update_fields=["state", "closed_at", "updated_at"])
    record_audit(actor=actor, action="transfer.cancelled", subject=transfer)
    return transfer


def _move(
    transfer: Transfer,
    line: TransferLine,
    quantity: int,
    kind: MovementKind,
    *,
    actor: str,
    part: str = "",
    reason: str = "",
) -> None:
    leaves = kind is MovementKind.TRANSFER_OUT
    place = f"To {transfer.target.code}" if leaves else f"From {transfer.source.code}"
    move_stock(
        sellable_id=line.sellable_id,
        warehouse_id=transfer.source_id if leaves else transfer.target_id,
        quantity=quantity,
        kind=kind,
        reason=reason or place,
        reference=f"{transfer.number}/{part}" if part else transfer.number,
        actor=actor,
    )


def _settle(transfer: Transfer) -> None:
    is_whole = all(line.outstanding == 0 for line in transfer.lines.all())
    transfer.state = TransferState.ARRIVED if is_whole else TransferState.PART_ARRIVED
    transfer.closed_at = timezone.now() if is_whole else None
    transfer.save(update_fields=["state", "closed_at", "updated_at"])


def _check_free(transfer: Transfer, lines: list[TransferLine]) -> None:
    levels = StockLevel.objects.locked().filter(
        warehouse_id=transfer.source_id, sellable_id__in=[line.sellable_id for line in lines]
    )
    free = {level.sellable_id: level.available for level in levels}
    faults = [
        FieldError(
            field=line.sellable.sku,
            code=InsufficientStock.code,
            message=f"{line.quantity} wanted, {free.get(line.sellable_id, 0)} available in "
            f"{transfer.source.code}.",
        )
        for line in lines
        if line.quantity > free.get(line.sellable_id, 0)
    ]
    if faults:
        raise InsufficientStock(
            f"{transfer.source.code} lacks stock for this transfer.", errors=faults
        )


def _check_arrival(lines: Mapping[int, TransferLine], units: Mapping[int, int]) -> None:
    over = []
    for pk, count in units.items():
        line = lines.get(pk)
        if line is None:
            over.append((str(pk), f"Sellable {pk} is not on this transfer; {count} arrived."))
        elif count > line.outstanding:
            words = f"{count} arrived, {line.outstanding} of {line.quantity} are on their way."
            over.append((line.sellable.sku, words))
    if over:
        code = MoreThanSent.code
        faults = [FieldError(field=sku, code=code, message=words) for sku, words in over]
        raise MoreThanSent("Take in what was sent; adjust the stock by the rest.", errors=faults)


def _repeated(first: TransferArrival, told: Mapping[str, int]) -> Arrived:
    if first.units != told:
        message = (
            f"{first.reference!r} is already the arrival of other units. "
            "Use a new reference for another one."
        )
        fault = FieldError(field="reference", code=ReferenceReused.code, message=message)
        raise ReferenceReused(message, errors=[fault])
    return Arrived(first, created=False)


def _locked(transfer_id: int, *states: TransferState) -> Transfer:
    transfer: Transfer = Transfer.objects.locked().get(pk=transfer_id)
    if states:
        _require(transfer, *states)
    return transfer


def _require(transfer: Transfer, *states: TransferState) -> None:
    if transfer.state not in states:
        raise Conflict(f"{transfer.number} is {transfer.get_state_display().lower()}.")
