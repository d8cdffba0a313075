"""From a valid order to a command for the platform: route, reserve, announce, all or nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from time import perf_counter_ns

from django.db import transaction

from carriers.outbox.commands import enqueue_command
from catalog.kits.contents import parts_of
from inventory.services.stock import InsufficientStock, reserve_stock
from orders.models import (
    Order,
    OrderLine,
    Package,
    RoutingDecision,
    RoutingOverride,
    RuleSet,
    Shipment,
)
from orders.rules.boxes import SEVERAL_BOXES, boxes_fault
from orders.rules.offers import PriceSource
from orders.rules.parcels import parcel_fault
from orders.rules.picked import picked_route
from orders.rules.routing import (
    NO_ROUTE,
    NO_STOCK,
    RouteDecision,
    RouteSnapshot,
    Split,
    choose_route,
)
from orders.rules.routing.extras import USUAL_INCOTERM, Extras
from orders.rules.states import DISPATCHABLE, OrderState
from orders.services.assignees import give_to_owner
from orders.services.contents import Packing, demands_of, packages_for, packing_of
from orders.services.decisions import keep_decision
from orders.services.kinds import BOOK
from orders.services.native import native_booking
from orders.services.offers import with_prices
from orders.services.overrides import newest_override
from orders.services.progress import move_order, need_attention
from orders.services.rule_books import live_rule_set, rule_book
from orders.services.snapshots import HELD_BY_RULE, route_snapshot
from orders.services.splitting import split_by_stock
from shipping_project.kernel.errors import Conflict

# Read aloud and typed by hand, so without letters that look like digits.
REFERENCE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
REFERENCE_LENGTH = 6
ANY_BOX = "A person let it go, so it is packed in another."


class Dispatched(StrEnum):
    RESERVED = "reserved"
    BACKORDERED = "backordered"
    UNROUTED = "unrouted"
    HELD = "held"
    SPLIT = "split"


def dispatch_order(*, order_id: int, actor: str = "") -> Dispatched:
    """Route the order, hold its stock and write the booking command, in one transaction.

    Raises Conflict when the order is not waiting for dispatch.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.locked().get(pk=order_id)
        if OrderState(order.state) not in DISPATCHABLE or order.cancel_requested_at:
            raise Conflict(f"Order {order.number} is {order.get_state_display().lower()}.")
        return dispatch_held(order, actor=actor)


def hand_over(*, order_id: int) -> None:
    """Give an order to a person that dispatching failed over by a fault of ours."""
    with transaction.atomic(durable=True):
        order = Order.objects.locked().get(pk=order_id)
        if OrderState(order.state) in DISPATCHABLE:
            told = "Something of ours failed over this order; the log tells what."
            detail = f"{told} {give_to_owner(order)}"
            need_attention(order, code="routing.internal", detail=detail, kind="order.unrouted")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedNow:
    """`route` is the way to go, `machine` what the rules chose; they differ by an override."""

    rule_set: RuleSet
    snapshot: RouteSnapshot
    machine: RouteDecision
    route: RouteDecision
    override: RoutingOverride | None
    took_us: int


def route_now(order: Order, *, warehouse: str = "") -> RoutedNow:
    """`warehouse` is the only one that may send it, "" for any."""
    rule_set = live_rule_set()
    snapshot = route_snapshot(order, rule_book(rule_set))
    if warehouse:
        only = tuple(option for option in snapshot.warehouses if option.code == warehouse)
        snapshot = replace(snapshot, warehouses=only)
    override = newest_override(order)
    snapshot = with_prices(snapshot, order, override.way if override else None)
    begun = perf_counter_ns()
    machine = choose_route(snapshot)
    took_us = (perf_counter_ns() - begun) // 1000
    return RoutedNow(
        rule_set=rule_set,
        snapshot=snapshot,
        machine=machine,
        route=picked_route(snapshot, override.way) if override else machine,
        override=override,
        took_us=took_us,
    )


def dispatch_held(order: Order, *, actor: str, warehouse: str = "") -> Dispatched:
    """The same for an order that the caller holds, within its transaction."""
    now = route_now(order, warehouse=warehouse)
    route = now.route
    if route.failure == NO_STOCK and _may_split(order, now) and _split(order, actor):
        _keep(order, now)
        return Dispatched.SPLIT
    if route.failure == NO_STOCK and order.state == OrderState.BACKORDERED.value:
        # Looked at again every minute; only news is written down.
        _keep_shortage(order, dict(route.shortages))
        return Dispatched.BACKORDERED
    record = _keep(order, now)
    if route.failure == NO_STOCK:
        _backorder(order, route, actor=actor)
        return Dispatched.BACKORDERED
    if not route.is_routed:
        detail = f"{_unrouted_words(route, now.rule_set)} {give_to_owner(order)}"
        need_attention(order, code=f"routing.{route.failure}", detail=detail, kind="order.unrouted")
        return Dispatched.UNROUTED
    packing = packing_of(order, record.warehouse_id, package=route.extras.package)
    if fault := next(filter(None, map(parcel_fault, packing.parcels)), ""):
        detail = "One of its parcels is more than anybody carries."
        need_attention(order, code=fault, detail=detail, kind="order.unpackable")
        return Dispatched.UNROUTED
    _take_extras(order, route.extras)
    misfit = packing.fault
    if reason := route.hold_reason or ("" if now.snapshot.is_released else misfit):
        return _hold(order, reason, record)
    if fault := _boxes_fault(order, record, packing):
        need_attention(order, code=SEVERAL_BOXES, detail=fault, kind="order.unpackable")
        return Dispatched.UNROUTED
    _to_valid(order, actor=actor)
    _clear_shortage(order)
    move_order(
        order,
        OrderState.ROUTED,
        kind="order.routed",
        message=" ".join([*route.sentences, *([f"{misfit} {ANY_BOX}"] if misfit else [])]),
        actor=actor,
        data={"decision_id": record.pk},
    )
    return _reserve_and_announce(order, record, actor=actor)


def _boxes_fault(order: Order, record: RoutingDecision, packing: Packing) -> str:
    native = native_booking(order)
    platform = native.source.platform if native else record.platform
    return boxes_fault(packing.boxes, platform=platform, is_taken_from_there=native is not None)


def _keep(order: Order, now: RoutedNow) -> RoutingDecision:
    return keep_decision(
        order,
        now.rule_set,
        now.snapshot,
        now.machine,
        took_us=now.took_us,
        override=now.override,
    )


def _may_split(order: Order, now: RoutedNow) -> bool:
    """A rule decides, else the organization; what a person sends from one place stays whole."""
    if now.override is not None and now.override.way.warehouse:
        return False
    if now.machine.split:
        return now.machine.split == Split.ALLOW
    return bool(order.organization.allows_split)


def _split(order: Order, actor: str) -> bool:
    def dispatch_part(part: Order, warehouse: str) -> bool:
        done = dispatch_held(part, actor=actor, warehouse=warehouse)
        return done is not Dispatched.BACKORDERED

    return split_by_stock(order, actor=actor, dispatch=dispatch_part)


def _unrouted_words(route: RouteDecision, rule_set: RuleSet) -> str:
    """Where the rules leave a gap, whoever published them answers for it."""
    told = route.sentences[0]
    if route.failure != NO_ROUTE or not rule_set.published_by:
        return told
    return f"{told} {rule_set.published_by} answers for version {rule_set.version} of the rules."


def _reserve_and_announce(order: Order, record: RoutingDecision, *, actor: str) -> Dispatched:
    shipment = _create_shipment(order, record)
    try:
        reserve_stock(
            reference=shipment.reference,
            demands=demands_of(order),
            warehouse_code=shipment.warehouse.code,
        )
    except InsufficientStock as exc:
        # Somebody took the units between the snapshot and the lock; the next round sees it.
        shipment.delete()
        move_order(order, OrderState.BACKORDERED, kind="order.backordered", message=exc.detail)
        return Dispatched.BACKORDERED
    move_order(
        order,
        OrderState.RESERVED,
        kind="order.reserved",
        message=f"Stock is held in {shipment.warehouse.code} for {shipment.reference}.",
        actor=actor,
    )
    enqueue_command(
        organization_id=order.organization_id,
        kind=BOOK,
        lane=order.lane,
        platform=shipment.platform,
        payload={"shipment_id": shipment.pk},
    )
    return Dispatched.RESERVED


def _take_extras(order: Order, extras: Extras) -> None:
    """Tags and assignee, for whoever works on the order; a person's own word on it stays."""
    tags = [*order.tags, *(tag for tag in extras.tags if tag not in order.tags)]
    assignee = order.assignee or extras.assignee
    if (tags, assignee) != (order.tags, order.assignee):
        order.tags, order.assignee = tags, assignee
        order.save(update_fields=["tags", "assignee", "updated_at"])


def _hold(order: Order, reason: str, record: RoutingDecision) -> Dispatched:
    """Kept back by a rule, without a hold on stock, until a person lets it go."""
    move_order(
        order,
        OrderState.HELD,
        kind=HELD_BY_RULE,
        message=f"Held by a rule: {reason}",
        data={"decision_id": record.pk},
        hold_reason=reason,
    )
    return Dispatched.HELD


def _backorder(order: Order, route: RouteDecision, *, actor: str) -> None:
    _keep_shortage(order, dict(route.shortages))
    move_order(
        order,
        OrderState.BACKORDERED,
        kind="order.backordered",
        message=route.sentences[0],
        actor=actor,
        data={"shortages": dict(route.shortages)},
    )


def _keep_shortage(order: Order, shortages: dict[str, int]) -> None:
    """Spread what is missing of a SKU over its lines, last line first.

    Of a kit, as many are missing as the scarcest of its components allows.
    """
    lines = list(order.lines.order_by("-position"))
    kits = parts_of([line.sellable_id for line in lines])
    for line in lines:
        parts = {p.sku: p.units for p in kits.get(line.sellable_id, ())} or {line.sku: 1}
        lacking = max(-(-shortages.get(sku, 0) // units) for sku, units in parts.items())
        line.short_quantity = max(0, min(line.quantity, lacking))
        for sku, units in parts.items():
            shortages[sku] = shortages.get(sku, 0) - line.short_quantity * units
    OrderLine.objects.bulk_update(lines, ["short_quantity"])


def _clear_shortage(order: Order) -> None:
    order.lines.filter(short_quantity__gt=0).update(short_quantity=0)


def _to_valid(order: Order, *, actor: str) -> None:
    if order.state == OrderState.BACKORDERED.value:
        move_order(
            order,
            OrderState.VALID,
            kind="order.restocked",
            message="Stock has arrived.",
            actor=actor,
        )


def _create_shipment(order: Order, record: RoutingDecision) -> Shipment:
    assert record.warehouse is not None, "a decision without a failure names its warehouse"
    native = native_booking(order)
    extras = record.asked_extras
    shipment = Shipment.objects.create(
        order=order,
        decision=record,
        reference=f"{order.number}-{_suffix()}",
        warehouse=record.warehouse,
        platform=native.source.platform if native else record.platform,
        carrier=record.carrier,
        ship_on=_ship_on(record),
        incoterm=extras.incoterm or USUAL_INCOTERM,
        is_insured=extras.is_insured,
        **_agreed(record),
        # Booked before it was ours: there is nothing to be sent, and nothing to be made twice.
        platform_ref=native.external_ref if native else "",
    )
    packing = packing_of(order, record.warehouse_id, package=extras.package)
    Package.objects.bulk_create(packages_for(shipment, packing))
    return shipment


def _ship_on(record: RoutingDecision) -> date | None:
    """The day that the choice of the warehouse counted with."""
    code = record.warehouse.code if record.warehouse else ""
    options = record.snapshot["warehouses"]
    day = next((one.get("ships_on") for one in options if one["code"] == code), "")
    return date.fromisoformat(day) if day else None


def _agreed(record: RoutingDecision) -> dict[str, object]:
    """The price that decided is what the label may cost, unless it was only an estimate."""
    if not record.offer or record.offer["source"] == PriceSource.TABLE.value:
        return {}
    offer = record.offer
    return {"agreed_price": Decimal(offer["price"]), "agreed_currency": offer["currency"]}


def _suffix() -> str:
    """Makes the reference unique for ever, over a database that was thrown away as well.

    A reference that came twice would make us adopt an old booking as the answer to a new one.
    """
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH))
