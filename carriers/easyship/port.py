"""Easyship as a shipping platform: shipments that carry their own rates and label."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from carriers.contracts import (
    Booking,
    Consignment,
    Document,
    Label,
    LabelOrder,
    Platform,
    PlatformItem,
    PlatformWarehouse,
    RateQuote,
    TrackingUpdate,
)
from carriers.easyship.client import EasyshipClient
from carriers.easyship.codes import VOID_FAILED
from carriers.errors import (
    UpstreamNotFound,
    UpstreamRefused,
    UpstreamUnauthorized,
    UpstreamUnclear,
)
from carriers.lanes import for_its_band, lane_of
from carriers.services.facts import Remember, ask_always

PAGES_LOOKED_AT = 3


class EasyshipPort:
    """Implements `carriers.ports.ShippingPort`."""

    platform = Platform.EASYSHIP

    def __init__(self, client: EasyshipClient, *, remember: Remember = ask_always) -> None:
        self._client = client
        self._remember = remember

    def find_bookings(self, reference: str) -> tuple[Booking, ...]:
        found = self._client.find_shipments(reference)
        return tuple(booking for booking in found if booking.reference == reference)

    def read_booking(self, platform_ref: str) -> Booking:
        return self._client.get_shipment(platform_ref)

    def create_booking(self, consignment: Consignment) -> Booking:
        return self._client.create_shipment(consignment)

    def prepare_booking(self, booking: Booking, consignment: Consignment) -> Booking:
        """Origin and parcel went with the booking itself."""
        return booking

    def quote(self, booking: Booking) -> tuple[RateQuote, ...]:
        """The rates stand on the shipment; without any, no service fits it."""
        return booking.quotes

    def buy_label(self, booking: Booking, quote: RateQuote) -> Label:
        after = self._client.buy_label(booking.platform_ref, quote.service_ref)
        if after.label_failure:
            raise UpstreamRefused(
                after.label_failure, platform=self.platform.value, operation="easyship.buy_label"
            )
        if after.label is None or not after.label.tracking_number:
            raise UpstreamUnclear(
                "The label is still being made.",
                platform=self.platform.value,
                operation="easyship.buy_label",
            )
        return replace(after.label, cost=after.label.cost or quote.price)

    def read_bookings(self, platform_refs: Sequence[str]) -> dict[str, Booking]:
        """Read: many bookings in one call, by their refs; those not shown are left out."""
        return {one.platform_ref: one for one in self._client.get_shipments(platform_refs)}

    def buy_labels(self, chosen: Sequence[tuple[Booking, RateQuote]]) -> str:
        """Write: spend money on each label, once; returns the name of the batch.

        A refusal is of the whole batch. What became of each label stands on its booking later.
        """
        orders = [
            LabelOrder(platform_ref=booking.platform_ref, service_ref=quote.service_ref)
            for booking, quote in chosen
        ]
        return self._client.create_label_batch(orders).batch_ref

    def create_bookings(self, consignments: Sequence[Consignment]) -> str:
        """Write: book all of them, from one saved address and of listed products, without labels.

        Returns the name of the batch. What became of each is found under its reference.
        """
        (origin,) = {one.warehouse_ref for one in consignments}
        return self._client.create_shipment_batch(consignments, origin_address_ref=origin).batch_ref

    def bookings_since(
        self, moment: datetime, references: Collection[str]
    ) -> dict[str, tuple[Booking, ...]]:
        """Read: bookings of these references among those changed since, by reference.

        Looks at the first pages alone, so one that is missing is not proven to be missing.
        """
        found: dict[str, tuple[Booking, ...]] = {}
        page: int | None = 1
        while page is not None and page <= PAGES_LOOKED_AT:
            shown = self._client.list_shipments(updated_since=moment, page=page)
            for booking in shown.rows:
                if booking.reference in references:
                    found[booking.reference] = (*found.get(booking.reference, ()), booking)
            page = shown.next_page if len(found) < len(references) else None
        return found

    def is_batch_done(self, batch_ref: str) -> bool:
        """Read: whether a batch is worked off, so that what it did not do it will never do."""
        return self._client.get_batch(batch_ref).is_finished

    def has_open_batches(self, kind: str) -> bool:
        """Read: whether any batch of a kind is still to be worked off."""
        return any(
            self._client.list_batches(kind=kind, state=state).rows
            for state in ("created", "processing")
        )

    def fetch_label(self, label: Label, booking_ref: str) -> Document:
        return self._client.get_label(booking_ref)

    def void_label(self, label_ref: str, booking_ref: str) -> None:
        """After a refusal the shipment tells whether an earlier void, its answer lost, did it."""
        if self._is_voided(booking_ref):
            return
        try:
            self._client.cancel_shipment(booking_ref)
        except UpstreamUnauthorized:
            raise
        except UpstreamRefused:
            if not self._is_voided(booking_ref):
                raise

    def _is_voided(self, booking_ref: str) -> bool:
        """Raises UpstreamRefused for a voiding that Easyship has tried and that failed."""
        booking = self._client.get_shipment(booking_ref)
        if booking.label_state == VOID_FAILED:
            raise UpstreamRefused(
                "The carrier did not void the label; ask Easyship's support.",
                platform=self.platform.value,
                operation="easyship.cancel_shipment",
            )
        return booking.is_cancelled

    def cancel_booking(self, platform_ref: str, reason: str) -> None:
        """A shipment whose label was never asked for is deleted, any other cancelled."""
        try:
            booking = self._client.get_shipment(platform_ref)
        except UpstreamNotFound:
            return
        if booking.is_cancelled:
            return
        if booking.label or booking.label_pending or booking.label_failure:
            self._client.cancel_shipment(platform_ref)
        else:
            self._client.delete_shipment(platform_ref)

    def track(self, label_ref: str, booking_ref: str) -> tuple[TrackingUpdate, ...]:
        return self._client.get_tracking(booking_ref)

    def estimate(self, consignment: Consignment) -> tuple[RateQuote, ...]:
        """Read: prices without a shipment, for the band of weights that the parcel is in.

        The same goods in the same box from the same region to the same postcode are asked for
        once; a price counts for the day.
        """
        banded = for_its_band(consignment)
        lane = lane_of(banded, datetime.now(UTC).date())
        return self._remember(f"rates {lane}", partial(self._client.get_rates, banded))

    def list_warehouses(self, *, anew: bool = False) -> tuple[PlatformWarehouse, ...]:
        return self._remember("warehouses", self._client.list_warehouses, anew=anew)

    def find_items(self, skus: Sequence[str]) -> tuple[PlatformItem, ...]:
        return tuple(item for sku in skus for item in self._items_of(sku))

    def _items_of(self, sku: str) -> tuple[PlatformItem, ...]:
        """Most SKUs are not listed there, so that is remembered too."""

        def read() -> tuple[PlatformItem, ...]:
            found = self._client.list_products(sku=sku).rows
            return tuple(
                PlatformItem(item_ref=one.item_ref, sku=one.sku, title=one.title)
                for one in found
                if one.sku == sku
            )

        return self._remember(f"sku {sku}", read)
