"""When a price has risen so far above what was agreed to that a person has to say yes again."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from shipping_project.kernel.money import Money

# Not bought, because it costs too much by now.
PRICE_RISEN = "price.risen"
# Bought, and more was taken than had been quoted.
CHARGED_MORE = "price.charged_more"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiseLimit:
    """A rise above either of them is too much: `percent` of the agreed price, or `amount`."""

    percent: int
    amount: Decimal


def has_risen(agreed: Money, now: Money, limit: RiseLimit) -> bool:
    """Two currencies cannot be compared, which counts as risen."""
    if agreed.currency != now.currency:
        return True
    rise = now.amount - agreed.amount
    return rise > limit.amount or rise * 100 > agreed.amount * limit.percent
