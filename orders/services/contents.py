"""What a shipment is built from: the units of an order and the box for them, as they stand now."""

from __future__ import annotations

from collections import Counter

from carriers.contracts import Parcel
from inventory.models import Reservation
from inventory.services.stock import StockDemand, unpack
from orders.models import Order, OrderLine, Shipment
from orders.rules.parcels import PackedItem, parcel_for


def parcel_of(order: Order) -> Parcel:
    return parcel_for([_packed(line) for line in order.lines.select_related("sellable")])


def demands_of(order: Order) -> list[StockDemand]:
    units: Counter[int] = Counter()
    for line in order.lines.all():
        units[line.sellable_id] += line.quantity
    return [StockDemand(sellable_id=pk, quantity=count) for pk, count in sorted(units.items())]


def is_outdated(order: Order, shipment: Shipment) -> bool:
    """Whether lines, weights, sizes or the destination changed since the shipment was built."""
    routed = shipment.decision.snapshot
    return (
        is_misfit(order, shipment)
        or _held(shipment) != unpack(demands_of(order))
        or (routed.get("country"), routed.get("region")) != (order.country, order.region)
        or routed.get("requested_carrier") != order.requested_carrier
    )


def is_misfit(order: Order, shipment: Shipment) -> bool:
    """Whether the box that was booked is not the one that the order needs by now."""
    boxes = [
        Parcel(
            weight_g=package.weight_g,
            length_mm=package.length_mm,
            width_mm=package.width_mm,
            height_mm=package.height_mm,
        )
        for package in shipment.packages.all()
    ]
    return boxes != [parcel_of(order)]


def _held(shipment: Shipment) -> list[StockDemand]:
    holds = Reservation.objects.held_for(shipment.reference).still_open().order_by("sellable_id")
    return [StockDemand(sellable_id=h.sellable_id, quantity=h.quantity) for h in holds]


def _packed(line: OrderLine) -> PackedItem:
    sellable = line.sellable
    return PackedItem(
        quantity=line.quantity,
        weight_g=sellable.weight_g,
        length_mm=sellable.length_mm,
        width_mm=sellable.width_mm,
        height_mm=sellable.height_mm,
    )
