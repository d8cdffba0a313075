"""Easyship's batches, pickups, manifests, addresses, webhooks → ours. Pure and tolerant."""

from __future__ import annotations

from datetime import date
from typing import Any

from carriers.contracts import (
    AddressVerdict,
    Batch,
    BatchItem,
    ForeignTracking,
    Manifest,
    Page,
    Pickup,
    PickupSlot,
    PlatformWarehouse,
    SavedAddress,
    WebhookSubscription,
)
from carriers.easyship.codes import carrier_of
from carriers.easyship.parse import NAME, page_of
from carriers.errors import malformed
from carriers.readers import Reader
from shipping_project.kernel.postal import PostalAddress


def batch(body: Any, *, operation: str) -> Batch:
    return _batch(_only(body, operation, "batch"))


def batches(body: Any, *, operation: str) -> Page[Batch]:
    return page_of(body, operation, "batches", _batch)


def _batch(row: Reader) -> Batch:
    return Batch(
        batch_ref=row.need_ref("id"),
        kind=row.text("type"),
        state=row.text("state"),
        total=row.whole("total_count") or 0,
        processed=row.whole("processed_count") or 0,
        failed=row.whole("failed_count") or 0,
        finished_at=row.moment("finished_at"),
    )


def batch_items(body: Any, *, operation: str) -> Page[BatchItem]:
    return page_of(body, operation, "batch_items", _batch_item)


def _batch_item(row: Reader) -> BatchItem:
    return BatchItem(
        item_ref=row.need_ref("id"),
        state=row.text("state"),
        record_ref=row.ref("record_id"),
        reference=row.text("reference_id"),
        errors=row.texts("processing_errors"),
    )


def pickup_slots(body: Any, *, operation: str) -> tuple[PickupSlot, ...]:
    """Days without slots are listed there and left out here."""
    option = _only(body, operation, "courier_service_handover_option")
    return tuple(
        PickupSlot(
            slot_ref=slot.need_ref("time_slot_id"),
            day=_need_date(day, "date"),
            from_time=slot.text("from_time"),
            to_time=slot.text("to_time"),
        )
        for day in option.children("pickup_slots")
        for slot in day.children("time_slots")
    )


def _need_date(row: Reader, key: str) -> date:
    moment = row.moment(key)
    if moment is None:
        raise malformed(NAME, row.operation, f"{row.path}.{key}")
    return moment.date()


def pickup(body: Any, *, operation: str) -> Pickup:
    return _pickup(_only(body, operation, "pickup"))


def pickups(body: Any, *, operation: str) -> Page[Pickup]:
    return page_of(body, operation, "pickups", _pickup)


def _pickup(row: Reader) -> Pickup:
    return Pickup(
        pickup_ref=row.need_ref("easyship_pickup_id"),
        state=row.text("pickup_state"),
        provider=row.text("provider_name"),
        confirmation=row.text("pickup_reference_number"),
        from_time=row.text("selected_from_time"),
        to_time=row.text("selected_to_time"),
        parcels=row.whole("shipments_count") or 0,
        fee=row.decimal("pickup_fee"),
    )


def manifest(body: Any, *, operation: str) -> Manifest:
    return _manifest(_only(body, operation, "manifest"))


def manifests(body: Any, *, operation: str) -> Page[Manifest]:
    return page_of(body, operation, "manifests", _manifest)


def _manifest(row: Reader) -> Manifest:
    courier, document = row.child("courier"), row.child("document")
    return Manifest(
        manifest_ref=row.need_ref("id"),
        number=row.text("ref_number"),
        carrier=carrier_of(courier.text("umbrella_name")) if courier else "",
        courier_ref=courier.ref("id") if courier else "",
        parcels=row.whole("shipments_count") or 0,
        document_url=document.text("url") if document else "",
        created_at=row.moment("created_at"),
    )


def warehouses(body: Any, *, operation: str) -> Page[PlatformWarehouse]:
    """Saved addresses stand for warehouses here."""
    return page_of(body, operation, "addresses", _warehouse)


def _warehouse(row: Reader) -> PlatformWarehouse:
    return PlatformWarehouse(warehouse_ref=row.need_ref("id"), name=row.text("company_name"))


def saved_address(body: Any, *, operation: str) -> SavedAddress:
    return _saved_address(_only(body, operation, "address"))


def saved_addresses(body: Any, *, operation: str) -> Page[SavedAddress]:
    return page_of(body, operation, "addresses", _saved_address)


def _saved_address(row: Reader) -> SavedAddress:
    return SavedAddress(
        address_ref=row.need_ref("id"),
        address=_address(row),
        is_active=row.text("status") in ("", "active"),
    )


def address_verdict(body: Any, *, operation: str) -> AddressVerdict:
    verdict = _only(body, operation, "address").need_child("validation")
    comparison, corrected = verdict.child("comparison"), verdict.child("address")
    return AddressVerdict(
        status=verdict.need_text("status"),
        detail=verdict.text("detail"),
        changes=comparison.text("changes") if comparison else "",
        corrected=_address(corrected) if corrected else PostalAddress(),
    )


def _address(row: Reader) -> PostalAddress:
    return PostalAddress(
        name=row.text("contact_name"),
        company=row.text("company_name"),
        phone=row.text("contact_phone"),
        email=row.text("contact_email"),
        address_1=row.text("line_1"),
        address_2=row.text("line_2"),
        city=row.text("city"),
        state=row.text("state"),
        postal_code=row.text("postal_code"),
        country=row.text("country_alpha2"),
    )


def webhook(body: Any, *, operation: str) -> WebhookSubscription:
    return _webhook(_only(body, operation, "webhook"))


def webhooks(body: Any, *, operation: str) -> Page[WebhookSubscription]:
    return page_of(body, operation, "webhooks", _webhook)


def _webhook(row: Reader) -> WebhookSubscription:
    return WebhookSubscription(
        webhook_ref=row.need_ref("id"),
        url=row.text("endpoint"),
        event_types=row.texts("event_types"),
        state=row.text("state"),
        version=row.text("version"),
        secret=row.text("secret_token"),
    )


def foreign_tracking(body: Any, *, operation: str) -> ForeignTracking:
    row = _only(body, operation, "tracking")
    service = row.child("courier_service")
    return ForeignTracking(
        tracking_ref=row.need_ref("id"),
        tracking_number=row.ref("tracking_number"),
        carrier=carrier_of(service.text("umbrella_name")) if service else "",
        state=row.text("tracking_state"),
        status=row.text("status"),
        reference=row.text("platform_order_number"),
        page_url=row.text("tracking_page_url"),
    )


def _only(body: Any, operation: str, key: str) -> Reader:
    return Reader(body, platform=NAME, operation=operation).need_child(key)
