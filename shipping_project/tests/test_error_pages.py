"""Pages that stand when everything else is broken."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.test import RequestFactory, SimpleTestCase, TestCase

from shipping_project.kernel.tests.pages import read_page
from shipping_project.urls import permission_denied, server_error


class ErrorPageTests(SimpleTestCase):
    """`SimpleTestCase` refuses the database, so a page that asks it for anything fails here."""

    def test_server_error_stands_without_database_or_user(self) -> None:
        response = server_error(RequestFactory().get("/orders/"))

        self.assertEqual(response.status_code, 500)
        self.assertContains(response, "Something broke on our side", status_code=500)
        self.assertEqual(read_page(response.content).refused, [])

    def test_refusal_stands_without_database_or_user(self) -> None:
        response = permission_denied(RequestFactory().get("/orders/"), PermissionDenied())

        self.assertContains(response, "nothing was changed", status_code=403)
        self.assertEqual(read_page(response.content).refused, [])


class NotFoundTests(TestCase):
    def test_unknown_address_is_a_page_in_words(self) -> None:
        response = self.client.get("/nothing/")

        self.assertContains(response, "There is nothing here", status_code=404)
        self.assertEqual(read_page(response.content).refused, [])
