"""A carton made to measure for a set of items, and its gross weight, where no saved box is at hand.

Items are stacked along their shortest side, which gives a box that really holds them. Sizes are
millimetres, weights grams. `orders.rules.packing` chooses among saved boxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from carriers.contracts import Parcel

# A corrugated single-wall carton weighs about 600 g for each square metre of board.
BOARD_G_PER_M2 = 600
PADDING_MM = 10

# Far beyond what any carrier takes as one parcel, and within what a column holds.
HEAVIEST_G = 100_000_000
LONGEST_MM = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedItem:
    quantity: int
    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int


def parcel_for(items: Sequence[PackedItem]) -> Parcel:
    """One carton around all items, padding and board included."""
    sides = [sorted((i.length_mm, i.width_mm, i.height_mm), reverse=True) for i in items]
    length = max(side[0] for side in sides) + PADDING_MM
    width = max(side[1] for side in sides) + PADDING_MM
    height = (
        sum(side[2] * item.quantity for side, item in zip(sides, items, strict=True)) + PADDING_MM
    )
    length, width, height = sorted((length, width, height), reverse=True)
    content = sum(item.weight_g * item.quantity for item in items)
    return Parcel(
        weight_g=content + board_weight_g(length, width, height),
        length_mm=length,
        width_mm=width,
        height_mm=height,
    )


def volume_cm3(parcel: Parcel) -> int:
    """Rounded up."""
    return -(-parcel.length_mm * parcel.width_mm * parcel.height_mm // 1000)


def parcel_fault(parcel: Parcel) -> str:
    """The problem of a parcel that nobody could carry; "" for any other."""
    # The longest side comes first; a huge box is heavy by its board alone.
    if parcel.length_mm > LONGEST_MM:
        return "parcel.over_size"
    return "parcel.over_weight" if parcel.weight_g > HEAVIEST_G else ""


def board_weight_g(length_mm: int, width_mm: int, height_mm: int) -> int:
    """Weight of the empty carton, grams, rounded up."""
    surface_mm2 = 2 * (length_mm * width_mm + length_mm * height_mm + width_mm * height_mm)
    return -(-surface_mm2 * BOARD_G_PER_M2 // 1_000_000)
