"""The carton around the items: it holds them, and weighs what they and the board weigh."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules.parcels import PADDING_MM, PackedItem, board_weight_g, parcel_for

SIZES = st.integers(min_value=1, max_value=900)
ITEMS = st.builds(
    PackedItem,
    quantity=st.integers(min_value=1, max_value=20),
    weight_g=st.integers(min_value=1, max_value=20_000),
    length_mm=SIZES,
    width_mm=SIZES,
    height_mm=SIZES,
)


def item(
    quantity: int = 1, *, weight: int = 400, size: tuple[int, int, int] = (120, 90, 100)
) -> PackedItem:
    length, width, height = size
    return PackedItem(
        quantity=quantity, weight_g=weight, length_mm=length, width_mm=width, height_mm=height
    )


@pytest.mark.parametrize(
    ("items", "box"),
    [
        ([item()], (130, 110, 100)),
        ([item(2)], (190, 130, 110)),
        ([item(1, size=(300, 10, 200)), item(1, size=(50, 50, 50))], (310, 210, 70)),
    ],
)
def test_items_are_stacked_along_their_shortest_side(
    items: list[PackedItem], box: tuple[int, int, int]
) -> None:
    parcel = parcel_for(items)

    assert (parcel.length_mm, parcel.width_mm, parcel.height_mm) == box


def test_weight_is_the_items_and_the_board() -> None:
    parcel = parcel_for([item(3, weight=400)])

    board = board_weight_g(parcel.length_mm, parcel.width_mm, parcel.height_mm)
    assert parcel.weight_g == 1200 + board


@pytest.mark.parametrize(
    ("size", "grams"), [((1000, 1000, 1000), 3600), ((100, 100, 100), 36), ((1, 1, 1), 1)]
)
def test_board_is_weighed_by_its_surface_and_rounded_up(
    size: tuple[int, int, int], grams: int
) -> None:
    assert board_weight_g(*size) == grams


@given(st.lists(ITEMS, min_size=1, max_size=6))
def test_the_box_holds_what_is_in_it(items: list[PackedItem]) -> None:
    parcel = parcel_for(items)

    volume = sum(i.quantity * i.length_mm * i.width_mm * i.height_mm for i in items)
    longest = max(max(i.length_mm, i.width_mm, i.height_mm) for i in items)
    assert parcel.length_mm * parcel.width_mm * parcel.height_mm > volume
    assert parcel.length_mm >= longest + PADDING_MM
    assert parcel.length_mm >= parcel.width_mm >= parcel.height_mm
    assert parcel.weight_g > sum(i.quantity * i.weight_g for i in items)
