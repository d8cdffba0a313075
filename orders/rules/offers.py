"""Services that could carry a parcel, with what each costs and where that is known from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from carriers.contracts import Parcel
from orders.rules.parcels import volume_cm3
from shipping_project.kernel.money import Money

# Cubic centimetres that count as one kilogram, where a carrier has no figure of its own.
USUAL_DIVISOR = 5000


class PriceSource(StrEnum):
    """Asked for just now, asked for earlier and not expired, or taken from our own tables."""

    LIVE = "live"
    CACHED = "cached"
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Plain values only, since a decision keeps it. A price of a table is an estimate.

    `warehouse` is where the parcel leaves from. `expires_at` is ISO 8601 in UTC, empty for a table.
    `billable_g` was found with `divisor`.
    """

    warehouse: str
    platform: str
    carrier: str
    service: str
    price: str
    currency: str
    source: str
    days: int | None = None
    expires_at: str = ""
    billable_g: int = 0
    divisor: int = USUAL_DIVISOR

    @property
    def money(self) -> Money:
        return Money(Decimal(self.price), self.currency)

    @property
    def is_estimate(self) -> bool:
        return self.source == PriceSource.TABLE.value

    @property
    def words(self) -> str:
        days = "" if self.days is None else f", {self.days} days"
        about = "about " if self.is_estimate else ""
        return f"{self.service} by {self.platform.capitalize()}, {about}{self.money}{days}"

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def offers_record(offers: Sequence[Offer]) -> dict[str, object]:
    """As a decision keeps them: the names once, then the values of each."""
    names = [one.name for one in fields(Offer)]
    return {"columns": names, "rows": [[getattr(one, name) for name in names] for one in offers]}


def kept_offers(record: Mapping[str, Any]) -> tuple[Offer, ...]:
    names = record.get("columns", ())
    return tuple(Offer(**dict(zip(names, row, strict=True))) for row in record.get("rows", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class BillableWeight:
    """What a carrier bills by, in grams: the weight, or what the size counts as if that is more."""

    grams: int
    weight_g: int
    volumetric_g: int
    divisor: int

    @property
    def words(self) -> str:
        """Such as "2400 g billed: the size counts as so much at 5000 cm³ a kg"."""
        if self.grams == self.weight_g:
            return f"{self.grams} g billed: the weight"
        if self.grams > self.volumetric_g:
            return f"{self.grams} g billed: of some boxes the weight, of others the size"
        return f"{self.grams} g billed: the size counts as so much at {self.divisor} cm³ a kg"


def billable_weight(
    *, weight_g: int, volume_cm3: int, carrier: str = "", divisors: Mapping[str, int] | None = None
) -> BillableWeight:
    """`divisors` are cm³ a kg by carrier; rounded up to the gram."""
    divisor = (divisors or {}).get(carrier) or USUAL_DIVISOR
    volumetric = -(-volume_cm3 * 1000 // divisor)
    return BillableWeight(
        grams=max(weight_g, volumetric),
        weight_g=weight_g,
        volumetric_g=volumetric,
        divisor=divisor,
    )


def billed_together(
    parcels: Sequence[Parcel], *, carrier: str = "", divisors: Mapping[str, int] | None = None
) -> BillableWeight:
    """Of parcels in one shipment each is billed by its own weight or size, whichever is more."""
    each = [
        billable_weight(
            weight_g=parcel.weight_g,
            volume_cm3=volume_cm3(parcel),
            carrier=carrier,
            divisors=divisors,
        )
        for parcel in parcels
    ]
    return BillableWeight(
        grams=sum(one.grams for one in each),
        weight_g=sum(one.weight_g for one in each),
        volumetric_g=sum(one.volumetric_g for one in each),
        divisor=each[0].divisor,
    )
