"""A shop that sells in Veeqo by itself, as marketplaces do: straight at the twin, past us."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from django.conf import settings

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
PAGE = 100
Body = dict[str, Any]


class ShopAway(RuntimeError):
    """The twin failed or refused; whether it was done is not known."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a shop sees of one SKU in one warehouse."""

    physical: int
    allocated: int
    is_infinite: bool

    @property
    def available(self) -> int:
        return self.physical - self.allocated


def shelf_of(item_ref: str, warehouse_ref: str) -> Shelf:
    entry = _call("GET", _stock_path(item_ref, warehouse_ref))
    return Shelf(
        int(entry["physical_stock_level"]),
        int(entry["allocated_stock_level"]),
        bool(entry["infinite"]),
    )


def sell(channel_id: int, item_ref: str, units: int, *, number: str) -> Body:
    """Allocated at once, in the shop's own warehouse."""
    line = {"sellable_id": int(item_ref), "quantity": units, "price_per_unit": 5}
    order = {
        "channel_id": channel_id,
        "number": number,
        "customer_attributes": {"email": BUYER["email"]},
        "deliver_to_attributes": BUYER,
        "line_items_attributes": [line],
        "payment_attributes": {"payment_type": "cash"},
    }
    placed: Body = _call("POST", "/orders", {"order": order})
    return placed


def ship(order: Body) -> None:
    tracking = {"tracking_number_attributes": {"tracking_number": f"SHOP-{order['id']}"}}
    for allocation in order["allocations"]:
        body = {"order_id": order["id"], "allocation_id": allocation["id"], "shipment": tracking}
        _call("POST", "/shipments", body)


def cancel(order: Body) -> None:
    _call("PUT", f"/orders/{order['id']}/cancel", {"id": order["id"]})


def all_orders() -> list[Body]:
    """Those that stand, newest first; cancelled ones hold nothing and are left out."""
    found: list[Body] = []
    page = 1
    while True:
        rows: list[Body] = _call("GET", f"/orders?page={page}&page_size={PAGE}")
        found += rows
        if len(rows) < PAGE:
            return found
        page += 1


def _stock_path(item_ref: str, warehouse_ref: str) -> str:
    return f"/sellables/{item_ref}/warehouses/{warehouse_ref}/stock_entry"


def _call(method: str, path: str, body: Body | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 # our own twin
        f"{settings.SANDBOX_URL}{path}",
        data=json.dumps(body).encode() if body is not None else None,
        headers={"x-api-key": settings.VEEQO_API_KEY, "Content-Type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            text = answer.read()
            return json.loads(text) if text else {}
    except (OSError, ValueError, urllib.error.HTTPError) as exc:
        raise ShopAway(f"{method} {path}") from exc
