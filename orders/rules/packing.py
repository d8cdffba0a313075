"""Which saved box holds a set of items, or how many of them: first fit, largest first, turned.

Each unit goes into the smallest free space of the first box that holds it, in the way of turning it
that leaves the least beside it; what is left of the space is cut into three that do not overlap.
Sizes are millimetres, weights grams.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations

from carriers.contracts import Parcel
from orders.rules.parcels import PackedItem, parcel_for

# More units than anybody packs by such a plan; they get a carton made to measure.
MOST_UNITS = 150
Size = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxKind:
    """A saved box. The inner sides count for what it holds, and twice `wall_mm` comes on top.

    `max_weight_g` is that of the closed box, its own weight included.
    """

    name: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    max_weight_g: int
    wall_mm: int = 0

    @property
    def inner(self) -> Size:
        return self.length_mm, self.width_mm, self.height_mm

    @property
    def volume(self) -> int:
        return self.length_mm * self.width_mm * self.height_mm


@dataclass(frozen=True, slots=True)
class Placed:
    """A unit inside a box: which item, where its corner is and how it is turned."""

    item: int
    at: Size
    size: Size


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedBox:
    """A closed box, outer sides, and how many units of each item are in it.

    `name` is empty for a carton made to measure, which has no plan of where things go.
    """

    name: str
    parcel: Parcel
    units: tuple[tuple[int, int], ...]
    placed: tuple[Placed, ...] = ()
    fill_percent: int = 0


@dataclass(frozen=True, slots=True)
class _Space:
    at: Size
    size: Size


@dataclass
class _OpenBox:
    """A box being filled."""

    kind: BoxKind
    weight_g: int = 0
    spaces: list[_Space] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.weight_g = self.kind.weight_g
        self.spaces = [_Space((0, 0, 0), self.kind.inner)]

    def take(self, number: int, item: PackedItem) -> bool:
        """Put one unit in; False when it does not fit any more."""
        if self.weight_g + item.weight_g > self.kind.max_weight_g:
            return False
        for place, space in enumerate(self.spaces):
            turned = _turned(item, space.size)
            if turned is not None:
                self.weight_g += item.weight_g
                self.placed.append(Placed(number, space.at, turned))
                self.spaces[place : place + 1] = _cut(space, turned)
                self.spaces.sort(key=lambda one: _volume(one.size))
                return True
        return False


def pack(items: Sequence[PackedItem], boxes: Iterable[BoxKind]) -> tuple[PackedBox, ...]:
    """One box if any holds everything, else several; what fits none goes into a made one.

    Without saved boxes, or with too many units, that is one carton made to measure for all.
    """
    return _packed(tuple(items), tuple(boxes))


def box_fault(items: Sequence[PackedItem], boxes: Iterable[BoxKind], name: str) -> str:
    """Why everything cannot be packed in the one box of this name, "" where it can."""
    named = [box for box in boxes if box.name == name]
    if not named:
        return f"Rules ask for the box {name}, which is not at hand for this order."
    plan = pack(items, named)
    if len(plan) == 1 and plan[0].name:
        return ""
    return f"Rules ask for the box {name}, which does not hold all of it."


@lru_cache(maxsize=1000)
def _packed(items: tuple[PackedItem, ...], boxes: tuple[BoxKind, ...]) -> tuple[PackedBox, ...]:
    units = [number for number, item in enumerate(items) for _ in range(item.quantity)]
    by_size = sorted(boxes, key=lambda box: (box.volume, box.weight_g, box.name))
    if not by_size or len(units) > MOST_UNITS:
        return (_made_to_measure(items, units),)
    for box in by_size:
        if (closed := _all_in_one(items, units, box)) is not None:
            return (closed,)
    return _in_several(items, units, by_size)


def _all_in_one(
    items: Sequence[PackedItem], units: Sequence[int], box: BoxKind
) -> PackedBox | None:
    """Tried with the largest and with the longest first, since either finds what the other does
    not."""
    if sum(_volume(_size(items[unit])) for unit in units) > box.volume:
        return None
    for first in _ORDERS:
        filled = _OpenBox(box)
        if all(filled.take(unit, items[unit]) for unit in _sorted(items, units, first)):
            return _closed(items, filled)
    return None


def _in_several(
    items: Sequence[PackedItem], units: Sequence[int], boxes: Sequence[BoxKind]
) -> tuple[PackedBox, ...]:
    """Into the largest, and then each into the smallest that holds the same."""
    opened: list[_OpenBox] = []
    beside: list[int] = []
    for unit in _sorted(items, units, _largest):
        if any(box.take(unit, items[unit]) for box in opened):
            continue
        box = next((one for one in _emptied(boxes) if one.take(unit, items[unit])), None)
        if box is None:
            beside.append(unit)
        else:
            opened.append(box)
    packed = [_smallest(items, box, boxes) for box in opened]
    if beside:
        packed.append(_made_to_measure(items, beside))
    return tuple(packed)


def _emptied(boxes: Sequence[BoxKind]) -> Iterator[_OpenBox]:
    return (_OpenBox(kind) for kind in reversed(boxes))


def _smallest(items: Sequence[PackedItem], filled: _OpenBox, boxes: Sequence[BoxKind]) -> PackedBox:
    units = [one.item for one in filled.placed]
    for box in boxes:
        if (closed := _all_in_one(items, units, box)) is not None:
            return closed
    return _closed(items, filled)


def _closed(items: Sequence[PackedItem], filled: _OpenBox) -> PackedBox:
    kind = filled.kind
    sides = sorted((side + 2 * kind.wall_mm for side in kind.inner), reverse=True)
    inside = sum(_volume(one.size) for one in filled.placed)
    return PackedBox(
        name=kind.name,
        parcel=Parcel(
            weight_g=filled.weight_g, length_mm=sides[0], width_mm=sides[1], height_mm=sides[2]
        ),
        units=_counted(one.item for one in filled.placed),
        placed=tuple(filled.placed),
        fill_percent=inside * 100 // kind.volume,
    )


def _made_to_measure(items: Sequence[PackedItem], units: Sequence[int]) -> PackedBox:
    counted = _counted(units)
    inside = [
        PackedItem(
            quantity=count,
            weight_g=items[number].weight_g,
            length_mm=items[number].length_mm,
            width_mm=items[number].width_mm,
            height_mm=items[number].height_mm,
        )
        for number, count in counted
    ]
    return PackedBox(name="", parcel=parcel_for(inside), units=counted)


def _turned(item: PackedItem, space: Size) -> Size | None:
    """The way of turning it that leaves the least beside it; None where it does not fit."""
    ways = [
        (length, width, height)
        for length, width, height in set(permutations(_size(item)))
        if length <= space[0] and width <= space[1] and height <= space[2]
    ]
    return min(ways, key=lambda way: (min(_rest(way, space)), way), default=None)


def _rest(way: Size, space: Size) -> Size:
    return space[0] - way[0], space[1] - way[1], space[2] - way[2]


def _cut(space: _Space, taken: Size) -> list[_Space]:
    """What is left: beside it, behind it and above it, none overlapping another.

    The widest rest keeps the whole depth, so that the largest space stays large.
    """
    (x, y, z), (length, width, height) = space.at, space.size
    right, behind = length - taken[0], width - taken[1]
    above = _Space((x, y, z + taken[2]), (taken[0], taken[1], height - taken[2]))
    if right >= behind:
        parts = [
            _Space((x + taken[0], y, z), (right, width, height)),
            _Space((x, y + taken[1], z), (taken[0], behind, height)),
        ]
    else:
        parts = [
            _Space((x, y + taken[1], z), (length, behind, height)),
            _Space((x + taken[0], y, z), (right, taken[1], height)),
        ]
    return [part for part in (*parts, above) if min(part.size) > 0]


def _largest(item: PackedItem) -> tuple[int, ...]:
    return _volume(_size(item)), max(_size(item))


def _longest(item: PackedItem) -> tuple[int, ...]:
    return max(_size(item)), _volume(_size(item))


_ORDERS: tuple[Callable[[PackedItem], tuple[int, ...]], ...] = (_largest, _longest)


def _sorted(
    items: Sequence[PackedItem],
    units: Sequence[int],
    first: Callable[[PackedItem], tuple[int, ...]],
) -> list[int]:
    return sorted(units, key=lambda unit: (first(items[unit]), -unit), reverse=True)


def _size(item: PackedItem) -> Size:
    return item.length_mm, item.width_mm, item.height_mm


def _volume(size: Size) -> int:
    return size[0] * size[1] * size[2]


def _counted(units: Iterable[int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(Counter(units).items()))
