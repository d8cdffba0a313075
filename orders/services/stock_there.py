"""What the orders at a platform hold of its stock: ours are counted, all others sell our units."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from carriers.contracts import AllocatedUnits
from carriers.models import OutboxCommand
from inventory.models import KitCount, Reservation, StockLevel
from inventory.sync.counting import note_allocated, note_counted, note_shipped
from inventory.sync.sales import (
    Places,
    SeenSale,
    SoldUnits,
    counts_of,
    kit_counts_of,
    places_of,
    take_sales,
)
from orders.models import PulledOrder, PurchaseIntent, Shipment
from orders.rules.purchase import IntentState
from orders.rules.states import ShipmentState
from orders.services.contents import demands_of
from orders.services.kinds import CANCEL_BOOKING, VOID_LABEL

logger = logging.getLogger(__name__)
IN_DOUBT = (IntentState.SENT, IntentState.UNKNOWN, IntentState.HANDED_OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderThere:
    """An order as the platform lists it; `units` is empty where it holds nothing any more.

    The list was asked for at `read_at`.
    """

    order_ref: str
    number: str
    changed_at: datetime | None
    units: tuple[AllocatedUnits, ...]
    read_at: datetime


def follow_orders_there(*, platform: str, orders: Sequence[OrderThere]) -> int:
    """Returns how many orders of the platform's own shops moved stock here.

    One that became an order of ours holds its units as that; what was held for the sale is free.
    """
    ours, natives = _ours(platform, orders), _natives(platform, orders)
    places = places_of(platform, [unit for order in orders for unit in _sale(order).units])
    for order in orders:
        shipment = ours.get(order.number) or natives.get(order.order_ref)
        if shipment is not None:
            _count(platform, order, shipment, places)
    sales = [
        _sale(replace(order, units=()) if order.order_ref in natives else order)
        for order in orders
        if order.number not in ours
    ]
    return _take(platform, sales, places)


def note_allocated_there(*, shipment: Shipment) -> None:
    """Its platform holds the whole order in the warehouse that it was routed to."""
    note_allocated(
        reference=shipment.reference, platform=shipment.platform, units=_units_of(shipment)
    )


def note_shipped_there(*, shipment: Shipment, since: datetime | None) -> None:
    """A label is bought, so its platform counts the units as gone; it was asked for at `since`."""
    note_shipped(
        reference=shipment.reference,
        platform=shipment.platform,
        units=_units_of(shipment),
        since=since,
    )


def is_label_in_doubt(platform: str, level: StockLevel) -> bool:
    """Whether a label for units of this level was asked for there and its outcome is not known."""
    holds = Reservation.objects.still_open().filter(
        sellable=level.sellable_id, warehouse=level.warehouse_id
    )
    # Of a kit its components are held, in whatever place.
    kits = KitCount.objects.filter(level=level, is_sale=False, allocated__gt=0)
    asked = PurchaseIntent.objects.filter(
        Q(package__shipment__reference__in=holds.values("reference"))
        | Q(package__shipment__reference__in=kits.values("reference")),
        state__in=IN_DOUBT,
        package__shipment__platform=platform,
    )
    return asked.exists()


def is_label_going_back(platform: str, level: StockLevel) -> bool:
    """Whether one for units of this level, or its booking, is to be taken back there just now."""
    holds = Reservation.objects.still_open().filter(
        sellable=level.sellable_id, warehouse=level.warehouse_id, shipped_there__gt=0
    )
    kits = KitCount.objects.filter(level=level, is_sale=False, shipped__gt=0)
    rows = Shipment.objects.filter(
        Q(reference__in=holds.values("reference")) | Q(reference__in=kits.values("reference")),
        platform=platform,
    )
    lanes = [row.order.lane for row in rows.select_related("order")]
    asked = OutboxCommand.objects.filter(lane__in=lanes, kind__in=(VOID_LABEL, CANCEL_BOOKING))
    return bool(lanes) and asked.still_open().exists()


def _units_of(shipment: Shipment) -> dict[int, int]:
    return {demand.sellable_id: demand.quantity for demand in demands_of(shipment.order)}


def _ours(platform: str, orders: Sequence[OrderThere]) -> dict[str, Shipment]:
    """By our reference, which a platform keeps as the number, so known before its answer is."""
    numbers = {order.number for order in orders if order.number}
    rows = Shipment.objects.select_related("order").filter(platform=platform, reference__in=numbers)
    return {row.reference: row for row in rows}


def _natives(platform: str, orders: Sequence[OrderThere]) -> dict[str, Shipment | None]:
    """Those of the platform's own that were taken in, with the shipment they have, if any."""
    refs = [order.order_ref for order in orders]
    taken = PulledOrder.objects.filter(source__platform=platform, external_ref__in=refs)
    found: dict[str, Shipment | None] = dict.fromkeys(
        taken.exclude(order=None).values_list("external_ref", flat=True)
    )
    rows = Shipment.objects.live().select_related("order")
    for row in rows.filter(platform=platform, platform_ref__in=list(found)):
        found[row.platform_ref] = row
    return found


def _count(platform: str, order: OrderThere, shipment: Shipment, places: Places) -> None:
    """What the list shows may be older than what we know: while a command of ours is open, or where
    one was answered since the list was asked for."""
    is_older = shipment.updated_at >= order.read_at
    over = shipment.state == ShipmentState.CANCELLED.value
    elsewhere = shipment.platform_ref not in ("", order.order_ref)
    lane = OutboxCommand.objects.in_lane(shipment.order.lane)
    if is_older or over or elsewhere or lane.still_open().exists():
        return
    units = _sale(order).units
    counts = counts_of(units, places)
    own = {
        place[:2]: (count.allocated, count.shipped)
        for place, count in counts.items()
        if not place[2]
    }
    own |= {
        place: (kits.allocated, kits.shipped)
        for place, kits in kit_counts_of(units, places).items()
    }
    note_counted(
        reference=shipment.reference,
        platform=platform,
        allocated={place: allocated for place, (allocated, _) in own.items()},
        shipped={place: shipped for place, (_, shipped) in own.items()},
    )


def _sale(order: OrderThere) -> SeenSale:
    return SeenSale(
        order_ref=order.order_ref,
        number=order.number,
        changed_at=order.changed_at,
        units=tuple(
            SoldUnits(
                item_ref=part.item_ref,
                warehouse_ref=part.warehouse_ref,
                units=part.quantity,
                is_shipped=part.is_shipped,
                shipped_at=part.shipped_at,
            )
            for part in order.units
        ),
    )


def _take(platform: str, sales: Sequence[SeenSale], places: Places) -> int:
    """All at once, or one by one after a fault: one that cannot be taken costs no other, and is
    seen again within the overlap."""
    try:
        return take_sales(platform=platform, sales=sales, places=places)
    except Exception:
        if len(sales) == 1:
            facts = {"platform": platform, "order": sales[0].order_ref}
            logger.exception("sale not taken", extra=facts)
            return 0
    return sum(_take(platform, [sale], places) for sale in sales)
