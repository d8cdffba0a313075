"""The first of the two layers that refuse a body: its form, one fault at a time.

`forms.json` holds what may be in a body, by name: "string", "number?" (null is allowed), "a|b"
(one of these), "@Name" (such an object), "[string]" (a list), "[@Name]+" (at least one). "!" names
the keys that must be there; an object with "*" also takes keys that it does not know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from carriers.sandbox.easyship.answers import NOT_COMPLIANT, refused

FORMS: dict[str, dict[str, str]] = json.loads(
    (Path(__file__).parent / "forms.json").read_text(encoding="utf-8")
)
UUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
}
# Sizes, weights and money stay far below; what is above would overflow later on.
BIGGEST = 10**9
RUBY_NAMES = {"str": "String", "int": "Integer", "float": "Float", "list": "Array", "dict": "Hash"}


def check_form(body: dict[str, Any], form: str) -> None:
    """Refuses at the first fault with the words of the platform's schema validator."""
    _check_object(body, form, f"#/components/schemas/{form}")


def _check_object(value: dict[str, Any], form: str, where: str) -> None:
    fields = FORMS[form]
    missing = [name for name in fields.get("!", "").split() if name not in value]
    if missing:
        _refuse(f"{where} missing required parameters: {', '.join(missing)}")
    unknown = sorted(set(value) - set(fields))
    if unknown and "*" not in fields:
        _refuse(f"{where} does not define properties: {', '.join(unknown)}")
    for name in value:
        if name in fields:
            _check(value[name], fields[name], f"{where}/properties/{name}")


def _check(value: Any, kind: str, where: str) -> None:
    bare = kind.removesuffix("?")
    if value is None:
        if bare == kind:
            _refuse(f"{where} does not allow null values")
    elif bare.startswith("["):
        _check_list(value, bare, where)
    elif bare.startswith("@"):
        if not isinstance(value, dict):
            _refuse_type(value, "object", where)
        _check_object(value, bare[1:], _named(bare[1:], where))
    elif "|" in bare:
        if value not in bare.split("|"):
            _refuse(f"{json.dumps(value)} isn't part of the enum in {where}")
    else:
        _check_plain(value, bare, where)


def _named(form: str, where: str) -> str:
    """Shared schemas are told by their own name, the others by where they stand."""
    is_shared = form in ("Address", "DestinationAddress", "ParcelCreate", "ParcelItemCreate")
    return f"#/components/schemas/{form}" if is_shared else where


def _check_list(value: Any, kind: str, where: str) -> None:
    if not isinstance(value, list):
        _refuse_type(value, "array", where)
    if kind.endswith("+") and not value:
        _refuse(f"{where} [] contains fewer than min items")
    inner = kind.removesuffix("+")[1:-1]
    for entry in value:
        _check(entry, inner, f"{where}/items")


def _check_plain(value: Any, kind: str, where: str) -> None:
    types = TYPES.get(kind, (str,))
    is_number_for_truth = isinstance(value, bool) and kind != "boolean"
    is_beyond = isinstance(value, int | float) and abs(value) > BIGGEST
    if not isinstance(value, types) or is_number_for_truth or is_beyond:
        _refuse_type(value, "string" if types == (str,) else kind, where)
    shape = SHAPES.get(kind)
    if shape and not shape(str(value)):
        told = FORMATS[kind]
        _refuse(f"{where} Value: {json.dumps(value)} is not conformant with {told} format")


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


SHAPES: dict[str, Callable[[str], object]] = {
    "uuid": UUID.fullmatch,
    "moment": _is_moment,
    "day": _is_day,
}
FORMATS = {"uuid": "UUID", "moment": "date-time", "day": "date"}


def _refuse_type(value: Any, wanted: str, where: str) -> NoReturn:
    name = type(value).__name__
    told = {True: "TrueClass", False: "FalseClass"}[value] if name == "bool" else RUBY_NAMES[name]
    _refuse(f"{where} expected {wanted}, but received {told}: {json.dumps(value)}")


def _refuse(detail: str) -> NoReturn:
    raise refused("invalid_content", NOT_COMPLIANT, detail)
