"""What a linter says of rules, and what it has to know of the firm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from orders.rules.routing.parts import RouteSnapshot, WarehouseOption


class Severity(StrEnum):
    """An error keeps a draft from being published; the others are for whoever reads them."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class Code(StrEnum):
    FAULTY = "rule.faulty"
    NEVER_MATCHES = "rule.never_matches"
    EXPIRED = "rule.expired"
    UNREACHABLE = "rule.unreachable"
    SHADOWED = "rule.shadowed"
    CLASH = "rule.clash"
    DEAD = "rule.dead"
    CLOSED_WAREHOUSE = "rule.closed_warehouse"
    DISABLED_CARRIER = "rule.disabled_carrier"
    DISABLED_PLATFORM = "rule.disabled_platform"
    UNKNOWN_SERVICE = "rule.unknown_service"
    UNKNOWN_VALUE = "rule.unknown_value"
    UNCOVERED = "rules.uncovered"
    UNCHECKED = "rules.unchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`rules` are places in the list of rules, the one to look at first. `field` is that of a
    rule. `example` shows it when it is routed; None where no order can."""

    code: Code
    severity: Severity
    rules: tuple[int, ...]
    words: str
    field: str = ""
    example: RouteSnapshot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What there is now. `services` are names by carrier; an empty set of names is not checked.

    `known` are values of conditions by field, as conditions compare them. `hits` counts how often
    a rule matched within `hit_days`, by its place; None where nothing was counted.
    """

    day: str
    warehouses: tuple[WarehouseOption, ...] = ()
    closed_warehouses: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    services: Mapping[str, frozenset[str]] = field(default_factory=dict)
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hits: Mapping[int, int] | None = None
    hit_days: int = 30
    counted: int = 0
