"""POST /api/v1/rates: what a parcel would cost, asked of the twin; nothing is booked."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from accounts.models import Organization
from accounts.tests.cases import client_with
from carriers.models import ApiCall
from inventory.models import Warehouse
from orders.models import TableRate
from orders.tests.builders import make_key
from orders.tests.twin import TwinCase

URL = "/api/v1/rates"
PLACE = {
    "country": "US",
    "postal_code": "89101",
    "state": "NV",
    "city": "Las Vegas",
    "address_1": "1 Main St",
}
PARCEL = {"weight_g": 420, "length_mm": 300, "width_mm": 200, "height_mm": 100}


class RatesTests(TwinCase):
    def setUp(self) -> None:
        super().setUp()
        self.client_of_partner = self.partner("orders:read")

    def partner(self, *scopes: str) -> APIClient:
        return client_with(make_key(Organization.objects.get(slug="alder"), *scopes))

    def body(self, **changes: Any) -> dict[str, Any]:
        warehouse = Warehouse.objects.filter(country="US").order_by("pk")[0]
        return {
            "warehouse": warehouse.code,
            "ship_to": PLACE,
            "parcel": PARCEL,
            "goods": {"value": "40.00", "currency": "USD", "category": "toys"},
        } | changes

    def ask(self, **changes: Any) -> Any:
        return self.client_of_partner.post(URL, self.body(**changes), format="json")

    def test_services_come_with_their_prices_cheapest_first(self) -> None:
        answer = self.ask()

        self.assertEqual(answer.status_code, 200, answer.content)
        rates = answer.json()["rates"]
        prices = [float(rate["price"]) for rate in rates]
        self.assertGreater(len(rates), 2)
        self.assertEqual(prices, sorted(prices))
        self.assertEqual({rate["currency"] for rate in rates}, {"USD"})
        self.assertTrue(all(rate["carrier"] and rate["service"] for rate in rates))
        self.assertEqual(self.twin.bookings(), [])

    def test_the_same_band_of_weights_is_asked_for_once(self) -> None:
        first = self.ask()
        second = self.ask(parcel=PARCEL | {"weight_g": 480})
        other = self.ask(parcel=PARCEL | {"weight_g": 520})

        self.assertEqual(first.json(), second.json())
        self.assertEqual(first.json()["weight_g"], 500)
        self.assertEqual(other.json()["weight_g"], 600)
        self.assertEqual(self.twin.asked("POST", "/rates"), 2)

    def test_our_own_tables_serve_while_the_platform_is_away(self) -> None:
        told = self.ask().json()
        self.twin.fault("POST", "/rates", "error_before", status=503)

        answer = self.ask(parcel=PARCEL | {"weight_g": 900}).json()

        self.assertEqual((told["is_estimate"], answer["is_estimate"]), (False, True))
        self.assertEqual(
            {rate["service"] for rate in answer["rates"]},
            {rate["service"] for rate in told["rates"]},
        )
        for mine, theirs in zip(answer["rates"], told["rates"], strict=True):
            self.assertAlmostEqual(float(mine["price"]), float(theirs["price"]), delta=3)

    def test_a_platform_that_is_away_is_told_as_such(self) -> None:
        TableRate.objects.all().delete()
        self.twin.fault("POST", "/rates", "error_before", status=503)

        answer = self.ask()

        self.assertEqual((answer.status_code, answer.json()["code"]), (503, "upstream.unavailable"))

    def test_all_faults_are_named_at_once(self) -> None:
        answer = self.ask(
            warehouse="NOWHERE", parcel=PARCEL | {"weight_g": 0}, goods={"value": "-1"}
        )

        fields = {fault["field"] for fault in answer.json()["errors"]}
        self.assertEqual(answer.status_code, 422)
        self.assertEqual(fields, {"warehouse", "parcel.weight_g", "goods.value"})
        self.assertFalse(ApiCall.objects.exists())

    def test_a_postcode_of_another_state_is_named(self) -> None:
        answer = self.ask(ship_to=PLACE | {"postal_code": "99501"})

        fields = {fault["field"] for fault in answer.json()["errors"]}
        self.assertEqual((answer.status_code, fields), (422, {"ship_to.postal_code"}))

    def test_needs_a_key_that_may_read_orders(self) -> None:
        self.client_of_partner = self.partner("catalog:read")

        self.assertEqual(self.ask().status_code, 403)
