"""Units that can be promised, of kits as of anything else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from catalog.kits.contents import Part, parts_of
from inventory.models import StockLevel

# Units by warehouse.
Units = dict[int, int]


def available_units(sellable_ids: Collection[int]) -> dict[int, Units]:
    """Available units by sellable and warehouse, in two queries; of a kit, as many as its
    components make. A kit's level is not read. Below zero is possible for what is oversold
    elsewhere.
    """
    parts = parts_of(sellable_ids)
    plain = {pk for pk in sellable_ids if pk not in parts}
    needed = plain | {part.sellable_id for found in parts.values() for part in found}
    levels: dict[int, Units] = defaultdict(dict)
    for level in StockLevel.objects.filter(sellable_id__in=needed):
        levels[level.sellable_id][level.warehouse_id] = level.available
    return {
        pk: kit_units(parts[pk], levels) if pk in parts else levels.get(pk, {})
        for pk in sellable_ids
    }


def kit_units(parts: Collection[Part], levels: Mapping[int, Units]) -> Units:
    """Whole kits by warehouse: the fewest that any component is enough for."""
    places = {warehouse for part in parts for warehouse in levels.get(part.sellable_id, {})}
    return {
        warehouse: min(
            levels.get(part.sellable_id, {}).get(warehouse, 0) // part.units for part in parts
        )
        for warehouse in sorted(places)
    }
