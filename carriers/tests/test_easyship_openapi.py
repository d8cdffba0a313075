"""Every call the Easyship client makes, held against the platform's OpenAPI document."""

from __future__ import annotations

import os
from functools import cache
from operator import attrgetter
from pathlib import Path

import pytest

from carriers.tests.border import Case
from carriers.tests.call_table import cases_of
from carriers.tests.sandbox.openapi import JSON, OpenApi

DOCUMENT = os.environ.get("EASYSHIP_OPENAPI", "")

pytestmark = pytest.mark.skipif(
    not DOCUMENT, reason="EASYSHIP_OPENAPI names no OpenAPI document to check against"
)


@cache
def document() -> OpenApi:
    return OpenApi(Path(DOCUMENT))


@pytest.mark.parametrize("case", cases_of("easyship"), ids=attrgetter("name"))
class TestAgainstTheDocument:
    def test_body_is_valid(self, case: Case) -> None:
        operation = document().named(case.method, case.path)

        assert document().body_faults(operation, case.body) == []

    def test_query_is_known_and_complete(self, case: Case) -> None:
        operation = document().named(case.method, case.path)

        assert document().query_faults(operation, {name for name, _ in case.query}) == []

    def test_answer_is_one_that_the_document_allows(self, case: Case) -> None:
        """What the samples were written from, so that reading them proves something."""
        operation = document().named(case.method, case.path)
        if not isinstance(case.answer, dict):
            assert str(case.status) in operation["responses"].keys() | {"204"}
            return

        faults = document().answer_faults(operation, case.status, JSON, case.answer)

        assert faults == []
