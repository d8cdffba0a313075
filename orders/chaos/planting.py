"""Units that are lost or found at the platform with no order behind them, for the day to find."""

from __future__ import annotations

import random
from dataclasses import dataclass

from carriers.models import OutboxCommand
from inventory.models import PlatformStock
from inventory.sync.telling import TELL, lane_of
from orders.demo.twin_control import shift_stock

# Where the twin's shop sells from.
PLACE = "NV1"
# By the time the day is nearly over, from shelves with so many left.
PLANTED = (-1, 6, -3, -1, 9)
UNTIL = 0.85
FEWEST_LEFT = 10


@dataclass(frozen=True, slots=True, order=True)
class Planted:
    """Units that went from a shelf there, or came, with no order behind it."""

    stock_id: int
    units: int


class Losses:
    """Lets a unit be lost in Veeqo's warehouse, or somebody count there, as the day goes on."""

    def __init__(self, rng: random.Random, planted: list[Planted]) -> None:
        self._rng, self._planted = rng, planted

    def plant(self, share: float) -> None:
        if share >= UNTIL * (len(self._planted) + 1) / len(PLANTED):
            plant_next(self._rng, self._planted)


def plant_next(rng: random.Random, planted: list[Planted]) -> bool:
    """False where all are planted, or no shelf is calm enough for another."""
    left = PLANTED[len(planted) :]
    found = calm_stocks({one.stock_id for one in planted}) if left else []
    if not found:
        return False
    stock = rng.choice(found)
    shift_stock(stock.listing.external_ref, stock.link.external_ref, left[0])
    planted.append(Planted(stock.pk, left[0]))
    return True


def calm_stocks(not_these: set[int]) -> list[PlatformStock]:
    """Numbers that both sides agree on and nobody is about to tell, with units on the shelf.

    What is changed there between the look and the writing of a command in hand is overwritten by
    it, and that nobody could ever see.
    """
    rows = PlatformStock.objects.filter(
        link__warehouse__code=PLACE, telling=None, rest_since=None, expected__gte=FEWEST_LEFT
    )
    busy = set(OutboxCommand.objects.filter(kind=TELL).still_open().values_list("lane", flat=True))
    known = rows.exclude(pk__in=not_these).with_all().order_by("pk")
    return [stock for stock in known if lane_of(stock.pk) not in busy]
