"""What orders of the past would have cost another way, and the stock that would have run out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from orders.rules.exchange import DatedRate
from orders.rules.rate_table import RateTable, TableRow
from orders.rules.replay_prices import CarriedOut, Priced, ReplayPrices
from orders.rules.replay_stock import StockShift, read_shift, replay_stock
from orders.rules.routing import RouteDecision, RouteSnapshot, RuleBook, WarehouseOption
from orders.rules.routing.parts import OffersWanted
from orders.tests.test_quotes_rules import quote

BOOK = RuleBook(
    version=1,
    rules=(),
    default_carrier="UPS",
    export_carrier="UPS",
    export_platform="easyship",
    platform_of={"UPS": "veeqo", "DHL": "veeqo"},
    warehouse_preference=(),
)
OLD = RouteDecision(platform="veeqo", carrier="UPS", warehouse="NV")
NO_ROUTE = RouteDecision(failure="no_route")
THEN = CarriedOut(
    platform="veeqo",
    warehouse="NV",
    quotes=(quote("Ground", "9", days=5), quote("Express", "30", carrier="DHL", days=1)),
)


def snapshot(*, units: int = 5, needs: int = 1, weight_g: int | None = 1000) -> RouteSnapshot:
    return RouteSnapshot(
        country="US",
        region="NV",
        requested_carrier="",
        needs={"MUG": needs},
        warehouses=tuple(
            WarehouseOption(code=code, country=country, region="", available={"MUG": units})
            for code, country in (("NV", "US"), ("LON", "GB"))
        ),
        book=BOOK,
        facts={"weight_g": weight_g, "volume_cm3": 100, "organization": "alder"},
        at="2026-03-10T09:00:00+00:00",
    )


def row(platform: str, carrier: str, price: str, **changes: Any) -> TableRow:
    usual: dict[str, Any] = {"service": "Any", "currency": "USD", "days": 4}
    return TableRow(
        platform=platform,
        carrier=carrier,
        above_g=0,
        up_to_g=9000,
        price=Decimal(price),
        **{**usual, **changes},
    )


def priced(price: str, days: int | None, *, is_estimate: bool, currency: str = "USD") -> Priced:
    return Priced(price=Decimal(price), currency=currency, days=days, is_estimate=is_estimate)


def prices(*rows: TableRow, rates: tuple[DatedRate, ...] = ()) -> ReplayPrices:
    return ReplayPrices(RateTable(rows), rates=rates, most_days=7)


TABLE = (row("veeqo", "UPS", "8.50"), row("easyship", "DHL", "12", days=2))
ELSEWHERE = RouteDecision(platform="easyship", carrier="DHL", warehouse="NV")


def test_prices_of_that_day_come_first() -> None:
    other = replace(OLD, carrier="DHL")

    told = prices(*TABLE).both(snapshot(), OLD, other, THEN)

    assert told == (priced("9", 5, is_estimate=False), priced("30", 1, is_estimate=False))


def test_another_platform_or_warehouse_is_estimated_on_both_sides() -> None:
    far = replace(OLD, warehouse="LON")

    told = prices(*TABLE).both(snapshot(), OLD, ELSEWHERE, THEN)
    leaving = prices(*TABLE, row("veeqo", "UPS", "40", origin="GB", destination="LEAVING")).both(
        snapshot(), OLD, far, THEN
    )

    assert told == (
        priced("8.50", 4, is_estimate=True),
        priced("12.00", 2, is_estimate=True),
    )
    assert leaving[1] == priced("40.00", 4, is_estimate=True)


def test_what_the_tables_do_not_know_has_no_price() -> None:
    blind = snapshot(weight_g=None)

    assert prices().both(snapshot(), OLD, ELSEWHERE, THEN) == (Priced(), Priced())
    assert prices(*TABLE).both(blind, OLD, ELSEWHERE, THEN) == (Priced(), Priced())
    assert prices(*TABLE).both(snapshot(), OLD, NO_ROUTE, THEN)[1] == Priced()


def test_the_new_price_is_brought_into_the_currency_of_the_old() -> None:
    rate = DatedRate(base="EUR", quote="USD", rate="1.10", day="2026-03-09")
    rows = (TABLE[0], row("easyship", "DHL", "10", currency="EUR"))

    with_rate = prices(*rows, rates=(rate,)).both(snapshot(), OLD, ELSEWHERE, THEN)
    without = prices(*rows).both(snapshot(), OLD, ELSEWHERE, THEN)

    assert with_rate[1] == priced("11.00", 4, is_estimate=True)
    assert without[1] == priced("10.00", 4, is_estimate=True, currency="EUR")


def test_offers_of_the_past_are_those_of_that_day_and_the_tables_of_other_platforms() -> None:
    wants = OffersWanted(warehouse="NV", platforms=("easyship", "veeqo"))

    filled = prices(*TABLE).with_offers(snapshot(), wants, THEN)
    elsewhere = prices(*TABLE).with_offers(snapshot(), wants, replace(THEN, warehouse="LON"))

    assert filled.offers_from == ("NV",)
    assert [(one.platform, one.price, one.source) for one in filled.offers] == [
        ("veeqo", "9", "cached"),
        ("veeqo", "30", "cached"),
        ("easyship", "12.00", "table"),
    ]
    assert [(one.platform, one.source) for one in elsewhere.offers] == [
        ("easyship", "table"),
        ("veeqo", "table"),
    ]


FROM_LON = replace(OLD, warehouse="LON")


def test_an_order_sent_elsewhere_takes_its_units_there() -> None:
    shift = StockShift()

    first = replay_stock(shift, snapshot(units=3, needs=2), OLD, FROM_LON)
    second = replay_stock(shift, snapshot(units=3, needs=2), FROM_LON, FROM_LON)

    assert first == ()
    # By the record there are three in London; the first took two of them.
    assert second == ("MUG",)
    assert shift.taken == {"NV\tMUG": -2}


def test_units_that_stay_serve_a_later_order_there() -> None:
    shift = StockShift()
    replay_stock(shift, snapshot(units=3, needs=2), OLD, FROM_LON)

    assert replay_stock(shift, snapshot(units=3, needs=5), NO_ROUTE, OLD) == ()
    assert shift.taken == {"NV\tMUG": 3, "LON\tMUG": 2}


def test_the_same_rules_cause_nothing() -> None:
    shift = StockShift()

    told = [replay_stock(shift, snapshot(units=1), OLD, OLD) for _ in range(5)]

    assert told == [()] * 5
    assert shift.taken == {}
    assert read_shift(shift.as_dict()) == shift
