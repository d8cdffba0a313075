"""What a routing decision is made from, and what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from orders.rules.exchange import DatedRate
from orders.rules.offers import Offer
from orders.rules.routing.extras import NO_EXTRAS, Extras
from orders.rules.service_wish import ANY_CHEAPEST, ServiceWish

NO_STOCK = "no_stock"
NO_WAREHOUSE = "no_warehouse"
NO_CARRIER_PLATFORM = "no_platform_for_carrier"
NO_ROUTE = "no_route"
NO_OFFER = "no_offer"

# Stages of the trace in which rules are asked.
WAREHOUSE_RULES = "warehouse rule"
SPLIT_RULES = "split rule"
RULES = "carrier"
# And the one in which services are compared.
OFFERS = "offer"


class Reach(StrEnum):
    """Which parcels a rule is for, seen from the warehouse that they leave."""

    INSIDE = "inside"
    LEAVING = "leaving"
    BOTH = "both"


class Split(StrEnum):
    """Whether several warehouses may send an order that none of them can send alone."""

    ALLOW = "allow"
    FORBID = "forbid"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseOption:
    """An active warehouse and the units it could give of each SKU asked for.

    `ships_on` is the first day on which it could hand the parcel over ("" is not known), and
    `is_late` whether that breaks the promise. `boxes`: how many it takes with those at hand there.
    `handling` is what a parcel costs there.
    """

    code: str
    country: str
    region: str
    available: Mapping[str, int]
    time_zone: str = "UTC"
    ships_on: str = ""
    is_late: bool = False
    boxes: int = 1
    handling: str = ""
    handling_currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierRule:
    """If everything it asks for is so, what it sets holds unless an earlier rule set it.

    `country` and `regions` narrow the destination (empty for any), `condition` is a tree as
    `orders.rules.conditions` reads it. What it says of platform and service counts for its own
    `carrier` only, if it names one. `valid_from` and `valid_until` are days in UTC, both included.
    `split` says whether several warehouses may send it where none can alone (a `Split`).
    `stop`: when it matches, no later rule is looked at.
    """

    name: str
    country: str = ""
    regions: tuple[str, ...] = ()
    carrier: str = ""
    reach: str = Reach.INSIDE.value
    condition: Mapping[str, object] = field(default_factory=dict)
    platform: str = ""
    wish: ServiceWish | None = None
    warehouses: tuple[str, ...] = ()
    hold_reason: str = ""
    split: str = ""
    extras: Extras = NO_EXTRAS
    stop: bool = True
    valid_from: str = ""
    valid_until: str = ""

    @property
    def gives_carrier(self) -> bool:
        """By its name, or as the one whose service is best."""
        return bool(self.carrier or (self.wish and self.wish.any_carrier))

    def is_in_force(self, day: str) -> bool:
        """`day` as 2026-03-01; a day that is not known is within every time."""
        if not day:
            return True
        return (not self.valid_from or self.valid_from <= day) and (
            not self.valid_until or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """One version of the rules, in the order in which they are tried.

    Without a default an order that no rule gives a carrier has no route.
    """

    version: int
    rules: tuple[CarrierRule, ...]
    default_carrier: str
    export_carrier: str
    export_platform: str
    platform_of: Mapping[str, str]
    warehouse_preference: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSnapshot:
    """Everything a decision rests on. `needs` is units by SKU over all lines.

    `facts` are what conditions ask of an order (`orders.rules.conditions.fields`), as plain JSON;
    `lines` the facts of each line. `at` is the moment of the decision, ISO 8601 in UTC.
    `is_released`: a person let it go, so no rule holds it again.
    `offers` are what services cost from the warehouses `offers_from`, where somebody has looked;
    `exchange` are the rates by which their currencies are compared.
    `booked_at` is the platform that it was taken from, where its booking is.
    """

    country: str
    region: str
    requested_carrier: str
    needs: Mapping[str, int]
    warehouses: tuple[WarehouseOption, ...]
    book: RuleBook
    facts: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    lines: tuple[Mapping[str, str], ...] = ()
    at: str = ""
    is_released: bool = False
    offers_from: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    exchange: tuple[DatedRate, ...] = ()
    booked_at: str = ""


class Answer(StrEnum):
    """What asking a rule came to, and why one was not asked."""

    MATCHED = "matched"
    REFUTED = "refuted"
    OPEN = "open"
    OUT_OF_FORCE = "out_of_force"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One thing that was tried: `outcome` is chosen, passed, failed or skipped.

    `tests` are a rule's conditions in order: what was asked, what came of it, what was found.
    `rule` is its place among the rules, -1 for a step that asked none; `answer` what it came to.
    """

    stage: str
    subject: str
    outcome: str
    reason: str
    tests: tuple[tuple[str, str, str], ...] = ()
    rule: int = -1
    answer: Answer | None = None

    def told(self, outcome: str, reason: str) -> TraceStep:
        return replace(self, outcome=outcome, reason=reason)

    def as_dict(self) -> dict[str, object]:
        told: dict[str, object] = {
            "stage": self.stage,
            "subject": self.subject,
            "outcome": self.outcome,
            "reason": self.reason,
        }
        return told | ({"tests": [list(test) for test in self.tests]} if self.tests else {})


@dataclass
class Explanation:
    """Every step that was tried, in order; `origin`: the warehouse that rules were asked for."""

    steps: list[TraceStep] = field(default_factory=list)
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersWanted:
    """A rule asks for the best service of any carrier: what they cost from a warehouse has to be
    known first. `platforms` are those that the parcel could be booked at, `package` the saved box
    that rules ask for."""

    warehouse: str
    platforms: tuple[str, ...]
    package: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDecision:
    """The choice, or `failure` and what is missing. `shortages` is units by SKU.

    `hold_reason`: a rule keeps the order back for a person before it goes this way. `rule` is the
    name of the one that picked the carrier, or asked for it by price, "" where none did.
    `offer`: the service that carrier and platform were chosen for, where prices decided.
    `wants`: decide again with these offers in the snapshot.
    """

    warehouse: str = ""
    platform: str = ""
    carrier: str = ""
    rule: str = ""
    wish: ServiceWish = ANY_CHEAPEST
    hold_reason: str = ""
    # Where no warehouse holds every line, and only if a rule says so.
    split: str = ""
    extras: Extras = NO_EXTRAS
    failure: str = ""
    shortages: Mapping[str, int] = field(default_factory=dict)
    sentences: tuple[str, ...] = ()
    offer: Offer | None = None
    wants: OffersWanted | None = None
    explain: Callable[[], Explanation] = field(default=Explanation, compare=False, repr=False)

    @property
    def is_routed(self) -> bool:
        return not self.failure

    @property
    def trace(self) -> tuple[TraceStep, ...]:
        """Every step that was tried, worked out anew each time by deciding once more."""
        return tuple(self.explain().steps)
