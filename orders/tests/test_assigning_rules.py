"""A batch assigned together: never dearer than one by one, never beyond stock or room."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from orders.bench.assign import sample_batch
from orders.rules.assigning import Assigned, Batch, Candidate, Slot, greedy, ways_for
from orders.rules.splitting import LineNeed, Shelf
from orders.services.assigning import best_of


def wants(number: int, *skus: str, late: int = 0, split: bool = False, **cents: int) -> Candidate:
    lines = tuple(
        LineNeed(position=place, quantity=1, per_unit={sku: 1})
        for place, sku in enumerate(skus, start=1)
    )
    late_cents = {"2026-03-03": late}
    return Candidate(order=number, lines=lines, cents=cents, late_cents=late_cents, may_split=split)


def batch(*candidates: Candidate, room: int | None = None, **stock: Any) -> Batch:
    """Warehouses by their codes, with units by SKU."""
    days = ("2026-03-02", "2026-03-03") if room is not None else ("2026-03-02",)
    return Batch(
        candidates=candidates,
        shelves=tuple(Shelf(code=code, available=units) for code, units in stock.items()),
        slots=tuple(
            Slot(warehouse=code, day=day, room=room if day == days[0] else None)
            for code in stock
            for day in days
        ),
    )


def best(asked: Batch) -> Assigned:
    ways = ways_for(asked)
    return best_of(asked, ways, greedy(asked, ways), seconds=5)


def origins(assigned: Assigned) -> list[list[str]]:
    return [[part.warehouse for part in way.parts] for way in assigned.ways]


def test_first_come_first_served_takes_the_cheapest_left() -> None:
    asked = batch(wants(1, "S", A=5, B=6), wants(2, "S", A=5, B=9), A={"S": 1}, B={"S": 1})

    assert origins(greedy(asked, ways_for(asked))) == [["A"], ["B"]]


def test_together_the_first_gives_way_to_the_second() -> None:
    asked = batch(wants(1, "S", A=5, B=6), wants(2, "S", A=5, B=9), A={"S": 1}, B={"S": 1})

    assert origins(best(asked)) == [["B"], ["A"]]
    assert best(asked).how == "optimal"


def test_more_orders_find_a_place_than_one_by_one() -> None:
    asked = batch(wants(1, "S", A=5, B=6), wants(2, "S", A=5), A={"S": 1}, B={"S": 1})

    assert greedy(asked, ways_for(asked)).placed == 1
    assert best(asked).placed == 2


def test_the_day_with_room_goes_to_who_would_be_late() -> None:
    asked = batch(wants(1, "S", A=5), wants(2, "S", A=5, late=500), A={"S": 9}, room=1)

    first, second = best(asked).ways

    assert (asked.slots[first.slots[0]].day, asked.slots[second.slots[0]].day) == (
        "2026-03-03",
        "2026-03-02",
    )


def test_in_parts_only_where_that_is_allowed() -> None:
    stock: dict[str, Any] = {"A": {"S": 1}, "B": {"T": 1}}
    allowed = batch(wants(1, "S", "T", split=True, A=5, B=6), **stock)
    whole = batch(wants(1, "S", "T", A=5, B=6), **stock)

    assert sorted(origins(greedy(allowed, ways_for(allowed)))[0]) == ["A", "B"]
    assert origins(greedy(whole, ways_for(whole))) == [[]]


def test_scarce_units_are_left_for_others() -> None:
    asked = batch(wants(1, "S", A=5, B=6), A={"S": 1}, B={"S": 9})
    dear = Batch(
        candidates=asked.candidates,
        shelves=asked.shelves,
        slots=asked.slots,
        scarce_cents={("A", "S"): 10},
    )

    assert origins(greedy(asked, ways_for(asked))) == [["A"]]
    assert origins(greedy(dear, ways_for(dear))) == [["B"]]


@pytest.mark.parametrize("seed", range(12))
def test_never_dearer_than_one_by_one_and_never_oversold(seed: int) -> None:
    rng = Random(seed)
    asked = sample_batch(rng.randint(1, 60), rng.randint(1, 5), rng)
    ways = ways_for(asked)
    simple = greedy(asked, ways)

    found = best_of(asked, ways, simple, seconds=2)

    assert found.cents <= simple.cents
    for assigned in (simple, found):
        assert [way.order for way in assigned.ways] == [one.order for one in asked.candidates]
        _assert_within(asked, assigned)


def _assert_within(asked: Batch, assigned: Assigned) -> None:
    used: Counter[tuple[str, str]] = Counter()
    parcels: Counter[int] = Counter()
    for way in assigned.ways:
        used.update(way.uses)
        parcels.update(way.slots)
    stock = {(one.code, sku): n for one in asked.shelves for sku, n in one.available.items()}
    assert all(units <= stock[key] for key, units in used.items())
    for place, slot in enumerate(asked.slots):
        assert slot.room is None or parcels[place] <= slot.room


def test_without_a_solver_it_is_first_come_first_served() -> None:
    asked = sample_batch(20, 3, Random(3))
    ways = ways_for(asked)
    simple = greedy(asked, ways)

    assert best_of(asked, ways, simple, seconds=0) is simple
