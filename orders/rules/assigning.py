"""Which order of a batch leaves from where, so that all of them together cost least.

Pure: a few sensible ways are made for each order, and what limits them all (stock, and room on a
day) stands beside them. `greedy` takes the orders as they came; `orders.rules.solver` does better.
Costs are whole cents of one currency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from orders.rules.splitting import LineNeed, Part, Shelf, plan_split

# Ways over several warehouses that are tried for an order that none can send alone.
MOST_SPLITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A day on which a warehouse hands over, with room for so many parcels (None: any number)."""

    warehouse: str
    day: str
    room: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An order of the batch. `cents` is what a parcel of it costs from a warehouse, and only those
    that may send it are named; `late_cents` by day is what breaking its promise costs."""

    order: int
    lines: tuple[LineNeed, ...]
    cents: Mapping[str, int]
    late_cents: Mapping[str, int] = field(default_factory=dict)
    may_split: bool = False

    def with_lines(self, lines: tuple[LineNeed, ...]) -> Candidate:
        return replace(self, lines=lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """`scarce_cents` is what a unit costs beyond its carriage where it is nearly gone, by warehouse
    and SKU: somebody else may need it more."""

    candidates: tuple[Candidate, ...]
    shelves: tuple[Shelf, ...]
    slots: tuple[Slot, ...]
    scarce_cents: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way for an order: parts from warehouses, each in a slot; none of them means to wait."""

    order: int
    cents: int
    parts: tuple[Part, ...] = ()
    slots: tuple[int, ...] = ()
    uses: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """A way for each order, in the order of the candidates."""

    ways: tuple[Way, ...]
    how: str

    @property
    def cents(self) -> int:
        return sum(way.cents for way in self.ways)

    @property
    def placed(self) -> int:
        return sum(bool(way.parts) for way in self.ways)


def ways_for(batch: Batch) -> list[list[Way]]:
    """The ways of each order, the cheapest first and waiting last.

    Waiting costs more than any way does, so that an order waits only where there is no room for it.
    """
    ways = [list(_ways(batch, candidate)) for candidate in batch.candidates]
    dearest = max((way.cents for own in ways for way in own), default=0)
    for candidate, own in zip(batch.candidates, ways, strict=True):
        own.sort(key=lambda way: (way.cents, way.slots))
        own.append(Way(order=candidate.order, cents=3 * dearest + 1))
    return ways


def greedy(batch: Batch, ways: Sequence[Sequence[Way]]) -> Assigned:
    """The cheapest that is left for each, first come first served."""
    left = Limits(batch)
    return Assigned(
        ways=tuple(next(way for way in own if left.take(way)) for own in ways),
        how="greedy",
    )


class Limits:
    """What is left of stock and of room."""

    def __init__(self, batch: Batch) -> None:
        self.stock = {
            (shelf.code, sku): units
            for shelf in batch.shelves
            for sku, units in shelf.available.items()
        }
        self.room = [slot.room for slot in batch.slots]

    def take(self, way: Way) -> bool:
        """Whether it is left, and then it is taken."""
        parcels = Counter(way.slots)
        has_room = all(_fits(self.room[slot], count) for slot, count in parcels.items())
        if not has_room or any(self.stock.get(key, 0) < units for key, units in way.uses.items()):
            return False
        for slot, count in parcels.items():
            room = self.room[slot]
            self.room[slot] = None if room is None else room - count
        for key, units in way.uses.items():
            self.stock[key] -= units
        return True


def _fits(room: int | None, count: int) -> bool:
    return room is None or count <= room


def _ways(batch: Batch, candidate: Candidate) -> Iterator[Way]:
    """Whole from each warehouse that could, on each of its days; else in parts, where allowed."""
    shelves = [shelf for shelf in batch.shelves if shelf.code in candidate.cents]
    everything = {line.position: line.quantity for line in candidate.lines}
    whole = [shelf for shelf in shelves if _holds(shelf, candidate.lines)]
    for shelf in whole:
        part = Part(warehouse=shelf.code, units=everything)
        for place, slot in enumerate(batch.slots):
            if slot.warehouse == shelf.code:
                yield _way(batch, candidate, (part,), (place,))
    if not whole and candidate.may_split:
        for parts in _splits(candidate, shelves):
            slots = tuple(_first_slot(batch, part.warehouse) for part in parts)
            if -1 not in slots:
                yield _way(batch, candidate, parts, slots)


def _splits(candidate: Candidate, shelves: Sequence[Shelf]) -> list[tuple[Part, ...]]:
    """With each warehouse preferred in turn, the cheapest first."""
    ranked = sorted(shelves, key=lambda shelf: (candidate.cents[shelf.code], shelf.code))
    found: dict[str, tuple[Part, ...]] = {}
    for place in range(min(MOST_SPLITS, len(ranked))):
        parts = plan_split(candidate.lines, [*ranked[place:], *ranked[:place]])
        if parts:
            found.setdefault(repr(parts), parts)
    return list(found.values())


def _first_slot(batch: Batch, warehouse: str) -> int:
    places = (place for place, slot in enumerate(batch.slots) if slot.warehouse == warehouse)
    return next(places, -1)


def _way(
    batch: Batch, candidate: Candidate, parts: tuple[Part, ...], slots: tuple[int, ...]
) -> Way:
    uses: Counter[tuple[str, str]] = Counter()
    lines = {line.position: line for line in candidate.lines}
    for part in parts:
        for position, units in part.units.items():
            for sku, each in lines[position].per_unit.items():
                uses[part.warehouse, sku] += each * units
    cents = sum(candidate.cents[part.warehouse] for part in parts)
    cents += max(candidate.late_cents.get(batch.slots[slot].day, 0) for slot in slots)
    cents += sum(batch.scarce_cents.get(key, 0) * units for key, units in uses.items())
    return Way(order=candidate.order, cents=cents, parts=parts, slots=slots, uses=dict(uses))


def _holds(shelf: Shelf, lines: Sequence[LineNeed]) -> bool:
    needs: Counter[str] = Counter()
    for line in lines:
        for sku, each in line.per_unit.items():
            needs[sku] += each * line.quantity
    return all(shelf.available.get(sku, 0) >= units for sku, units in needs.items())
