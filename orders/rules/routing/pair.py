"""Two versions of the rules asked of the same orders."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher

from orders.rules.routing.choosing import router_for
from orders.rules.routing.facts import OrderFacts
from orders.rules.routing.index import RuleIndex
from orders.rules.routing.matching import ready_rules
from orders.rules.routing.parts import CarrierRule, RouteDecision, RouteSnapshot, RuleBook


class RouterPair:
    """Where none of the rules that differ matches an order, both say the same of it, so that the
    second one is not asked.

    A rule that matches while the warehouse is chosen still does when it is, so it is enough to ask
    with the warehouse that the first one has chosen.
    """

    def __init__(self, before: RuleBook, after: RuleBook) -> None:
        self.before, self.after = router_for(before), router_for(after)
        self._has_same_defaults = replace(after, rules=(), version=0) == replace(
            before, rules=(), version=0
        )
        self._differing = RuleIndex(ready_rules(differing_rules(before, after)))

    def route(self, snapshot: RouteSnapshot) -> tuple[RouteDecision, RouteDecision]:
        facts = OrderFacts(snapshot)
        old = self.before.route(snapshot, facts=facts)
        if self._has_same_defaults and not self._any_differing(facts):
            return old, old
        return old, self.after.route(snapshot, facts=facts)

    def _any_differing(self, facts: OrderFacts) -> bool:
        index = self._differing
        mask = index.fitting_order(facts)
        if mask:
            mask = index.fitting_warehouse(mask, facts)
        return next(index.matching(mask, facts), None) is not None


def differing_rules(before: RuleBook, after: RuleBook) -> list[CarrierRule]:
    """Of both, all but those that stand in both in the same order."""
    old, new = [repr(rule) for rule in before.rules], [repr(rule) for rule in after.rules]
    found: list[CarrierRule] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            found += [*before.rules[a:b], *after.rules[c:d]]
    return found
