"""How an order is packed: the parcel that is booked, the boxes for it, and what is billed."""

from __future__ import annotations

from dataclasses import dataclass

from carriers.contracts import Parcel
from orders.models import Order, Package
from orders.rules.offers import BillableWeight, billable_weight
from orders.rules.packing import PackedBox
from orders.services.contents import packing_of
from orders.services.rates import carrier_divisors


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPacking:
    """`skus` are those of the lines that the boxes' units are counted by."""

    is_booked: bool
    parcel: PackedBox
    boxes: tuple[PackedBox, ...]
    skus: tuple[str, ...]
    billable: tuple[tuple[str, BillableWeight], ...]


def order_packing(order: Order) -> OrderPacking:
    """By its live shipment where there is one, else as it would be packed now."""
    lines = list(order.lines.all())
    shipment = order.shipments.live().first()
    package = Package.objects.filter(shipment=shipment).first() if shipment else None
    packing = (
        packing_of(order, shipment.warehouse_id, package=shipment.decision.asked_extras.package)
        if shipment
        else packing_of(order)
    )
    whole = tuple((number, line.quantity) for number, line in enumerate(lines))
    name, parcel = (packing.box_name, packing.parcel)
    if package is not None:
        name, parcel = package.box_name, package.parcel
    return OrderPacking(
        is_booked=package is not None,
        parcel=PackedBox(name=name, parcel=parcel, units=whole),
        boxes=packing.boxes,
        skus=tuple(line.sku for line in lines),
        billable=tuple(_billable(parcel)),
    )


def _billable(parcel: Parcel) -> list[tuple[str, BillableWeight]]:
    divisors = carrier_divisors()
    volume_cm3 = -(-parcel.length_mm * parcel.width_mm * parcel.height_mm // 1000)
    return [
        (
            carrier,
            billable_weight(
                weight_g=parcel.weight_g,
                volume_cm3=volume_cm3,
                carrier=carrier,
                divisors=divisors,
            ),
        )
        for carrier in sorted(divisors)
    ]
