"""Easyship calls from the shipment that is made to the parcel that is followed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from carriers.client_base import nothing, rows_of_all
from carriers.contracts import (
    Batch,
    BatchItem,
    Booking,
    Consignment,
    Document,
    LabelOrder,
    Page,
    RateQuote,
    TrackingUpdate,
    UnavailableService,
)
from carriers.easyship import build, parse, parse_catalog, parse_handling
from carriers.easyship.calls import EasyshipCalls
from carriers.easyship.refusals import is_no_service
from carriers.errors import UpstreamRefused, malformed
from carriers.exchange import CallSpec, HttpAnswer
from shipping_project.kernel.postal import PostalAddress

PDF = "application/pdf"


class ShippingCalls(EasyshipCalls):
    def get_rates(self, consignment: Consignment) -> tuple[RateQuote, ...]:
        """An estimate without a shipment; nothing fits is an empty answer here."""
        try:
            body = build.rates_body(consignment)
            return self._ask("get_rates", "/rates", parse.rates, body)
        except UpstreamRefused as exc:
            if is_no_service(exc.detail):
                return ()
            raise

    def create_shipment(self, consignment: Consignment) -> Booking:
        """201, or 202 when it stands but could not be rated; never to be sent again on 202."""
        body = build.shipment_body(consignment)
        headers = {"Idempotency-Key": idempotency_key(consignment.reference, body)}
        return self._write(
            "create_shipment", "POST", "/shipments", parse.shipment, body, headers=headers
        )

    def find_shipments(self, reference: str) -> tuple[Booking, ...]:
        """Shipments with this order number, which Easyship does not keep unique.

        Raises UpstreamUnavailable rather than answer from a part of the list.
        """

        def page_of(page: int) -> Page[Booking]:
            params = [("platform_order_number", reference)]
            return self._page("find_shipments", "/shipments", parse.shipments, page, params)

        return tuple(rows_of_all(page_of))

    def list_shipments(self, *, updated_since: datetime, page: int = 1) -> Page[Booking]:
        params = [("updated_at_from", build.utc_text(updated_since))]
        return self._page("list_shipments", "/shipments", parse.listed_shipments, page, params)

    def get_shipments(self, shipment_refs: Sequence[str]) -> tuple[Booking, ...]:
        """Up to 100 of them in one call, in no particular order; those unknown are left out."""
        wanted = set(shipment_refs)
        params = [("easyship_shipment_id", ",".join(shipment_refs))]
        page = self._page("get_shipments", "/shipments", parse.shipments, 1, params)
        return tuple(booking for booking in page.rows if booking.platform_ref in wanted)

    def get_shipment(self, shipment_ref: str) -> Booking:
        return self._read("get_shipment", f"/shipments/{shipment_ref}", parse.shipment)

    def update_destination(self, shipment_ref: str, ship_to: PostalAddress) -> Booking:
        """Refused once a label was made; may be repeated."""
        body = build.destination_change_body(ship_to)
        path = f"/shipments/{shipment_ref}"
        return self._write("update_destination", "PATCH", path, parse.shipment, body)

    def buy_label(self, shipment_ref: str, courier_service_id: str) -> Booking:
        """201 with the whole shipment, whose `label_state` says what became of it.

        No Idempotency-Key goes with it: a shipment gets one label anyway, and where keys are
        honoured a refusal would be replayed for a day after its cause was mended.
        """
        return self._write(
            "buy_label",
            "POST",
            f"/shipments/{shipment_ref}/label",
            parse.shipment,
            build.label_body(courier_service_id),
            timeout_s=self._label_timeout_s,
        )

    def get_label(self, shipment_ref: str) -> Document:
        params = [("format", "PDF"), ("label", "4x6"), ("packing_slip", "none")]
        return self._read(
            "get_label",
            f"/shipments/{shipment_ref}",
            parse.label_document,
            params,
            timeout_s=self._label_timeout_s,
        )

    def get_commercial_invoice(self, shipment_ref: str) -> Document:
        spec = CallSpec(
            operation=f"{parse.NAME}.get_commercial_invoice",
            method="GET",
            path=f"{self.prefix}/shipments/{shipment_ref}/documents",
            params=(("document_type", "commercial_invoice"), ("page_size", "A4")),
            is_read=True,
            accept=PDF,
            timeout_s=self._label_timeout_s,
        )
        return self._session.call(spec, _pdf)

    def cancel_shipment(self, shipment_ref: str) -> None:
        self._write("cancel_shipment", "POST", f"/shipments/{shipment_ref}/cancel", nothing)

    def delete_shipment(self, shipment_ref: str) -> None:
        """Only while no label was asked for; 404 otherwise."""
        self._write("delete_shipment", "DELETE", f"/shipments/{shipment_ref}", nothing)

    def create_return(self, shipment_ref: str, *, address_ref: str = "") -> Booking:
        """A new shipment the other way round, without a label; a repeat makes another."""
        path = f"/shipments/{shipment_ref}/return"
        body = build.return_body(address_ref)
        return self._write("create_return", "POST", path, parse.shipment, body)

    def get_tracking(self, shipment_ref: str) -> tuple[TrackingUpdate, ...]:
        params = [("easyship_shipment_id", shipment_ref), ("include_checkpoints", "true")]
        return self._read("get_tracking", "/shipments/trackings", parse.tracking, params)

    def list_unavailable_services(self, shipment_ref: str) -> tuple[UnavailableService, ...]:
        """Why services were not offered."""
        path = f"/shipments/{shipment_ref}/unavailable_couriers"
        parser = parse_catalog.unavailable_services
        return self._read("list_unavailable_services", path, parser).rows

    def create_shipment_batch(
        self, consignments: Sequence[Consignment], *, origin_address_ref: str
    ) -> Batch:
        """Up to 1,000 shipments without labels; found again by their references.

        The SKUs must be in Easyship's catalog.
        """
        body = build.shipment_batch_body(consignments, origin_address_ref=origin_address_ref)
        path = "/batches/shipments"
        return self._write("create_shipment_batch", "POST", path, parse_handling.batch, body)

    def create_label_batch(self, orders: Sequence[LabelOrder]) -> Batch:
        """Buys up to 1,000 labels later; what was bought stands on the shipments."""
        return self._write(
            "create_label_batch",
            "POST",
            "/batches/labels",
            parse_handling.batch,
            build.label_batch_body(orders),
            timeout_s=self._label_timeout_s,
        )

    def get_batch(self, batch_ref: str) -> Batch:
        return self._read("get_batch", f"/batches/{batch_ref}", parse_handling.batch)

    def list_batches(self, *, kind: str, state: str, page: int = 1) -> Page[Batch]:
        """`kind` is "label_batch" or "shipment_batch"; `state` one of created, processing,
        processed, failed.
        """
        params = [("type", kind), ("state", state)]
        return self._page("list_batches", "/batches", parse_handling.batches, page, params)

    def list_batch_items(self, batch_ref: str, *, page: int = 1) -> Page[BatchItem]:
        path = f"/batches/{batch_ref}/items"
        return self._page("list_batch_items", path, parse_handling.batch_items, page)


def idempotency_key(reference: str, body: Mapping[str, Any]) -> str:
    """One key for the same reference with the same content.

    Documented for 2023-01 and harmless where unknown. Where it is honoured, the first answer is
    replayed for a day, refusals too, so corrected content must not meet the old key.
    """
    content = json.dumps(body, sort_keys=True, ensure_ascii=True)
    return str(uuid5(NAMESPACE_URL, f"{reference}\n{content}"))


def _pdf(answer: HttpAnswer) -> Document:
    if not answer.content.startswith(b"%PDF-"):
        raise malformed(parse.NAME, "get_commercial_invoice", "a PDF")
    return Document(content=answer.content, media_type=PDF)
