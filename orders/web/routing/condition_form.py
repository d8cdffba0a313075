"""The table in which a condition is typed, with every fault beside its row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from orders.rules.condition_rows import ConditionRow, condition_of, rows_of
from orders.rules.conditions import condition_faults
from orders.rules.conditions.fields import FIELDS, Kind, Operator, Share
from orders.rules.conditions.tree import WORDS

BLANK_ROWS = 2
MOST_ROWS = 100
JOINT_CHOICES = (("all", "all of these"), ("any", "one of these"), ("none", "none of these"))
HINTS = {
    Kind.TEXT: "texts",
    Kind.NUMBER: "whole number",
    Kind.MONEY: "amount and currency",
    Kind.FLAG: "yes or no",
    Kind.CODES: "codes",
    Kind.OF_LINES: "of the lines",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One row with what is wrong with it."""

    row: ConditionRow
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionForm:
    """`rows` None: the tree nests deeper than the table can say and is shown as JSON."""

    tree: Any
    rows: tuple[FieldRow, ...] | None
    text: str = ""
    faults: tuple[str, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def stored(cls, tree: Mapping[str, Any]) -> ConditionForm:
        rows = rows_of(tree)
        text = json.dumps(tree, indent=2) if tree else ""
        if rows is None:
            return cls(tree=tree, rows=None, text=text)
        return cls(tree=tree, rows=_with_blanks(rows, {}), text=text)

    @classmethod
    def typed(cls, data: QueryDict) -> ConditionForm:
        if "condition_json" in data:
            return _typed_json(data.get("condition_json", ""))
        rows = _typed_rows(data)
        tree, places = condition_of(rows)
        faults: dict[int, list[str]] = {}
        strange: list[str] = []
        for fault in condition_faults(tree):
            if fault.field in places:
                faults.setdefault(places[fault.field], []).append(fault.message)
            else:
                strange.append(fault.message)
        told = tuple(strange) + tuple(text for texts in faults.values() for text in texts)
        return cls(tree=tree, rows=_with_blanks(rows, faults), faults=told, places=places)


def _typed_json(text: str) -> ConditionForm:
    try:
        tree = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return ConditionForm(tree={}, rows=None, text=text, faults=("This is no JSON.",))
    faults = tuple(f"{one.field}: {one.message}" for one in condition_faults(tree))
    return ConditionForm(tree=tree, rows=None, text=text, faults=faults)


def _typed_rows(data: QueryDict) -> tuple[ConditionRow, ...]:
    names = ("joint", "field", "op", "value", "lines", "currency")
    columns = [data.getlist(f"c-{name}")[:MOST_ROWS] for name in names]
    rows = (
        ConditionRow(**dict(zip(names, cells, strict=True)))
        for cells in zip(*columns, strict=False)
    )
    return tuple(row for row in rows if not row.is_blank)


def _with_blanks(
    rows: tuple[ConditionRow, ...], faults: Mapping[int, list[str]]
) -> tuple[FieldRow, ...]:
    told = [FieldRow(row=row, faults=tuple(faults.get(at, ()))) for at, row in enumerate(rows)]
    return (*told, *(blank_form_row() for _ in range(1 if rows else BLANK_ROWS)))


def blank_form_row() -> FieldRow:
    return FieldRow(row=ConditionRow())


def choices() -> dict[str, Any]:
    return {
        "joint_choices": JOINT_CHOICES,
        "field_choices": [
            (one.name, f"{one.label}{f' ({one.unit})' if one.unit else ''}")
            for one in FIELDS.values()
        ],
        "op_choices": [(one.value, WORDS[one]) for one in Operator],
        "share_choices": [(one.value, f"{one} lines") for one in Share],
    }
