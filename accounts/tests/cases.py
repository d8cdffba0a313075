"""A test case that speaks to the API as a caller does."""

from __future__ import annotations

from typing import Any

from django.core.cache import caches
from django.test import TestCase
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.tokens import tokens_for

MEMBERS = ["type", "title", "status", "detail", "code", "request_id", "errors"]


def client_for(user: User) -> APIClient:
    """Logged in by a real access token; a bug in the server answers 500 as it would outside."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens_for(user)['access']}")
    return client


def client_with(key: str) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_X_API_KEY=key)
    return client


class ApiCase(TestCase):
    """Rate limits start at nought, also where they are counted outside the database."""

    def setUp(self) -> None:
        super().setUp()
        caches["ratelimit"].clear()

    def assert_problem(self, response: Any, status: int, code: str) -> dict[str, Any]:
        """The answer is a whole problem document of this status and code; returns it."""
        self.assertEqual(response.status_code, status, response.content)
        self.assertEqual(response["Content-Type"], "application/problem+json")
        document: dict[str, Any] = response.json()
        self.assertEqual(list(document), MEMBERS)
        self.assertEqual(document["status"], status)
        self.assertEqual(document["code"], code)
        self.assertEqual(document["type"], f"urn:problem:{code}")
        self.assertEqual(document["request_id"], response["X-Request-ID"])
        self.assertTrue(document["title"] and document["detail"])
        return document

    def assert_faults(self, response: Any, *fields: str) -> dict[str, str]:
        """422 naming exactly these fields; returns the codes by field."""
        document = self.assert_problem(response, 422, "invalid_input")
        found = {error["field"]: error["code"] for error in document["errors"]}
        self.assertEqual(sorted(found), sorted(fields), document["errors"])
        return found
