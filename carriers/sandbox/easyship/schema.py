"""A small structural validator with the words of Easyship's first layer of checks.

It stops at the first fault, looks at given properties before unknown and missing ones, and names
the place by a pointer into the published document.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from carriers.sandbox.easyship.answers import SchemaProblem

COMPONENTS = "#/components/schemas/"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)?")
RUBY_NAMES = {
    bool: "TrueClass",
    int: "Integer",
    float: "Float",
    str: "String",
    list: "Array",
    dict: "Hash",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """`ref` names a component, which restarts the pointer; `above` is an exclusive minimum."""

    kind: str = "any"
    ref: str = ""
    nullable: bool = False
    choices: frozenset[object] = frozenset()
    format: str = ""
    max_length: int | None = None
    above: float | None = None
    fields: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    closed: bool = False
    items: Schema | None = None
    min_items: int = 0
    max_items: int | None = None
    any_of: tuple[Schema, ...] = ()


def nullable(schema: Schema) -> Schema:
    return replace(schema, nullable=True)


def text(format: str = "", *, max_length: int | None = None) -> Schema:  # noqa: A002
    return Schema(kind="string", format=format, max_length=max_length)


def choice(*values: object, ref: str = "", kind: str = "string") -> Schema:
    return Schema(kind=kind, choices=frozenset(values), ref=ref)


def array(items: Schema, *, least: int = 0, most: int | None = None) -> Schema:
    return Schema(kind="array", items=items, min_items=least, max_items=most)


def record(
    fields: Mapping[str, Schema],
    *,
    ref: str = "",
    required: tuple[str, ...] = (),
    closed: bool = True,
) -> Schema:
    return Schema(kind="object", fields=fields, ref=ref, required=required, closed=closed)


NUMBER = Schema(kind="number")
INTEGER = Schema(kind="integer")
BOOLEAN = Schema(kind="boolean")
ANY = Schema()


def check(value: Any, schema: Schema, pointer: str = "#") -> None:
    """Raises SchemaProblem at the first fault."""
    place = COMPONENTS + schema.ref if schema.ref else pointer
    if value is None:
        if not schema.nullable and schema.kind != "any":
            raise SchemaProblem(f"{place} does not allow null values")
    elif schema.any_of:
        _check_any_of(value, schema, place)
    else:
        _check_kind(value, schema, place)


def _check_any_of(value: Any, schema: Schema, place: str) -> None:
    for branch in schema.any_of:
        try:
            return check(value, branch, place)
        except SchemaProblem:
            continue
    raise SchemaProblem(f"{inspect(value)} isn't any of in {place}")


def _check_kind(value: Any, schema: Schema, place: str) -> None:
    if not _is_kind(value, schema.kind):
        raise SchemaProblem(
            f"{place} expected {schema.kind}, but received {_ruby_class(value)}: {inspect(value)}"
        )
    match schema.kind:
        case "object":
            _check_object(value, schema, place)
        case "array":
            _check_array(value, schema, place)
        case _:
            _check_value(value, schema, place)


def _check_object(value: dict[str, Any], schema: Schema, place: str) -> None:
    for name, given in value.items():
        if name in schema.fields:
            check(given, schema.fields[name], f"{place}/properties/{name}")
    unknown = [name for name in value if name not in schema.fields]
    if unknown and schema.closed:
        raise SchemaProblem(f"{place} does not define properties: {', '.join(unknown)}")
    missing = [name for name in schema.required if name not in value]
    if missing:
        raise SchemaProblem(f"{place} missing required parameters: {', '.join(missing)}")


def _check_array(value: list[Any], schema: Schema, place: str) -> None:
    if len(value) < schema.min_items:
        raise SchemaProblem(f"{place} {inspect(value)} contains fewer than min items")
    if schema.max_items is not None and len(value) > schema.max_items:
        raise SchemaProblem(f"{place} {inspect(value)} contains more than max items")
    for entry in value:
        check(entry, schema.items or ANY, f"{place}/items")


def _check_value(value: Any, schema: Schema, place: str) -> None:
    if schema.choices and value not in schema.choices:
        raise SchemaProblem(f"{inspect(value)} isn't part of the enum in {place}")
    if schema.above is not None and value <= schema.above:
        raise SchemaProblem(
            f"{place} {value} cannot be less than or equal to exclusive minimum value"
        )
    if schema.max_length is not None and len(value) > schema.max_length:
        raise SchemaProblem(f"{place} {inspect(value)} is longer than max length")
    _check_format(value, schema.format, place)


def _check_format(value: Any, wanted: str, place: str) -> None:
    match wanted:
        case "email" if not EMAIL.fullmatch(value):
            raise SchemaProblem(
                f"{place} email address format does not match value: {inspect(value)}"
            )
        case "uuid" if not is_uuid(value):
            raise SchemaProblem(f"{place} Value: {inspect(value)} is not conformant with UUID format")
        case "date-time" if not DATE_TIME.fullmatch(value):
            raise SchemaProblem(
                f"{place} Value: {inspect(value)} is not conformant with date-time format"
            )


def is_uuid(value: str) -> bool:
    try:
        return str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


def _is_kind(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind in {"boolean", "any"}
    match kind:
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int)
        case "number":
            return isinstance(value, int | float)
    return kind == "any"


def _ruby_class(value: Any) -> str:
    return "FalseClass" if value is False else RUBY_NAMES.get(type(value), "Object")


def inspect(value: Any) -> str:
    """A value as the messages print it."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return f"[{', '.join(map(inspect, value))}]"
    if isinstance(value, dict):
        pairs = (f"{inspect(name)}=>{inspect(given)}" for name, given in value.items())
        return "{" + ", ".join(pairs) + "}"
    return str(value)
