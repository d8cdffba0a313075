"""Lines of a request as what the services take."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.purchasing.services import PurchaseItem
from inventory.rules.sku_lines import SkuLine
from inventory.services.naming import sellables_named


def items_named(organization_id: int, lines: Sequence[SkuLine]) -> list[PurchaseItem]:
    """Raises InvalidInput for SKUs that mean nothing, and those without units."""
    found = sellables_named(organization_id=organization_id, lines=lines)
    return [
        PurchaseItem(sellable_id=found[line.sku].pk, quantity=line.units, unit_cost=line.price)
        for line in lines
    ]
