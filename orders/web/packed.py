"""The boxes of an order on its page: those booked, or those that it would be packed in."""

from __future__ import annotations

from dataclasses import dataclass

from orders.reports.order_page import OrderPage
from orders.rules.states import OrderState
from orders.services.packing import OrderPacking, order_packing

WAITING = frozenset({
    OrderState.VALID, OrderState.NEEDS_ATTENTION, OrderState.HELD, OrderState.BACKORDERED,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxRow:
    name: str
    contents: str
    weight_g: int
    size: str
    tracking_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedRows:
    title: str
    rows: tuple[BoxRow, ...]


def packed_rows(page: OrderPage) -> PackedRows | None:
    """None where one box is booked, whose size stands with the shipment, or nothing is packed."""
    is_waiting = OrderState(page.order.state) in WAITING and bool(page.lines)
    if len(page.packages) == 1 or not (page.packages or is_waiting):
        return None
    packing = order_packing(page.order)
    count = "1 box" if len(packing.boxes) == 1 else f"{len(packing.boxes)} boxes"
    title = f"{count}, one label" if packing.is_booked else f"To be packed in {count}"
    return PackedRows(title=title, rows=_rows(packing))


def _rows(packing: OrderPacking) -> tuple[BoxRow, ...]:
    return tuple(
        BoxRow(
            name=box.name or "made to measure",
            contents=", ".join(f"{units} × {packing.skus[place]}" for place, units in box.units),
            weight_g=box.parcel.weight_g,
            size=f"{box.parcel.length_mm} × {box.parcel.width_mm} × {box.parcel.height_mm} mm",
            tracking_number=number,
        )
        for box, number in zip(packing.boxes, packing.numbers, strict=True)
    )
