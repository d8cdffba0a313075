"""A suggestion turned into a draft that a person looks over and places."""

from __future__ import annotations

from django.db import transaction

from inventory.models import PurchaseOrder, PurchaseState, Supplier, Warehouse
from inventory.purchasing.services import PurchaseItem, change_draft, draft_purchase
from inventory.reorder.reports import Terms, reorder_suggestions
from shipping_project.kernel.errors import Conflict

NOTE = "By the reorder suggestions"


class NothingDue(Conflict):
    code = "reorder.nothing_due"
    title = "Nothing of this supplier is due to be ordered"


@transaction.atomic
def draft_suggested(
    *, actor_row: object, supplier: Supplier, warehouse: Warehouse, terms: Terms, actor: str
) -> PurchaseOrder:
    """All that is due from one supplier, as it is now. Raises NothingDue.

    A draft that was made so and is not placed yet is brought up to date, so that asking twice
    does not order twice. `actor_row` is who asks, for what may be seen.
    """
    # Held, so that of two who ask the second finds the first one's draft.
    held = Supplier.objects.select_for_update().get(pk=supplier.pk)
    groups = reorder_suggestions(actor_row, warehouse, terms, organization_id=held.organization_id)
    rows = [row for group in groups if group.supplier == held for row in group.rows]
    if not rows:
        raise NothingDue(f"{warehouse.code} has enough of what {held.name} sells.")
    items = [PurchaseItem(sellable_id=row.sellable_id, quantity=row.need.quantity) for row in rows]
    open_draft = PurchaseOrder.objects.filter(
        supplier=held, warehouse=warehouse, state=PurchaseState.DRAFT, note=NOTE
    ).first()
    if open_draft is not None:
        return change_draft(order_id=open_draft.pk, items=items, actor=actor)
    return draft_purchase(
        supplier=held, warehouse_id=warehouse.pk, items=items, actor=actor, note=NOTE
    )
