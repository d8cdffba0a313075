"""Whatever the description of the API allows, and much that it does not, is answered as it says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.test import TestCase, override_settings
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import User
from accounts.services.tokens import tokens_for
from orders.tests.routes import Route, api_routes
from orders.tests.test_access_matrix import GENEROUS
from orders.tests.test_admin_pages import fill_every_table

EXAMPLES = 2
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
TRY = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@contextmanager
def undone() -> Iterator[None]:
    """What a request writes is there for that request alone."""
    block = transaction.atomic()
    # As those of Django's own test cases, so that durable blocks may stand inside.
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="once is enough, and SQLite is quicker")
@override_settings(**GENEROUS)
class ContractTests(TestCase):
    headers: ClassVar[dict[str, str]]
    routes: ClassVar[dict[tuple[str, str], Route]]

    @classmethod
    def setUpTestData(cls) -> None:
        fill_every_table()
        admin = User.objects.get(username="admin")
        cls.headers = {"Authorization": f"Bearer {tokens_for(admin)['access']}"}
        cls.routes = {(route.method, "/api/v1/" + route.path): route for route in api_routes()}

    def test_no_answer_is_a_failure_or_other_than_described(self) -> None:
        described = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        schema = schemathesis.openapi.from_dict(described)
        schema.app = get_wsgi_application()
        found: Any = schema.get_all_operations()
        for operation in (one.ok() for one in found):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                with self.subTest(f"{operation.label} {mode.value}"):
                    self.try_out(operation, mode)

    def try_out(self, operation: Any, mode: GenerationMode) -> None:
        @TRY
        @given(case=operation.as_strategy(generation_mode=mode))
        def send(case: Case[Any]) -> None:
            self.lead_to_a_row(case)
            # An answer of parts lacks what the description of the whole requires.
            case.query.pop("fields", None)
            for name in ("Authorization", "X-API-Key", "Cookie"):
                case.headers.pop(name, None)
            with undone():
                answer = case.call(headers=self.headers, cookies={})
            case.validate_response(answer, checks=CHECKS)

        send()

    def lead_to_a_row(self, case: Case[Any]) -> None:
        """Where there is one, so that more than a 404 is had."""
        route = self.routes.get((case.method, case.operation.path.replace("{id}", "{pk}")))
        model = getattr(getattr(route and route.view, "queryset", None), "model", None)
        for name in case.path_parameters:
            field = "pk" if name in ("pk", "id") else name
            row = model and model._default_manager.order_by("pk").first()
            if row is not None and hasattr(row, field):
                case.path_parameters[name] = getattr(row, field)
