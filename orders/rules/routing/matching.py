"""Rules made ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orders.rules.conditions import Condition, Group, Trial, read_condition
from orders.rules.conditions.fields import Facts
from orders.rules.conditions.tree import Joint
from orders.rules.routing.parts import CarrierRule, Reach


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """`asks` is everything that must be so, the destination and the reach included."""

    place: int
    rule: CarrierRule
    asks: Group

    def trials(self, facts: Facts) -> tuple[bool | None, list[Trial]]:
        return self.asks.trials(facts)


def ready_rules(rules: Sequence[CarrierRule]) -> tuple[ReadyRule, ...]:
    """Raises UnreadableCondition for a rule that was never checked."""
    return tuple(ReadyRule(place, rule, asked_of(rule)) for place, rule in enumerate(rules))


def asked_of(rule: CarrierRule) -> Group:
    """The rule's own tree with its destination and reach before it."""
    leaves: list[Mapping[str, object]] = []
    if rule.country:
        leaves.append({"field": "country", "op": "is", "value": rule.country})
    if rule.regions:
        leaves.append({"field": "region", "op": "in", "value": list(rule.regions)})
    if rule.reach != Reach.BOTH.value:
        is_leaving = rule.reach == Reach.LEAVING.value
        leaves.append({"field": "leaves_country", "op": "is", "value": is_leaving})
    own = read_condition(rule.condition)
    given: tuple[Condition, ...] = read_condition({"all": leaves}).parts if leaves else ()
    return Group(Joint.ALL, (*given, *(own.parts if own.joint is Joint.ALL else (own,))))
