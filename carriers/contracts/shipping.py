"""A parcel on its way: what is booked, quoted, bought and followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shipping_project.kernel.money import Money
from shipping_project.kernel.postal import PostalAddress


class Platform(StrEnum):
    VEEQO = "veeqo"
    EASYSHIP = "easyship"


class CarrierCode(StrEnum):
    FEDEX = "FEDEX"
    UPS = "UPS"
    DHL = "DHL"
    USPS = "USPS"


class TrackingStatus(StrEnum):
    """Where a parcel is, ordered by progress; the last three are exceptions."""

    PRE_TRANSIT = "pre_transit"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    FAILED_ATTEMPT = "failed_attempt"
    EXCEPTION = "exception"
    RETURNED = "returned"


class Danger(StrEnum):
    """Goods that carriers take under conditions. Lithium batteries by their packing instruction."""

    LIQUID = "liquid"
    BATTERY_PI966 = "battery_pi966"
    BATTERY_PI967 = "battery_pi967"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsignmentItem:
    """One order line of a parcel. `unit_value` is the price of one unit.

    `item_ref` is the platform's own id of the sellable (Veeqo) and empty where none is needed.
    `line_ref` is our order line, sent so that the platform echoes it.
    """

    line_ref: str
    sku: str
    description: str
    quantity: int
    unit_value: Money
    unit_weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    hs_code: str = ""
    origin_country: str = ""
    category: str = ""
    item_ref: str = ""
    dangers: tuple[Danger, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """The closed box: gross weight and outer size."""

    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedParcel:
    """A closed box and what is in it; a line that is spread over boxes has its part of it."""

    parcel: Parcel
    items: tuple[ConsignmentItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """What is booked together at one platform: one parcel, or several for one label purchase.

    `parcels` is empty for one parcel; of several, `parcel` is the first and `items` are all.

    `reference` is ours, unique for each booking attempt that is not a repeat, and the only key by
    which a lost answer is found again. `*_ref` are the platform's ids and may be empty where the
    platform needs none.
    """

    reference: str
    ship_from: PostalAddress
    ship_to: PostalAddress
    parcel: Parcel
    items: tuple[ConsignmentItem, ...]
    currency: str
    parcels: tuple[PackedParcel, ...] = ()
    incoterm: str = "DDU"
    is_insured: bool = False
    store_ref: str = ""
    delivery_method_ref: str = ""
    warehouse_ref: str = ""
    placed_at: datetime | None = None
    # None: not known, so that the platform looks the address up.
    is_residential: bool | None = None

    @property
    def packed(self) -> tuple[PackedParcel, ...]:
        """Every parcel, in the order in which the boxes are counted."""
        return self.parcels or (PackedParcel(parcel=self.parcel, items=self.items),)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateQuote:
    """One service offered for a consignment, with its price.

    `service_ref` names the service at the platform for the purchase; `purchase` holds whatever
    else the platform wants back unchanged when this very quote is bought.
    """

    carrier: str
    service_ref: str
    service_name: str
    price: Money
    delivery_days: int | None = None
    expires_at: datetime | None = None
    purchase: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledParcel:
    """One of several parcels under a label, as the platform tells it.

    `tracking_number` is empty where it goes by that of the label; 0 grams are not told.
    """

    weight_g: int
    tracking_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label that the platform has sold us. `cost` is None where the answer does not say.

    `parcels` is empty where it is for one parcel.
    """

    label_ref: str
    tracking_number: str
    carrier: str = ""
    service_name: str = ""
    tracking_url: str = ""
    document_url: str = ""
    cost: Money | None = None
    parcels: tuple[LabelledParcel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """An order or shipment as it stands at the platform.

    `parcel_ref` is the id that rates and labels hang on (Veeqo: the one allocation, "" when there
    are none or several of the `allocation_refs`; Easyship: the shipment itself). `is_whole` is
    False where a part of what was ordered is not allocated, so that a label would be for a part.
    `label` is set exactly when the platform holds a live label; `label_pending` while it is being
    made; `label_failure` is the platform's text for a label that failed; `label_state` is its own
    word, "" where it has none. `changed_at` tells when the platform last changed it; two
    bookings that differ in it alone are equal.
    """

    platform_ref: str
    reference: str
    is_cancelled: bool = False
    is_whole: bool = True
    parcel_ref: str = ""
    allocation_refs: tuple[str, ...] = ()
    warehouse_ref: str = ""
    label: Label | None = None
    label_pending: bool = False
    label_failure: str = ""
    label_state: str = ""
    quotes: tuple[RateQuote, ...] = ()
    changed_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file from the platform; `media_type` such as "application/pdf"."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingUpdate:
    status: TrackingStatus
    happened_at: datetime
    description: str = ""
    location: str = ""
    raw_status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformWarehouse:
    """`external_code` is our own code as stored at the platform, empty where it is not set."""

    warehouse_ref: str
    name: str
    external_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformItem:
    """A sellable as the platform lists it."""

    item_ref: str
    sku: str
    title: str
