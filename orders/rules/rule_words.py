"""A rule in words, as pages and reports tell it."""

from __future__ import annotations

from collections.abc import Sequence

from orders.rules.conditions import Comparison, Condition, Group, UnreadableCondition
from orders.rules.conditions.tree import Joint
from orders.rules.routing.matching import asked_of
from orders.rules.routing.parts import CarrierRule

PREFERRED = {
    "same_region": "one in the state that it goes to",
    "nearest": "the nearest",
    "soonest": "the one that hands over soonest",
    "cheapest": "the cheapest",
}
JOINTS = {Joint.ALL: " and ", Joint.ANY: " or ", Joint.NONE: " or "}


def if_words(rule: CarrierRule) -> tuple[str, ...]:
    """One sentence for each thing that must be so; none means every order."""
    try:
        asked = asked_of(rule)
    except UnreadableCondition as exc:
        return (f"cannot be read: {exc}",)
    return tuple(_words(part, is_inner=False) for part in asked.parts)


def _words(part: Condition, *, is_inner: bool) -> str:
    if isinstance(part, Comparison):
        return _comparison_words(part)
    return _group_words(part, is_inner=is_inner)


def _comparison_words(asked: Comparison) -> str:
    if asked.field.name == "leaves_country":
        return "it leaves the country" if asked.values == (True,) else "it stays in the country"
    return asked.text


def _group_words(group: Group, *, is_inner: bool) -> str:
    told = JOINTS[group.joint].join(_words(part, is_inner=True) for part in group.parts)
    if group.joint is Joint.NONE:
        return f"not ({told})"
    return f"({told})" if is_inner and len(group.parts) > 1 else told


def preference_words(preference: Sequence[str]) -> tuple[str, ...]:
    """Which warehouse is looked for first, then which."""
    return tuple(_preferred(one) for one in preference)


def _preferred(one: str) -> str:
    if one.startswith("region:"):
        return f"one in {one.removeprefix('region:')}"
    return PREFERRED.get(one, one)


def then_words(rule: CarrierRule) -> tuple[str, ...]:
    """One phrase for each thing that it sets."""
    told = [
        f"carrier {rule.carrier}" if rule.carrier else "",
        f"platform {rule.platform}" if rule.platform else "",
        rule.wish.words if rule.wish else "",
        f"from {', '.join(rule.warehouses)}" if rule.warehouses else "",
        f"{rule.split} sending it from several warehouses" if rule.split else "",
        *rule.extras.words,
        f"held: {rule.hold_reason}" if rule.hold_reason else "",
        "stop here" if rule.stop else "",
    ]
    return tuple(words for words in told if words)
