"""The courier services on offer. Source: Easyship 2024-09, GET /courier_services.

Every carrier has one account per origin country; ids are made from names and never change.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Body = dict[str, Any]
SPACE = uuid.UUID("0e2f5a6c-6f0a-5d8e-9f0c-5a5b1c3d7e91")
LOGOS = "https://storage.googleapis.com/easyship-assets/website/courier-logos/color-img"


def stable_id(*parts: str) -> str:
    return str(uuid.uuid5(SPACE, "/".join(parts)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    umbrella: str
    country: str
    takes_po_boxes: bool = False
    residential_fee: str = "0"

    @property
    def id(self) -> str:
        return stable_id("courier", self.umbrella, self.country)

    @property
    def handler(self) -> str:
        """The lower-case key of the carrier, as in tracking legs and logo names."""
        return self.umbrella.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierService:
    """`tariff` is the code in the twin's common tariff, to which `factor` is applied."""

    courier: Courier
    tariff: str
    name: str
    service_name: str
    international: bool
    factor: Decimal = Decimal(1)
    pays_duties: bool = False
    pickup: str = "free_pickup"

    @property
    def id(self) -> str:
        return stable_id("service", self.courier.umbrella, self.name, self.courier.country)

    @property
    def incoterms(self) -> list[str]:
        return ["DDU", "DDP"] if self.pays_duties else ["DDU"]

    @property
    def handover_options(self) -> list[str]:
        return ["dropoff", self.pickup]


def _fedex(country: str) -> list[CourierService]:
    courier = Courier(umbrella="FedEx", country=country, residential_fee="4.95")
    return [
        CourierService(
            courier=courier,
            tariff="FEDEX_GROUND",
            name="FedEx Ground®",
            service_name="Ground",
            international=False,
            pickup="paid_pickup",
        ),
        CourierService(
            courier=courier,
            tariff="FEDEX_2DAY",
            name="FedEx 2Day®",
            service_name="2Day",
            international=False,
            pickup="paid_pickup",
        ),
        CourierService(
            courier=courier,
            tariff="FEDEX_IE",
            name="FedEx International Connect Plus®",
            service_name="International Connect Plus",
            international=True,
            factor=Decimal("0.94"),
            pays_duties=True,
        ),
        CourierService(
            courier=courier,
            tariff="FEDEX_IE",
            name="FedEx International Economy®",
            service_name="International Economy",
            international=True,
            pays_duties=True,
        ),
        CourierService(
            courier=courier,
            tariff="FEDEX_IP",
            name="FedEx International Priority®",
            service_name="International Priority",
            international=True,
            pays_duties=True,
        ),
    ]


def _dhl(country: str) -> list[CourierService]:
    courier = Courier(umbrella="DHL", country=country)
    return [
        CourierService(
            courier=courier,
            tariff="DHL_GROUND",
            name="DHL eCommerce - Parcel Ground",
            service_name="Parcel Ground",
            international=False,
        ),
        CourierService(
            courier=courier,
            tariff="DHL_EXPRESS",
            name="DHL Express - Express Worldwide",
            service_name="Express Worldwide",
            international=True,
            pays_duties=True,
        ),
    ]


def _ups(country: str) -> list[CourierService]:
    courier = Courier(umbrella="UPS", country=country, residential_fee="5.20")
    return [
        CourierService(
            courier=courier,
            tariff="UPS_GROUND",
            name="UPS - Ground",
            service_name="Ground",
            international=False,
            pickup="paid_pickup",
        ),
        CourierService(
            courier=courier,
            tariff="UPS_2DAY",
            name="UPS - 2nd Day Air",
            service_name="2nd Day Air",
            international=False,
            pickup="paid_pickup",
        ),
        CourierService(
            courier=courier,
            tariff="UPS_SAVER",
            name="UPS - Worldwide Saver",
            service_name="Worldwide Saver",
            international=True,
            pays_duties=True,
        ),
    ]


def _usps() -> list[CourierService]:
    courier = Courier(umbrella="USPS", country="US", takes_po_boxes=True)
    return [
        CourierService(
            courier=courier,
            tariff="USPS_GA",
            name="USPS - Ground Advantage",
            service_name="Ground Advantage",
            international=False,
        ),
        CourierService(
            courier=courier,
            tariff="USPS_PM",
            name="USPS - Priority Mail",
            service_name="Priority Mail",
            international=False,
        ),
        CourierService(
            courier=courier,
            tariff="USPS_PMI",
            name="USPS - Priority Mail International",
            service_name="Priority Mail International",
            international=True,
        ),
    ]


SERVICES = (
    *_fedex("US"),
    *_dhl("US"),
    *_ups("US"),
    *_usps(),
    *_fedex("GB"),
    *_dhl("GB"),
    *_ups("GB"),
)
BY_ID = {service.id: service for service in SERVICES}
COURIERS = tuple(dict.fromkeys(service.courier for service in SERVICES))
COURIER_BY_ID = {courier.id: courier for courier in COURIERS}


def short_body(service: CourierService) -> Body:
    """As it stands on shipments."""
    return {
        "id": service.id,
        "name": service.name,
        "courier_id": service.courier.id,
        "umbrella_name": service.courier.umbrella,
        "easyship_courier_service": True,
    }


def logo_url(courier: Courier) -> str:
    return f"{LOGOS}/{courier.handler}.png"
