"""Kits with what they are put together from and how many could be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.kits.contents import Part, parts_of
from catalog.models import Sellable
from inventory.kits.availability import Units, available_units, kit_units
from inventory.models import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """`available` is units of the component there, `makes` the kits that they are enough for."""

    sku: str
    sellable_id: int
    units: int
    available: int
    makes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KitPlace:
    """One warehouse; `available` kits, as many as the scarcest part makes."""

    warehouse: str
    available: int
    parts: tuple[PartRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KitRow:
    sellable: Sellable
    parts: tuple[Part, ...]
    places: tuple[KitPlace, ...]

    @property
    def available(self) -> int:
        return sum(max(0, place.available) for place in self.places)


def kit_rows(sellables: Sequence[Sellable], *, within: Sequence[str] = ()) -> tuple[KitRow, ...]:
    """In four queries; what is no kit has no parts and no places, and costs one.

    Places are those `within`, all of them without any code.
    """
    kits = parts_of([sellable.pk for sellable in sellables])
    needed = {part.sellable_id for parts in kits.values() for part in parts}
    levels = available_units(needed)
    places = Warehouse.objects.order_by("code").values_list("pk", "code") if kits else ()
    codes = {pk: code for pk, code in places if not within or code in within}
    return tuple(
        KitRow(
            sellable=sellable,
            parts=kits.get(sellable.pk, ()),
            places=_places(kits.get(sellable.pk, ()), levels, codes),
        )
        for sellable in sellables
    )


def _places(
    parts: tuple[Part, ...], levels: dict[int, Units], codes: dict[int, str]
) -> tuple[KitPlace, ...]:
    kits = kit_units(parts, levels)
    return tuple(
        KitPlace(
            warehouse=code,
            available=kits[pk],
            parts=tuple(_part(part, levels[part.sellable_id].get(pk, 0)) for part in parts),
        )
        for pk, code in codes.items()
        if pk in kits
    )


def _part(part: Part, available: int) -> PartRow:
    return PartRow(
        sku=part.sku,
        sellable_id=part.sellable_id,
        units=part.units,
        available=available,
        makes=available // part.units,
    )
