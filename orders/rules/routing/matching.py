"""Rules made ready to be asked, and the facts that they are asked of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from orders.rules.conditions import Condition, Group, Trial, read_condition
from orders.rules.conditions.fields import LINES, WEEKDAYS, Fact, tidied_text
from orders.rules.conditions.tree import Joint
from orders.rules.routing.parts import CarrierRule, Reach, RouteSnapshot, WarehouseOption
from orders.rules.routing.warehouses import missing_units


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """`asks` is everything that must be so, the destination and the reach included."""

    rule: CarrierRule
    asks: Group

    def trials(self, facts: Mapping[str, Fact]) -> tuple[bool | None, list[Trial]]:
        return self.asks.trials(facts)


def ready_rules(rules: Sequence[CarrierRule]) -> tuple[ReadyRule, ...]:
    """Raises UnreadableCondition for a rule that was never checked."""
    return tuple(ReadyRule(rule, asked_of(rule)) for rule in rules)


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


def order_facts(snapshot: RouteSnapshot) -> dict[str, Fact]:
    """What is known before a warehouse is chosen."""
    facts: dict[str, Fact] = {
        name: tidied_text(name, value) if isinstance(value, str) else value
        for name, value in snapshot.facts.items()
    }
    if (value := snapshot.facts.get("value")) is not None:
        facts["value"] = Decimal(str(value))
    country = tidied_text("country", snapshot.country)
    facts |= {
        "country": country,
        "country_group": country,
        "region": tidied_text("region", snapshot.region),
        "requested_carrier": snapshot.requested_carrier,
        "units": sum(snapshot.needs.values()),
        "stocked_in": tuple(
            option.code
            for option in snapshot.warehouses
            if not missing_units(option, snapshot.needs)
        ),
        LINES: tuple(
            {name: tidied_text(name, value) for name, value in line.items()}
            for line in snapshot.lines
        ),
    }
    return facts


def warehouse_facts(origin: WarehouseOption, snapshot: RouteSnapshot) -> dict[str, Fact]:
    """What the choice of the warehouse adds. Hour and weekday are those of its own clock."""
    facts: dict[str, Fact] = {
        "warehouse": origin.code,
        "leaves_country": origin.country != snapshot.country,
    }
    if snapshot.at:
        hour, day = _local(snapshot.at, origin.time_zone)
        facts |= {"hour": hour, "weekday": WEEKDAYS[day]}
    return facts


@lru_cache(maxsize=1000)
def _local(at: str, time_zone: str) -> tuple[int, int]:
    moment = datetime.fromisoformat(at).astimezone(ZoneInfo(time_zone))
    return moment.hour, moment.weekday()
