"""What a shipment is built from: the units of an order and the box for them, as they stand now."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from carriers.contracts import Parcel
from inventory.models import Reservation
from inventory.services.stock import StockDemand, unpack
from orders.models import Box, Order, OrderLine, Package, Shipment
from orders.models.shipping import LEADING
from orders.rules.packing import BoxKind, PackedBox, box_fault, pack
from orders.rules.parcels import PackedItem, parcel_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """The boxes that an order is booked in, each a parcel of its own, and at least one.

    Their units are counted by the place of the order's lines. `fault`: why it is not the box that
    was asked for.
    """

    boxes: tuple[PackedBox, ...]
    contents_digest: str
    fault: str = ""

    @property
    def parcels(self) -> tuple[Parcel, ...]:
        return tuple(box.parcel for box in self.boxes)


def packing_of(order: Order, warehouse_id: int | None = None, *, package: str = "") -> Packing:
    """By the boxes at hand in the warehouse, or wherever it is before one is chosen.

    `package` names the one to take; where that cannot be, `fault` says why and any other is taken.
    """
    items = items_of(order)
    rows = Box.objects.usable(organization_id=order.organization_id, warehouse_id=warehouse_id)
    kinds = [row.as_kind() for row in rows]
    fault = box_fault(items, kinds, package) if package else ""
    if package and not fault:
        kinds = [kind for kind in kinds if kind.name == package]
    return Packing(boxes=pack(items, kinds), contents_digest=_digest(items), fault=fault)


def packages_for(shipment: Shipment, packing: Packing) -> list[Package]:
    """A row for each box, with what is in it where there are several."""
    lines = list(shipment.order.lines.all()) if len(packing.boxes) > 1 else []
    return [
        Package(
            shipment=shipment,
            position=position,
            weight_g=box.parcel.weight_g,
            length_mm=box.parcel.length_mm,
            width_mm=box.parcel.width_mm,
            height_mm=box.parcel.height_mm,
            box_name=box.name,
            contents=_contents(box, lines) if lines else [],
            contents_digest=packing.contents_digest,
        )
        for position, box in enumerate(packing.boxes, start=LEADING)
    ]


def _contents(box: PackedBox, lines: Sequence[OrderLine]) -> list[dict[str, object]]:
    return [
        {"line": lines[place].position, "sku": lines[place].sku, "quantity": units}
        for place, units in box.units
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxesAtHand:
    """What an order consists of, and all boxes there are for it with the warehouse of each."""

    items: tuple[PackedItem, ...]
    kinds: tuple[tuple[int | None, BoxKind], ...]

    def packed_in(self, warehouse_id: int | None) -> tuple[PackedBox, ...]:
        """As `packing_of` packs it, without a question to the database."""
        places = (None, warehouse_id)
        return pack(self.items, [kind for place, kind in self.kinds if place in places])


def boxes_at_hand(order: Order) -> BoxesAtHand:
    rows = Box.objects.usable_anywhere(organization_id=order.organization_id)
    kinds = tuple((row.warehouse_id, row.as_kind()) for row in rows)
    return BoxesAtHand(items=tuple(items_of(order)), kinds=kinds)


def items_of(order: Order) -> list[PackedItem]:
    """One for each line, in their order."""
    return [_packed(line) for line in order.lines.select_related("sellable")]


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
    """Whether units, weights or sizes are not those any more that the box was packed for.

    Boxes that were added or taken away since make no booked parcel a misfit.
    """
    items = items_of(order)
    return any(not _fits(package, items) for package in shipment.packages.all())


def _fits(package: Package, items: Sequence[PackedItem]) -> bool:
    if package.contents_digest:
        return package.contents_digest == _digest(items)
    # Booked before boxes were saved, so in a carton made to measure.
    return package.parcel == parcel_for(items)


def _digest(items: Sequence[PackedItem]) -> str:
    told = sorted(repr(astuple(item)) for item in items)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


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
