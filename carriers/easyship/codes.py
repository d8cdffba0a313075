"""Easyship's words and ours."""

from __future__ import annotations

from carriers.contracts import CarrierCode, TrackingStatus

# `umbrella_name` of a courier service, compared in upper case.
CARRIERS = {
    "FEDEX": CarrierCode.FEDEX,
    "UPS": CarrierCode.UPS,
    "DHL": CarrierCode.DHL,
    "DHL EXPRESS": CarrierCode.DHL,
    "DHL ECOMMERCE": CarrierCode.DHL,
    "USPS": CarrierCode.USPS,
}
# Display statuses of a shipment and of its checkpoints.
TRACKING = {
    "tracking info received": TrackingStatus.PRE_TRANSIT,
    "label ready": TrackingStatus.PRE_TRANSIT,
    "label printed": TrackingStatus.PRE_TRANSIT,
    "pickup scheduled": TrackingStatus.PRE_TRANSIT,
    "in transit to customer": TrackingStatus.IN_TRANSIT,
    "in transit to consolidation center": TrackingStatus.IN_TRANSIT,
    "arrived at consolidation center": TrackingStatus.IN_TRANSIT,
    "processing at consolidation center": TrackingStatus.IN_TRANSIT,
    "shipped": TrackingStatus.IN_TRANSIT,
    "handed over to courier": TrackingStatus.IN_TRANSIT,
    "out for delivery": TrackingStatus.OUT_FOR_DELIVERY,
    "failed delivery attempt": TrackingStatus.FAILED_ATTEMPT,
    "delivered": TrackingStatus.DELIVERED,
    "exception": TrackingStatus.EXCEPTION,
    "lost by courier": TrackingStatus.EXCEPTION,
    "returned to sender": TrackingStatus.RETURNED,
    "returned to shipper": TrackingStatus.RETURNED,
}
# The label states that are known. A voiding that failed leaves a label that can be used.
HAS_LABEL = frozenset(
    {"generated", "printed", "reported", "shipping_document_generated", "void_failed"}
)
LABEL_FAILED = frozenset({"failed", "technical_failed"})
NO_LABEL = frozenset({"not_created", "voided"}) | LABEL_FAILED
VOIDED = "voided"
VOID_FAILED = "void_failed"
CANCELLED = frozenset({"cancelled", "cancelling", "deleted", "discarded"})
# Accepted for any goods; used where a product has neither HS code nor category.
FALLBACK_CATEGORY = "accessory_no_battery"
CATEGORIES = frozenset({
    "mobile_phones", "tablets", "computers_laptops", "cameras", "accessory_no_battery",
    "accessory_with_battery", "health_beauty", "fashion", "watches", "home_appliances",
    "home_decor", "toys", "sport_leisure", "bags_luggages", "audio_video", "documents",
    "jewelry", "dry_food_supplements", "books_collectibles", "pet_accessory",
})  # fmt: skip


def carrier_of(umbrella_name: str) -> str:
    """Our code; an unknown carrier keeps its own name in upper case."""
    name = umbrella_name.strip().upper()
    known = CARRIERS.get(name)
    return known.value if known else name


def tracking_of(status: str) -> TrackingStatus:
    """An unknown status means that the parcel moves; its own word is kept beside ours."""
    return TRACKING.get(status.strip().lower(), TrackingStatus.IN_TRANSIT)
