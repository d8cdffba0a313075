"""An order as a source describes it, before it is one of ours."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from shipping_project.kernel.postal import PostalAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """`unit_price` None takes the sellable's own price."""

    sku: str
    quantity: int
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """`source` and `external_ref` together name the order at its sender; a repeat is the same.

    `currency` empty takes the currency of the sellables.
    """

    source: str
    external_ref: str
    ship_to: PostalAddress
    lines: tuple[LineDraft, ...]
    currency: str = ""
    requested_carrier: str = ""
    note: str = ""
    placed_at: datetime | None = None
    ship_by: datetime | None = None
    hold_reason: str = ""
    requested_service: str = ""
    customer_tags: tuple[str, ...] = ()
    is_residential: bool | None = None
    deliver_by: date | None = None
    channel: str = ""

    def digest(self) -> str:
        """SHA-256 over what the draft says, so that a changed repeat is noticed."""
        said = {name: getattr(self, name) for name in FIELDS}
        for name in LATER:
            # Left out where nothing is said, so that orders of before are known again.
            if said[name] in ("", (), None):
                del said[name]
        said["ship_to"] = self.ship_to.as_dict()
        said["lines"] = [{name: getattr(line, name) for name in LINE} for line in self.lines]
        return hashlib.sha256(ENCODER.encode(said).encode()).hexdigest()


ENCODER = json.JSONEncoder(sort_keys=True, default=str)
FIELDS = tuple(field.name for field in fields(OrderDraft))
LATER = ("requested_service", "customer_tags", "is_residential", "deliver_by", "channel")
LINE = tuple(field.name for field in fields(LineDraft))
