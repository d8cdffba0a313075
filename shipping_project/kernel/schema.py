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
