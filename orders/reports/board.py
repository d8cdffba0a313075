"""Orders as a list shows them, one finished row each, and how many there are of every state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from orders.models import LabelState, Order, Shipment
from orders.querysets import OrderQuerySet
from orders.rules.states import FINAL_ORDER_STATES, OrderState, ShipmentState
from shipping_project.kernel.money import Money, totals_by_currency

DUE_SOON = timedelta(hours=24)
# Counting further would cost more than the figure is worth: closed orders only grow.
COUNTED_UP_TO = 1000
SHOWN_LINES = 2
GONE = FINAL_ORDER_STATES | {OrderState.IN_TRANSIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One order, with blanks for what it does not have yet; `zone` is its warehouse's."""

    id: int
    number: str
    external_ref: str
    organization: str
    source: str
    state: str
    state_label: str
    customer: str
    assignee: str
    destination: str
    lines: str
    carrier: str
    platform: str
    service: str
    warehouse: str
    zone: str
    cost: tuple[Money, ...]
    tracking_number: str
    placed_at: datetime
    ship_by: datetime | None
    is_late: bool
    is_due_soon: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCount:
    """`is_more` where counting stopped at `count`."""

    state: str
    label: str
    count: int
    is_more: bool = False


def board_rows(orders: Iterable[Order]) -> tuple[BoardRow, ...]:
    """Rows of a list; expects `OrderQuerySet.for_list` prefetching."""
    now = timezone.now()
    return tuple(_row(order, now) for order in orders)


def state_counts(orders: OrderQuerySet) -> tuple[StateCount, ...]:
    """Every state in the order of work, counted among `orders`."""
    open_counts = dict(
        orders.still_open()
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk", distinct=True))
    )
    return tuple(
        _closed_count(orders, state)
        if state in FINAL_ORDER_STATES
        else _count(state, open_counts.get(state.value, 0))
        for state in OrderState
    )


def _count(state: OrderState, count: int, *, is_more: bool = False) -> StateCount:
    label = state.value.replace("_", " ").capitalize()
    return StateCount(state=state.value, label=label, count=count, is_more=is_more)


def _closed_count(orders: OrderQuerySet, state: OrderState) -> StateCount:
    found = orders.filter(state=state.value).order_by()[: COUNTED_UP_TO + 1].count()
    return _count(state, min(found, COUNTED_UP_TO), is_more=found > COUNTED_UP_TO)


def _row(order: Order, now: datetime) -> BoardRow:
    shipment = live_shipment(order)
    packages = list(shipment.packages.all()) if shipment else []
    bought = [p for p in packages if p.label_state == LabelState.BOUGHT]
    is_open = OrderState(order.state) not in GONE
    return BoardRow(
        id=order.pk,
        number=order.number,
        external_ref=order.external_ref,
        organization=order.organization.name,
        source=order.get_source_display(),
        state=order.state,
        state_label=order.get_state_display(),
        assignee=order.assignee,
        customer=order.name or order.company,
        destination=destination_of(order),
        lines=_lines(order),
        carrier=shipment.carrier if shipment else order.requested_carrier,
        platform=shipment.get_platform_display() if shipment else "",
        service=shipment.service_name if shipment else "",
        warehouse=shipment.warehouse.code if shipment else "",
        zone=shipment.warehouse.time_zone if shipment else "UTC",
        cost=totals_by_currency(p.label_cost for p in bought if p.label_cost),
        tracking_number=bought[0].tracking_number if bought else "",
        placed_at=order.placed_at,
        ship_by=order.ship_by,
        is_late=is_open and order.ship_by is not None and order.ship_by < now,
        is_due_soon=is_open and order.ship_by is not None and now <= order.ship_by < now + DUE_SOON,
    )


def live_shipment(order: Order) -> Shipment | None:
    """The one that is not cancelled, out of what was fetched with the order."""
    cancelled = ShipmentState.CANCELLED.value
    return next((s for s in order.shipments.all() if s.state != cancelled), None)


def destination_of(order: Order) -> str:
    place = " ".join(part for part in (order.region, order.postal_code) if part)
    return ", ".join(part for part in (order.city, place, order.country) if part)


def _lines(order: Order) -> str:
    lines = list(order.lines.all())
    shown = [f"{line.quantity} × {line.sku}" for line in lines[:SHOWN_LINES]]
    more = len(lines) - SHOWN_LINES
    return ", ".join([*shown, *([f"{more} more"] if more > 0 else [])])
