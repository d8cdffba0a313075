"""When a risen price needs a person's word."""

from __future__ import annotations

from decimal import Decimal
from unittest import TestCase

from orders.rules.prices import RiseLimit, has_risen
from shipping_project.kernel.money import Money

LIMIT = RiseLimit(percent=10, amount=Decimal(5))


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


class RiseTests(TestCase):
    def test_a_rise_above_either_limit_is_too_much(self) -> None:
        cases = {
            ("10.00", "11.00"): False,
            ("10.00", "11.01"): True,
            ("100.00", "105.00"): False,
            ("100.00", "105.01"): True,
            ("10.00", "4.00"): False,
        }
        for (agreed, now), is_too_much in cases.items():
            with self.subTest(agreed=agreed, now=now):
                self.assertIs(has_risen(usd(agreed), usd(now), LIMIT), is_too_much)

    def test_another_currency_cannot_be_compared(self) -> None:
        self.assertTrue(has_risen(usd("10.00"), Money(Decimal("1.00"), "GBP"), LIMIT))
