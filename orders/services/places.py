"""Which of a platform's warehouses is which of ours."""

from __future__ import annotations

from collections.abc import Sequence

from carriers.contracts import Platform, PlatformWarehouse
from inventory.models import Warehouse
from inventory.services.links import record_warehouse_link


def same_place(
    warehouse: Warehouse, found: Sequence[PlatformWarehouse]
) -> PlatformWarehouse | None:
    for theirs in found:
        if warehouse.code == theirs.external_code or warehouse.name == theirs.name:
            return theirs
    return None


def unlinked_warehouses(platform: Platform) -> list[Warehouse]:
    rows = Warehouse.objects.filter(is_active=True)
    return list(rows.exclude(links__platform=platform.value).order_by("pk"))


def link_same_places(
    *, platform: Platform, warehouses: Sequence[Warehouse], found: Sequence[PlatformWarehouse]
) -> None:
    """Keep the platform's ids of those that it knows; a repeat changes nothing."""
    for warehouse in warehouses:
        theirs = same_place(warehouse, found)
        if theirs is not None:
            record_warehouse_link(
                warehouse_id=warehouse.pk,
                platform=platform.value,
                external_ref=theirs.warehouse_ref,
            )
