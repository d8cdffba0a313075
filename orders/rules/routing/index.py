"""Which rules match an order, found without asking each of them.

A set of rules is one integer with a bit for each. For every field there is an index from the
order's value to the rules that this value does not rule out, filled by asking the comparisons
themselves as values come; numbers count by their place among the bounds that rules name. What
stands in nested groups is asked of the few rules that are left.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from typing import Any, cast

from orders.rules.conditions import Comparison, Condition
from orders.rules.conditions.fields import Kind
from orders.rules.routing.facts import OrderFacts, is_stated
from orders.rules.routing.matching import ReadyRule

# Values of one field that are remembered; beyond it all are forgotten.
MOST_VALUES = 20_000
Key = Callable[[OrderFacts], Hashable]


class RuleIndex:
    """Of rules in their order; bit 0 is the first."""

    def __init__(self, rules: Sequence[ReadyRule]) -> None:
        self.rules = rules
        self.everything = (1 << len(rules)) - 1
        asked: dict[str, list[tuple[int, Comparison]]] = {}
        self._rest: list[tuple[Condition, ...]] = []
        for ready in rules:
            direct = [part for part in ready.asks.parts if isinstance(part, Comparison)]
            self._rest.append(tuple(p for p in ready.asks.parts if not isinstance(p, Comparison)))
            for comparison in direct:
                entry = (1 << ready.place, comparison)
                asked.setdefault(comparison.field.name, []).append(entry)
        fields = [_FieldIndex(name, entries, self.everything) for name, entries in asked.items()]
        self._of_order = [one for one in fields if not one.from_warehouse]
        self._of_warehouse = [one for one in fields if one.from_warehouse]
        self.needs_no_warehouse = self.everything & ~_bits(self._of_warehouse)
        self._has_dates = any(ready.rule.valid_from or ready.rule.valid_until for ready in rules)
        self._in_force: dict[str, int] = {}

    def fitting_order(self, facts: OrderFacts) -> int:
        """The rules that nothing of the order rules out."""
        mask = self._on_day(facts.snapshot.at[:10]) if self._has_dates else self.everything
        for field in self._of_order:
            mask &= field.fitting(facts)
            if not mask:
                break
        return mask

    def fitting_warehouse(self, mask: int, facts: OrderFacts) -> int:
        """Those of `mask` that its warehouse does not rule out either."""
        for field in self._of_warehouse:
            mask &= field.fitting(facts)
        return mask

    def matching(self, mask: int, facts: OrderFacts) -> Iterator[ReadyRule]:
        """Those of `mask` that match, in order."""
        while mask:
            lowest = mask & -mask
            mask ^= lowest
            place = lowest.bit_length() - 1
            for part in self._rest[place]:
                if part(facts) is not True:
                    break
            else:
                yield self.rules[place]

    def _on_day(self, day: str) -> int:
        mask = self._in_force.get(day)
        if mask is None:
            mask = sum(1 << ready.place for ready in self.rules if ready.rule.is_in_force(day))
            _remember(self._in_force, day, mask)
        return mask


class _FieldIndex:
    def __init__(
        self, name: str, entries: Sequence[tuple[int, Comparison]], everything: int
    ) -> None:
        field = entries[0][1].field
        self.from_warehouse = field.from_warehouse
        self.entries = entries
        self.everything = everything
        self._key = _key_of(name, field.kind, [comparison for _, comparison in entries])
        self._seen: dict[Hashable, int] = {}

    def fitting(self, facts: OrderFacts) -> int:
        key = self._key(facts)
        mask = self._seen.get(key)
        if mask is None:
            mask = self.everything
            for bit, comparison in self.entries:
                if comparison(facts) is not True:
                    mask &= ~bit
            _remember(self._seen, key, mask)
        return mask


def _bits(fields: Sequence[_FieldIndex]) -> int:
    bits = 0
    for field in fields:
        for bit, _ in field.entries:
            bits |= bit
    return bits


def _remember(seen: dict[Any, int], key: Hashable, mask: int) -> None:
    if len(seen) >= MOST_VALUES:
        seen.clear()
    seen[key] = mask


def _key_of(name: str, kind: Kind, comparisons: Sequence[Comparison]) -> Key:
    """What two orders must have alike for the comparisons to say the same of both."""
    if kind is Kind.OF_LINES:
        return partial(_line_values, name)
    if kind in (Kind.NUMBER, Kind.MONEY):
        bounds = sorted({bound for one in comparisons for bound in cast(Any, one.values)})
        if kind is Kind.MONEY:
            return partial(_money_place, name, bounds)
        return partial(_place_stated if is_stated(name) else _place, name, bounds)
    if kind in (Kind.TEXT, Kind.FLAG) and is_stated(name):
        # As it was stated, which spares tidying it.
        return lambda facts: facts.snapshot.facts.get(name)
    return lambda facts: cast(Hashable, facts.get(name))


def _line_values(name: str, facts: OrderFacts) -> Hashable:
    return tuple([line.get(name) for line in facts.snapshot.lines])


def _money_place(name: str, bounds: Sequence[Any], facts: OrderFacts) -> Hashable:
    return _place_of(facts.get(name), bounds), facts.get("currency")


def _place_stated(name: str, bounds: Sequence[Any], facts: OrderFacts) -> Hashable:
    return _place_of(facts.snapshot.facts.get(name), bounds)


def _place(name: str, bounds: Sequence[Any], facts: OrderFacts) -> Hashable:
    return _place_of(facts.get(name), bounds)


def _place_of(value: Any, bounds: Sequence[Any]) -> int | None:
    """An even number between two bounds, an odd one on a bound."""
    return None if value is None else bisect_left(bounds, value) + bisect_right(bounds, value)
