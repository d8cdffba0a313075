"""Under which id a platform knows a warehouse."""

from __future__ import annotations

from inventory.models import WarehouseLink


def record_warehouse_link(*, warehouse_id: int, platform: str, external_ref: str) -> WarehouseLink:
    """Keep the platform's id; a repeat replaces it."""
    link, _ = WarehouseLink.objects.update_or_create(
        warehouse_id=warehouse_id, platform=platform, defaults={"external_ref": external_ref}
    )
    return link
