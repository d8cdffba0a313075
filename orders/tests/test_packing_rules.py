"""Which box holds what: tables of cases, and what must be so for any items and boxes."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.rules.packing import MOST_UNITS, BoxKind, PackedBox, box_fault, pack
from orders.rules.parcels import PackedItem, parcel_for

Size = tuple[int, int, int]


def item(size: Size, quantity: int = 1, *, weight: int = 100) -> PackedItem:
    length, width, height = size
    return PackedItem(
        quantity=quantity, weight_g=weight, length_mm=length, width_mm=width, height_mm=height
    )


def box(name: str, size: Size, **changes: Any) -> BoxKind:
    length, width, height = size
    usual: dict[str, Any] = {"weight_g": 50, "max_weight_g": 30_000}
    return BoxKind(
        name=name, length_mm=length, width_mm=width, height_mm=height, **{**usual, **changes}
    )


SMALL = box("S", (200, 150, 100))
MIDDLE = box("M", (300, 200, 200), weight_g=120)
LARGE = box("L", (600, 400, 400), weight_g=400)
FLAT = box("Flat", (600, 300, 30))
ALL = (LARGE, SMALL, FLAT, MIDDLE)


@pytest.mark.parametrize(
    ("items", "names"),
    [
        ([item((200, 150, 100))], ["S"]),
        ([item((100, 200, 150))], ["S"]),
        ([item((201, 150, 100))], ["M"]),
        ([item((100, 75, 50), 8)], ["S"]),
        ([item((100, 75, 50), 9)], ["M"]),
        ([item((590, 290, 25))], ["Flat"]),
        ([item((300, 200, 100), 2)], ["M"]),
        ([item((200, 200, 200)), item((100, 200, 200))], ["M"]),
        ([item((600, 400, 400)), item((200, 150, 100))], ["L", "S"]),
        ([item((600, 400, 200), 3)], ["L", "L"]),
        ([item((700, 10, 10))], [""]),
        ([item((700, 10, 10)), item((100, 100, 100))], ["S", ""]),
    ],
)
def test_the_smallest_box_that_holds_it_is_taken(items: list[PackedItem], names: list[str]) -> None:
    assert [one.name for one in pack(items, ALL)] == names


@pytest.mark.parametrize(
    ("items", "name", "words"),
    [
        ([item((600, 400, 400))], "L", ""),
        ([item((10, 10, 10))], "L", ""),
        ([item((601, 400, 400))], "L", "does not hold all of it"),
        ([item((200, 150, 100), 2)], "S", "does not hold all of it"),
        ([item((10, 10, 10), weight=29_951)], "S", "does not hold all of it"),
        ([item((1, 1, 1), MOST_UNITS + 1)], "L", "does not hold all of it"),
        ([item((10, 10, 10))], "XL", "is not at hand"),
        ([item((10, 10, 10))], "l", "is not at hand"),
    ],
)
def test_a_box_asked_for_by_name_says_why_it_cannot_be(
    items: list[PackedItem], name: str, words: str
) -> None:
    fault = box_fault(items, ALL, name)

    assert words in fault
    assert bool(words) == bool(fault)


def test_weight_is_the_units_and_the_box_and_sides_are_outer() -> None:
    kind = box("S", (200, 150, 100), weight_g=90, wall_mm=4)

    (packed,) = pack([item((100, 100, 100), weight=700)], [kind])

    parcel = packed.parcel
    assert parcel.weight_g == 790
    assert (parcel.length_mm, parcel.width_mm, parcel.height_mm) == (208, 158, 108)
    assert packed.fill_percent == 33


@pytest.mark.parametrize(
    ("heaviest", "names"), [(2050, ["S"]), (2049, ["S", "S"]), (1050, ["S", "S"]), (1049, [""])]
)
def test_no_box_is_heavier_than_it_may_be(heaviest: int, names: list[str]) -> None:
    kind = box("S", (200, 150, 100), max_weight_g=heaviest)

    assert [one.name for one in pack([item((50, 50, 50), 2, weight=1000)], [kind])] == names


def test_without_boxes_or_with_too_many_units_a_carton_is_made() -> None:
    few, many = [item((50, 40, 30), 3)], [item((1, 1, 1), MOST_UNITS + 1)]

    assert [one.parcel for one in pack(few, [])] == [parcel_for(few)]
    assert [(one.name, one.parcel) for one in pack(many, ALL)] == [("", parcel_for(many))]


SIDES = st.integers(min_value=1, max_value=400)
ITEMS = st.lists(
    st.builds(
        PackedItem,
        quantity=st.integers(min_value=1, max_value=4),
        weight_g=st.integers(min_value=1, max_value=9_000),
        length_mm=SIDES,
        width_mm=SIDES,
        height_mm=SIDES,
    ),
    min_size=1,
    max_size=5,
)
BOXES = st.lists(
    st.builds(
        BoxKind,
        name=st.sampled_from("ABCD"),
        length_mm=SIDES,
        width_mm=SIDES,
        height_mm=SIDES,
        weight_g=st.integers(min_value=0, max_value=500),
        max_weight_g=st.integers(min_value=501, max_value=40_000),
        wall_mm=st.integers(min_value=0, max_value=8),
    ),
    max_size=4,
    unique_by=lambda kind: kind.name,
)


@settings(max_examples=150, deadline=None)
@given(ITEMS, BOXES)
def test_every_unit_is_in_one_box_and_none_in_another(
    items: list[PackedItem], boxes: list[BoxKind]
) -> None:
    plan = pack(items, boxes)

    packed: dict[int, int] = {}
    for one in plan:
        for number, units in one.units:
            packed[number] = packed.get(number, 0) + units
    assert packed == {number: thing.quantity for number, thing in enumerate(items)}
    assert plan == pack(items, boxes)
    for one in plan:
        if one.name:
            check_box(one, next(kind for kind in boxes if kind.name == one.name), items)


def check_box(packed: PackedBox, kind: BoxKind, items: list[PackedItem]) -> None:
    weight = kind.weight_g
    for placed in packed.placed:
        thing = items[placed.item]
        weight += thing.weight_g
        assert sorted(placed.size) == sorted((thing.length_mm, thing.width_mm, thing.height_mm))
        for corner, side, inner in zip(placed.at, placed.size, kind.inner, strict=True):
            assert corner >= 0
            assert corner + side <= inner
    assert packed.parcel.weight_g == weight <= kind.max_weight_g
    for one, other in combinations(packed.placed, 2):
        assert any(
            one.at[axis] + one.size[axis] <= other.at[axis]
            or other.at[axis] + other.size[axis] <= one.at[axis]
            for axis in range(3)
        )
