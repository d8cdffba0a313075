"""Veeqo calls from the order that is booked to the parcel that is followed."""

from __future__ import annotations

from functools import partial

from carriers.client_base import nothing, rows_of_all
from carriers.contracts import (
    Booking,
    Consignment,
    Document,
    Label,
    OutsideShipment,
    Page,
    Parcel,
    RateQuote,
    TrackingUpdate,
)
from carriers.errors import malformed
from carriers.exchange import CallSpec, HttpAnswer
from carriers.veeqo import build, parse
from carriers.veeqo.calls import VeeqoCalls

PDF = "application/pdf"


class ShippingCalls(VeeqoCalls):
    def create_order(
        self, consignment: Consignment, *, channel_id: int, delivery_method_id: int | None
    ) -> Booking:
        body = build.order_body(
            consignment, channel_id=channel_id, delivery_method_id=delivery_method_id
        )
        return self._write("create_order", "POST", "/orders", parse.order, body)

    def find_orders(self, number: str, *, channel_id: int, status: str = "") -> tuple[Booking, ...]:
        """Orders whose number is exactly `number`, picked from a fuzzy search.

        Raises UpstreamUnavailable rather than answer from a part of the list.
        """
        params = [("query", number), ("channel_ids[]", str(channel_id))]
        if status:
            params.append(("status", status))

        def page_of(page: int) -> Page[Booking]:
            exact = partial(parse.orders_numbered, number=number)
            return self._page("find_orders", "/orders", exact, page, params)

        return tuple(rows_of_all(page_of))

    def get_order(self, order_ref: str) -> Booking:
        return self._read("get_order", f"/orders/{order_ref}", parse.order)

    def cancel_order(self, order_ref: str, reason: str) -> None:
        body = build.cancel_body(order_ref, reason)
        self._write("cancel_order", "PUT", f"/orders/{order_ref}/cancel", nothing, body)

    def delete_allocations(self, order_ref: str, allocation_ref: str) -> None:
        path = f"/orders/{order_ref}/allocations/{allocation_ref}"
        self._write("delete_allocations", "DELETE", path, nothing)

    def create_allocation(self, order_ref: str, consignment: Consignment) -> Booking:
        path = f"/orders/{order_ref}/allocations"
        body = build.allocation_body(consignment)
        return self._write("create_allocation", "POST", path, parse.order, body)

    def set_package(self, allocation_ref: str, parcel: Parcel) -> None:
        path = f"/allocations/{allocation_ref}/allocation_package"
        self._write("set_package", "PUT", path, nothing, build.package_body(parcel))

    def get_rates(self, allocation_ref: str) -> tuple[RateQuote, ...]:
        params = [("from_allocation_package", "true")]
        return self._read("get_rates", f"/shipping/rates/{allocation_ref}", parse.rates, params)

    def buy_label(self, allocation_ref: str, quote: RateQuote) -> Label:
        body = build.purchase_body(allocation_ref, quote)
        return self._write(
            "buy_label",
            "POST",
            "/shipping/shipments",
            parse.purchased,
            body,
            timeout_s=self._label_timeout_s,
        )

    def get_label(self, shipment_ref: str) -> Document:
        """Without the ending the answer is a JSON count and no file."""
        spec = CallSpec(
            operation=f"{parse.NAME}.get_label",
            method="GET",
            path="/shipping/labels.pdf",
            params=(("shipment_ids[]", shipment_ref),),
            is_read=True,
            accept=PDF,
            timeout_s=self._label_timeout_s,
        )
        return self._session.call(spec, _pdf)

    def delete_shipment(self, shipment_ref: str) -> None:
        """Void. Answers 200 with the order or 204 empty; both are a yes."""
        self._write("delete_shipment", "DELETE", f"/shipments/{shipment_ref}", nothing)

    def get_tracking(self, shipment_ref: str) -> tuple[TrackingUpdate, ...]:
        path = f"/shipping/tracking_events/{shipment_ref}"
        return self._read("get_tracking", path, parse.tracking)

    def record_shipment(self, shipment: OutsideShipment) -> Label:
        """Tell of a parcel that was sent without a label of Veeqo's; the order becomes shipped."""
        body = build.outside_shipment_body(shipment)
        return self._write("record_shipment", "POST", "/shipments", parse.purchased, body)


def _pdf(answer: HttpAnswer) -> Document:
    if not answer.content.startswith(b"%PDF-"):
        raise malformed(parse.NAME, "get_label", "a PDF")
    return Document(content=answer.content, media_type=PDF)
