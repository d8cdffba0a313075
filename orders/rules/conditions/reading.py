"""Conditions as they are written in JSON, with every fault named by its place.

{"all": [
    {"field": "country", "op": "in", "value": ["DE", "AT"]},
    {"field": "value", "op": "above", "value": "150.00", "currency": "EUR"},
    {"none": [{"field": "hs_code", "op": "starts_with", "value": "8506", "lines": "some"}]}
]}
"""

from __future__ import annotations

import operator as op
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from orders.rules.conditions.fields import (
    COUNTRY_GROUPS,
    FIELDS,
    OPERATORS,
    WEEKDAYS,
    Fact,
    Field,
    Kind,
    Operator,
    Share,
    tidied_text,
)
from orders.rules.conditions.tree import Comparison, Condition, Group, Joint
from shipping_project.kernel.errors import FieldError

DEEPEST = 6
MOST_PARTS = 100
MOST_VALUES = 500
KEYS = frozenset({"field", "op", "value", "lines", "currency"})
NUMERIC = frozenset({Kind.NUMBER, Kind.MONEY})


class UnreadableCondition(ValueError):
    """`errors` names every fault and its place."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.message}" for one in errors))
        self.errors = tuple(errors)


def read_condition(data: object) -> Group:
    """The tree; nothing at all is a tree that is always true. Raises UnreadableCondition."""
    if data is None or data == {}:
        return Group(Joint.ALL, ())
    reader = _Reader()
    tree = reader.read(data)
    if reader.faults or not isinstance(tree, Group):
        raise UnreadableCondition(reader.faults)
    return tree


def condition_faults(data: object) -> tuple[FieldError, ...]:
    try:
        read_condition(data)
    except UnreadableCondition as exc:
        return exc.errors
    return ()


class _Fault(ValueError):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class _Reader:
    faults: list[FieldError] = field(default_factory=list)
    parts: int = 0

    def read(self, data: object, path: str = "", depth: int = 0) -> Condition | None:
        try:
            if depth and isinstance(data, Mapping) and "field" in data:
                return _comparison(data)
            return self._group(data, path, depth)
        except _Fault as exc:
            self.faults.append(
                FieldError(field=path, code=f"condition.{exc.code}", message=str(exc))
            )
            return None

    def _group(self, data: object, path: str, depth: int) -> Group:
        if not isinstance(data, Mapping) or len(data) != 1 or next(iter(data)) not in list(Joint):
            raise _Fault("group", "Give one of all, any and none with a list.")
        joint, parts = next(iter(data.items()))
        if not isinstance(parts, list) or not parts:
            raise _Fault("group", "Give a list with at least one condition.")
        if depth == DEEPEST:
            raise _Fault("too_deep", f"Nest no deeper than {DEEPEST} groups.")
        self.parts += len(parts)
        if self.parts > MOST_PARTS:
            raise _Fault("too_many", f"Use no more than {MOST_PARTS} conditions.")
        here = f"{path}{path and '.'}{joint}"
        read = [self.read(one, f"{here}[{at}]", depth + 1) for at, one in enumerate(parts)]
        return Group(Joint(joint), tuple(one for one in read if one is not None))


def _comparison(data: Mapping[str, object]) -> Comparison:
    if strange := sorted(set(data) - KEYS):
        raise _Fault("unknown_key", f"{', '.join(strange)} is not known here.")
    asked = _field(data.get("field"))
    operator = _operator(data.get("op"), asked)
    values = _values(data.get("value"), asked, operator)
    return Comparison(
        field=asked,
        operator=operator,
        values=values,
        test=_test(asked, operator, values),
        share=_share(data.get("lines"), asked),
        currency=_currency(data.get("currency"), asked),
    )


def _field(name: object) -> Field:
    if not isinstance(name, str) or name not in FIELDS:
        raise _Fault("unknown_field", f"There is no field {name!r}; use {', '.join(FIELDS)}.")
    return FIELDS[name]


def _operator(name: object, asked: Field) -> Operator:
    allowed = sorted(OPERATORS[asked.kind])
    if name not in allowed:
        raise _Fault("unknown_operator", f"{asked.name} is compared by {', '.join(allowed)}.")
    return Operator(str(name))


def _values(given: object, asked: Field, operator: Operator) -> tuple[object, ...]:
    listed = given if isinstance(given, list) else [given]
    if not listed or len(listed) > MOST_VALUES:
        raise _Fault("value", f"Give between one value and {MOST_VALUES}.")
    wanted = _count_wanted(asked, operator)
    if wanted and len(listed) != wanted:
        raise _Fault("value", f"{operator} takes {wanted} value{'s' if wanted > 1 else ''}.")
    values = tuple(_value(one, asked) for one in listed)
    if operator is Operator.BETWEEN and values[0] > values[1]:  # type: ignore[operator] # alike
        raise _Fault("value", "Give the lower value first.")
    return values


def _count_wanted(asked: Field, operator: Operator) -> int:
    """0 for a list of any length."""
    if operator is Operator.BETWEEN:
        return 2
    return 1 if operator is Operator.IS or asked.kind in NUMERIC else 0


def _value(given: object, asked: Field) -> object:
    if asked.kind is Kind.FLAG:
        if not isinstance(given, bool):
            raise _Fault("value", "Give true or false.")
        return given
    if asked.kind in NUMERIC:
        return _number(given, asked)
    if not isinstance(given, str) or len(given) > 100:
        raise _Fault("value", "Give a text of at most 100 characters.")
    text = tidied_text(asked.name, given)
    known = {"country_group": COUNTRY_GROUPS, "weekday": WEEKDAYS}.get(asked.name)
    if known is not None and text not in known:
        raise _Fault("value", f"{given!r} is not one of {', '.join(known)}.")
    return text


def _number(given: object, asked: Field) -> int | Decimal:
    if asked.kind is Kind.NUMBER:
        if not isinstance(given, int) or isinstance(given, bool):
            raise _Fault("value", f"Give a whole number{asked.unit and ' of ' + asked.unit}.")
        return given
    try:
        amount = Decimal(given) if isinstance(given, str | int) else None
    except InvalidOperation:
        amount = None
    if amount is None or isinstance(given, bool) or not amount.is_finite():
        raise _Fault("value", 'Give an amount in quotes, such as "150.00".')
    return amount


def _share(given: object, asked: Field) -> Share:
    if asked.kind is not Kind.OF_LINES:
        if given is not None:
            raise _Fault("lines", f"{asked.name} is asked of the order and not of its lines.")
        return Share.SOME
    if given not in list(Share):
        raise _Fault("lines", "Say for how many lines: all, some or none.")
    return Share(str(given))


def _currency(given: object, asked: Field) -> str:
    if asked.kind is not Kind.MONEY:
        if given is not None:
            raise _Fault("currency", f"{asked.name} has no currency.")
        return ""
    if not isinstance(given, str) or len(given) != 3 or not given.isalpha():
        raise _Fault("currency", "Give the currency, such as USD.")
    return given.upper()


Test = Callable[[Fact], bool]


def _test(asked: Field, operator: Operator, values: tuple[object, ...]) -> Test:
    if asked.name == "country_group":
        return _group_test(operator, values)
    if asked.kind is Kind.CODES:
        return _codes_test(operator, values)
    return _TESTS[operator](values)


def _group_test(operator: Operator, values: tuple[object, ...]) -> Test:
    if operator in (Operator.STARTS_WITH, Operator.BETWEEN):
        raise _Fault("unknown_operator", "country_group is compared by in, is, not_in.")
    countries = frozenset().union(*(COUNTRY_GROUPS[str(value)] for value in values))
    return _none_of(countries) if operator is Operator.NOT_IN else countries.__contains__


def _codes_test(operator: Operator, values: tuple[object, ...]) -> Test:
    wanted = frozenset(values)
    if operator is Operator.IN:
        return lambda found: not wanted.isdisjoint(cast(tuple[str, ...], found))
    return lambda found: wanted.isdisjoint(cast(tuple[str, ...], found))


def _none_of(values: Iterable[object]) -> Test:
    refused = frozenset(values)
    return lambda found: found not in refused


def _prefix_test(values: tuple[object, ...]) -> Test:
    prefixes = cast(tuple[str, ...], values)
    return lambda found: str(found).startswith(prefixes)


def _range_test(values: tuple[object, ...]) -> Test:
    """Texts, as postcodes are, count only as far as the bounds are long: 90210-1234 is in 90210."""
    low, high = cast(tuple[Any, Any], values)
    if isinstance(low, str):
        return lambda found: low <= str(found)[: len(low)] and str(found)[: len(high)] <= high
    return lambda found: low <= found <= high


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[tuple[object, ...]], Test]:
    return lambda values: lambda found: compare(found, values[0])


_TESTS: Mapping[Operator, Callable[[tuple[object, ...]], Test]] = {
    Operator.IS: _compared(op.eq),
    Operator.IN: lambda values: frozenset(values).__contains__,
    Operator.NOT_IN: _none_of,
    Operator.STARTS_WITH: _prefix_test,
    Operator.BETWEEN: _range_test,
    Operator.ABOVE: _compared(op.gt),
    Operator.BELOW: _compared(op.lt),
    Operator.AT_LEAST: _compared(op.ge),
    Operator.AT_MOST: _compared(op.le),
}
