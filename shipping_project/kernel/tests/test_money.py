"""Amounts are exact and never mixed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shipping_project.kernel.money import CurrencyMismatch, Money, totals_by_currency


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def gbp(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


def test_amounts_add_and_multiply_exactly() -> None:
    assert usd("0.10") + usd("0.20") == usd("0.30")
    assert usd("18.50") * 3 == usd("55.50")


def test_two_currencies_are_never_combined_or_compared() -> None:
    with pytest.raises(CurrencyMismatch):
        usd("1") + gbp("1")
    with pytest.raises(CurrencyMismatch):
        min(usd("1"), gbp("2"))
    assert usd("1") != gbp("1")


@pytest.mark.parametrize("currency", ["", "usd", "US", "DOLLAR", "$"])
def test_an_amount_needs_a_currency(currency: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(Decimal(1), currency)


@pytest.mark.parametrize(
    ("amount", "text"), [("1", "1.00 USD"), ("2.345", "2.35 USD"), ("-0.005", "-0.01 USD")]
)
def test_it_is_written_with_two_decimals_rounded_half_up(amount: str, text: str) -> None:
    assert str(usd(amount)) == text


def test_totals_come_by_currency() -> None:
    assert totals_by_currency([usd("1.10"), gbp("5"), usd("2.20")]) == (gbp("5"), usd("3.30"))
    assert totals_by_currency([]) == ()
