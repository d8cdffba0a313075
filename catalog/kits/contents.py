"""Kits read as what is on the shelf."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from catalog.kits.models import KitComponent


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`units` of a sellable in one kit."""

    sellable_id: int
    sku: str
    units: int


def parts_of(sellable_ids: Collection[int]) -> dict[int, tuple[Part, ...]]:
    """The parts of those that are kits, by the kit's id, each kit's parts by their id."""
    rows = KitComponent.objects.filter(kit_id__in=sellable_ids).select_related("component")
    found: dict[int, list[Part]] = defaultdict(list)
    for row in rows.order_by("kit_id", "component_id"):
        part = Part(sellable_id=row.component_id, sku=row.component.sku, units=row.units)
        found[row.kit_id].append(part)
    return {kit_id: tuple(parts) for kit_id, parts in found.items()}


def kits_with(sellable_ids: Collection[int]) -> set[int]:
    """Ids of the kits that one of these is a part of."""
    rows = KitComponent.objects.filter(component_id__in=sellable_ids)
    return set(rows.values_list("kit_id", flat=True))


def unpacked(
    units: Mapping[int, int], parts: Mapping[int, tuple[Part, ...]] | None = None
) -> dict[int, int]:
    """Units by sellable, in place of each kit those of its parts; `parts` saves reading them."""
    known = parts_of(units.keys()) if parts is None else parts
    found: Counter[int] = Counter()
    for sellable_id, quantity in units.items():
        for part in known.get(sellable_id, ()):
            found[part.sellable_id] += part.units * quantity
        if sellable_id not in known:
            found[sellable_id] += quantity
    return dict(sorted(found.items()))
