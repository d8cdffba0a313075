"""Answers against the OpenAPI document of the platform, which the project does not carry."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from jsonschema import Draft4Validator, FormatChecker

PREFIX = "/2024-09"
JSON = "application/json"
# Where answers of the live platform are known to differ from the document: component, property
# path below it, and how. Source: the differences that captures of the sandbox showed.
LIVE_DEVIATIONS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    # Rates carry no Easyship rating.
    ("Rate", ("easyship_rating",), "nullable"),
    # The rates inside a shipment are not repeated in the currency of the origin, nor described.
    ("Rate", ("rates_in_origin_currency",), "nullable"),
    ("Rate", ("description",), "nullable"),
    ("Rate", ("full_description",), "nullable"),
    # The logo is null unless it was asked for.
    ("RateCourierService", ("logo",), "nullable"),
    # Statuses such as "Delivered" are sent and not listed.
    ("ShipmentTrackingList", ("status",), "open enum"),
)
formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@formats.checks("uuid")
def _is_uuid(value: object) -> bool:
    pattern = r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"
    return not isinstance(value, str) or re.fullmatch(pattern, value) is not None


class OpenApi:
    """Version 3.0 writes schemas close to Draft 4, with `nullable` beside it."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text(encoding="utf-8"))
        _deviate(document["components"]["schemas"])
        self._document = _as_draft4(document)

    def operations(self) -> list[tuple[str, str]]:
        """Methods and paths below the version."""
        return [
            (method.upper(), path.removeprefix(PREFIX))
            for path, item in self._document["paths"].items()
            for method in item
            if method in ("get", "post", "put", "patch", "delete")
        ]

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """`path` as a template; parameters may have other names."""
        wanted = _anonymous(PREFIX + path)
        for template, item in self._document["paths"].items():
            if _anonymous(template) == wanted:
                found: dict[str, Any] | None = item.get(method.lower())
                return found
        return None

    def named(self, method: str, address: str) -> dict[str, Any]:
        """The operation that a real address leads to; literal paths win over templates."""
        for template in sorted(self._document["paths"], key=lambda path: path.count("{")):
            pattern = re.sub(r"{\w+}", "[^/]+", template)
            item: dict[str, Any] = self._document["paths"][template]
            if re.fullmatch(pattern, address) and method.lower() in item:
                found: dict[str, Any] = item[method.lower()]
                return found
        raise AssertionError(f"{method} {address} is not in the document")

    def faults(self, method: str, path: str, answer: requests.Response) -> list[str]:
        """What is wrong with an answer; an error that is not listed must still be an Error."""
        operation = self.operation(method, path) or {"responses": {}}
        media_type = answer.headers.get("Content-Type", "").partition(";")[0]
        body = answer.json() if media_type in ("", JSON) else None
        return self.answer_faults(operation, answer.status_code, media_type, body)

    def answer_faults(
        self, operation: dict[str, Any], status: int, media_type: str, body: Any
    ) -> list[str]:
        told = operation["responses"].get(str(status))
        if told is None and status < 400:
            return [f"{status} is not documented"]
        if told is None:
            return self._check({"$ref": "#/components/schemas/Error"}, body)
        content = told["content"]
        if media_type not in content:
            return [f"{media_type} is not among {', '.join(content)}"]
        return self._check(content[media_type]["schema"], body) if media_type == JSON else []

    def body_faults(self, operation: dict[str, Any], body: Any) -> list[str]:
        """What is wrong with what is sent; no body is none where one may be left out."""
        told = operation.get("requestBody")
        if told is None:
            return [] if body is None else ["a body is sent where none is taken"]
        if body is None:
            return ["a body is needed"] if told.get("required") else []
        return self._check(told["content"][JSON]["schema"], body)

    def query_faults(self, operation: dict[str, Any], names: set[str]) -> list[str]:
        told = [given for given in operation.get("parameters", []) if given["in"] == "query"]
        unknown = names - {given["name"] for given in told}
        missing = {given["name"] for given in told if given.get("required")} - names
        return [f"{name} is not known" for name in sorted(unknown)] + [
            f"{name} is missing" for name in sorted(missing)
        ]

    def _check(self, schema: dict[str, Any], value: Any) -> list[str]:
        whole = self._document | schema
        validator = Draft4Validator(whole, format_checker=formats)
        return [
            f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:300]}"
            for fault in validator.iter_errors(value)
        ]


def _anonymous(template: str) -> str:
    return re.sub(r"{\w+}", "{}", template)


def _deviate(schemas: dict[str, Any]) -> None:
    for component, path, how in LIVE_DEVIATIONS:
        holder = schemas[component]
        for name in path:
            parent, holder = holder["properties"], holder["properties"][name]
        if how == "nullable":
            parent[path[-1]] = {"nullable": True, "allOf": [holder]}
        else:
            del holder["enum"]


def _as_draft4(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_draft4(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    plain = {name: _as_draft4(entry) for name, entry in value.items()}
    if plain.pop("nullable", None) is not True:
        return plain
    if "type" not in plain:
        return {"anyOf": [{"type": "null"}, plain]}
    plain["type"] = [plain["type"], "null"]
    if "enum" in plain:
        plain["enum"] = [*plain["enum"], None]
    return plain
