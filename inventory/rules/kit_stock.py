"""How many kits the units of their components make. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PartStock:
    """`units` of it are in one kit; of the `available` ones `buffer` are kept from the platform."""

    units: int
    available: int
    buffer: int = 0

    @property
    def makes(self) -> int:
        return self.available // self.units

    @property
    def makes_for_sale(self) -> int:
        """Units that are kept back are not sold in a kit either."""
        return max(0, self.available - self.buffer) // self.units


@dataclass(frozen=True, slots=True, kw_only=True)
class KitStock:
    """Kits that could be put together, and how many of them the platform is not told of."""

    available: int
    buffer: int


def kit_stock(parts: Iterable[PartStock], *, own_buffer: int = 0) -> KitStock:
    """As many as the scarcest component makes; `own_buffer` are kits kept back besides."""
    rows = list(parts)
    available = min(part.makes for part in rows)
    for_sale = min(part.makes_for_sale for part in rows)
    return KitStock(available=available, buffer=available - for_sale + own_buffer)


def take_whole_kits(shelf: Counter[int], parts: Mapping[int, int], wanted: int) -> int:
    """Take the components of so many kits, or of as many as there are whole ones, off `shelf`.

    `parts` are units of each component in one kit. Returns how many kits that were.
    """
    kits = min([wanted, *(shelf[pk] // units for pk, units in parts.items())])
    for pk, units in parts.items():
        shelf[pk] -= kits * units
    return kits
