"""How many kits the units of their components make."""

from __future__ import annotations

from collections import Counter

import pytest

from inventory.rules.kit_stock import KitStock, PartStock, kit_stock, take_whole_kits

CASES = [
    # Units in one kit, available, kept back; own buffer; kits, and those not told of.
    ([(2, 10, 0), (1, 4, 0)], 0, (4, 0)),
    ([(2, 9, 0), (1, 9, 0)], 0, (4, 0)),
    ([(2, 10, 3), (1, 4, 0)], 0, (4, 1)),
    ([(2, 10, 3), (1, 4, 3)], 0, (4, 3)),
    ([(1, 4, 9)], 0, (4, 4)),
    ([(1, 4, 1)], 2, (4, 3)),
    ([(1, 0, 0), (5, 100, 0)], 0, (0, 0)),
]


@pytest.mark.parametrize(("parts", "own", "told"), CASES)
def test_kits_are_those_of_the_scarcest_component_less_what_is_kept_back(
    parts: list[tuple[int, int, int]], own: int, told: tuple[int, int]
) -> None:
    rows = [PartStock(units=units, available=there, buffer=kept) for units, there, kept in parts]

    assert kit_stock(rows, own_buffer=own) == KitStock(available=told[0], buffer=told[1])


@pytest.mark.parametrize(
    ("wanted", "taken", "left"), [(1, 1, (3, 1)), (5, 2, (1, 0)), (0, 0, (5, 2))]
)
def test_only_whole_kits_are_taken(wanted: int, taken: int, left: tuple[int, int]) -> None:
    shelf = Counter({1: 5, 2: 2})

    assert take_whole_kits(shelf, {1: 2, 2: 1}, wanted) == taken
    assert (shelf[1], shelf[2]) == left
