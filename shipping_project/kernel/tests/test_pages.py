"""The small parts that all pages share."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.test import RequestFactory, SimpleTestCase

from shipping_project.kernel.charts import Chart, Series
from shipping_project.kernel.htmx import is_fragment
from shipping_project.kernel.templatetags.pages import message_tone


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
