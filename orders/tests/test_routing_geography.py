"""Distances good enough to tell a nearer warehouse from a farther one."""

from __future__ import annotations

import pytest

from orders.rules.geography import COUNTRIES, US_STATES, centre, distance_km, same_region


def between(start: tuple[str, str], end: tuple[str, str]) -> int:
    first, second = centre(*start), centre(*end)
    assert first is not None
    assert second is not None
    return distance_km(first, second)


@pytest.mark.parametrize(
    ("start", "nearer", "farther"),
    [
        (("US", "OR"), ("US", "NV"), ("US", "NY")),
        (("US", "MA"), ("US", "NY"), ("US", "NV")),
        (("US", "HI"), ("US", "CA"), ("US", "NV")),
        (("DE", ""), ("GB", ""), ("US", "NY")),
        (("PH", ""), ("US", "CA"), ("US", "NY")),
        (("AU", "NSW"), ("US", "CA"), ("GB", "")),
    ],
)
def test_the_nearer_place_is_nearer(
    start: tuple[str, str], nearer: tuple[str, str], farther: tuple[str, str]
) -> None:
    assert between(start, nearer) < between(start, farther)


def test_distance_is_the_same_both_ways_and_nought_at_home() -> None:
    assert between(("US", "NV"), ("GB", "")) == between(("GB", ""), ("US", "NV"))
    assert between(("US", "NV"), ("US", "NV")) == 0


def test_a_known_distance() -> None:
    paris, new_york = (48.9, 2.4), (40.7, -74.0)

    assert distance_km(paris, new_york) == pytest.approx(5835, abs=30)


def test_a_place_that_the_table_lacks_has_no_centre() -> None:
    assert centre("ZZ", "") is None
    assert centre("US", "ZZ") == COUNTRIES["US"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("US", "NV"), ("US", "NV"), True),
        (("US", "NV"), ("US", "CA"), False),
        (("US", "CA"), ("CA", "CA"), False),
        (("GB", ""), ("GB", "Kent"), True),
        (("CA", "ON"), ("CA", "QC"), False),
    ],
)
def test_same_region_means_the_state_where_states_matter(
    first: tuple[str, str], second: tuple[str, str], expected: bool
) -> None:
    assert same_region(*first, *second) is expected


def test_every_point_lies_on_the_globe() -> None:
    for north, east in (*US_STATES.values(), *COUNTRIES.values()):
        assert -90 <= north <= 90
        assert -180 <= east <= 180
    assert len(US_STATES) == 52
