"""Whose stock numbers are right in a warehouse that a platform knows, and what is kept back."""

from __future__ import annotations

from django.db import transaction

from accounts.services.audit import record_audit
from inventory.models import (
    MovementKind,
    PlatformStock,
    StockMovement,
    WarehouseLink,
)
from inventory.rules.stock_sync import Owner
from shipping_project.kernel.versions import hold_to_seen


def owner_at_first(warehouse_id: int) -> Owner:
    """Ours where stock was entered here; else the platform's, which then fills the shelves."""
    entered = StockMovement.objects.filter(warehouse=warehouse_id).exclude(
        kind__in=[MovementKind.PLATFORM, MovementKind.SALE]
    )
    return Owner.OURS if entered.exists() else Owner.PLATFORM


@transaction.atomic
def change_link(
    *, link_id: int, stock_owner: Owner, stock_buffer: int, actor: str
) -> WarehouseLink:
    """From the next look on; a repeat changes nothing and leaves no trace."""
    link = WarehouseLink.objects.select_for_update().get(pk=link_id)
    hold_to_seen(link)
    before = {"stock_owner": link.stock_owner, "stock_buffer": link.stock_buffer}
    after = {"stock_owner": stock_owner.value, "stock_buffer": stock_buffer}
    if before == after:
        return link
    link.stock_owner, link.stock_buffer = stock_owner.value, stock_buffer
    link.save(update_fields=list(after))
    PlatformStock.objects.filter(link=link).update(compared_at=None)
    record_audit(
        actor=actor, action="warehouselink.changed", subject=link, before=before, after=after
    )
    return link
