"""Trees of conditions and what comes of them: true, false, or open where a fact is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from orders.rules.conditions.fields import LINES, Fact, Facts, Field, Kind, Operator, Share

NOT_KNOWN_YET = "known only once the warehouse is chosen"
NOT_KNOWN = "not known of this order"
DECIDED = "decided before it"
OTHER_CURRENCY = "the order is in"
WORDS = {
    Operator.IS: "is",
    Operator.IN: "is one of",
    Operator.NOT_IN: "is none of",
    Operator.STARTS_WITH: "starts with",
    Operator.BETWEEN: "is between",
    Operator.ABOVE: "is above",
    Operator.BELOW: "is below",
    Operator.AT_LEAST: "is at least",
    Operator.AT_MOST: "is at most",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One comparison as it was tried. `result` is true, false, or open with the reason why.

    `path` leads to it inside the tree, such as `all[1].any[0]`; `found` is the order's own value.
    """

    path: str
    text: str
    result: str
    found: str = ""

    def as_row(self) -> list[str]:
        return [self.text, self.result, self.found]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact against values. `test` is asked with the fact alone, and never with None."""

    field: Field
    operator: Operator
    values: tuple[object, ...]
    test: Callable[[Fact], bool]
    share: Share = Share.SOME
    currency: str = ""

    def __call__(self, facts: Facts) -> bool | None:
        if self.field.kind is Kind.OF_LINES:
            return self._of_lines(cast(tuple[Mapping[str, str], ...], facts.get(LINES)))
        found = facts.get(self.field.name)
        if found is None or (self.currency and facts.get("currency") != self.currency):
            return None
        return self.test(found)

    def _of_lines(self, lines: tuple[Mapping[str, str], ...] | None) -> bool | None:
        if not lines:
            return None
        name, test = self.field.name, self.test
        if self.field.is_many:
            hits = (any(map(test, line.get(name, "").split("\n"))) for line in lines)
        else:
            hits = (test(line.get(name, "")) for line in lines)
        if self.share is Share.ALL:
            return all(hits)
        return any(hits) if self.share is Share.SOME else not any(hits)

    @property
    def text(self) -> str:
        joint = " and " if self.operator is Operator.BETWEEN else ", "
        values = joint.join(_word(value) for value in self.values)
        unit = self.currency or self.field.unit
        lines = f" for {self.share} lines" if self.field.kind is Kind.OF_LINES else ""
        return f"{self.field.label} {WORDS[self.operator]} {values}{unit and ' ' + unit}{lines}"

    def trials(self, facts: Facts, path: str) -> tuple[bool | None, list[Trial]]:
        result = self(facts)
        found = self.found(facts)
        if result is None:
            return None, [Trial(path, self.text, f"open: {self.why_open(facts)}", found)]
        return result, [Trial(path, self.text, "true" if result else "false", found)]

    def found(self, facts: Facts) -> str:
        if self.field.kind is Kind.OF_LINES:
            lines = cast(tuple[Mapping[str, str], ...], facts.get(LINES) or ())
            values = (line.get(self.field.name, "").split("\n") for line in lines)
            seen = sorted({value or "–" for several in values for value in several})
            return ", ".join(seen[:5]) + (" …" if len(seen) > 5 else "")
        value = facts.get(self.field.name)
        return "" if value is None else _word(value)

    def skipped(self, path: str) -> Iterator[Trial]:
        yield Trial(path, self.text, f"open: {DECIDED}")

    def comparisons(self) -> Iterator[Comparison]:
        yield self

    def why_open(self, facts: Facts) -> str:
        if facts.get(self.field.name) is not None and self.currency:
            return f"{OTHER_CURRENCY} {facts.get('currency')}"
        return NOT_KNOWN_YET if self.field.from_warehouse else NOT_KNOWN


class Joint(StrEnum):
    ALL = "all"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Group:
    """All, any or none of its parts. An empty `all` or `none` is true, an empty `any` false."""

    joint: Joint
    parts: tuple[Condition, ...]

    def __call__(self, facts: Facts) -> bool | None:
        decider = self.joint is not Joint.ALL
        answer: bool | None = not decider
        for part in self.parts:
            result = part(facts)
            if result is decider:
                return self._turned(result)
            if result is None:
                answer = None
        return self._turned(answer)

    def trials(self, facts: Facts, path: str = "") -> tuple[bool | None, list[Trial]]:
        """The answer, and every comparison below with its own, in order."""
        decider = self.joint is not Joint.ALL
        answer: bool | None = not decider
        rows: list[Trial] = []
        for place, part in enumerate(self.parts):
            below = f"{path}{path and '.'}{self.joint}[{place}]"
            if answer is decider:
                rows += part.skipped(below)
                continue
            result, tried = part.trials(facts, below)
            rows += tried
            answer = result if result is decider or result is None else answer
        return self._turned(answer), rows

    def skipped(self, path: str) -> Iterator[Trial]:
        for place, part in enumerate(self.parts):
            yield from part.skipped(f"{path}.{self.joint}[{place}]")

    def comparisons(self) -> Iterator[Comparison]:
        for part in self.parts:
            yield from part.comparisons()

    def _turned(self, answer: bool | None) -> bool | None:
        return answer if answer is None or self.joint is not Joint.NONE else not answer


Condition = Comparison | Group


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value) or "empty"
