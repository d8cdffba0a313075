"""Orders as boxes: for each field the classes of values that are allowed.

A rule is a union of boxes. Boxes are cut and taken from each other, so that what matches a rule and
no earlier one is found without trying orders out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from orders.rules.conditions import Comparison, Condition
from orders.rules.conditions.fields import Kind, Operator, Share
from orders.rules.conditions.tree import Joint
from orders.rules.lint.domains import Domain, domain_name, flag

# Of one rule; more are not looked into.
MOST_BOXES = 64
# The two classes of a domain that is a question.
NO, YES = 0b01, 0b10
Sets = Mapping[str, int]


class TooTangled(ValueError):
    """More boxes than are looked into."""


@dataclass(frozen=True, slots=True)
class Box:
    """`sets` has the allowed classes by field; of a field of lines those that every line is in.

    `some` are further sets of classes, each with at least one line in it.
    """

    sets: Sets = field(default_factory=dict)
    some: frozenset[tuple[str, int]] = frozenset()

    def cut(self, other: Box) -> Box:
        sets = dict(self.sets)
        for name, bits in other.sets.items():
            sets[name] = sets[name] & bits if name in sets else bits
        return Box(sets, self.some | other.some if other.some else self.some)

    def narrowed(self, name: str, bits: int) -> Box:
        sets = dict(self.sets)
        sets[name] = sets.get(name, bits) & bits
        return Box(sets, self.some)

    def with_some(self, name: str, bits: int) -> Box:
        return Box(self.sets, self.some | {(name, bits)})


Possible = Callable[[Box], bool]


class Space:
    """The fields with their classes, and which boxes an order can be in."""

    def __init__(self, domains: Mapping[str, Domain], possible: Possible) -> None:
        self.domains = domains
        self._possible = possible
        self._everything = {name: domain.everything for name, domain in domains.items()}

    def holds(self, box: Box) -> bool:
        """Whether some order is in it."""
        for bits in box.sets.values():
            if not bits:
                return False
        for name, bits in box.some:
            if not bits & box.sets.get(name, bits):
                return False
        return self._possible(box)

    def everything(self, name: str) -> int:
        return self._everything[name]

    def boxes(self, part: Condition, wanted: bool = True) -> list[Box]:
        """The orders for which it is true, or for which it is known to be false.

        Raises TooTangled.
        """
        if isinstance(part, Comparison):
            return self._of_comparison(part, wanted)
        inner = wanted if part.joint is not Joint.NONE else not wanted
        below = [self.boxes(one, inner) for one in part.parts]
        together = wanted if part.joint is not Joint.ANY else not wanted
        if together:
            return self._product(below)
        return _bounded([box for boxes in below for box in boxes])

    def _product(self, below: Sequence[Sequence[Box]]) -> list[Box]:
        found = [Box()]
        for boxes in below:
            found = [one for a, b in product(found, boxes) if self.holds(one := a.cut(b))]
            _bounded(found)
        return found

    def _of_comparison(self, asked: Comparison, wanted: bool) -> list[Box]:
        if asked.field.kind is Kind.CODES:
            return _of_codes(asked, wanted)
        domain = self.domains[domain_name(asked)]
        bits = YES if asked.field.is_many else domain.where(asked.test)
        if asked.field.kind is Kind.OF_LINES:
            return [_of_lines(domain, bits, asked.share, wanted)]
        box = Box({domain.name: bits if wanted else domain.everything & ~bits})
        if asked.currency:
            currencies = self.domains["currency"]
            box = box.narrowed("currency", currencies.where(lambda one: one == asked.currency))
        return [box]

    def outside(self, box: Box, other: Box) -> list[Box] | None:
        """The parts of `box` that are not in `other`; None where no order is in both."""
        pieces: list[Box] = []
        rest = box
        for name, bits in other.sets.items():
            beyond = self.everything(name) & ~bits
            if self.domains[name].is_of_lines:
                piece = rest.with_some(name, beyond)
            else:
                piece = rest.narrowed(name, beyond)
            if self.holds(piece):
                pieces.append(piece)
            rest = rest.narrowed(name, bits)
        for name, bits in other.some:
            piece = rest.narrowed(name, self.everything(name) & ~bits)
            if self.holds(piece):
                pieces.append(piece)
            rest = rest.with_some(name, bits)
        return pieces if self.holds(rest) else None


def _of_lines(domain: Domain, bits: int, share: Share, wanted: bool) -> Box:
    others = domain.everything & ~bits
    if share is Share.SOME:
        return Box(some=frozenset({(domain.name, bits)})) if wanted else Box({domain.name: others})
    if share is Share.ALL:
        return Box({domain.name: bits}) if wanted else Box(some=frozenset({(domain.name, others)}))
    return Box({domain.name: others}) if wanted else Box(some=frozenset({(domain.name, bits)}))


def _of_codes(asked: Comparison, wanted: bool) -> list[Box]:
    """A flag for each code: the second class is that it is among them."""
    if (asked.operator is Operator.IN) is wanted:
        return [Box({flag(asked.field.name, code): YES}) for code in asked.values]
    return [Box({flag(asked.field.name, code): NO for code in asked.values})]


def _bounded(boxes: list[Box]) -> list[Box]:
    if len(boxes) > MOST_BOXES:
        raise TooTangled
    return boxes
