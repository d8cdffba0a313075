"""An order as a source describes it, before it is one of ours."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
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

    def digest(self) -> str:
        """SHA-256 over what the draft says, so that a changed repeat is noticed."""
        text = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()
