"""What the application asks of a shipping platform, whichever it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from carriers.contracts import (
    Booking,
    Consignment,
    Document,
    Label,
    Platform,
    PlatformItem,
    PlatformWarehouse,
    RateQuote,
    TrackingUpdate,
)


class ShippingPort(Protocol):
    """Each method makes as few calls as the platform allows and raises `UpstreamError`.

    Methods marked *read* change nothing and may be repeated. Methods marked *write* make at most
    one call that is unsafe to repeat, as their last call.
    """

    @property
    def platform(self) -> Platform: ...

    def find_bookings(self, reference: str) -> tuple[Booking, ...]:
        """Read: every booking whose reference is exactly `reference`, cancelled ones too."""

    def read_booking(self, platform_ref: str) -> Booking:
        """Read: one booking as it stands now."""

    def create_booking(self, consignment: Consignment) -> Booking:
        """Write: book the consignment without buying a label."""

    def prepare_booking(self, booking: Booking, consignment: Consignment) -> Booking:
        """Bring warehouse and parcel of a booking in line with the consignment; repeat-safe."""

    def quote(self, booking: Booking) -> tuple[RateQuote, ...]:
        """Read: the services on offer for a prepared booking, in no particular order."""

    def buy_label(self, booking: Booking, quote: RateQuote) -> Label:
        """Write: spend money on a label, once."""

    def fetch_label(self, label: Label, booking_ref: str) -> Document:
        """Read: the label as PDF."""

    def void_label(self, label_ref: str, booking_ref: str) -> None:
        """Write: ask for the label to be voided; an already voided one is no error."""

    def cancel_booking(self, platform_ref: str, reason: str) -> None:
        """Write: cancel a booking that has no live label; repeat-safe."""

    def track(self, label_ref: str, booking_ref: str) -> tuple[TrackingUpdate, ...]:
        """Read: every event the platform holds, oldest first."""

    def list_warehouses(self, *, anew: bool = False) -> tuple[PlatformWarehouse, ...]:
        """Read: warehouses as last remembered, or asked for `anew`; empty where it keeps none."""

    def find_items(self, skus: Sequence[str]) -> tuple[PlatformItem, ...]:
        """Read: listed sellables whose SKU is exactly one of `skus`; may hold duplicates."""
