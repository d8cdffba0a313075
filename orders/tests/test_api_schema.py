"""The description of the API is whole and free of warnings."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import TestCase


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    document: dict[str, Any] = yaml.safe_load(out.getvalue())
    return document


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
        "platforms",
        "products",
        "rates",
        "routing",
        "sellables",
        "shipments",
        "stock",
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


def test_every_post_whose_answer_is_kept_takes_a_key(schema: dict[str, Any]) -> None:
    without = {
        path.removeprefix("/api/v1/").partition("/")[0]
        for path, operations in schema["paths"].items()
        if "post" in operations
        and not any(
            p["name"] == "Idempotency-Key" for p in operations["post"].get("parameters", [])
        )
    }

    assert without == {"api-keys", "auth", "webhooks"}


def test_keys_and_tokens_are_ways_to_log_in(schema: dict[str, Any]) -> None:
    ways = schema["components"]["securitySchemes"]

    assert ways["apiKey"]["name"] == "X-API-Key"
    assert ways["jwtAuth"]["scheme"] == "bearer"


class DocsPagesTests(TestCase):
    def test_schema_and_both_readers_are_served_without_login(self) -> None:
        for path in ("/api/schema/", "/api/docs/", "/api/redoc/"):
            with self.subTest(path):
                self.assertEqual(self.client.get(path).status_code, 200)
