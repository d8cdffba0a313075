"""Units at the border."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shipping_project.kernel.units import centimetres, inches, kilograms, ounces


@pytest.mark.parametrize(
    ("grams", "expected"), [(0, "0.00"), (28, "0.99"), (454, "16.01"), (1000, "35.27")]
)
def test_grams_as_ounces(grams: int, expected: str) -> None:
    assert ounces(grams) == Decimal(expected)


@pytest.mark.parametrize(
    ("millimetres", "expected"), [(0, "0.00"), (25, "0.98"), (254, "10.00"), (1000, "39.37")]
)
def test_millimetres_as_inches(millimetres: int, expected: str) -> None:
    assert inches(millimetres) == Decimal(expected)


def test_metric_units_are_exact() -> None:
    assert kilograms(1) == Decimal("0.001")
    assert centimetres(1) == Decimal("0.1")
