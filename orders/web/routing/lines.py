"""The rules of a version as people read them."""

from __future__ import annotations

from dataclasses import dataclass

from orders.models import RoutingRule, RuleSet
from orders.rules.rule_words import if_words, then_words
from orders.services.rule_books import as_carrier_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule; `conditions` empty means that it is for every order."""

    place: int
    name: str
    is_active: bool
    conditions: tuple[str, ...]
    effects: tuple[str, ...]
    days: str


def rule_lines(rule_set: RuleSet) -> tuple[RuleLine, ...]:
    rules = sorted(rule_set.rules.all(), key=lambda rule: rule.position)
    return tuple(_line(place, rule) for place, rule in enumerate(rules, start=1))


def _line(place: int, rule: RoutingRule) -> RuleLine:
    ready = as_carrier_rule(rule)
    return RuleLine(
        place=place,
        name=rule.name,
        is_active=rule.is_active,
        conditions=if_words(ready),
        effects=then_words(ready),
        days=_days(rule),
    )


def _days(rule: RoutingRule) -> str:
    first, last = rule.valid_from, rule.valid_until
    if first and last:
        return f"from {first} to {last}"
    return f"from {first}" if first else f"until {last}" if last else ""
