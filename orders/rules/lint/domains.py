"""The values of a field, sorted into classes that the rules cannot tell apart.

Each class is one bit, with a value that stands for all of its values, and a comparison is the set
of classes for which it is true. It is found by asking the comparison itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from orders.rules.conditions import Comparison
from orders.rules.conditions.fields import COUNTRY_GROUPS, WEEKDAYS, Kind
from orders.rules.geography import COUNTRIES
from orders.rules.lint.findings import World

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# The least and the most that an order can have of it; None is no bound.
BOUNDS: Mapping[str, tuple[int, int | None]] = {
    "hour": (0, 23),
    "line_count": (1, None),
    "units": (1, None),
}
# May be below zero.
UNBOUNDED = frozenset({"hours_to_ship_by", "days_to_deliver_by"})
ELSEWHERE = "ELSEWHERE"
STOCKED = "stocked_in:"


@dataclass(frozen=True, slots=True)
class Domain:
    """`values` stand for the classes; of a number, `spans` has the least and the most of each."""

    name: str
    values: tuple[Any, ...]
    spans: tuple[tuple[Any, Any], ...] = ()
    is_of_lines: bool = False

    @property
    def everything(self) -> int:
        return (1 << len(self.values)) - 1

    def where(self, test: Callable[[Any], bool]) -> int:
        return sum(1 << at for at, value in enumerate(self.values) if test(value))

    def of(self, bits: int) -> list[Any]:
        return [value for at, value in enumerate(self.values) if bits >> at & 1]

    def ends(self, bits: int) -> tuple[Any, Any]:
        """The least and the most of some classes of a number."""
        return self.spans[(bits & -bits).bit_length() - 1][0], self.spans[bits.bit_length() - 1][1]

    def spans_of(self, bits: int) -> list[tuple[Any, Any]]:
        return [span for at, span in enumerate(self.spans) if bits >> at & 1]


def domain_name(comparison: Comparison) -> str:
    """The group of a country is asked of the country itself.

    Of a field that a line has several of, each question is a domain of its own: one answer rules
    no other out.
    """
    name = comparison.field.name
    if comparison.field.is_many:
        return ":".join([name, comparison.operator, *map(str, comparison.values)])
    return "country" if name == "country_group" else name


def domains_of(comparisons: Iterable[Comparison], world: World) -> dict[str, Domain]:
    """Of every field that is asked about, and of those that others rest on."""
    asked: dict[str, list[Comparison]] = {"country": [], "region": [], "weight_g": []}
    flags: set[str] = set()
    for one in comparisons:
        if one.field.kind is Kind.CODES:
            flags |= {flag(one.field.name, code) for code in one.values}
        else:
            asked.setdefault(domain_name(one), []).append(one)
    found = {name: _domain(name, ones, world) for name, ones in asked.items()}
    currencies = sorted({one.currency for ones in asked.values() for one in ones if one.currency})
    found["currency"] = Domain("currency", tuple(currencies) or ("USD",))
    options = tuple(option.code for option in world.warehouses)
    found["warehouse"] = Domain("warehouse", options) if options else _warehouses(asked)
    found["leaves_country"] = Domain("leaves_country", (False, True))
    return found | {name: Domain(name, (False, True)) for name in sorted(flags)}


def flag(name: str, code: object) -> str:
    """The domain of whether a field of codes has this one."""
    return f"{name}:{code}"


def stocked(code: object) -> str:
    return f"{STOCKED}{code}"


def _warehouses(asked: Mapping[str, Sequence[Comparison]]) -> Domain:
    return _texts("warehouse", asked.get("warehouse", ()), ())


def _domain(name: str, asked: Sequence[Comparison], world: World) -> Domain:
    if name == "country":
        return Domain(name, _countries(asked))
    if name == "weekday":
        return Domain(name, WEEKDAYS)
    if asked and asked[0].field.is_many:
        return Domain(name, ("", str(asked[0].values[0])), is_of_lines=True)
    kind = asked[0].field.kind if asked else Kind.NUMBER if name == "weight_g" else Kind.TEXT
    if kind in (Kind.NUMBER, Kind.MONEY):
        return _numbers(name, asked, Decimal("0.01") if kind is Kind.MONEY else 1)
    if kind is Kind.FLAG:
        return Domain(name, (False, True))
    if name == "region":
        return _texts(name, asked, ("",))
    texts = _texts(name, asked, sorted(world.known.get(name, ()))[:1])
    return replace(texts, is_of_lines=kind is Kind.OF_LINES)


def _countries(asked: Sequence[Comparison]) -> tuple[str, ...]:
    named = {str(v) for one in asked if one.field.name == "country" for v in one.values}
    groups = {str(v) for one in asked if one.field.name == "country_group" for v in one.values}
    members = {country for group in groups for country in COUNTRY_GROUPS[group]}
    return tuple(sorted(named | members | set(COUNTRIES)))


def _numbers(name: str, asked: Sequence[Comparison], step: Any) -> Domain:
    """Each bound alone, and the stretches between them."""
    bounds: list[Any] = sorted({bound for one in asked for bound in one.values})
    low: Any
    low, high = (None, None) if name in UNBOUNDED else BOUNDS.get(name, (0, None))
    low = None if low is None else type(step)(low)
    spans: list[tuple[Any, Any]] = []
    before = low
    for bound in bounds:
        spans += [(before, bound - step), (bound, bound)]
        before = bound + step
    spans.append((before, high))
    fitting = [clipped for span in spans if (clipped := _clipped(span, low, high))]
    values = tuple(end if start is None else start for start, end in fitting)
    return Domain(name, tuple(0 if one is None else one for one in values), tuple(fitting))


def _clipped(span: tuple[Any, Any], low: Any, high: Any) -> tuple[Any, Any] | None:
    """None for one that holds no value."""
    start, end = span
    start = low if start is None or (low is not None and start < low) else start
    end = high if end is None or (high is not None and end > high) else end
    if start is not None and end is not None and start > end:
        return None
    return start, end


def _texts(name: str, asked: Sequence[Comparison], others: Iterable[str]) -> Domain:
    """Each text that is named, what only begins like it, what comes just after it, and others."""
    named = {str(value) for one in asked for value in one.values}
    after = {text[:-1] + chr(ord(text[-1]) + 1) for text in named if text}
    begun = {text + _tail(text, named) for text in named | after if text}
    values = dict.fromkeys([*sorted(named), *others, *sorted(begun | after), ELSEWHERE])
    return Domain(name, tuple(values))


def _tail(text: str, named: Iterable[str]) -> str:
    """A letter after which none of the named texts goes on."""
    taken = {one[len(text)] for one in named if one.startswith(text) and len(one) > len(text)}
    return next((letter for letter in LETTERS if letter not in taken), "~")
