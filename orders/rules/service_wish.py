"""Which of a carrier's services a shipment is to have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

WORKING_DAYS = 5


class Strategy(StrEnum):
    CHEAPEST = "cheapest"
    IN_TIME = "in_time"
    FASTEST = "fastest"
    BEST_SCORE = "best_score"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceWish:
    """`service` must occur in the service's name; `max_days` 0 means any time.

    In time asks for the cheapest that arrives by `deliver_by`, having left on `leaves_on`, both
    days such as 2026-03-01; without a promised day it asks for the cheapest.
    `day_worth`: for the best score, what a day sooner is worth, in the currency of the quotes.
    `any_carrier`: of all carriers and platforms, where nothing else says which one it is.
    """

    strategy: str = Strategy.CHEAPEST.value
    service: str = ""
    max_days: int = 0
    day_worth: str = ""
    any_carrier: bool = False
    deliver_by: str = ""
    leaves_on: str = ""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def promised(self, *, deliver_by: str, leaves_on: str) -> ServiceWish:
        """For an order that is promised for a day; either may be "" where it is not known."""
        if self.strategy != Strategy.IN_TIME.value or not (deliver_by and leaves_on):
            return self
        return replace(self, deliver_by=deliver_by, leaves_on=leaves_on)

    def arrives(self, days: int) -> date:
        """By a service that takes so many working days."""
        return working_days_after(date.fromisoformat(self.leaves_on), days)

    @property
    def words(self) -> str:
        """Such as "the fastest “ground” service within 3 days of any carrier"."""
        kind = {
            Strategy.IN_TIME.value: f"the cheapest{'' if self.deliver_by else ' in time'}",
            Strategy.FASTEST.value: "the fastest",
            Strategy.BEST_SCORE.value: f"the best service at {self.day_worth or 0} a day",
        }.get(self.strategy, "the cheapest")
        named = f" “{self.service}”" if self.service else ""
        days = f" within {self.max_days} days" if self.max_days else ""
        days += f" that arrives by {day_words(self.deliver_by)}" if self.deliver_by else ""
        noun = "" if self.strategy == Strategy.BEST_SCORE.value else " service"
        return f"{kind}{named}{noun}{days}{' of any carrier' if self.any_carrier else ''}"


def working_days_after(day: date, count: int) -> date:
    """Monday to Friday, as platforms count the days of a service; holidays are not known."""
    if count <= 0:
        return day
    day -= timedelta(days=max(day.weekday() - WORKING_DAYS + 1, 0))
    weeks, rest = divmod(count, WORKING_DAYS)
    over_a_weekend = day.weekday() + rest >= WORKING_DAYS
    return day + timedelta(weeks=weeks, days=rest + 2 * over_a_weekend)


def day_words(day: date | str) -> str:
    """Such as "3 Dec 2026"."""
    known = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{known.day} {known:%b %Y}"


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
