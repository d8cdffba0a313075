"""Which warehouses together send an order that none of them can send alone, in fewest parcels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

# Warehouses that are looked at, best first, and parcels that an order may become.
MOST_WAREHOUSES = 12
MOST_PARTS = 5
Available = dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineNeed:
    """Units of one line; `per_unit` is what leaves the shelf for one of them, by SKU."""

    position: int
    quantity: int
    per_unit: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A warehouse and the units it could give by SKU."""

    code: str
    available: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Units by the position of their line, from one warehouse ("" is any)."""

    warehouse: str
    units: Mapping[int, int]


def plan_split(lines: Sequence[LineNeed], shelves: Sequence[Shelf]) -> tuple[Part, ...]:
    """All units of all lines over the fewest warehouses, the first shelves preferred.

    Lines stay whole where that needs no further parcel. Empty where stock does not suffice, or one
    warehouse would do.
    """
    useful = [shelf for shelf in shelves if _taken(lines, [shelf])[0]][:MOST_WAREHOUSES]
    for count in range(1, min(MOST_PARTS, len(useful)) + 1):
        for chosen in combinations(useful, count):
            parts = _filled(lines, chosen)
            if parts:
                return parts if count > 1 else ()
    return ()


def _filled(lines: Sequence[LineNeed], shelves: Sequence[Shelf]) -> tuple[Part, ...]:
    """The lines over just these warehouses, each of which gets something; empty if they lack."""
    for order in permutations(shelves):
        for keeps_whole in (True, False):
            units = _taken(lines, order, keeps_whole=keeps_whole)
            if _total(units) == sum(line.quantity for line in lines) and all(units):
                parts = zip(order, units, strict=True)
                return tuple(Part(warehouse=shelf.code, units=taken) for shelf, taken in parts)
    return ()


def _taken(
    lines: Sequence[LineNeed], shelves: Sequence[Shelf], *, keeps_whole: bool = False
) -> list[dict[int, int]]:
    """What each gives of each line, the first as much as it can; whole lines before others."""
    left = [dict(shelf.available) for shelf in shelves]
    units: list[dict[int, int]] = [{} for _ in shelves]
    open_units = {line.position: line.quantity for line in lines}
    passes = (True, False) if keeps_whole else (False,)
    for is_whole in passes:
        for line in lines:
            for place, available in enumerate(left):
                wanted = open_units[line.position]
                count = _possible(line, available, wanted)
                if count and (count == line.quantity or not is_whole):
                    _take(line, available, count)
                    units[place][line.position] = units[place].get(line.position, 0) + count
                    open_units[line.position] -= count
    return units


def _possible(line: LineNeed, available: Available, wanted: int) -> int:
    limits = (available.get(sku, 0) // each for sku, each in line.per_unit.items())
    return max(0, min(wanted, *limits))


def _take(line: LineNeed, available: Available, count: int) -> None:
    for sku, each in line.per_unit.items():
        available[sku] -= each * count


def _total(units: Iterable[Mapping[int, int]]) -> int:
    return sum(sum(taken.values()) for taken in units)
