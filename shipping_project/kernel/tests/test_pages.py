"""Pages that stand when everything else is broken, and the small parts of all the others."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory, SimpleTestCase, TestCase

from shipping_project.kernel.charts import Chart, Series
from shipping_project.kernel.htmx import is_fragment
from shipping_project.kernel.templatetags.pages import message_tone
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


class FragmentTests(SimpleTestCase):
    def test_only_a_request_of_htmx_for_a_part_is_one(self) -> None:
        cases = [
            ({}, False),
            ({"HX-Request": "true"}, True),
            ({"HX-Request": "true", "HX-Boosted": "true"}, False),
            ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
        ]
        for headers, expected in cases:
            with self.subTest(headers=headers):
                request = RequestFactory().get("/", headers=headers)

                self.assertIs(is_fragment(request), expected)


class ChartTests(SimpleTestCase):
    def test_data_is_what_json_can_hold(self) -> None:
        chart = Chart(
            labels=["DHL", "UPS"],
            series=[Series(label="USD", values=[Decimal("3.10"), 0], links=["/a", "/b"])],
            precision=2,
        )

        self.assertEqual(
            chart.data,
            {
                "labels": ["DHL", "UPS"],
                "stacked": False,
                "horizontal": False,
                "precision": 2,
                "series": [{"label": "USD", "values": [3.1, 0.0], "links": ["/a", "/b"]}],
            },
        )


class MessageToneTests(SimpleTestCase):
    def test_each_level_has_the_tone_of_its_alert(self) -> None:
        cases = {
            constants.SUCCESS: "ok",
            constants.WARNING: "warn",
            constants.ERROR: "bad",
            constants.INFO: "info",
        }
        for level, expected in cases.items():
            with self.subTest(level=level):
                self.assertEqual(message_tone(Message(level, "x")), expected)
