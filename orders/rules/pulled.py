"""May an order that came into being at a platform become one of ours? Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import datetime

from carriers.contracts import ListedOrder
from orders.rules.audit import is_our_reference
from orders.rules.drafts import LineDraft, OrderDraft

# Only what waits for nothing but its parcel: the platform itself moves the others on.
READY = "awaiting_fulfillment"
SOURCE = "platform"


def not_meant(listed: ListedOrder, *, taken_since: datetime | None) -> str:
    """Why it is left alone; "" for an order that is to become ours.

    Whatever bears a number of ours was booked by us, here or before our records began.
    """
    if is_our_reference(listed.number):
        return "It bears a number of ours."
    if taken_since is None:
        return "Orders of this store are not taken."
    if listed.booking.is_cancelled or listed.cancelled_at is not None:
        return "It is cancelled there."
    if listed.booking.label is not None:
        return "It has a label there."
    if listed.status != READY:
        return f"Its state there is {listed.status or 'not told'}."
    if listed.created_at is None or listed.created_at < taken_since:
        return "It was placed before orders of this store were taken."
    return ""


def not_ready(listed: ListedOrder) -> str:
    """Why it cannot become ours as it stands there; "" where it can."""
    if listed.ship_to is None:
        return "It has no address yet."
    if not listed.lines:
        return "It has no lines."
    if not listed.booking.parcel_ref or not listed.booking.is_whole:
        return "It is not allocated there as one parcel."
    return ""


def draft_of(listed: ListedOrder, *, platform: str, channel: str = "") -> OrderDraft:
    """The order as ours; its name is the platform's own id, since numbers may come twice."""
    assert listed.ship_to is not None, "asked for by not_ready"
    return OrderDraft(
        source=SOURCE,
        external_ref=f"{platform}:{listed.order_ref}",
        ship_to=listed.ship_to,
        lines=tuple(
            LineDraft(sku=line.sku, quantity=line.quantity, unit_price=line.unit_price)
            for line in listed.lines
        ),
        currency=listed.total.currency if listed.total else "",
        note=listed.customer_note,
        placed_at=listed.created_at,
        channel=channel,
    )


def contents_digest(listed: ListedOrder) -> str:
    """SHA-256 of where it goes and what is in it."""
    lines = [(line.sku, line.quantity) for line in listed.lines]
    told = {"to": asdict(listed.ship_to) if listed.ship_to else None, "lines": sorted(lines)}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
