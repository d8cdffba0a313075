"""Easyship's JSON → ours. Pure and tolerant; the label's state decides, not the HTTP status."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from carriers.contracts import (
    Booking,
    Document,
    Label,
    Platform,
    PlatformWarehouse,
    RateQuote,
    TrackingUpdate,
)
from carriers.easyship.codes import (
    CANCELLED,
    HAS_LABEL,
    LABEL_FAILED,
    LABEL_IN_THE_MAKING,
    carrier_of,
    tracking_of,
)
from carriers.http import malformed
from carriers.readers import Reader
from shipping_project.kernel.money import Money

NAME = Platform.EASYSHIP.value
PDF = "application/pdf"


def error_texts(content: bytes) -> list[str]:
    """`details` say what is wrong; the fixed message stands in where there are none."""
    try:
        body = json.loads(content)
    except ValueError:
        return []
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return []
    details = [str(text) for text in error.get("details") or [] if text]
    return details or [str(error["message"])] if error.get("message") else details


def is_rate_limit(status: int, texts: list[str]) -> bool:
    """Bursts and used-up quotas also come as 403, told apart by their words only."""
    told = " ".join(texts).lower()
    return status == 403 and ("maximum number of requests" in told or "usage limit" in told)


def shipment(body: Any, *, operation: str) -> Booking:
    """One shipment in its envelope."""
    top = Reader(body, platform=NAME, operation=operation)
    return _booking(top.need_child("shipment"))


def shipments(body: Any, *, operation: str) -> tuple[Booking, ...]:
    top = Reader(body, platform=NAME, operation=operation)
    return tuple(_booking(row) for row in top.children("shipments"))


def next_page(body: Any, *, operation: str) -> int | None:
    meta = Reader(body, platform=NAME, operation=operation).child("meta")
    paging = meta.child("pagination") if meta else None
    return paging.whole("next") if paging else None


def _booking(row: Reader) -> Booking:
    ref = row.need_text("easyship_shipment_id")
    order_data = row.child("order_data")
    label_state = row.text("label_state")
    return Booking(
        platform_ref=ref,
        reference=order_data.text("platform_order_number") if order_data else "",
        is_cancelled=row.text("shipment_state") in CANCELLED or label_state == "voided",
        parcel_ref=ref,
        label=_label(row, ref) if label_state in HAS_LABEL else None,
        label_pending=label_state in LABEL_IN_THE_MAKING,
        label_failure=_failure(row) if label_state in LABEL_FAILED else "",
        quotes=tuple(quote for quote in map(_rate, row.children("rates")) if quote),
    )


def _label(row: Reader, ref: str) -> Label:
    service = row.child("courier_service")
    service_id = service.text("id") if service else ""
    return Label(
        label_ref=ref,
        tracking_number=_tracking_number(row),
        carrier=carrier_of(service.text("umbrella_name")) if service else "",
        service_name=service.text("name") if service else "",
        tracking_url=row.text("tracking_page_url"),
        document_url=_document_url(row),
        cost=_cost(row, service_id),
    )


def _tracking_number(row: Reader) -> str:
    """Of the first leg that has one, else of the parcel."""
    sources = (*row.children("trackings"), *row.children("parcels"))
    return next((s.text("tracking_number") for s in sources if s.text("tracking_number")), "")


def _document_url(row: Reader) -> str:
    documents = row.children("shipping_documents")
    return next((d.text("url") for d in documents if d.text("category") == "label"), "")


def _cost(row: Reader, service_id: str) -> Money | None:
    """The charge of the service that was bought."""
    for rate in row.children("rates"):
        service = rate.child("courier_service")
        total = rate.decimal("total_charge")
        if service and service.text("id") == service_id and total is not None:
            return Money(total, rate.text("currency") or row.text("currency") or "USD")
    return None


def _failure(row: Reader) -> str:
    texts = [m.text("content") for m in row.children("last_failure_http_response_messages")]
    return " ".join(text for text in texts if text) or "The carrier refused to make the label."


def _rate(row: Reader) -> RateQuote | None:
    service = row.child("courier_service")
    total = row.decimal("total_charge")
    currency = row.text("currency")
    if service is None or total is None or not service.text("id") or len(currency) != 3:
        return None
    return RateQuote(
        carrier=carrier_of(service.text("umbrella_name")),
        service_ref=service.text("id"),
        service_name=service.text("name"),
        price=Money(total.quantize(Decimal("0.01")), currency.upper()),
        delivery_days=row.whole("max_delivery_time"),
    )


def label_document(body: Any, *, operation: str) -> Document:
    """The label as PDF from a shipment fetched with format=PDF."""
    row = Reader(body, platform=NAME, operation=operation).need_child("shipment")
    for document in row.children("shipping_documents"):
        pages = document.value.get("base64_encoded_strings")
        if document.text("category") == "label" and isinstance(pages, list) and pages:
            return Document(content=_decoded(str(pages[0]), operation), media_type=PDF)
    raise malformed(NAME, operation, "$.shipment.shipping_documents[label]")


def _decoded(text: str, operation: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        content = b""
    if not content.startswith(b"%PDF-"):
        raise malformed(NAME, operation, "$.shipment.shipping_documents[label] as a PDF")
    return content


def tracking(body: Any, *, operation: str) -> tuple[TrackingUpdate, ...]:
    """Checkpoints of the one shipment asked for, oldest first."""
    top = Reader(body, platform=NAME, operation=operation)
    updates = [
        update
        for row in top.children("shipments")
        for update in map(_checkpoint, row.children("checkpoints"))
        if update is not None
    ]
    return tuple(sorted(updates, key=lambda update: update.happened_at))


def _checkpoint(row: Reader) -> TrackingUpdate | None:
    moment = row.moment("checkpoint_time")
    if moment is None:
        return None
    return TrackingUpdate(
        status=tracking_of(row.text("primary_status")),
        happened_at=moment,
        description=row.text("message"),
        location=row.text("location"),
        raw_status=row.text("primary_status"),
    )


def warehouses(body: Any, *, operation: str) -> tuple[PlatformWarehouse, ...]:
    """Saved addresses stand for warehouses here."""
    top = Reader(body, platform=NAME, operation=operation)
    return tuple(
        PlatformWarehouse(warehouse_ref=row.need_text("id"), name=row.text("company_name"))
        for row in top.children("addresses")
    )
