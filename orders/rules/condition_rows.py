"""A condition as rows of a form, and back: all of these, one of these, none of these.

Three lists of comparisons say what most rules need. A tree that nests deeper has no rows; it is
shown and changed as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orders.rules.conditions.fields import FIELDS, Kind, Operator

ALL, ANY, NONE = "all", "any", "none"
JOINTS = (ALL, ANY, NONE)
LISTED = frozenset({Operator.IN.value, Operator.NOT_IN.value, Operator.STARTS_WITH.value})
FLAGS: Mapping[str, bool] = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """One comparison as it is typed; values between commas."""

    joint: str = ALL
    field: str = ""
    op: str = ""
    value: str = ""
    lines: str = ""
    currency: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.field or self.value)


def rows_of(condition: Mapping[str, Any]) -> tuple[ConditionRow, ...] | None:
    """None where the tree nests deeper than rows can say."""
    if not condition:
        return ()
    joint, parts = next(iter(condition.items()))
    if joint != ALL:
        return _group_rows(joint, parts)
    rows: list[ConditionRow] = []
    seen: set[str] = set()
    for part in parts:
        inner = ALL if "field" in part else next(iter(part))
        if (inner == ALL and "field" not in part) or inner in seen:
            return None
        found = (_row(ALL, part),) if inner == ALL else _group_rows(inner, part[inner])
        if found is None:
            return None
        seen |= {inner} - {ALL}
        rows += found
    return tuple(rows)


def _group_rows(joint: str, parts: Sequence[Mapping[str, Any]]) -> tuple[ConditionRow, ...] | None:
    if any("field" not in part for part in parts):
        return None
    return tuple(_row(joint, part) for part in parts)


def _row(joint: str, part: Mapping[str, Any]) -> ConditionRow:
    value = part.get("value")
    values = value if isinstance(value, list) else [value]
    return ConditionRow(
        joint=joint,
        field=str(part.get("field", "")),
        op=str(part.get("op", "")),
        value=", ".join(_typed(one) for one in values),
        lines=str(part.get("lines") or ""),
        currency=str(part.get("currency") or ""),
    )


def _typed(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def condition_of(rows: Iterable[ConditionRow]) -> tuple[dict[str, Any], dict[str, int]]:
    """The tree, and for each place in it (`all[1].any[0]`) the row that stands there."""
    kept = [(at, row) for at, row in enumerate(rows) if not row.is_blank]
    by_joint = {j: [(at, row) for at, row in kept if row.joint == j] for j in JOINTS}
    parts: list[dict[str, Any]] = []
    places: dict[str, int] = {}
    for at, row in by_joint[ALL]:
        places[f"all[{len(parts)}]"] = at
        parts.append(_comparison(row))
    for joint in (ANY, NONE):
        if not by_joint[joint]:
            continue
        for inner, (at, _) in enumerate(by_joint[joint]):
            places[f"all[{len(parts)}].{joint}[{inner}]"] = at
        parts.append({joint: [_comparison(row) for _, row in by_joint[joint]]})
    return ({"all": parts} if parts else {}), places


def _comparison(row: ConditionRow) -> dict[str, Any]:
    asked = FIELDS.get(row.field)
    kind = asked.kind if asked else Kind.TEXT
    told: dict[str, Any] = {"field": row.field, "op": row.op, "value": _value(row, kind)}
    if kind is Kind.OF_LINES:
        told["lines"] = row.lines
    if kind is Kind.MONEY:
        told["currency"] = row.currency.strip().upper()
    return told


def _value(row: ConditionRow, kind: Kind) -> object:
    """As JSON has it. What cannot be one stays the text that it is, and is refused as such."""
    listed = row.op in LISTED or row.op == Operator.BETWEEN or kind in (Kind.CODES, Kind.OF_LINES)
    if not listed:
        return _one(row.value, kind)
    return [_one(part, kind) for part in row.value.split(",") if part.strip()]


def _one(text: str, kind: Kind) -> object:
    text = text.strip()
    if kind is Kind.FLAG:
        return FLAGS.get(text.lower(), text)
    if kind is Kind.NUMBER and text.removeprefix("-").isascii() and len(text) < 15:
        return int(text) if text.removeprefix("-").isdigit() else text
    return text
