"""The description of the API is whole and free of warnings."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import TestCase

from accounts.models import Role
from accounts.tests.cases import client_for
from orders.tests.builders import make_order, make_organization, make_stocked_sellable, make_user

FILE = settings.BASE_DIR / "docs" / "openapi.yaml"
# Of those that partners begin with, each shows a request.
MAIN_ROUTES = 7


@pytest.fixture(scope="module")
def text() -> str:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def schema(text: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def test_the_file_in_the_repository_says_what_the_code_says(text: str) -> None:
    kept = FILE.read_text(encoding="utf-8") if FILE.exists() else ""

    if kept != text.rstrip("\n") + "\n" and kept != text:
        pytest.fail("docs/openapi.yaml is not what the code says: run bin/schema and commit it")


def test_it_is_valid_without_a_warning(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.")


def test_every_app_is_described(schema: dict[str, Any]) -> None:
    first_words = {path.split("/")[3] for path in schema["paths"]}

    assert first_words == {
        "api-calls",
        "api-keys",
        "auth",
        "carrier-services",
        "carriers",
        "catalog",
        "intake",
        "jobs",
        "labels",
        "ledger",
        "listings",
        "orders",
        "organizations",
        "outbox",
        "packages",
        "platforms",
        "products",
        "rates",
        "reports",
        "routing",
        "sellables",
        "shipments",
        "stock",
        "tracking",
        "users",
        "warehouses",
        "webhook-deliveries",
        "webhook-events",
        "webhooks",
    }


def test_every_operation_tells_of_problems(schema: dict[str, Any]) -> None:
    operations = [op for path in schema["paths"].values() for op in path.values()]

    answers = [list(op["responses"]["default"]["content"]) for op in operations]

    assert answers == [["application/problem+json"]] * len(operations)


def test_creating_an_order_tells_of_the_idempotency_key(schema: dict[str, Any]) -> None:
    parameters = schema["paths"]["/api/v1/orders"]["post"]["parameters"]

    assert [(p["in"], p["name"]) for p in parameters] == [("header", "Idempotency-Key")]


def test_every_post_but_a_login_takes_a_key(schema: dict[str, Any]) -> None:
    without = {
        path.removeprefix("/api/v1/")
        for path, operations in schema["paths"].items()
        if "post" in operations
        and not any(
            p["name"] == "Idempotency-Key" for p in operations["post"].get("parameters", [])
        )
    }

    assert without == {"auth/token", "auth/token/refresh"}


def test_keys_and_tokens_are_ways_to_log_in(schema: dict[str, Any]) -> None:
    ways = schema["components"]["securitySchemes"]

    assert ways["apiKey"]["name"] == "X-API-Key"
    assert ways["jwtAuth"]["scheme"] == "bearer"


def requests_shown(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {})
            for example in content.get("application/json", {}).get("examples", {}).values():
                yield path, example["value"]


@pytest.mark.django_db
def test_every_request_that_is_shown_as_an_example_is_good(schema: dict[str, Any]) -> None:
    alder = make_organization("alder")
    make_stocked_sellable(alder, "MUG-01")
    person = make_user(Role.ADMINISTRATOR, organization=alder)
    order = make_order(alder)
    client = client_for(person)
    shown = list(requests_shown(schema))

    for path, body in shown:
        if "auth/" not in path:
            answer = client.post(path.format(id=order.pk), body, format="json")
            assert answer.status_code in (200, 201, 202), (path, answer.content)

    assert len({path for path, _ in shown}) >= MAIN_ROUTES


class DocsPagesTests(TestCase):
    def test_schema_and_both_readers_are_served_without_login(self) -> None:
        for path in ("/api/schema/", "/api/docs/", "/api/redoc/"):
            with self.subTest(path):
                self.assertEqual(self.client.get(path).status_code, 200)
