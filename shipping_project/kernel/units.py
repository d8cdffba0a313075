"""Units at the border. Inside, weight is grams and size is millimetres, both whole numbers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# International avoirdupois ounce and international inch, exact by definition.
GRAMS_PER_OUNCE = Decimal("28.349523125")
MM_PER_INCH = Decimal("25.4")
MM_PER_CM = Decimal(10)
GRAMS_PER_KG = Decimal(1000)


def ounces(weight_g: int) -> Decimal:
    """Grams as ounces, two decimals, rounded half up."""
    return _rounded(Decimal(weight_g) / GRAMS_PER_OUNCE)


def inches(length_mm: int) -> Decimal:
    """Millimetres as inches, two decimals, rounded half up."""
    return _rounded(Decimal(length_mm) / MM_PER_INCH)


def kilograms(weight_g: int) -> Decimal:
    """Grams as kilograms, exact."""
    return Decimal(weight_g) / GRAMS_PER_KG


def centimetres(length_mm: int) -> Decimal:
    """Millimetres as centimetres, exact."""
    return Decimal(length_mm) / MM_PER_CM


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
