"""Under which id a platform knows a warehouse."""

from __future__ import annotations

from django.db import transaction

from inventory.models import PlatformStock, WarehouseLink
from inventory.sync.owners import owner_at_first


@transaction.atomic
def record_warehouse_link(*, warehouse_id: int, platform: str, external_ref: str) -> WarehouseLink:
    """Keep the platform's id; a repeat replaces it.

    What was agreed on with another place there is no ground for comparing this one.
    """
    link, is_new = WarehouseLink.objects.select_for_update().get_or_create(
        warehouse_id=warehouse_id,
        platform=platform,
        defaults={
            "external_ref": external_ref,
            "stock_owner": owner_at_first(warehouse_id).value,
        },
    )
    if not is_new and link.external_ref != external_ref:
        link.external_ref = external_ref
        link.save(update_fields=["external_ref"])
        PlatformStock.objects.filter(link=link).delete()
    return link
