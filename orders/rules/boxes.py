"""Orders that need several boxes: where they can be booked, and whose number is whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from carriers.contracts import LabelledParcel, Platform
from orders.rules.packing import PackedBox

SEVERAL_BOXES = "packing.several_boxes"
MADE_TO_MEASURE = "a carton made to measure"
# Platforms whose bookings hold one parcel for each box.
BOOK_SEVERAL = frozenset({Platform.EASYSHIP.value})


def boxes_fault(
    boxes: Sequence[PackedBox], *, platform: str, is_taken_from_there: bool = False
) -> str:
    """How many boxes it needs, why they cannot be booked there, and what to do; "" where they can.

    An order that was taken from a platform is booked there already, as one parcel.
    """
    if len(boxes) == 1 or (platform in BOOK_SEVERAL and not is_taken_from_there):
        return ""
    place = platform.capitalize()
    grams = sum(box.parcel.weight_g for box in boxes)
    reason = (
        f"and at {place}, where it comes from, it is one parcel"
        if is_taken_from_there
        else f"and {place} books one parcel for a shipment"
    )
    return (
        f"It needs {len(boxes)} boxes ({box_words(boxes)}; {grams} g together), since no saved "
        f"box holds all of it, {reason}. {_cure(is_taken_from_there)}"
    )


def box_words(boxes: Sequence[PackedBox]) -> str:
    """Such as "2 × M, 1 × S"."""
    counted = Counter(box.name or MADE_TO_MEASURE for box in boxes)
    return ", ".join(f"{count} × {name}" for name, count in counted.items())


def _cure(is_taken_from_there: bool) -> str:
    ways = ["split the order", "save a box that holds all of it"]
    others = sorted(name.capitalize() for name in BOOK_SEVERAL)
    if others and not is_taken_from_there:
        ways.append(f"pick {' or '.join(others)}, which books several")
    told = f"{', '.join(ways[:-1])} or {ways[-1]}"
    return f"{told[0].upper()}{told[1:]}, then try again."


def numbers_of(weights_g: Sequence[int], told: Sequence[LabelledParcel]) -> list[str]:
    """The tracking number of each box, "" where none was told.

    Parcels come back in an order that nobody promises, so each box takes the one that is nearest to
    it in weight, and of equals the first. Where there are more or fewer, nothing is known.
    """
    if len(weights_g) != len(told):
        return [""] * len(weights_g)
    left, found = list(told), []
    for weight_g in weights_g:
        nearest = min(left, key=lambda parcel: abs(parcel.weight_g - weight_g))
        left.remove(nearest)
        found.append(nearest.tracking_number)
    return found
