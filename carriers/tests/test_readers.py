"""Values of an answer that are read without being trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from carriers.errors import UpstreamMalformed
from carriers.readers import Reader, decimal_of, moment_of, money_of
from shipping_project.kernel.money import Money


def reader(**value: Any) -> Reader:
    return Reader(value, platform="veeqo", operation="get_order")


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("7.42", Decimal("7.42")),
        (" 7.42 ", Decimal("7.42")),
        (7.42, Decimal("7.42")),
        (7, Decimal(7)),
        ("", None),
        (None, None),
        (True, None),
        ("NaN", None),
        ("Infinity", None),
        (float("inf"), None),
        ("seven", None),
        ([7], None),
        ({}, None),
        ("9999999999.99", Decimal("9999999999.99")),
        ("10000000000", None),
        ("1e999999999", None),
        ("1e-999999999", Decimal(0)),
    ],
)
def test_number_or_text_that_is_one(value: object, number: Decimal | None) -> None:
    assert decimal_of(value) == number


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-14T08:31:07.412Z", datetime(2026, 9, 14, 8, 31, 7, 412000, tzinfo=UTC)),
        ("2026-09-14T09:31:07+01:00", datetime(2026, 9, 14, 8, 31, 7, tzinfo=UTC)),
        ("2026-09-14T08:31:07-00:00", datetime(2026, 9, 14, 8, 31, 7, tzinfo=UTC)),
        ("2026-09-14", datetime(2026, 9, 14, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_instant_in_any_offset(text: str, moment: datetime | None) -> None:
    assert moment_of(text) == moment


@pytest.mark.parametrize(
    ("amount", "currency", "money"),
    [
        ("7.42", "usd", Money(Decimal("7.42"), "USD")),
        (7, "GBP", Money(Decimal(7), "GBP")),
        (7, "", None),
        (7, "US", None),
        (7, "U$D", None),
        (7, "ÜSD", None),
        (None, "USD", None),
    ],
)
def test_amount_needs_a_currency(amount: object, currency: str, money: Money | None) -> None:
    assert money_of(amount, currency) == money


@pytest.mark.parametrize(
    ("value", "unit", "grams"),
    [(1, "kg", 1000), ("26.0", "oz", 737), (1, "lb", 454), (340.5, "g", 341), (1, "stone", None)],
)
def test_weight_in_whole_grams(value: object, unit: str, grams: int | None) -> None:
    row = reader(weight=value)

    assert row.grams("weight", unit) == grams


@pytest.mark.parametrize(
    ("value", "whole"),
    [(7, 7), ("7", 7), (7.9, 7), (2**31 - 1, 2**31 - 1), (2**31, None), ("1e9999999", None)],
)
def test_whole_number_that_a_column_holds(value: object, whole: int | None) -> None:
    assert reader(quantity=value).whole("quantity") == whole


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" Kite ", "Kite"),
        (7, "7"),
        (None, ""),
        ({"name": "Kite"}, ""),
        (["Kite"], ""),
        ("Ki\x00te", "Kite"),
        ("Kite \ud83e", "Kite ?"),
    ],
)
def test_text_that_a_database_can_keep(value: object, text: str) -> None:
    assert reader(title=value).text("title") == text


def test_sku_keeps_the_blanks_that_belong_to_it() -> None:
    assert reader(sku_code=" LMP GRN ").exact("sku_code") == " LMP GRN "


@pytest.mark.parametrize("value", ["9" * 65, "", None, {}, True, 7.5, float("nan")])
def test_id_that_is_missing_or_none_or_could_not_be_kept_is_unreadable(value: object) -> None:
    with pytest.raises(UpstreamMalformed, match=r"lacks \$\.id\."):
        reader(id=value).need_ref("id")


def test_tracking_number_may_be_missing_but_not_be_cut() -> None:
    assert reader().ref("tracking_number") == ""
    assert reader(tracking_number="9" * 64).ref("tracking_number") == "9" * 64
    with pytest.raises(UpstreamMalformed):
        reader(tracking_number="9" * 65).ref("tracking_number")
