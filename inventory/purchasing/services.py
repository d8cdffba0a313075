"""Buying: draft, order, receive, each once however often it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record_audit
from catalog.models import KitComponent
from inventory.models import (
    GoodsReceipt,
    MovementKind,
    PurchaseLine,
    PurchaseOrder,
    PurchaseState,
    Supplier,
)
from inventory.services.adjustments import ReferenceReused
from inventory.services.arrivals import tell_of_arrival
from inventory.services.stock import KitNotMoved, expect_stock, move_stock
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput
from shipping_project.kernel.versions import hold_to_seen

AWAITED = (PurchaseState.ORDERED, PurchaseState.PART_RECEIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseItem:
    """Units wanted of one sellable; no cost takes that of the supplier, or the sellable's own."""

    sellable_id: int
    quantity: int
    unit_cost: Decimal | None = None


class BelowMinimum(Conflict):
    """Fewer units than the supplier sells."""

    code = "purchase.below_minimum"
    title = "The supplier does not sell so few"


class OverReceipt(Conflict):
    """More arrived than was ordered; `errors` lists each line. Nothing was written."""

    code = "purchase.over_receipt"
    title = "More arrived than was ordered"


@dataclass(frozen=True, slots=True)
class Received:
    """The receipt, and whether this call made it."""

    receipt: GoodsReceipt
    created: bool


@transaction.atomic
def draft_purchase(
    *,
    supplier: Supplier,
    warehouse_id: int,
    items: Sequence[PurchaseItem],
    actor: str,
    note: str = "",
) -> PurchaseOrder:
    """Write down what to buy; nothing is expected yet. Raises KitNotMoved."""
    order = PurchaseOrder.objects.create(
        organization_id=supplier.organization_id,
        supplier=supplier,
        warehouse_id=warehouse_id,
        currency=supplier.currency,
        note=note,
        drafted_by=actor,
    )
    _write_lines(order, items)
    record_audit(actor=actor, action="purchaseorder.drafted", subject=order)
    return order


@transaction.atomic
def change_draft(*, order_id: int, items: Sequence[PurchaseItem], actor: str) -> PurchaseOrder:
    """Replace the lines. Raises Conflict once it was ordered, and KitNotMoved."""
    order = _locked(order_id, PurchaseState.DRAFT)
    hold_to_seen(order)
    order.lines.all().delete()
    _write_lines(order, items)
    order.save(update_fields=["updated_at"])
    record_audit(actor=actor, action="purchaseorder.changed", subject=order)
    return order


@transaction.atomic
def place_purchase(*, order_id: int, actor: str) -> PurchaseOrder:
    """Ordered from the supplier: its units are on their way. Raises Conflict and BelowMinimum."""
    order = _locked(order_id, PurchaseState.DRAFT)
    units = {line.sellable_id: line.quantity for line in order.lines.all()}
    _check_minimum(order, units)
    expect_stock(warehouse_id=order.warehouse_id, units=units)
    now = timezone.now()
    today = now.astimezone(ZoneInfo(order.warehouse.time_zone)).date()
    order.state, order.ordered_at = PurchaseState.ORDERED, now
    order.expected_on = today + timedelta(days=order.supplier.lead_time_days)
    order.save(update_fields=["state", "ordered_at", "expected_on", "updated_at"])
    record_audit(actor=actor, action="purchaseorder.ordered", subject=order)
    return order


def receive_purchase(
    *, order_id: int, reference: str, units: Mapping[int, int], actor: str
) -> Received:
    """Units by sellable have arrived; a repeat of `reference` changes nothing.

    Raises OverReceipt naming each line, ReferenceReused, and Conflict where nothing is awaited.
    """
    with transaction.atomic(durable=True):
        order = _locked(order_id)
        told = {str(pk): count for pk, count in sorted(units.items())}
        first = order.receipts.filter(reference=reference).first()
        if first is not None:
            return _repeated(first, told)
        _require(order, *AWAITED)
        lines = {line.sellable_id: line for line in order.lines.select_related("sellable")}
        _check_receipt(lines, units)
        _take_in(order, reference, {lines[pk]: count for pk, count in units.items()}, actor)
        receipt = GoodsReceipt.objects.create(
            order=order, reference=reference, units=told, actor=actor
        )
        tell_of_arrival(units.keys())
        return Received(receipt, created=True)


@transaction.atomic
def cancel_purchase(*, order_id: int, actor: str) -> PurchaseOrder:
    """What has not arrived is not awaited any more; what has, stays. Raises Conflict when over."""
    order = _locked(order_id, PurchaseState.DRAFT, *AWAITED)
    if order.state in AWAITED:
        open_lines = [line for line in order.lines.all() if line.outstanding]
        gone = {line.sellable_id: -line.outstanding for line in open_lines}
        expect_stock(warehouse_id=order.warehouse_id, units=gone)
    order.state, order.closed_at = PurchaseState.CANCELLED, timezone.now()
    order.save(update_fields=["state", "closed_at", "updated_at"])
    record_audit(actor=actor, action="purchaseorder.cancelled", subject=order)
    return order


def _take_in(
    order: PurchaseOrder, reference: str, arrived: Mapping[PurchaseLine, int], actor: str
) -> None:
    less = {line.sellable_id: -count for line, count in arrived.items()}
    expect_stock(warehouse_id=order.warehouse_id, units=less)
    for line, count in arrived.items():
        line.received += count
        line.save(update_fields=["received"])
        move_stock(
            sellable_id=line.sellable_id,
            warehouse_id=order.warehouse_id,
            quantity=count,
            kind=MovementKind.RECEIPT,
            reason=f"Received from {order.supplier.name}",
            reference=f"{order.number}/{reference}",
            actor=actor,
        )
    is_whole = all(line.outstanding == 0 for line in order.lines.all())
    order.state = PurchaseState.RECEIVED if is_whole else PurchaseState.PART_RECEIVED
    order.closed_at = timezone.now() if is_whole else None
    order.save(update_fields=["state", "closed_at", "updated_at"])


def _check_receipt(lines: Mapping[int, PurchaseLine], units: Mapping[int, int]) -> None:
    if not units:
        message = "Name at least one SKU that arrived."
        raise InvalidInput(errors=[FieldError(field="lines", code="lines.empty", message=message)])
    over = []
    for pk, count in units.items():
        line = lines.get(pk)
        if line is None:
            over.append((str(pk), f"Sellable {pk} is not on this order; {count} arrived."))
        elif count > line.outstanding:
            words = f"{count} arrived, {line.outstanding} of {line.quantity} are outstanding."
            over.append((line.sellable.sku, words))
    if over:
        code = OverReceipt.code
        faults = [FieldError(field=sku, code=code, message=words) for sku, words in over]
        raise OverReceipt(
            "Receive what was ordered; adjust the stock by the rest, or order it.", errors=faults
        )


def _check_minimum(order: PurchaseOrder, units: Mapping[int, int]) -> None:
    least, wanted = order.supplier.minimum_units, sum(units.values())
    if wanted < max(1, least):
        raise BelowMinimum(f"{wanted} units are on it and {max(1, least)} are the fewest.")


def _write_lines(order: PurchaseOrder, items: Sequence[PurchaseItem]) -> None:
    ids = [item.sellable_id for item in items]
    if KitComponent.objects.filter(kit_id__in=ids).exists():
        raise KitNotMoved("Buy the components of a kit instead.")
    costs = dict(order.supplier.items.values_list("sellable_id", "unit_cost"))
    PurchaseLine.objects.bulk_create(
        PurchaseLine(
            order=order,
            sellable_id=item.sellable_id,
            quantity=item.quantity,
            unit_cost=costs.get(item.sellable_id, 0) if item.unit_cost is None else item.unit_cost,
        )
        for item in items
    )


def _repeated(first: GoodsReceipt, told: Mapping[str, int]) -> Received:
    if first.units != told:
        message = (
            f"{first.reference!r} is already the receipt of other units. "
            "Use a new reference for another one."
        )
        fault = FieldError(field="reference", code=ReferenceReused.code, message=message)
        raise ReferenceReused(message, errors=[fault])
    return Received(first, created=False)


def _locked(order_id: int, *states: PurchaseState) -> PurchaseOrder:
    order: PurchaseOrder = PurchaseOrder.objects.locked().get(pk=order_id)
    if states:
        _require(order, *states)
    return order


def _require(order: PurchaseOrder, *states: PurchaseState) -> None:
    if order.state not in states:
        raise Conflict(f"{order.number} is {order.get_state_display().lower()}.")
