"""All checks of a set of rules, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from orders.rules.lint.findings import Code, Finding, Severity, World
from orders.rules.lint.gaps import uncovered
from orders.rules.lint.matching import clashing, coming_too_late, never_matching
from orders.rules.lint.references import naming_what_is_gone, never_hit
from orders.rules.lint.survey import Survey
from orders.rules.routing.parts import RuleBook
from orders.rules.rule_check import rule_faults

ORDER = (Severity.ERROR, Severity.WARNING, Severity.HINT)


def lint(book: RuleBook, world: World) -> tuple[Finding, ...]:
    """The worst first, then by the rule."""
    survey = Survey(book, world)
    found = [
        *_faults(book, world),
        *never_matching(survey),
        *coming_too_late(survey),
        *clashing(survey),
        *uncovered(survey),
        *naming_what_is_gone(survey),
        *never_hit(survey),
    ]
    found.sort(key=lambda one: (ORDER.index(one.severity), one.rules or (len(book.rules),)))
    return tuple(found)


def _faults(book: RuleBook, world: World) -> Iterator[Finding]:
    """What keeps a rule from working at all; there is no order that shows it."""
    known = {option.code for option in world.warehouses} | world.closed_warehouses
    for place, rule in enumerate(book.rules):
        for fault in rule_faults(rule, warehouses=known):
            yield Finding(
                code=Code.FAULTY,
                severity=Severity.ERROR,
                rules=(place,),
                words=f"“{rule.name}”: {fault.message}",
                field=fault.field,
            )
