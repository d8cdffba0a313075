"""Easyship's JSON → ours. Pure and tolerant; the label's state decides, not the HTTP status."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from pypdf.errors import PyPdfError

from carriers.contracts import (
    Booking,
    Document,
    Label,
    LabelledParcel,
    Page,
    Platform,
    RateQuote,
    TrackingUpdate,
)
from carriers.easyship.codes import (
    CANCELLED,
    HAS_LABEL,
    LABEL_FAILED,
    NO_LABEL,
    VOIDED,
    carrier_of,
    tracking_of,
)
from carriers.errors import UpstreamMalformed, malformed
from carriers.paper import joined
from carriers.readers import LONGEST_REF, Reader, understood
from shipping_project.kernel.money import Money

NAME = Platform.EASYSHIP.value
PDF = "application/pdf"
CENT = Decimal("0.01")
GRAMS_A_KG = 1000
Row = TypeVar("Row")


def shipment(body: Any, *, operation: str) -> Booking:
    """One shipment in its envelope."""
    top = Reader(body, platform=NAME, operation=operation)
    return _booking(top.need_child("shipment"))


def shipments(body: Any, *, operation: str) -> Page[Booking]:
    return page_of(body, operation, "shipments", _booking)


def listed_shipments(body: Any, *, operation: str) -> Page[Booking]:
    return listed(body, operation, "shipments", _booking)


def listed(body: Any, operation: str, key: str, row_of: Callable[[Reader], Row]) -> Page[Row]:
    """A page of the list at `key` whose rows that cannot be read stand beside the others."""
    top = Reader(body, platform=NAME, operation=operation)
    rows, unread = understood(
        top.value.get(key), row_of, platform=NAME, operation=operation, path=f"$.{key}"
    )
    next_page, total = _paging(top)
    return Page(rows=rows, next_page=next_page, total=total, unread=unread)


def page_of(body: Any, operation: str, key: str, row_of: Callable[[Reader], Row]) -> Page[Row]:
    """A page of the list at `key`; a list that is missing is not an empty one."""
    top = Reader(body, platform=NAME, operation=operation)
    rows = tuple(row_of(row) for row in top.need_children(key))
    next_page, total = _paging(top)
    return Page(rows=rows, next_page=next_page, total=total)


def _paging(top: Reader) -> tuple[int | None, int | None]:
    """The page that is next, and the number of all rows."""
    meta = top.child("meta")
    paging = meta.child("pagination") if meta else None
    return (paging.whole("next"), paging.whole("count")) if paging else (None, None)


def _booking(row: Reader) -> Booking:
    ref = row.need_ref("easyship_shipment_id")
    label_state = row.text("label_state")
    label = _label(row, ref) if _has_label(row, label_state) else None
    return Booking(
        platform_ref=ref,
        reference=_reference(row),
        is_cancelled=row.text("shipment_state") in CANCELLED or label_state == VOIDED,
        parcel_ref=ref,
        label=label,
        label_pending=label is None and _may_get_label(row, label_state),
        label_failure=_failure(row) if label_state in LABEL_FAILED else "",
        label_state=label_state,
        quotes=_quotes(row),
        changed_at=row.moment("updated_at"),
    )


def _has_label(row: Reader, label_state: str) -> bool:
    """By the state; a word we do not know counts as a label once there is a number."""
    if label_state in HAS_LABEL:
        return True
    return label_state not in NO_LABEL and bool(_tracking_number(row))


def _may_get_label(row: Reader, label_state: str) -> bool:
    """Every state we do not know to be without a label may lead to one, so nothing is bought."""
    if not label_state:
        return bool(row.text("label_paid_at") or row.text("label_generated_at"))
    return label_state not in NO_LABEL


def _reference(row: Reader) -> str:
    """Ours, sent as order number and, untouched, in the metadata."""
    order_data, metadata = row.child("order_data"), row.child("metadata")
    number = order_data.text("platform_order_number") if order_data else ""
    return number or (metadata.text("reference") if metadata else "")


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
        parcels=_parcels(row),
    )


def _parcels(row: Reader) -> tuple[LabelledParcel, ...]:
    """Nothing for one parcel, which goes by the number of the label."""
    told = row.children("parcels")
    return tuple(map(_parcel, told)) if len(told) > 1 else ()


def _parcel(row: Reader) -> LabelledParcel:
    """A number that we could not keep costs us the number, and not the label that is paid."""
    weight, number = row.decimal("total_actual_weight"), row.text("tracking_number")
    return LabelledParcel(
        weight_g=round(weight * GRAMS_A_KG) if weight and weight > 0 else 0,
        tracking_number=number if len(number) <= LONGEST_REF else "",
    )


def _tracking_number(row: Reader) -> str:
    """Of the first leg that has one, else of the parcel."""
    sources = (*row.children("trackings"), *row.children("parcels"))
    return next((s.ref("tracking_number") for s in sources if s.ref("tracking_number")), "")


def _document_url(row: Reader) -> str:
    documents = row.children("shipping_documents")
    return next((d.text("url") for d in documents if d.text("category") == "label"), "")


def _cost(row: Reader, service_id: str) -> Money | None:
    """The charge of the service that was bought."""
    for rate in row.children("rates"):
        service = rate.child("courier_service")
        if service and service.text("id") == service_id:
            return rate.money("total_charge", rate.text("currency") or row.text("currency"))
    return None


def _failure(row: Reader) -> str:
    texts = [m.text("content") for m in row.children("last_failure_http_response_messages")]
    return " ".join(text for text in texts if text) or "The carrier refused to make the label."


def rates(body: Any, *, operation: str) -> tuple[RateQuote, ...]:
    """Rates that were asked for without a shipment."""
    top = Reader(body, platform=NAME, operation=operation)
    if "rates" not in top.value:
        raise malformed(NAME, operation, "$.rates")
    return _quotes(top)


def _quotes(row: Reader) -> tuple[RateQuote, ...]:
    return tuple(quote for quote in map(_rate, row.children("rates")) if quote)


def _rate(row: Reader) -> RateQuote | None:
    """None where service or price is missing: that is no offer."""
    service = row.child("courier_service")
    price = row.money("total_charge", row.text("currency"))
    if service is None or price is None or not service.text("id"):
        return None
    return RateQuote(
        carrier=carrier_of(service.text("umbrella_name")),
        service_ref=service.text("id"),
        service_name=service.text("name"),
        price=Money(price.amount.quantize(CENT), price.currency),
        delivery_days=row.whole("max_delivery_time"),
    )


def label_document(body: Any, *, operation: str) -> Document:
    """The label as one PDF from a shipment fetched with format=PDF.

    Its pages, or its parcels, may come as several files, all of which belong to it.
    """
    row = Reader(body, platform=NAME, operation=operation).need_child("shipment")
    texts = [
        str(text)
        for document in row.children("shipping_documents")
        if document.text("category") == "label"
        for text in _files(document)
    ]
    if not texts:
        raise malformed(NAME, operation, "$.shipment.shipping_documents[label]")
    parts = [_decoded(text, operation) for text in texts]
    try:
        return Document(content=joined(parts), media_type=PDF)
    except PyPdfError as exc:
        raise _no_pdf(operation) from exc


def _files(document: Reader) -> list[object]:
    files = document.value.get("base64_encoded_strings")
    return files if isinstance(files, list) else []


def _decoded(text: str, operation: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        content = b""
    if not content.startswith(b"%PDF-"):
        raise _no_pdf(operation)
    return content


def _no_pdf(operation: str) -> UpstreamMalformed:
    return malformed(NAME, operation, "$.shipment.shipping_documents[label] as a PDF")


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
