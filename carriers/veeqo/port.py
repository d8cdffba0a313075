"""Veeqo as a shipping platform: orders, allocations, and labels bought on allocations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

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
from carriers.errors import UpstreamRefused, UpstreamUnauthorized, UpstreamUnavailable
from carriers.services.facts import Remember, ask_always
from carriers.veeqo.client import VeeqoClient
from carriers.veeqo.refusals import is_already_shipped

DIRECT = "direct"


class VeeqoPort:
    """Implements `carriers.ports.ShippingPort`."""

    platform = Platform.VEEQO

    def __init__(
        self, client: VeeqoClient, *, channel_id: int = 0, remember: Remember = ask_always
    ) -> None:
        self._client = client
        self._configured_channel = channel_id
        self._remember = remember

    def find_bookings(self, reference: str) -> tuple[Booking, ...]:
        """The default list hides cancelled orders, so they are asked for in a second call."""
        found = {
            booking.platform_ref: booking
            for status in ("", "cancelled")
            for booking in self._client.find_orders(
                reference, channel_id=self._channel_id, status=status
            )
        }
        return tuple(found.values())

    def read_booking(self, platform_ref: str) -> Booking:
        return self._client.get_order(platform_ref)

    def create_booking(self, consignment: Consignment) -> Booking:
        _require_one_parcel(consignment)
        return self._client.create_order(
            consignment,
            channel_id=self._channel_id,
            delivery_method_id=self._delivery_method_id,
        )

    def prepare_booking(self, booking: Booking, consignment: Consignment) -> Booking:
        """One allocation with everything at our warehouse, and the parcel on it.

        Veeqo allocates by itself, at once, later or never, to a warehouse of its own choice, and
        only what it holds in stock.
        """
        if booking.label is not None:
            return booking
        _require_one_parcel(consignment)
        with _looking_again():
            if not _fits(booking, consignment):
                booking = self._reallocate(booking, consignment)
            self._client.set_package(booking.parcel_ref, consignment.parcel)
        return booking

    def quote(self, booking: Booking) -> tuple[RateQuote, ...]:
        with _looking_again():
            return self._client.get_rates(booking.parcel_ref)

    def buy_label(self, booking: Booking, quote: RateQuote) -> Label:
        label = self._client.buy_label(booking.parcel_ref, quote)
        return replace(
            label,
            carrier=label.carrier or quote.carrier,
            service_name=label.service_name or quote.service_name,
        )

    def fetch_label(self, label: Label, booking_ref: str) -> Document:
        return self._client.get_label(label.label_ref)

    def void_label(self, label_ref: str, booking_ref: str) -> None:
        """After a refusal the order tells whether an earlier void, its answer lost, did it."""
        try:
            self._client.delete_shipment(label_ref)
        except UpstreamUnauthorized:
            raise
        except UpstreamRefused:
            label = self._client.get_order(booking_ref).label
            if label is not None and label.label_ref == label_ref:
                raise

    def cancel_booking(self, platform_ref: str, reason: str) -> None:
        if not self._client.get_order(platform_ref).is_cancelled:
            self._client.cancel_order(platform_ref, reason)

    def track(self, label_ref: str, booking_ref: str) -> tuple[TrackingUpdate, ...]:
        return self._client.get_tracking(label_ref)

    def list_warehouses(self, *, anew: bool = False) -> tuple[PlatformWarehouse, ...]:
        return self._remember("warehouses", self._client.list_warehouses, anew=anew)

    def find_items(self, skus: Sequence[str]) -> tuple[PlatformItem, ...]:
        wanted = set(skus)
        return tuple(
            item for sku in skus for item in self._client.find_items(sku) if item.sku in wanted
        )

    def _reallocate(self, booking: Booking, consignment: Consignment) -> Booking:
        """DELETE of one allocation removes all of them, as documented."""
        if booking.allocation_refs:
            self._client.delete_allocations(booking.platform_ref, booking.allocation_refs[0])
        try:
            made = self._client.create_allocation(booking.platform_ref, consignment)
        except UpstreamUnauthorized:
            raise
        except UpstreamRefused as exc:
            return self._allocated_meanwhile(booking, consignment, exc)
        if not made.parcel_ref:
            made = self._client.get_order(booking.platform_ref)
        if _fits(made, consignment):
            return made
        raise UpstreamRefused(
            "Veeqo did not allocate the whole order to one warehouse; check its stock there.",
            platform=self.platform.value,
            operation="veeqo.create_allocation",
        )

    def _allocated_meanwhile(
        self, booking: Booking, consignment: Consignment, refusal: UpstreamRefused
    ) -> Booking:
        """Veeqo's own allocation may have come first: to use, or to replace at the next attempt."""
        found = self._client.get_order(booking.platform_ref)
        if _fits(found, consignment):
            return found
        if found.allocation_refs and found.is_whole:
            raise UpstreamUnavailable(
                refusal.detail, platform=refusal.platform, operation=refusal.operation
            ) from refusal
        raise refusal

    @property
    def _channel_id(self) -> int:
        if self._configured_channel:
            return self._configured_channel
        return self._remember("direct store", self._direct_store)

    def _direct_store(self) -> int:
        for store in self._client.list_stores(type_code=DIRECT):
            # The filter is not taken on trust: an order must not land in a marketplace's store.
            if store.is_active and store.type_code == DIRECT:
                return int(store.store_ref)
        raise UpstreamRefused(
            "Veeqo has no active direct store; make one, or set VEEQO_CHANNEL_ID.",
            platform=self.platform.value,
            operation="veeqo.list_stores",
        )

    @property
    def _delivery_method_id(self) -> int | None:
        methods = self._remember("delivery methods", self._client.list_delivery_methods)
        return int(methods[0].method_ref) if methods else None


class OneParcelOnly(UpstreamRefused):
    """An allocation is one parcel, and an order is allocated to one place; nothing was sent."""

    code = "packing.several_boxes"
    title = "The order needs several boxes"


def _require_one_parcel(consignment: Consignment) -> None:
    if len(consignment.packed) > 1:
        raise OneParcelOnly(
            f"Veeqo books one parcel for an order, and this needs {len(consignment.packed)} boxes."
        )


def _fits(booking: Booking, consignment: Consignment) -> bool:
    """Whether a label bought now would be for everything, from the right place."""
    is_single = bool(booking.parcel_ref) and booking.is_whole
    return is_single and booking.warehouse_ref == consignment.warehouse_ref


@contextmanager
def _looking_again() -> Iterator[None]:
    """A refusal because of a label that we have not seen is no refusal: read the order again."""
    try:
        yield
    except UpstreamRefused as exc:
        if is_already_shipped(exc.detail):
            raise UpstreamUnavailable(
                exc.detail, platform=exc.platform, operation=exc.operation
            ) from exc
        raise
