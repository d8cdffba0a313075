"""Requests as partners send them, for the description of the API; a test sends each of them."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

SHIP_TO = {
    "name": "Robin Sample",
    "phone": "+1 775 555 0142",
    "email": "robin@example.com",
    "address_1": "12 Main Street",
    "city": "Reno",
    "state": "NV",
    "postal_code": "89501",
    "country": "US",
}
ORDER = {
    "external_ref": "SHOP-1001",
    "ship_to": SHIP_TO,
    "lines": [{"sku": "MUG-01", "quantity": 2}],
}
HELD_ORDER = {
    **ORDER,
    "external_ref": "SHOP-1002",
    "lines": [{"sku": "MUG-01", "quantity": 1, "unit_price": "12.50"}],
    "currency": "USD",
    "carrier": "UPS",
    "note": "Gift: no invoice in the parcel.",
    "hold_reason": "Waits for the payment",
}
CREATE = [
    OpenApiExample("A new order", value=ORDER, request_only=True),
    OpenApiExample("A price, a carrier and a hold of its own", value=HELD_ORDER, request_only=True),
]
BULK = [
    OpenApiExample(
        "Two orders",
        value={"orders": [ORDER, HELD_ORDER]},
        request_only=True,
        media_type="application/json",
    )
]
PARSE = [
    OpenApiExample(
        "One customer",
        value={"text": "Robin Sample\n12 Main Street\nReno, NV 89501\nUS\n+1 775 555 0142"},
        request_only=True,
    )
]
HOLD = [OpenApiExample("Why", value={"reason": "The customer is away."}, request_only=True)]
