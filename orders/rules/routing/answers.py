"""What the rules have set of the way so far, and how it is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from orders.rules.routing.extras import NO_EXTRAS, Extras
from orders.rules.routing.parts import CarrierRule, RouteSnapshot, WarehouseOption
from orders.rules.service_wish import ServiceWish


@dataclass(slots=True)
class Answers:
    """What the rules have set so far, each by the first rule that did."""

    carrier: str = ""
    rule: str = ""
    platform: str = ""
    platform_rule: str = ""
    wish: ServiceWish | None = None
    wish_rule: str = ""
    hold_reason: str = ""
    extras: Extras = NO_EXTRAS


def promised(wish: ServiceWish, snapshot: RouteSnapshot, origin: WarehouseOption) -> ServiceWish:
    """With the day that this order is promised for, and the one on which it leaves."""
    deliver_by = snapshot.facts.get("deliver_by_day")
    leaves_on = origin.ships_on or snapshot.at[:10]
    return wish.promised(deliver_by=str(deliver_by or ""), leaves_on=leaves_on)


def take(answer: Answers, rule: CarrierRule) -> list[str]:
    """Keep what the rule sets and no earlier one did; named is what.

    Its platform and service are meant for its own carrier, so they go with no other.
    """
    set_now: list[str] = []
    if rule.carrier and not answer.carrier:
        answer.carrier, answer.rule = rule.carrier, rule.name
        set_now.append("carrier")
    if not rule.carrier or rule.carrier == answer.carrier:
        if rule.platform and not answer.platform:
            answer.platform, answer.platform_rule = rule.platform, rule.name
            set_now.append("platform")
        if rule.wish and not answer.wish:
            answer.wish, answer.wish_rule = rule.wish, rule.name
            set_now.append("service")
    if rule.extras and answer.extras.joined(rule.extras) != answer.extras:
        answer.extras = answer.extras.joined(rule.extras)
        set_now.append("extras")
    if rule.hold_reason and not answer.hold_reason:
        answer.hold_reason = rule.hold_reason
        set_now.append("hold")
    return set_now


def words_of(rule: CarrierRule, name: str) -> str:
    if name == "service":
        return rule.wish.words if rule.wish else ""
    if name == "extras":
        return ", ".join(rule.extras.words)
    return "hold" if name == "hold" else f"{name} {getattr(rule, name)}"


def hold_reason_of(answer: Answers, platform: str) -> str:
    """That of a rule, or that the platform cannot be told what a rule asks for."""
    untold = answer.extras.not_told_to(platform)
    if answer.hold_reason or not untold:
        return answer.hold_reason
    return f"Rules ask for {' and '.join(untold)}, which {platform.capitalize()} cannot be told."


def extras_words(answer: Answers, platform: str) -> tuple[str, ...]:
    if not answer.extras:
        return ()
    untold = answer.extras.not_told_to(platform)
    told = f"Rules ask for {', '.join(answer.extras.words)}."
    if not untold:
        return (told,)
    return (told, f"{platform.capitalize()} cannot be told of {' and '.join(untold)}.")


def wish_words(answer: Answers) -> tuple[str, ...]:
    return (f"Asked for is {answer.wish.words}.",) if answer.wish else ()
