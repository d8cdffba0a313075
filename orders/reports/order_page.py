"""One order with everything that its page shows, and what may be done with it now."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from carriers.models import CommandState, OutboxCommand
from carriers.problems.catalogue import problem_of
from carriers.problems.kinds import Problem
from orders.models import LabelState, Order, OrderLine, Package, Quote, RoutingDecision, Shipment
from orders.reports.board import GONE, live_shipment
from orders.reports.ledger import OrderMoney, order_money
from orders.reports.story import StoryEntry, order_story
from orders.rules.prices import PRICE_RISEN
from orders.rules.states import (
    DISPATCHABLE,
    FINAL_ORDER_STATES,
    HANDED_OVER,
    SPLITTABLE,
    OrderState,
    may_move,
)
from shipping_project.kernel.money import Money, totals_by_currency

# Moving by itself within seconds.
BUSY = frozenset(
    {
        OrderState.RECEIVED,
        OrderState.VALID,
        OrderState.ROUTED,
        OrderState.RESERVED,
        OrderState.BOOKING,
        OrderState.BOOKED,
    }
)
BUSY_REFRESH_S = 3
SLOW_REFRESH_S = 30


class Action(StrEnum):
    DISPATCH = "dispatch"
    RETRY = "retry"
    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"
    CORRECT = "correct"
    OVERRIDE = "override"
    SPLIT = "split"
    REPLACE = "replace_label"
    BUY_ANYWAY = "buy_anyway"
    KEEP_LABEL = "keep_label"
    WRITE_OFF = "write_off_label"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """`refresh_s` 0 means that nothing more happens by itself; `version` changes with the page."""

    order: Order
    problem: Problem | None
    lines: tuple[OrderLine, ...]
    shipment: Shipment | None
    earlier: tuple[Shipment, ...]
    packages: tuple[Package, ...]
    quotes: tuple[Quote, ...]
    decision: RoutingDecision | None
    parts: tuple[Order, ...]
    story: tuple[StoryEntry, ...]
    cost: tuple[Money, ...]
    money: OrderMoney
    zone: str
    actions: frozenset[Action]
    refresh_s: int
    version: str


def order_page(order: Order, *, actor: object) -> OrderPage:
    """Expects `OrderQuerySet.for_list` prefetching."""
    shipment = live_shipment(order)
    packages = tuple(shipment.packages.all()) if shipment else ()
    bought = [p for p in packages if p.label_state == LabelState.BOUGHT]
    story = order_story(order, actor=actor)
    money = order_money(order)
    return OrderPage(
        order=order,
        problem=problem_of(order.attention_code),
        lines=tuple(order.lines.all()),
        shipment=shipment,
        earlier=tuple(s for s in order.shipments.all() if s is not shipment),
        packages=packages,
        quotes=_quotes(shipment),
        decision=_newest_decision(order),
        parts=_parts(order),
        story=story,
        cost=totals_by_currency(p.label_cost for p in bought if p.label_cost),
        money=money,
        zone=shipment.warehouse.time_zone if shipment else "UTC",
        actions=allowed_actions(
            order, shipment, has_label=bool(bought), wants_another=bool(money.replacing)
        ),
        refresh_s=_refresh_s(order),
        version=_version(order, packages, story, money),
    )


def allowed_actions(
    order: Order, shipment: Shipment | None, *, has_label: bool, wants_another: bool = False
) -> frozenset[Action]:
    """What the services would not refuse as the order stands.

    `wants_another`: its label was to be replaced, and still stands where it could not be.
    """
    state = OrderState(order.state)
    if order.cancel_requested_at and state is not OrderState.NEEDS_ATTENTION:
        return frozenset()
    has_left = shipment is not None and shipment.state in HANDED_OVER
    gone = state in GONE or has_left or bool(order.cancel_requested_at)
    is_undecided = state is OrderState.NEEDS_ATTENTION and has_label and wants_another and not gone
    is_free = not (gone or has_label or order.part_count or _is_booked(state, shipment))
    possible = {
        Action.DISPATCH: state in DISPATCHABLE,
        Action.RETRY: state is OrderState.NEEDS_ATTENTION,
        Action.HOLD: may_move(state, OrderState.HELD) and shipment is None,
        Action.RELEASE: state is OrderState.HELD,
        Action.CANCEL: not gone,
        Action.CORRECT: not gone and not order.part_count,
        Action.OVERRIDE: is_free,
        Action.SPLIT: is_free and order.parent_id is None and state in SPLITTABLE,
        Action.REPLACE: not gone and has_label,
        Action.KEEP_LABEL: is_undecided,
        Action.WRITE_OFF: is_undecided,
        Action.BUY_ANYWAY: state is OrderState.NEEDS_ATTENTION
        and order.attention_code == PRICE_RISEN
        and not order.cancel_requested_at,
    }
    return frozenset(action for action, is_possible in possible.items() if is_possible)


def _newest_decision(order: Order) -> RoutingDecision | None:
    rows = order.decisions.select_related("rule_set", "warehouse", "override")
    newest: RoutingDecision | None = rows.newest_first().first()
    return newest


def _parts(order: Order) -> tuple[Order, ...]:
    return tuple(order.parts.for_list().order_by("pk")) if order.part_count else ()


def _is_booked(state: OrderState, shipment: Shipment | None) -> bool:
    """One that was refused a label may be given up."""
    has_booking = shipment is not None and bool(shipment.platform_ref)
    return has_booking and state is not OrderState.NEEDS_ATTENTION


def _quotes(shipment: Shipment | None) -> tuple[Quote, ...]:
    if shipment is None:
        return ()
    return tuple(shipment.quotes.order_by("-is_chosen", "price", "id"))


def _refresh_s(order: Order) -> int:
    state = OrderState(order.state)
    waiting = OutboxCommand.objects.in_lane(order.lane).still_open()
    if state in BUSY or waiting.exclude(state=CommandState.STUCK).exists():
        return BUSY_REFRESH_S
    is_resting = state in FINAL_ORDER_STATES or state is OrderState.HELD
    return 0 if is_resting else SLOW_REFRESH_S


def _version(
    order: Order, packages: tuple[Package, ...], story: tuple[StoryEntry, ...], money: OrderMoney
) -> str:
    """A digest over what moves, so that an unchanged page need not be drawn again."""
    parts = [
        order.state,
        order.updated_at.isoformat(),
        *(f"{p.pk} {p.label_state} {p.label_file.name} {p.tracking_status}" for p in packages),
        *(f"{line.pk} {line.matched_ref}" for line in money.lines),
        *(f"{void.pk} {void.state}" for void in money.voids),
        *(f"{entry.kind} {entry.row_id} {entry.badge} {entry.detail}" for entry in story),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
