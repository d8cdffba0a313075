"""Where several boxes are booked that would usually go where a shipment is one parcel."""

from __future__ import annotations

from orders.rules.boxes import BOOK_SEVERAL
from orders.rules.routing.parts import RuleBook


def place_for(usual: str, boxes: int, book: RuleBook) -> str:
    """The usual platform, unless it books one parcel and another one in use books several."""
    if boxes == 1 or not usual or usual in BOOK_SEVERAL:
        return usual
    in_use = {*book.platform_of.values(), book.export_platform}
    return min(in_use & BOOK_SEVERAL, default=usual)


def one_parcel_words(platform: str, boxes: int) -> str:
    return f"it needs {boxes} boxes, and {platform.capitalize()} books one parcel"
