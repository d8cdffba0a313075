"""Around a parcel: batches, pickups, manifests, saved addresses, webhooks, foreign numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from shipping_project.kernel.postal import PostalAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Work the platform does later. Counts are 0 until it has been asked again."""

    batch_ref: str
    kind: str
    state: str
    total: int = 0
    processed: int = 0
    failed: int = 0
    finished_at: datetime | None = None

    @property
    def is_finished(self) -> bool:
        return self.state in ("processed", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItem:
    """One part of a batch. What the two references hold for labels is not documented."""

    item_ref: str
    state: str
    record_ref: str = ""
    reference: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOrder:
    """A label in a batch; without a service the platform takes what it finds best value."""

    platform_ref: str
    service_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupSlot:
    """A window on a day, in the warehouse's local time as "HH:MM"."""

    slot_ref: str
    day: date
    from_time: str
    to_time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupRequest:
    service_ref: str
    day: date
    platform_refs: tuple[str, ...]
    slot_ref: str = ""
    from_time: str = ""
    to_time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup:
    """Times are local to the pickup address, as the platform writes them.

    `fee` is in the account's currency, which the pickup does not repeat.
    """

    pickup_ref: str
    state: str
    provider: str = ""
    confirmation: str = ""
    from_time: str = ""
    to_time: str = ""
    parcels: int = 0
    fee: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    manifest_ref: str
    number: str
    carrier: str
    courier_ref: str
    parcels: int = 0
    document_url: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAddress:
    address_ref: str
    address: PostalAddress
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressVerdict:
    """`changes` grades how far the corrected address is from ours, "" where not graded."""

    status: str
    detail: str
    changes: str
    corrected: PostalAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSubscription:
    """`secret` signs what arrives; it is never logged or shown."""

    webhook_ref: str
    url: str
    event_types: tuple[str, ...]
    state: str
    version: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignParcel:
    """A parcel sent elsewhere that the platform is to follow."""

    tracking_number: str
    service_ref: str
    reference: str
    origin_address_ref: str
    ship_to: PostalAddress
    contents: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignTracking:
    tracking_ref: str
    tracking_number: str
    carrier: str
    state: str
    status: str
    reference: str = ""
    page_url: str = ""
