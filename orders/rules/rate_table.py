"""Our own tables of prices: what a parcel probably costs where no platform can be asked.

Of the rows of one service the closest fitting one counts: the organization's own before those of
all, a warehouse before a country of origin, a country before a group before the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from orders.rules.conditions.fields import COUNTRY_GROUPS
from orders.rules.offers import BillableWeight, Offer, PriceSource, billable_weight
from shipping_project.kernel.errors import FieldError
from shipping_project.kernel.money import CENT

# Destinations beside countries and groups: whether the parcel stays in the country it leaves from.
INSIDE, LEAVING = "INSIDE", "LEAVING"
GRAMS_A_KG = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One service in one band of billable weight: above `above_g`, up to and with `up_to_g`.

    The price is `price` and `per_kg` for each kilogram above the band's beginning. Empty means any;
    days as 2026-03-01, both included.
    """

    platform: str
    carrier: str
    service: str
    above_g: int
    up_to_g: int
    price: Decimal
    currency: str
    per_kg: Decimal = Decimal(0)
    organization: str = ""
    warehouse: str = ""
    origin: str = ""
    destination: str = ""
    days: int | None = None
    valid_from: str = ""
    valid_until: str = ""

    @property
    def closeness(self) -> tuple[bool, bool, bool, int]:
        rank = {"": 0, INSIDE: 1, LEAVING: 1}.get(self.destination)
        if rank is None:
            rank = 2 if self.destination in COUNTRY_GROUPS else 3
        return bool(self.organization), bool(self.warehouse), bool(self.origin), rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """A parcel, where from and where to, on a day (empty for any)."""

    organization: str
    warehouse: str
    origin: str
    destination: str
    weight_g: int
    volume_cm3: int
    day: str = ""


class RateTable:
    """Rows made ready to be asked for many parcels. `divisors` are cm³ a kg by carrier."""

    def __init__(
        self, rows: Iterable[TableRow] = (), *, divisors: Mapping[str, int] | None = None
    ) -> None:
        self.divisors = dict(divisors or {})
        services: dict[tuple[str, str, str], list[TableRow]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: (*row.closeness, row.valid_from), reverse=True):
            services[row.platform, row.carrier, row.service].append(row)
        self._services = sorted(services.items())

    def offers(
        self, carriage: Carriage, *, platform: str = "", carrier: str = ""
    ) -> tuple[Offer, ...]:
        """One offer for each service that takes it, of one platform or carrier if named."""
        found: list[Offer] = []
        for (place, by, _), rows in self._services:
            if platform in ("", place) and carrier in ("", by):
                billable = billable_weight(
                    weight_g=carriage.weight_g,
                    volume_cm3=carriage.volume_cm3,
                    carrier=by,
                    divisors=self.divisors,
                )
                fitting = (row for row in rows if _fits(row, carriage, billable.grams))
                if row := next(fitting, None):
                    found.append(_offer(row, carriage.warehouse, billable))
        return tuple(found)

    def offers_together(
        self, carriages: Sequence[Carriage], *, platform: str = "", carrier: str = ""
    ) -> tuple[Offer, ...]:
        """One offer for each service that takes all parcels of a shipment, each by its band."""
        each = [self.offers(one, platform=platform, carrier=carrier) for one in carriages]
        by_service = [{_service(offer): offer for offer in offers} for offers in each]
        return tuple(
            _joined([found[_service(offer)] for found in by_service])
            for offer in each[0]
            if all(_service(offer) in found for found in by_service)
        )


def _service(offer: Offer) -> tuple[str, str, str, str]:
    return offer.platform, offer.carrier, offer.service, offer.currency


def _joined(offers: Sequence[Offer]) -> Offer:
    """Of parcels that go together."""
    days = [offer.days for offer in offers if offer.days is not None]
    return replace(
        offers[0],
        price=str(sum(Decimal(offer.price) for offer in offers)),
        days=max(days, default=None),
        billable_g=sum(offer.billable_g for offer in offers),
    )


def _fits(row: TableRow, carriage: Carriage, billable_g: int) -> bool:
    return (
        row.above_g < billable_g <= row.up_to_g
        and row.organization in ("", carriage.organization)
        and row.warehouse in ("", carriage.warehouse)
        and row.origin in ("", carriage.origin)
        and _reaches(row.destination, carriage)
        and (not (carriage.day and row.valid_from) or row.valid_from <= carriage.day)
        and (not (carriage.day and row.valid_until) or carriage.day <= row.valid_until)
    )


def _reaches(destination: str, carriage: Carriage) -> bool:
    if destination in ("", carriage.destination):
        return True
    if destination in (INSIDE, LEAVING):
        return (destination == INSIDE) is (carriage.origin == carriage.destination)
    return carriage.destination in COUNTRY_GROUPS.get(destination, ())


def _offer(row: TableRow, warehouse: str, billable: BillableWeight) -> Offer:
    price = row.price + row.per_kg * Decimal(billable.grams - row.above_g) / GRAMS_A_KG
    return Offer(
        warehouse=warehouse,
        platform=row.platform,
        carrier=row.carrier,
        service=row.service,
        price=str(price.quantize(CENT, ROUND_HALF_UP)),
        currency=row.currency,
        source=PriceSource.TABLE.value,
        days=row.days,
        billable_g=billable.grams,
        divisor=billable.divisor,
    )


def row_faults(row: TableRow) -> tuple[FieldError, ...]:
    """What is wrong with it beyond what its fields alone tell."""
    found: list[FieldError] = []
    if row.above_g >= row.up_to_g:
        found.append(_fault("up_to_g", "rate.band", "The band ends before it begins."))
    if row.valid_from and row.valid_until and row.valid_until < row.valid_from:
        found.append(_fault("valid_until", "rate.dates", "The last day is before the first."))
    if not _is_destination(row.destination):
        words = f"Give a country, {', '.join((*COUNTRY_GROUPS, INSIDE, LEAVING))}, or nothing."
        found.append(_fault("destination", "rate.destination", words))
    return tuple(found)


def _is_destination(text: str) -> bool:
    is_country = len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()
    return not text or is_country or text in COUNTRY_GROUPS or text in (INSIDE, LEAVING)


def _fault(field: str, code: str, message: str) -> FieldError:
    return FieldError(field=field, code=code, message=message)
