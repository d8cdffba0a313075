"""Veeqo's words and ours."""

from __future__ import annotations

from carriers.contracts import CarrierCode, TrackingStatus

# `sub_carrier_id` and `service_carrier` of a rate, compared in upper case without blanks.
CARRIERS = {
    "UPS": CarrierCode.UPS,
    "USPS": CarrierCode.USPS,
    "FEDEX": CarrierCode.FEDEX,
    "DHL": CarrierCode.DHL,
    "DHL_EXPRESS": CarrierCode.DHL,
    "DHL_ECOMMERCE": CarrierCode.DHL,
}
# Documented are the first four; the others follow the time fields of a tracking number.
TRACKING = {
    "awaiting_collection": TrackingStatus.PRE_TRANSIT,
    "in_transit": TrackingStatus.IN_TRANSIT,
    "out_for_delivery": TrackingStatus.OUT_FOR_DELIVERY,
    "delivered": TrackingStatus.DELIVERED,
    "created": TrackingStatus.PRE_TRANSIT,
    "awaiting_drop_off": TrackingStatus.PRE_TRANSIT,
    "collected": TrackingStatus.IN_TRANSIT,
    "in_clearance": TrackingStatus.IN_TRANSIT,
    "delayed": TrackingStatus.IN_TRANSIT,
    "collect_from_depot": TrackingStatus.OUT_FOR_DELIVERY,
    "delivered_to_secure_location": TrackingStatus.DELIVERED,
    "attempted_delivery": TrackingStatus.FAILED_ATTEMPT,
    "contact_support": TrackingStatus.EXCEPTION,
    "recipient_refused": TrackingStatus.EXCEPTION,
    "cancelled": TrackingStatus.EXCEPTION,
    "returned_to_sender": TrackingStatus.RETURNED,
}
# Rates name their currency by symbol.
CURRENCY_SYMBOLS = {"$": "USD", "US$": "USD", "£": "GBP", "€": "EUR", "CA$": "CAD", "C$": "CAD"}


def carrier_of(*names: str) -> str:
    """Our code of the first known name; an unknown carrier keeps its own name in upper case."""
    for name in names:
        key = name.strip().upper().replace(" ", "_")
        if key in CARRIERS:
            return CARRIERS[key].value
    return next((name.strip().upper() for name in names if name.strip()), "")


def tracking_of(status: str) -> TrackingStatus:
    """An unknown status means that the parcel moves; its own word is kept beside ours."""
    return TRACKING.get(status.strip().lower(), TrackingStatus.IN_TRANSIT)


def currency_of(symbol: str) -> str:
    """ISO code of a symbol or code, USD where none is given (Veeqo sells US labels).

    "" for a symbol we do not know: a price in it must not be taken for dollars.
    """
    word = symbol.strip().upper()
    if len(word) == 3 and word.isascii() and word.isalpha():
        return word
    return CURRENCY_SYMBOLS.get(word, "") if word else "USD"
