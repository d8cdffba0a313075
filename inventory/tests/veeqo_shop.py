"""A shop that sells in Veeqo by itself: its orders there are none of ours."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

CHANNEL = 40233
BUYER = {
    "first_name": "Ines",
    "last_name": "Calder",
    "address1": "912 Alder St",
    "city": "Boise",
    "state": "ID",
    "zip": "83702",
    "country": "US",
    "phone": "+12085550117",
    "email": "ines@example.com",
}


class VeeqoShop:
    def __init__(self, url: str, *, key: str = "vk-probe") -> None:
        self._url, self._key = url, key

    def sell(self, item_ref: str, units: int, *, number: str) -> dict[str, Any]:
        """Allocated at once, in the shop's own warehouse."""
        order = {
            "channel_id": CHANNEL,
            "number": number,
            "customer_attributes": {"email": BUYER["email"]},
            "deliver_to_attributes": BUYER,
            "line_items_attributes": [
                {"sellable_id": int(item_ref), "quantity": units, "price_per_unit": 5}
            ],
            "payment_attributes": {"payment_type": "cash"},
        }
        placed: dict[str, Any] = self.call("POST", "/orders", {"order": order})
        return placed

    def ship(self, order: dict[str, Any]) -> None:
        body = {
            "order_id": order["id"],
            "allocation_id": order["allocations"][0]["id"],
            "shipment": {"carrier_id": 3, "tracking_number_attributes": {"tracking_number": "X"}},
        }
        self.call("POST", "/shipments", body)

    def cancel(self, order: dict[str, Any]) -> None:
        self.call("PUT", f"/orders/{order['id']}/cancel", {"id": order["id"]})

    def call(self, method: str, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self._url}{path}",
            data=json.dumps(body).encode(),
            method=method,
            headers={"x-api-key": self._key, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else {}
