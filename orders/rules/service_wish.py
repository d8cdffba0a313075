"""Which of a carrier's services a shipment is to have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum


class Strategy(StrEnum):
    CHEAPEST = "cheapest"
    FASTEST = "fastest"
    BEST_SCORE = "best_score"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceWish:
    """`service` must occur in the service's name; `max_days` 0 means any time.

    `day_worth`: for the best score, what a day sooner is worth, in the currency of the quotes.
    `any_carrier`: of all carriers and platforms, where nothing else says which one it is.
    """

    strategy: str = Strategy.CHEAPEST.value
    service: str = ""
    max_days: int = 0
    day_worth: str = ""
    any_carrier: bool = False

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    @property
    def words(self) -> str:
        """Such as "the fastest “ground” service within 3 days of any carrier"."""
        kind = {
            Strategy.FASTEST.value: "the fastest",
            Strategy.BEST_SCORE.value: f"the best service at {self.day_worth or 0} a day",
        }.get(self.strategy, "the cheapest")
        named = f" “{self.service}”" if self.service else ""
        days = f" within {self.max_days} days" if self.max_days else ""
        noun = "" if self.strategy == Strategy.BEST_SCORE.value else " service"
        return f"{kind}{named}{noun}{days}{' of any carrier' if self.any_carrier else ''}"


ANY_CHEAPEST = ServiceWish()


def wish_of(
    *,
    strategy: str,
    service: str,
    max_days: int,
    day_worth: Decimal | int,
    any_carrier: bool = False,
) -> ServiceWish | None:
    """None where nothing is asked for."""
    if not (strategy or service or max_days or any_carrier):
        return None
    return ServiceWish(
        strategy=strategy or Strategy.CHEAPEST.value,
        service=service,
        max_days=max_days,
        day_worth=str(day_worth) if strategy == Strategy.BEST_SCORE.value else "",
        any_carrier=any_carrier,
    )


def read_wish(data: Mapping[str, object]) -> ServiceWish:
    """As it was stored; what is missing has its default."""
    return ServiceWish(**{name: data[name] for name in asdict(ANY_CHEAPEST) if name in data})  # type: ignore[arg-type]
