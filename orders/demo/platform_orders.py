"""Customers' orders in a store at the twin's Veeqo, as its sales channels bring them."""

from __future__ import annotations

import json
import urllib.request
from functools import cache
from typing import Any

from django.conf import settings

BUYER = {
    "first_name": "Ada", "last_name": "Brooks", "address1": "912 Congress Ave", "city": "Austin",
    "state": "TX", "zip": "78701", "country": "US", "phone": "+12025550123",
    "email": "ada.brooks@example.com",
}  # fmt: skip
SKU = "KET-12"


def place_there(number: str) -> dict[str, Any]:
    """Paid, and allocated by itself."""
    order = {
        "channel_id": store_there(),
        "number": number,
        "customer_attributes": {"email": BUYER["email"]},
        "deliver_to_attributes": BUYER,
        "line_items_attributes": [
            {"sellable_id": _sellable_there(), "quantity": 1, "price_per_unit": 30.0}
        ],
        "payment_attributes": {"payment_type": "cash"},
    }
    made: dict[str, Any] = _call("POST", "/orders", {"order": order})
    return made


@cache
def store_there() -> int:
    return int(_call("GET", "/channels")[0]["id"])


@cache
def _sellable_there() -> int:
    for product in _call("GET", f"/products?query={SKU}&page_size=100"):
        for row in product["sellables"]:
            if row["sku_code"] == SKU:
                return int(row["id"])
    raise LookupError(SKU)


def _call(method: str, path: str, body: Any = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 # our own twin
        f"{settings.VEEQO_BASE_URL}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"x-api-key": settings.VEEQO_API_KEY, "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)
