"""Orders over the fewest parcels: no unit lost or doubled, none taken that is not there."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from random import Random

import pytest

from orders.rules.parts import state_of_parts
from orders.rules.splitting import LineNeed, Part, Shelf, plan_split
from orders.rules.states import OrderState


def line(position: int, quantity: int, **per_unit: int) -> LineNeed:
    return LineNeed(position=position, quantity=quantity, per_unit=per_unit or {f"S{position}": 1})


def shelf(code: str, **units: int) -> Shelf:
    return Shelf(code=code, available=units)


def as_text(parts: tuple[Part, ...]) -> list[tuple[str, dict[int, int]]]:
    return [(part.warehouse, dict(part.units)) for part in parts]


def test_each_line_leaves_from_where_it_is() -> None:
    parts = plan_split([line(1, 2), line(2, 1)], [shelf("NV", S1=5), shelf("NY", S2=1)])

    assert as_text(parts) == [("NV", {1: 2}), ("NY", {2: 1})]


def test_two_parcels_win_over_three_and_lines_stay_whole() -> None:
    shelves = [shelf("A", S1=1, S2=1), shelf("B", S1=3), shelf("C", S1=4, S3=2), shelf("D", S2=2)]

    parts = plan_split([line(1, 4), line(2, 2), line(3, 1)], shelves)

    assert as_text(parts) == [("C", {1: 4, 3: 1}), ("D", {2: 2})]


def test_a_line_is_divided_only_where_it_must_be() -> None:
    parts = plan_split([line(1, 5)], [shelf("A", S1=3), shelf("B", S1=4)])

    assert as_text(parts) == [("A", {1: 3}), ("B", {1: 2})]


def test_a_kit_is_never_divided() -> None:
    lines = [line(1, 2, CUP=1, SPOON=2)]

    assert plan_split(lines, [shelf("A", CUP=9), shelf("B", SPOON=9)]) == ()
    parts = plan_split(lines, [shelf("A", CUP=1, SPOON=3), shelf("B", CUP=1, SPOON=2)])
    assert as_text(parts) == [("A", {1: 1}), ("B", {1: 1})]


def test_nothing_where_stock_lacks_or_one_warehouse_does() -> None:
    assert plan_split([line(1, 5)], [shelf("A", S1=3), shelf("B", S1=1)]) == ()
    assert plan_split([line(1, 5)], [shelf("A", S1=5), shelf("B", S1=5)]) == ()


@pytest.mark.parametrize("seed", range(40))
def test_units_and_stock_always_balance_in_the_fewest_parcels(seed: int) -> None:
    random = Random(seed)
    lines = [line(place, random.randint(1, 4)) for place in range(1, random.randint(2, 5))]
    shelves = [
        shelf(code, **{f"S{one.position}": random.randint(0, 3) for one in lines})
        for code in "ABCDE"
    ]

    parts = plan_split(lines, shelves)

    needed = _fewest(lines, shelves)
    assert len(parts) == (needed if needed > 1 else 0)
    if parts:
        given: Counter[int] = Counter()
        for part in parts:
            given.update(part.units)
            there = next(one.available for one in shelves if one.code == part.warehouse)
            assert all(units <= there[f"S{place}"] for place, units in part.units.items())
        assert given == {one.position: one.quantity for one in lines}


def _fewest(lines: list[LineNeed], shelves: list[Shelf]) -> int:
    """By trying every set of warehouses; 0 where all together lack."""
    for count in range(1, len(shelves) + 1):
        for chosen in combinations(shelves, count):
            if all(
                sum(one.available[f"S{need.position}"] for one in chosen) >= need.quantity
                for need in lines
            ):
                return count
    return 0


_S = OrderState


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ((_S.VALID, _S.DELIVERED), _S.SPLIT),
        ((_S.BOOKED, _S.IN_TRANSIT), _S.BOOKED),
        ((_S.IN_TRANSIT, _S.DELIVERED), _S.IN_TRANSIT),
        ((_S.DELIVERED, _S.DELIVERED), _S.DELIVERED),
        ((_S.DELIVERED, _S.RETURNED), _S.RETURNED),
        ((_S.CANCELLED, _S.DELIVERED), _S.DELIVERED),
        ((_S.CANCELLED, _S.CANCELLED), _S.CANCELLED),
        ((_S.NEEDS_ATTENTION, _S.BOOKED), _S.SPLIT),
    ],
)
def test_an_order_is_as_far_as_its_last_part(
    parts: tuple[OrderState, ...], whole: OrderState
) -> None:
    assert state_of_parts(parts) is whole
