"""Counting a warehouse: a sheet, what is found, and a second person who makes it so."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record_audit
from catalog.models import KitComponent
from inventory.models import (
    CountLine,
    CountState,
    MovementKind,
    StockCount,
    StockLevel,
)
from inventory.services.arrivals import tell_of_arrival
from inventory.services.stock import BelowReserved, KitNotMoved, move_stock
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput

MOST_LINES = 5000


class SamePerson(Conflict):
    """Whoever counted or submitted a sheet may not approve it."""

    code = "count.same_person"
    title = "A second person has to approve this count"


@transaction.atomic
def open_count(
    *,
    organization_id: int,
    warehouse_id: int,
    actor: str,
    sellable_ids: Collection[int] = (),
    note: str = "",
) -> StockCount:
    """A sheet of what is named, or of all that the warehouse has or had of this organization.

    Raises InvalidInput for more than 5,000 lines, and KitNotMoved.
    """
    chosen = set(sellable_ids) or _stocked(organization_id, warehouse_id)
    if not 0 < len(chosen) <= MOST_LINES:
        message = (
            f"A sheet has 1 to {MOST_LINES} lines, and this would be {len(chosen)}: name SKUs."
        )
        raise InvalidInput(errors=[FieldError(field="skus", code="count.size", message=message)])
    _refuse_kits(chosen)
    count: StockCount = StockCount.objects.create(
        organization_id=organization_id, warehouse_id=warehouse_id, opened_by=actor, note=note
    )
    CountLine.objects.bulk_create(CountLine(count=count, sellable_id=pk) for pk in sorted(chosen))
    record_audit(actor=actor, action="stockcount.opened", subject=count)
    return count


@transaction.atomic
def enter_counts(*, count_id: int, units: Mapping[int, int], actor: str) -> StockCount:
    """So many units by sellable are on the shelf now; what was not on the sheet is added.

    A repeat counts anew. Raises Conflict unless the sheet is open, and KitNotMoved.
    """
    count = _locked(count_id, CountState.OPEN)
    _refuse_kits(units.keys())
    levels = StockLevel.objects.filter(warehouse_id=count.warehouse_id, sellable_id__in=units)
    # Locked, so that nothing moves between what was expected and when that was.
    on_hand = {level.sellable_id: level.on_hand for level in levels.locked()}
    for sellable_id, counted in units.items():
        CountLine.objects.update_or_create(
            count=count,
            sellable_id=sellable_id,
            defaults={
                "expected": on_hand.get(sellable_id, 0),
                "counted": counted,
                "counted_by": actor,
                "counted_at": timezone.now(),
            },
        )
    return count


@transaction.atomic
def submit_count(*, count_id: int, actor: str) -> StockCount:
    """Ready for approval; what nobody counted changes nothing. Raises Conflict."""
    count = _locked(count_id, CountState.OPEN)
    if not count.lines.filter(counted__isnull=False).exists():
        raise Conflict("Nothing has been counted yet.")
    count.state, count.submitted_by = CountState.SUBMITTED, actor
    count.submitted_at = timezone.now()
    count.save(update_fields=["state", "submitted_by", "submitted_at", "updated_at"])
    record_audit(actor=actor, action="stockcount.submitted", subject=count)
    return count


@transaction.atomic
def reopen_count(*, count_id: int, actor: str) -> StockCount:
    """Not as it should be: count again. Raises Conflict unless it waits for approval."""
    count = _locked(count_id, CountState.SUBMITTED)
    count.state = CountState.OPEN
    count.save(update_fields=["state", "updated_at"])
    record_audit(actor=actor, action="stockcount.reopened", subject=count)
    return count


@transaction.atomic
def cancel_count(*, count_id: int, actor: str) -> StockCount:
    """Nothing is adjusted. Raises Conflict once it is over."""
    count = _locked(count_id, CountState.OPEN, CountState.SUBMITTED)
    count.state, count.closed_at = CountState.CANCELLED, timezone.now()
    count.save(update_fields=["state", "closed_at", "updated_at"])
    record_audit(actor=actor, action="stockcount.cancelled", subject=count)
    return count


@transaction.atomic
def approve_count(*, count_id: int, actor: str) -> int:
    """Adjust the stock by what was found; returns how many lines differed.

    Raises SamePerson, Conflict, and BelowReserved naming each line that would leave fewer units
    than are promised, with nothing written.
    """
    count = _locked(count_id, CountState.SUBMITTED)
    lines = list(count.lines.select_related("sellable").order_by("sellable_id"))
    if actor in {count.submitted_by, *(line.counted_by for line in lines)}:
        raise SamePerson(f"{actor} counted or submitted {count.number}.")
    changed = [line for line in lines if line.variance]
    _check_promised(count, changed)
    for line in changed:
        move_stock(
            sellable_id=line.sellable_id,
            warehouse_id=count.warehouse_id,
            quantity=line.variance or 0,
            kind=MovementKind.ADJUSTMENT,
            reason=f"Counted {line.counted}, {line.expected} expected",
            reference=count.number,
            actor=actor,
        )
    count.state, count.approved_by, count.closed_at = CountState.APPROVED, actor, timezone.now()
    count.save(update_fields=["state", "approved_by", "closed_at", "updated_at"])
    record_audit(
        actor=actor, action="stockcount.approved", subject=count, after={"lines": len(changed)}
    )
    tell_of_arrival([line.sellable_id for line in changed if (line.variance or 0) > 0])
    return len(changed)


def _stocked(organization_id: int, warehouse_id: int) -> set[int]:
    levels = StockLevel.objects.of_organization(organization_id).filter(
        warehouse_id=warehouse_id, sellable__components=None
    )
    return set(levels.values_list("sellable_id", flat=True)[: MOST_LINES + 1])


def _refuse_kits(sellable_ids: Collection[int]) -> None:
    if KitComponent.objects.filter(kit_id__in=sellable_ids).exists():
        raise KitNotMoved("Count the components of a kit instead.")


def _check_promised(count: StockCount, changed: list[CountLine]) -> None:
    ids = [line.sellable_id for line in changed]
    levels = StockLevel.objects.filter(warehouse_id=count.warehouse_id, sellable_id__in=ids)
    free = {level.sellable_id: level.available for level in levels.locked()}
    faults = [
        FieldError(
            field=line.sellable.sku,
            code=BelowReserved.code,
            message=f"{line.variance:+d} would leave fewer than are promised: only "
            f"{free.get(line.sellable_id, 0)} are free.",
        )
        for line in changed
        if free.get(line.sellable_id, 0) + (line.variance or 0) < 0
    ]
    if faults:
        raise BelowReserved("Cancel or ship what is promised, or count again.", errors=faults)


def _locked(count_id: int, *states: CountState) -> StockCount:
    count: StockCount = StockCount.objects.locked().get(pk=count_id)
    if count.state not in states:
        raise Conflict(f"{count.number} is {count.get_state_display().lower()}.")
    return count
