"""A change of what a sender wished for, as JSON → values, with every fault by its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from orders.rules.order_json import JsonReading
from orders.rules.validation import check_texts
from shipping_project.kernel.errors import FieldError

Read = Callable[[JsonReading, str], Any]
# By the name in the document: the column, and how its value is read.
CHANGEABLE: Mapping[str, tuple[str, Read]] = {
    "carrier": ("requested_carrier", lambda top, name: top.text(name).strip().upper()),
    "requested_service": ("requested_service", lambda top, name: top.text(name, 60).strip()),
    "customer_tags": ("customer_tags", lambda top, name: list(top.tags(name))),
    "is_residential": ("is_residential", lambda top, name: top.flag(name)),
    "note": ("note", lambda top, name: top.text(name)),
    "deliver_by": ("deliver_by", lambda top, name: top.day(name)),
    "ship_by": ("ship_by", lambda top, name: top.moment(name)),
}


def changes_from(
    body: Any, *, read_only: frozenset[str]
) -> tuple[dict[str, Any], list[FieldError]]:
    """Column → new value of what the body names, and all faults of form; null empties a field."""
    faults: list[FieldError] = []
    if not isinstance(body, Mapping):
        faults.append(FieldError(field="", code="type.object", message="Give a JSON object."))
        body = {}
    top = JsonReading(body, "", faults)
    _refuse_read_only(top, read_only)
    top.refuse_unknown(read_only | CHANGEABLE.keys())
    asked = {name: CHANGEABLE[name] for name in CHANGEABLE if name in body}
    told = {name: read(top, name) for name, (_, read) in asked.items()}
    faults += check_texts({name: _text_of(value) for name, value in told.items()})
    return {asked[name][0]: value for name, value in told.items()}, faults


def _refuse_read_only(top: JsonReading, read_only: frozenset[str]) -> None:
    known = ", ".join(sorted(CHANGEABLE))
    for name in sorted(read_only.intersection(top.value) - CHANGEABLE.keys()):
        top.fault(name, "field.read_only", f"It is not changed this way; what is: {known}.")


def _text_of(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else value if isinstance(value, str) else ""
