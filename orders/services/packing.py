"""How an order is packed: its boxes with what is in each, and what they are billed by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orders.models import Order, OrderLine, Package
from orders.rules.offers import BillableWeight, billed_together
from orders.rules.packing import PackedBox
from orders.services.contents import packing_of
from orders.services.rates import carrier_divisors


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPacking:
    """`boxes` are parcels of one shipment, and `numbers` their tracking numbers, "" where a box has
    none of its own. `skus` are those of the lines that the boxes' units are counted by.
    """

    is_booked: bool
    boxes: tuple[PackedBox, ...]
    numbers: tuple[str, ...]
    skus: tuple[str, ...]
    billable: tuple[tuple[str, BillableWeight], ...]

    @property
    def weight_g(self) -> int:
        return sum(box.parcel.weight_g for box in self.boxes)


def order_packing(order: Order) -> OrderPacking:
    """By its live shipment where there is one, else as it would be packed now."""
    lines = list(order.lines.all())
    shipment = order.shipments.live().first()
    packages = list(shipment.packages.order_by("position")) if shipment else []
    packing = (
        packing_of(order, shipment.warehouse_id, package=shipment.decision.asked_extras.package)
        if shipment
        else packing_of(order)
    )
    boxes = _booked(packages, lines, packing.boxes) if packages else packing.boxes
    return OrderPacking(
        is_booked=bool(packages),
        boxes=boxes,
        numbers=tuple(one.tracking_number for one in packages) or ("",) * len(boxes),
        skus=tuple(line.sku for line in lines),
        billable=_billable(boxes),
    )


def _booked(
    packages: Sequence[Package], lines: Sequence[OrderLine], plan: Sequence[PackedBox]
) -> tuple[PackedBox, ...]:
    """As the rows tell; how full each is where it would be packed so again."""
    places = {line.position: place for place, line in enumerate(lines)}
    whole = tuple((place, line.quantity) for place, line in enumerate(lines))
    fills = {(box.name, box.parcel, box.units): box.fill_percent for box in plan}
    return tuple(
        PackedBox(
            name=one.box_name,
            parcel=one.parcel,
            units=units,
            fill_percent=fills.get((one.box_name, one.parcel, units), 0),
        )
        for one in packages
        for units in [_units(one, places) or whole]
    )


def _units(package: Package, places: dict[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple(
        (places[one["line"]], one["quantity"]) for one in package.contents if one["line"] in places
    )


def _billable(boxes: Sequence[PackedBox]) -> tuple[tuple[str, BillableWeight], ...]:
    divisors = carrier_divisors()
    parcels = [box.parcel for box in boxes]
    return tuple(
        (carrier, billed_together(parcels, carrier=carrier, divisors=divisors))
        for carrier in sorted(divisors)
    )
