"""Units that a platform may have taken off already without our knowing yet; told from above."""

from __future__ import annotations

from collections.abc import Callable

from inventory.models import StockLevel

Doubt = Callable[[str, StockLevel], bool]
_doubts: list[Doubt] = []


def register_doubt(doubt: Doubt) -> None:
    """`doubt(platform, level)`: whether something of ours is under way whose outcome is unknown."""
    _doubts.append(doubt)


def is_in_doubt(platform: str, level: StockLevel) -> bool:
    return any(doubt(platform, level) for doubt in _doubts)
