"""What the description of the API says of errors: the same document everywhere."""

from __future__ import annotations

from typing import Any

from shipping_project.kernel.problems import MEDIA_TYPE

TEXT = {"type": "string"}
FAULT = {
    "type": "object",
    "description": "One faulty field.",
    "properties": {
        "field": {**TEXT, "description": 'Its path in the request, such as "lines[0].sku".'},
        "code": {**TEXT, "description": "Stable; for programs."},
        "message": {**TEXT, "description": "The cure; for people."},
    },
    "required": ["field", "code", "message"],
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. Branch on `code`, show `detail`, quote `request_id`.",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "code": TEXT,
        "request_id": TEXT,
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldFault"}},
    },
    "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
}
ANSWER = {
    "description": "Any refusal or failure.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

# What a column can hold, which differs between the databases and is no rule of ours.
COLUMN_BOUNDS = frozenset(
    bound for bits in (16, 32, 64) for bound in (2 ** (bits - 1) - 1, -(2 ** (bits - 1)))
)
UNCHANGED = {"description": "Still as `If-None-Match` has it."}


def add_problems(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: every operation may answer with a problem document."""
    result["components"]["schemas"] |= {"Problem": PROBLEM, "FieldFault": FAULT}
    for path in result["paths"].values():
        for method, operation in path.items():
            operation["responses"]["default"] = ANSWER
            if method == "get":
                operation["responses"]["304"] = UNCHANGED
    return result


def drop_column_bounds(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: the description is the same whichever database is behind it."""
    for schema in result["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            _drop_bounds(field)
    return result


def _drop_bounds(field: dict[str, Any]) -> None:
    if field.get("type") != "integer":
        return
    for name in ("minimum", "maximum"):
        if field.get(name) in COLUMN_BOUNDS:
            del field[name]
    field.pop("format", None)
