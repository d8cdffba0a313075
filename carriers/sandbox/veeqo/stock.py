"""Stock entries: physical and allocated units by sellable and warehouse."""

from __future__ import annotations

from typing import Any

from carriers.sandbox.veeqo.values import now, shaped
from carriers.sandbox.world import World

KIND = "veeqo.stock"


def entry_of(world: World, sellable_id: int, warehouse_id: int) -> dict[str, Any] | None:
    return world.store.get(KIND, _key(sellable_id, warehouse_id))


def put_entry(
    world: World, sellable_id: int, warehouse_id: int, changes: dict[str, Any]
) -> dict[str, Any]:
    """Change an entry, making it first where there is none."""
    entry = entry_of(world, sellable_id, warehouse_id)
    if entry is None:
        entry = {
            "sellable_id": sellable_id,
            "warehouse_id": warehouse_id,
            "physical": 0,
            "allocated": 0,
            "infinite": False,
            "location": None,
        }
        world.store.insert(KIND, _key(sellable_id, warehouse_id), entry, parent=str(sellable_id))
    entry |= changes | {"updated_at": now(world)}
    world.store.save(KIND, _key(sellable_id, warehouse_id), entry)
    return entry


def shift(
    world: World, sellable_id: int, warehouse_id: int, *, allocated: int = 0, physical: int = 0
) -> None:
    """Move the numbers of an entry by so many units."""
    entry = entry_of(world, sellable_id, warehouse_id) or {"allocated": 0, "physical": 0}
    changes = {
        "allocated": entry["allocated"] + allocated,
        "physical": entry["physical"] + physical,
    }
    put_entry(world, sellable_id, warehouse_id, changes)


def available(world: World, sellable_id: int, warehouse_id: int) -> int:
    entry = entry_of(world, sellable_id, warehouse_id)
    if entry is None:
        return 0
    return 10**9 if entry["infinite"] else int(entry["physical"] - entry["allocated"])


def entries_of(world: World, sellable_id: int) -> list[dict[str, Any]]:
    return world.store.children(KIND, parent=str(sellable_id))


def rendered(world: World, entry: dict[str, Any]) -> dict[str, Any]:
    warehouse = world.store.get("veeqo.warehouse", str(entry["warehouse_id"])) or {"name": ""}
    return shaped(
        "stock_entry",
        sellable_id=entry["sellable_id"],
        warehouse_id=entry["warehouse_id"],
        infinite=entry["infinite"],
        allocated_stock_level=entry["allocated"],
        physical_stock_level=entry["physical"],
        available_stock_level=entry["physical"] - entry["allocated"],
        updated_at=entry["updated_at"],
        location=entry["location"],
        warehouse={
            "id": entry["warehouse_id"],
            "name": warehouse["name"],
            "display_position": 9999,
        },
    )


def _key(sellable_id: int, warehouse_id: int) -> str:
    return f"{sellable_id}:{warehouse_id}"
