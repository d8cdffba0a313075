"""Every call the Easyship client makes, held against the platform's OpenAPI document."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from carriers.tests import (
    test_easyship_catalog,
    test_easyship_handling,
    test_easyship_labels,
    test_easyship_money,
    test_easyship_shipping,
)
from carriers.tests.border import Case

DOCUMENT = os.environ.get("EASYSHIP_OPENAPI", "")
CASES = [
    *test_easyship_shipping.CASES,
    *test_easyship_labels.CASES,
    *test_easyship_catalog.CASES,
    *test_easyship_handling.CASES,
    *test_easyship_money.CASES,
]

pytestmark = pytest.mark.skipif(
    not DOCUMENT, reason="EASYSHIP_OPENAPI names no OpenAPI document to check against"
)


@cache
def document() -> dict[str, Any]:
    """The document with OpenAPI's `nullable` said in JSON Schema's way."""
    read: dict[str, Any] = nullable_said(json.loads(Path(DOCUMENT).read_text()))
    return read


def nullable_said(node: Any) -> Any:
    if isinstance(node, list):
        return [nullable_said(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    said = {key: nullable_said(inner) for key, inner in node.items()}
    if said.get("nullable") is True and isinstance(said.get("type"), str):
        said["type"] = [said["type"], "null"]
    return said


def operation_of(case: Case) -> dict[str, Any]:
    """What the document says of method and path; literal paths win over templates."""
    paths = sorted(document()["paths"], key=lambda path: path.count("{"))
    for path in paths:
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", path)
        if re.fullmatch(pattern, case.path) and case.method.lower() in document()["paths"][path]:
            found: dict[str, Any] = document()["paths"][path][case.method.lower()]
            return found
    raise AssertionError(f"{case.method} {case.path} is not in the document")


@pytest.mark.parametrize("case", CASES, ids=attrgetter("name"))
class TestAgainstTheDocument:
    def test_body_is_valid(self, case: Case) -> None:
        told = operation_of(case).get("requestBody")
        schema = told["content"]["application/json"]["schema"] if told else {"enum": [None]}

        validator = Draft4Validator({**schema, "components": document()["components"]})
        faults = [error.message for error in validator.iter_errors(case.body)]

        # Where no body is sent none may be required either.
        assert case.body is not None or not (told or {}).get("required")
        assert faults == [] or case.body is None

    def test_query_is_known_and_complete(self, case: Case) -> None:
        told = [p for p in operation_of(case).get("parameters", []) if p["in"] == "query"]
        names = {parameter["name"] for parameter in told}
        required = {parameter["name"] for parameter in told if parameter.get("required")}
        sent = {name for name, _ in case.query}

        assert sent - names == set()
        assert required - sent == set()

    def test_answer_status_is_documented(self, case: Case) -> None:
        statuses = set(operation_of(case)["responses"]) | {"204"}

        assert str(case.status) in statuses
