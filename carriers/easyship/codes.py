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
HAS_LABEL = frozenset({"generated", "printed", "reported"})
LABEL_IN_THE_MAKING = frozenset({"pending", "generating"})
LABEL_FAILED = frozenset({"failed", "technical_failed"})
CANCELLED = frozenset({"cancelled", "cancelling", "deleted", "discarded"})


def carrier_of(umbrella_name: str) -> str:
    """Our code; an unknown carrier keeps its own name in upper case."""
    name = umbrella_name.strip().upper()
    known = CARRIERS.get(name)
    return known.value if known else name


def tracking_of(status: str) -> TrackingStatus:
    """An unknown status means that the parcel moves; its own word is kept beside ours."""
    return TRACKING.get(status.strip().lower(), TrackingStatus.IN_TRANSIT)
