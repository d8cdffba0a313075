"""Making a sellable a kit: what is counted as itself cannot be made of other things as well."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q

from catalog.kits.services import set_components
from catalog.models import Sellable
from inventory.models import PlatformStock, StockLevel
from shipping_project.kernel.errors import Conflict


class KitHasStock(Conflict):
    """The sellable has units of its own, or is on its way."""

    code = "kit.has_stock"
    title = "What has stock of its own cannot become a kit"


@transaction.atomic
def compose_kit(*, kit_id: int, units: Mapping[int, int], actor: str) -> Sellable:
    """See `set_components`; raises KitHasStock too. Existing holds stay on what they hold."""
    kit = set_components(kit_id=kit_id, units=units, actor=actor)
    own = StockLevel.objects.filter(sellable_id=kit_id).exclude(
        Q(on_hand=0, reserved=0, incoming=0)
    )
    level = own.select_related("warehouse").first()
    if units and level is not None:
        raise KitHasStock(
            f"{level.on_hand} units of {kit.sku} are in {level.warehouse.code} and "
            f"{level.incoming} on their way. Adjust them to nothing first."
        )
    # What the platforms are told of it follows from something else now.
    PlatformStock.objects.filter(listing__sellable=kit_id).update(compared_at=None)
    return kit
