"""Invented warehouses and stock for tests."""

from __future__ import annotations

from catalog.models import Sellable
from inventory.models import MovementKind, StockLevel, Warehouse
from inventory.services.stock import move_stock

# Real towns, invented doors; phones from the range kept free for fiction.
PLACES: dict[str, dict[str, str]] = {
    "NV": {
        "name": "Reno warehouse",
        "phone": "+17755550110",
        "address_1": "410 Juniper Way",
        "city": "Reno",
        "state": "NV",
        "postal_code": "89502",
        "country": "US",
        "time_zone": "America/Los_Angeles",
    },
    "CA": {
        "name": "Fresno warehouse",
        "phone": "+15595550120",
        "address_1": "88 Orchard Road",
        "city": "Fresno",
        "state": "CA",
        "postal_code": "93706",
        "country": "US",
        "time_zone": "America/Los_Angeles",
    },
    "NY": {
        "name": "Albany warehouse",
        "phone": "+15185550130",
        "address_1": "12 Canal Street",
        "city": "Albany",
        "state": "NY",
        "postal_code": "12207",
        "country": "US",
        "time_zone": "America/New_York",
    },
    "LON": {
        "name": "London warehouse",
        "phone": "+442079460140",
        "address_1": "7 Wharf Lane",
        "city": "London",
        "state": "",
        "postal_code": "E16 1AB",
        "country": "GB",
        "time_zone": "Europe/London",
    },
}


def make_warehouse(code: str = "NV", *, is_active: bool = True) -> Warehouse:
    """One of the warehouses of `PLACES`; a repeat returns it."""
    facts = {**PLACES[code], "email": f"{code.lower()}@example.com", "is_active": is_active}
    warehouse, _ = Warehouse.objects.get_or_create(code=code, defaults=facts)
    return warehouse


def put_stock(sellable: Sellable, warehouse: Warehouse, units: int) -> StockLevel:
    """Add units through the ledger, as everything does."""
    move_stock(
        sellable_id=sellable.pk,
        warehouse_id=warehouse.pk,
        quantity=units,
        kind=MovementKind.OPENING,
        reason="Opening balance",
        actor="tests",
    )
    return StockLevel.objects.get(sellable=sellable, warehouse=warehouse)
