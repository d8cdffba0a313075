"""What labels cost and how long parcels take in the twin: one tariff for both platforms.

Prices are invented but behave like real ones: they grow with billable weight and with distance,
and the same parcel always costs the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# Cubic centimetres per kilogram: what couriers bill bulky parcels by.
VOLUMETRIC_DIVISOR = 5000
# By how much a price has risen since it was quoted, where a fault says that it has.
PRICE_RISE = Decimal("1.07")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelFacts:
    """Grams, centimetres, and where from and to."""

    weight_g: float
    length_cm: float
    width_cm: float
    height_cm: float
    from_country: str
    from_region: str
    to_country: str
    to_region: str
    to_postcode: str

    @property
    def billable_kg(self) -> float:
        volume = self.length_cm * self.width_cm * self.height_cm / VOLUMETRIC_DIVISOR
        return max(self.weight_g / 1000, volume, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`base` and `per_kg` are in the currency of the origin (USD, or GBP from Britain)."""

    carrier: str
    code: str
    name: str
    base: str
    per_kg: str
    days: int
    scope: str
    max_kg: float = 68.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedService:
    service: Service
    price: Decimal
    currency: str
    days: int


DOMESTIC = "domestic"
EXPORT = "export"
SERVICES = (
    Service(carrier="UPS", code="UPS_GROUND", name="UPS Ground", base="7.90", per_kg="1.15", days=4, scope=DOMESTIC),
    Service(carrier="UPS", code="UPS_2DAY", name="UPS 2nd Day Air", base="16.40", per_kg="2.60", days=2, scope=DOMESTIC),
    Service(carrier="USPS", code="USPS_GA", name="USPS Ground Advantage", base="5.60", per_kg="1.60", days=5, scope=DOMESTIC, max_kg=31.7),
    Service(carrier="USPS", code="USPS_PM", name="USPS Priority Mail", base="8.70", per_kg="2.05", days=3, scope=DOMESTIC, max_kg=31.7),
    Service(carrier="FedEx", code="FEDEX_GROUND", name="FedEx Ground", base="8.10", per_kg="1.20", days=4, scope=DOMESTIC),
    Service(carrier="FedEx", code="FEDEX_2DAY", name="FedEx 2Day", base="17.20", per_kg="2.70", days=2, scope=DOMESTIC),
    Service(carrier="DHL", code="DHL_GROUND", name="DHL Ground", base="7.40", per_kg="1.35", days=5, scope=DOMESTIC),
    Service(carrier="FedEx", code="FEDEX_IE", name="FedEx International Economy", base="24.50", per_kg="7.10", days=7, scope=EXPORT),
    Service(carrier="FedEx", code="FEDEX_IP", name="FedEx International Priority", base="33.90", per_kg="9.40", days=4, scope=EXPORT),
    Service(carrier="DHL", code="DHL_EXPRESS", name="DHL Express Worldwide", base="35.20", per_kg="9.10", days=3, scope=EXPORT),
    Service(carrier="UPS", code="UPS_SAVER", name="UPS Worldwide Saver", base="36.80", per_kg="9.70", days=4, scope=EXPORT),
    Service(carrier="USPS", code="USPS_PMI", name="USPS Priority Mail International", base="28.40", per_kg="8.20", days=10, scope=EXPORT, max_kg=30.0),
)  # fmt: skip


def priced_services(*parcels: ParcelFacts) -> list[PricedService]:
    """What is on offer for parcels that go together, cheapest first."""
    offers = [
        _priced(service, parcels) for service in SERVICES if not reason_against(service, *parcels)
    ]
    return sorted(offers, key=lambda offer: (offer.price, offer.service.code))


def reason_against(service: Service, *parcels: ParcelFacts) -> str:
    """Why a service does not take parcels to one place, each by itself; empty when it does."""
    way = parcels[0]
    if (service.scope == DOMESTIC) is not (way.from_country == way.to_country):
        return "Not offered for this destination."
    if service.carrier == "USPS" and way.from_country != "US":
        return "Not offered from this origin."
    if max(parcel.billable_kg for parcel in parcels) > service.max_kg:
        return f"The parcel is heavier than {service.max_kg:g} kg."
    return ""


def _priced(service: Service, parcels: Sequence[ParcelFacts]) -> PricedService:
    """By what all of them are billed by together."""
    way = parcels[0]
    kg = Decimal(str(round(sum(parcel.billable_kg for parcel in parcels), 3)))
    price = Decimal(service.base) + Decimal(service.per_kg) * kg * _zone(way)
    return PricedService(
        service=service,
        price=price.quantize(Decimal("0.01"), ROUND_HALF_UP),
        currency="GBP" if way.from_country == "GB" else "USD",
        days=service.days,
    )


def _zone(parcel: ParcelFacts) -> Decimal:
    """1.0 to 1.7, the same for ever for the same pair of places."""
    if (parcel.from_country, parcel.from_region) == (parcel.to_country, parcel.to_region):
        return Decimal(1)
    lane = f"{parcel.from_country}{parcel.from_region}>{parcel.to_country}{parcel.to_region}"
    spread = hashlib.sha256(lane.encode()).digest()[0] % 8
    return Decimal(1) + Decimal(spread) / 10


def tracking_number(carrier: str, number: int) -> str:
    """In the style of the carrier and plainly not a real one."""
    styles = {
        "UPS": f"1ZTEST{number:012d}",
        "USPS": f"94001TEST{number:013d}",
        "FedEx": f"TEST{number:010d}",
        "DHL": f"TESTDHL{number:08d}",
    }
    return styles.get(carrier, f"TEST{number:012d}")
