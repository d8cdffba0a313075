"""One order as several: each part an order of its own, with a state, lane and label of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from accounts.services.audit import record_audit
from catalog.kits.contents import parts_of
from inventory.models import Warehouse
from inventory.services.stock import lock_stock
from orders.models import Order, OrderLine, RoutingOverride
from orders.rules.picked import PickedWay
from orders.rules.splitting import LineNeed, Part, Shelf, plan_split
from orders.rules.states import SPLITTABLE, OrderState
from orders.services.intake import DISPATCH
from orders.services.progress import move_order, note_event
from orders.services.restarts import give_up_unbooked
from orders.services.snapshots import available_by_code
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput

MOST_PARTS = 20
# What a part does not have of the order that it is part of.
OWN = frozenset({
    "id", "number", "external_ref", "state", "total", "parent", "part_count", "attention_code",
    "attention_detail", "hold_reason", "cancel_requested_at", "cancel_reason", "created_at",
    "updated_at",
})  # fmt: skip
COPIED = tuple(f.attname for f in Order._meta.concrete_fields if f.name not in OWN)


class NotSplittable(Conflict):
    code = "order.not_splittable"
    title = "The order cannot be split"


class PartNotFilled(Exception):
    """Somebody took units between the plan and the locks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPart:
    """Units by SKU; `warehouse` empty leaves it to the rules."""

    units: Mapping[str, int]
    warehouse: str = ""


def split_order(
    *, order_id: int, asked: Sequence[AskedPart], reason: str, actor: str
) -> list[Order]:
    """Make an order several, as a person says, or over the fewest parcels by stock.

    Together the parts have exactly the units of the order. Raises InvalidInput naming every fault,
    and Conflict for an order that is booked, held, in parts, or a part itself.
    """
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        _require_splittable(order)
        if give_up_unbooked(order) is not None:
            raise NotSplittable(f"The booking of order {order.number} has to be cancelled first.")
        lines = list(order.lines.order_by("position"))
        parts = _read_parts(lines, asked) if asked else planned_parts(order)
        if not parts:
            raise NotSplittable("No warehouses hold all of it together, or one alone does.")
        children = _make_parts(order, lines, parts, actor=actor, reason=reason)
        for child, part in zip(children, parts, strict=True):
            if part.warehouse:
                _keep_warehouse(child, part.warehouse, reason=reason, actor=actor)
            nudge(DISPATCH, child.pk, queue="orders")
        record_audit(
            actor=actor,
            action="order.split",
            subject=order,
            after={"parts": [child.number for child in children], "reason": reason},
        )
        return children


def split_by_stock(
    order: Order,
    *,
    actor: str,
    dispatch: Callable[[Order, str], bool],
    parts: Sequence[Part] = (),
) -> bool:
    """Split an order that no warehouse can send alone; False where they cannot together either.

    The caller holds the order. `dispatch` sends one part from one warehouse and answers whether its
    stock is held. Stock is locked for all parts at once, in the one shared order, and the parts are
    all made or none. `parts` are planned already, else the fewest are by the stock of now.
    """
    if order.parent_id is not None:
        return False
    parts = parts or planned_parts(order)
    if not parts:
        return False
    lines = list(order.lines.order_by("position"))
    try:
        with transaction.atomic():
            lock_stock(
                warehouse_codes={part.warehouse for part in parts},
                sellable_ids=_shelf_ids(lines),
            )
            reason = f"No warehouse has all of it; sent from {len(parts)}."
            children = _make_parts(order, lines, parts, actor=actor, reason=reason)
            for child, part in zip(children, parts, strict=True):
                if not dispatch(child, part.warehouse):
                    raise PartNotFilled
    except PartNotFilled:
        order.refresh_from_db()
        return False
    return True


def planned_parts(order: Order) -> tuple[Part, ...]:
    """Over the fewest warehouses by the stock of now; empty where that is not possible."""
    lines = list(order.lines.order_by("position"))
    kits = parts_of([line.sellable_id for line in lines])
    needs = [
        LineNeed(
            position=line.position,
            quantity=line.quantity,
            per_unit={str(part.sellable_id): part.units for part in kits.get(line.sellable_id, ())}
            or {str(line.sellable_id): 1},
        )
        for line in lines
    ]
    shelves = available_by_code(order, _shelf_ids(lines))
    return plan_split(needs, [Shelf(code=code, available=units) for code, units in shelves])


def _shelf_ids(lines: Sequence[OrderLine]) -> set[int]:
    """What lies on the shelf for these lines: of a kit its components."""
    kits = parts_of([line.sellable_id for line in lines])
    parts = {part.sellable_id for members in kits.values() for part in members}
    return parts | {line.sellable_id for line in lines if line.sellable_id not in kits}


def _require_splittable(order: Order) -> None:
    if order.part_count:
        raise NotSplittable(f"Order {order.number} is in parts already.")
    if order.parent_id is not None:
        raise NotSplittable(f"Order {order.number} is a part of another one.")
    is_live = order.shipments.live().exists()
    if OrderState(order.state) not in SPLITTABLE and not is_live:
        state = order.get_state_display().lower()
        raise NotSplittable(f"Order {order.number} is {state}.")


def _make_parts(
    order: Order, lines: Sequence[OrderLine], parts: Sequence[Part], *, actor: str, reason: str
) -> list[Order]:
    children = [
        _make_part(order, lines, part, number, actor=actor)
        for number, part in enumerate(parts, start=1)
    ]
    if order.state == OrderState.RESERVED.value:
        # What it had reserved was given up before.
        move_order(order, OrderState.VALID, kind="order.restarted", message="Given up.")
    move_order(
        order,
        OrderState.SPLIT,
        kind="order.split",
        message=f"In {len(children)} parts: {reason or 'no reason given'}",
        actor=actor,
        data={"parts": [child.number for child in children]},
        part_count=len(children),
    )
    order.lines.filter(short_quantity__gt=0).update(short_quantity=0)
    return children


def _make_part(
    order: Order, lines: Sequence[OrderLine], part: Part, number: int, *, actor: str
) -> Order:
    own = [line for line in lines if part.units.get(line.position)]
    total = sum((line.unit_price * part.units[line.position] for line in own), Decimal(0))
    name = f"{order.number}-{number}"
    child: Order = Order.objects.create(
        parent=order,
        number=name,
        external_ref=f"{name} of {order.external_ref}"[:100],
        total=total,
        **{field: getattr(order, field) for field in COPIED},
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=child,
            position=line.position,
            sellable_id=line.sellable_id,
            sku=line.sku,
            title=line.title,
            quantity=part.units[line.position],
            unit_price=line.unit_price,
        )
        for line in own
    )
    message = f"Part {number} of {order.number}."
    note_event(child, kind="order.received", message=message, actor=actor)
    move_order(child, OrderState.VALID, kind="order.valid", message="Split off.", actor=actor)
    return child


def _keep_warehouse(child: Order, code: str, *, reason: str, actor: str) -> None:
    RoutingOverride.objects.create(
        order=child,
        actor=actor,
        reason=reason[:200] or "split",
        picked=PickedWay(warehouse=code).as_dict(),
    )


def _read_parts(lines: Sequence[OrderLine], asked: Sequence[AskedPart]) -> tuple[Part, ...]:
    faults = _faults(lines, asked)
    if faults:
        raise InvalidInput(errors=faults)
    left = {line.position: line.quantity for line in lines}
    return tuple(
        Part(warehouse=part.warehouse, units=_units_of(part, lines, left)) for part in asked
    )


def _units_of(part: AskedPart, lines: Sequence[OrderLine], left: dict[int, int]) -> dict[int, int]:
    """Units by line; where lines share a SKU, those of the first line first."""
    units: dict[int, int] = {}
    wanted = dict(part.units)
    for line in lines:
        taken = min(wanted.get(line.sku, 0), left[line.position])
        if taken:
            units[line.position] = taken
            left[line.position] -= taken
            wanted[line.sku] -= taken
    return units


def _faults(lines: Sequence[OrderLine], asked: Sequence[AskedPart]) -> list[FieldError]:
    faults: list[FieldError] = []
    if not 2 <= len(asked) <= MOST_PARTS:
        message = f"Give 2 to {MOST_PARTS} parts, or none to have it split by stock."
        faults.append(FieldError(field="parts", code="split.parts", message=message))
    codes = set(Warehouse.objects.filter(is_active=True).values_list("code", flat=True))
    for place, part in enumerate(asked):
        if not sum(part.units.values()):
            message = "Give it at least one unit."
            fault = FieldError(field=f"parts[{place}].lines", code="split.empty", message=message)
            faults.append(fault)
        if part.warehouse and part.warehouse not in codes:
            message = f"There is no active warehouse {part.warehouse}."
            path = f"parts[{place}].warehouse"
            faults.append(FieldError(field=path, code="warehouse.unknown", message=message))
    return [*faults, *_unit_faults(lines, asked)]


def _unit_faults(lines: Sequence[OrderLine], asked: Sequence[AskedPart]) -> list[FieldError]:
    """Every unit of the order has to be in exactly one part."""
    there: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for line in lines:
        there[line.sku] += line.quantity
    for part in asked:
        given.update(part.units)
    return [
        FieldError(
            field="parts",
            code="split.units",
            message=f"The order has {there[sku]} × {sku}, the parts have {given[sku]}.",
        )
        for sku in sorted(there | given)
        if there[sku] != given[sku]
    ]
