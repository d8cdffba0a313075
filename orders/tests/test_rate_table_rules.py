"""What a parcel costs by our own tables, and by which rates currencies are compared."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orders.rules.exchange import DatedRate, Exchange, missing_words, usable_rates
from orders.rules.offers import billable_weight
from orders.rules.rate_table import Carriage, RateTable, TableRow, row_faults
from shipping_project.kernel.money import Money


def row(price: str, **changes: Any) -> TableRow:
    usual: dict[str, Any] = {
        "platform": "veeqo",
        "carrier": "UPS",
        "service": "UPS Ground",
        "above_g": 0,
        "up_to_g": 5000,
        "currency": "USD",
    }
    return TableRow(price=Decimal(price), **{**usual, **changes})


def carriage(**changes: Any) -> Carriage:
    usual: dict[str, Any] = {
        "organization": "alder",
        "warehouse": "NV1",
        "origin": "US",
        "destination": "US",
        "weight_g": 1000,
        "volume_cm3": 1000,
        "day": "2026-03-10",
    }
    return Carriage(**{**usual, **changes})


def price(*rows: TableRow, **changes: Any) -> str:
    found = RateTable(rows).offers(carriage(**changes))
    return found[0].price if found else ""


@pytest.mark.parametrize(
    ("grams", "expected"),
    [(1, "5.00"), (1000, "5.00"), (1001, "7.00"), (3000, "9.50"), (9000, "17.00"), (9001, "")],
)
def test_the_band_of_the_billable_weight_gives_the_price(grams: int, expected: str) -> None:
    bands = (
        row("5.00", up_to_g=1000),
        row("7.00", above_g=1000, up_to_g=9000, per_kg=Decimal("1.25")),
    )

    assert price(*bands, weight_g=grams) == expected


def test_size_counts_as_weight_by_the_divisor_of_the_carrier() -> None:
    table = RateTable([row("1.00", per_kg=Decimal(1))], divisors={"UPS": 4000})

    (found,) = table.offers(carriage(weight_g=500, volume_cm3=8000))

    assert (found.billable_g, found.divisor, found.price) == (2000, 4000, "3.00")
    told = billable_weight(weight_g=500, volume_cm3=8000, carrier="UPS", divisors={"UPS": 4000})
    assert told.words == "2000 g billed: the size counts as so much at 4000 cm³ a kg"
    assert billable_weight(weight_g=500, volume_cm3=10).words == "500 g billed: the weight"


@pytest.mark.parametrize(
    ("closer", "farther"),
    [
        ({"organization": "alder"}, {"warehouse": "NV1", "destination": "US"}),
        ({"warehouse": "NV1"}, {"origin": "US", "destination": "US"}),
        ({"origin": "US"}, {"destination": "US"}),
        ({"destination": "US"}, {"destination": "NORTH_AMERICA"}),
        ({"destination": "NORTH_AMERICA"}, {"destination": "INSIDE"}),
        ({"destination": "INSIDE"}, {}),
        ({"valid_from": "2026-03-01"}, {"valid_from": "2026-01-01"}),
    ],
)
def test_the_closest_row_of_a_service_counts(
    closer: dict[str, str], farther: dict[str, str]
) -> None:
    assert price(row("2", **farther), row("1", **closer)) == "1.00"
    assert price(row("1", **closer), row("2", **farther)) == "1.00"


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"organization": "birch"},
        {"warehouse": "LON1"},
        {"origin": "GB"},
        {"destination": "LEAVING"},
        {"destination": "EU"},
        {"destination": "CA"},
        {"valid_until": "2026-03-09"},
        {"valid_from": "2026-03-11"},
    ],
)
def test_rows_of_elsewhere_and_other_times_do_not(elsewhere: dict[str, str]) -> None:
    assert price(row("1", **elsewhere)) == ""


def test_each_service_is_one_estimate_of_one_platform_or_carrier() -> None:
    table = RateTable(
        [row("1"), row("2", platform="easyship"), row("3", carrier="DHL", service="DHL Ground")]
    )

    told = [(one.platform, one.carrier, one.is_estimate) for one in table.offers(carriage())]

    assert told == [("easyship", "UPS", True), ("veeqo", "DHL", True), ("veeqo", "UPS", True)]
    assert [one.price for one in table.offers(carriage(), platform="easyship")] == ["2.00"]
    assert [one.price for one in table.offers(carriage(), carrier="DHL")] == ["3.00"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"above_g": 5000}, "up_to_g"),
        ({"valid_from": "2026-03-02", "valid_until": "2026-03-01"}, "valid_until"),
        ({"destination": "ATLANTIS"}, "destination"),
        ({"destination": "us"}, "destination"),
    ],
)
def test_a_row_that_cannot_be_is_told_with_its_field(changes: dict[str, Any], field: str) -> None:
    assert [fault.field for fault in row_faults(row("1", **changes))] == [field]


def rate(base: str, quote: str, value: str, day: str = "2026-03-10") -> DatedRate:
    return DatedRate(base=base, quote=quote, rate=value, day=day, source="ECB")


def test_amounts_are_brought_into_a_currency_there_and_back() -> None:
    exchange = Exchange((rate("EUR", "USD", "1.10"), rate("USD", "CAD", "1.25")))

    def into_usd(amount: str, currency: str) -> Money | None:
        return exchange.in_currency(Money(Decimal(amount), currency), "USD")

    assert into_usd("10", "USD") == Money(Decimal(10), "USD")
    assert into_usd("10", "EUR") == Money(Decimal("11.00"), "USD")
    assert into_usd("10", "CAD") == Money(Decimal("8.00"), "USD")
    assert into_usd("10", "GBP") is None


def test_the_newest_rate_up_to_the_day_counts_unless_it_is_too_old() -> None:
    stored = [
        rate("EUR", "USD", "1.1", "2026-03-04"),
        rate("EUR", "USD", "1.2", "2026-03-08"),
        rate("EUR", "USD", "1.3", "2026-03-11"),
        rate("GBP", "USD", "1.5", "2026-03-02"),
    ]

    usable = usable_rates(stored, day="2026-03-10", most_days=7)

    assert [(one.base, one.rate) for one in usable] == [("EUR", "1.2")]
    assert [one.base for one in usable_rates(stored, day="2026-03-09", most_days=7)] == [
        "EUR",
        "GBP",
    ]


def test_what_is_missing_is_told_with_pair_and_day() -> None:
    exchange = Exchange((rate("EUR", "USD", "1.10"),))

    missing = exchange.missing(["USD", "EUR", "GBP"], "USD")

    assert missing == ("GBP",)
    assert missing_words(missing, into="USD", day="2026-03-10") == (
        "Prices are in GBP too, and no rate of GBP to USD is stored for 2026-03-10."
    )
