"""Rules as unions of boxes, ready to be compared with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from orders.rules.conditions import UnreadableCondition
from orders.rules.lint.boxes import Box, Space, TooTangled
from orders.rules.lint.domains import domains_of
from orders.rules.lint.findings import World
from orders.rules.lint.relations import possible_in
from orders.rules.routing.matching import ReadyRule, asked_of
from orders.rules.routing.parts import CarrierRule

# What a rule is and asks; everything else it sets, and of `extras` each by itself.
ASKS = frozenset(
    {
        *("name", "country", "regions", "reach", "condition", "stop", "valid_from", "valid_until"),
        "extras",
    }
)
# Counted for the rule's own carrier only.
OF_CARRIER = frozenset({"platform", "wish"})
LAST_DAY = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Shape:
    """`boxes` None: too tangled to be looked into. `sets` is what it sets, by name."""

    ready: ReadyRule
    boxes: tuple[Box, ...] | None
    sets: Mapping[str, object]

    @property
    def place(self) -> int:
        return self.ready.place

    @property
    def rule(self) -> CarrierRule:
        return self.ready.rule

    @property
    def rests_on_warehouse(self) -> bool:
        """So it is open, and stops nothing, while the warehouse is chosen."""
        return any(one.field.from_warehouse for one in self.ready.asks.comparisons())

    def is_in_force_with(self, other: Shape, day: str) -> bool:
        """Both on some day from `day` on."""
        first = max(day, self.rule.valid_from, other.rule.valid_from)
        return first <= min(_last(self.rule), _last(other.rule))

    def covers_days_of(self, other: Shape, day: str) -> bool:
        """On every day from `day` on that the other is in force."""
        if not self.rule.valid_from and not self.rule.valid_until:
            return True
        starts = self.rule.valid_from <= max(day, other.rule.valid_from)
        return starts and _last(other.rule) <= _last(self.rule)


def _last(rule: CarrierRule) -> str:
    return rule.valid_until or LAST_DAY


def effects(rule: CarrierRule) -> dict[str, object]:
    """What it sets, by name; each of its tags is a thing of its own, since tags add up."""
    values = ((one.name, getattr(rule, one.name)) for one in fields(rule) if one.name not in ASKS)
    found = {name: value for name, value in values if value}
    extras = rule.extras
    found |= {name: value for name, value in extras.as_dict().items() if value and name != "tags"}
    return found | {f"tag {tag}": True for tag in extras.tags}


def shapes_of(rules: Sequence[CarrierRule], world: World) -> tuple[Space, list[Shape]]:
    """Rules that cannot be read are left out; another check names them."""
    ready = [one for place, rule in enumerate(rules) if (one := _ready(place, rule))]
    asked = [comparison for one in ready for comparison in one.asks.comparisons()]
    domains = domains_of(asked, world)
    space = Space(domains, possible_in(domains, world.warehouses))
    return space, [Shape(one, _boxes(space, one), effects(one.rule)) for one in ready]


def _ready(place: int, rule: CarrierRule) -> ReadyRule | None:
    try:
        return ReadyRule(place, rule, asked_of(rule))
    except UnreadableCondition:
        return None


def _boxes(space: Space, ready: ReadyRule) -> tuple[Box, ...] | None:
    try:
        return tuple(box for box in space.boxes(ready.asks) if space.holds(box))
    except TooTangled:
        return None
