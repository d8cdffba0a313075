"""Which parcels share a remembered price."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from carriers.contracts import Consignment
from carriers.lanes import band_of, for_its_band, lane_of
from carriers.tests.border import CONSIGNMENT
from shipping_project.kernel.money import Money

DAY = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("weight_g", "band_g"),
    [(1, 100), (100, 100), (101, 200), (1_000, 1_000), (1_001, 1_500), (9_999, 10_000),
     (10_000, 10_000), (10_001, 11_000), (68_500, 69_000)],
)  # fmt: skip
def test_a_band_is_asked_for_at_its_heaviest(weight_g: int, band_g: int) -> None:
    assert band_of(weight_g) == band_g


def changed(**changes: object) -> Consignment:
    return replace(CONSIGNMENT, **changes)  # type: ignore[arg-type]


def with_weight(weight_g: int) -> Consignment:
    return changed(parcel=replace(CONSIGNMENT.parcel, weight_g=weight_g))


class TestLane:
    @pytest.mark.parametrize(
        "other",
        [
            changed(reference="another"),
            changed(ship_to=replace(CONSIGNMENT.ship_to, name="Somebody Else", phone="")),
            changed(ship_from=replace(CONSIGNMENT.ship_from, address_1="9 Other St")),
        ],
    )
    def test_what_no_price_depends_on_makes_no_other_lane(self, other: Consignment) -> None:
        assert lane_of(other, DAY) == lane_of(CONSIGNMENT, DAY)

    @pytest.mark.parametrize(
        "other",
        [
            changed(ship_to=replace(CONSIGNMENT.ship_to, postal_code="99501")),
            changed(ship_to=replace(CONSIGNMENT.ship_to, country="CA", postal_code="K1A 0B1")),
            changed(ship_from=replace(CONSIGNMENT.ship_from, postal_code="10001")),
            changed(parcel=replace(CONSIGNMENT.parcel, length_mm=999)),
            changed(currency="EUR"),
            changed(incoterm="DDP"),
            changed(items=(replace(CONSIGNMENT.items[0], unit_value=Money(Decimal(9), "USD")),)),
            changed(items=(replace(CONSIGNMENT.items[0], hs_code="950300"),)),
        ],
    )
    def test_what_a_price_depends_on_makes_another(self, other: Consignment) -> None:
        assert lane_of(other, DAY) != lane_of(CONSIGNMENT, DAY)

    def test_several_parcels_are_a_lane_of_their_own(self) -> None:
        light, heavy = with_weight(410), with_weight(1_210)
        two = changed(parcels=(*light.packed, *heavy.packed))
        banded = for_its_band(two)

        assert lane_of(two, DAY) not in (lane_of(light, DAY), lane_of(heavy, DAY))
        assert lane_of(banded, DAY) == lane_of(two, DAY)
        assert [one.parcel.weight_g for one in banded.packed] == [500, 1_500]
        assert [item.unit_weight_g for item in banded.items] == [500, 1_500]

    def test_a_price_counts_for_its_day(self) -> None:
        assert lane_of(CONSIGNMENT, DAY) != lane_of(CONSIGNMENT, date(2026, 9, 2))

    def test_weights_of_one_band_share_it(self) -> None:
        assert lane_of(with_weight(410), DAY) == lane_of(with_weight(500), DAY)
        assert lane_of(with_weight(410), DAY) != lane_of(with_weight(501), DAY)
        assert for_its_band(with_weight(410)).parcel.weight_g == 500

    def test_a_long_american_postcode_is_the_short_one(self) -> None:
        long = changed(ship_to=replace(CONSIGNMENT.ship_to, country="US", postal_code="78701-4321"))
        short = changed(ship_to=replace(CONSIGNMENT.ship_to, country="US", postal_code="78701"))

        assert lane_of(long, DAY) == lane_of(short, DAY)
