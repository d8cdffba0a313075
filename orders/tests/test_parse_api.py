"""POST /api/v1/orders/parse: what was pasted comes back as customers; nothing is stored."""

from __future__ import annotations

from rest_framework.test import APIClient

from accounts.models import Role
from accounts.tests.cases import ApiCase, client_for, client_with
from orders.models import IntakeRecord, Order
from orders.tests.builders import make_key, make_organization, make_user

URL = "/api/v1/orders/parse"
TEXT = "Jane Roe\n12 Main St\nApt 4\nAustin, TX 78701\nUSA\n512-555-0142\njane@example.com"
JANE = {
    "name": "Jane Roe",
    "phone": "+15125550142",
    "email": "jane@example.com",
    "address_1": "12 Main St",
    "address_2": "Apt 4",
    "city": "Austin",
    "state": "TX",
    "postal_code": "78701",
    "country": "US",
    "confidence": 1.0,
    "findings": [],
}


class ParseTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.staff = client_for(make_user(Role.MANAGER))

    def test_customer_comes_back_and_nothing_is_stored(self) -> None:
        response = self.staff.post(URL, {"text": TEXT}, format="json")

        self.assertEqual(response.status_code, 200, response.content)
        self.assertEqual(response.json(), {"customers": [JANE]})
        self.assertEqual(Order.objects.count(), 0)
        self.assertEqual(IntakeRecord.objects.count(), 0)

    def test_key_of_a_partner_may_ask(self) -> None:
        key = make_key(make_organization(), "orders:read", "orders:write")

        response = client_with(key).post(URL, {"text": TEXT}, format="json")

        self.assertEqual(response.json(), {"customers": [JANE]})

    def test_picked_carrier_is_checked(self) -> None:
        body = {"text": TEXT.replace("12 Main St", "PO Box 12"), "carrier": "FEDEX"}

        response = self.staff.post(URL, body, format="json")

        self.assertEqual(
            response.json()["customers"][0]["findings"],
            [
                {
                    "field": "carrier",
                    "code": "carrier.po_box",
                    "message": "FEDEX does not deliver to PO boxes; pick USPS or give a street.",
                    "severity": "error",
                }
            ],
        )

    def test_5_mb_are_413(self) -> None:
        response = self.staff.post(URL, {"text": "x" * 5_000_000}, format="json")

        self.assertEqual(response.status_code, 413)
        self.assertEqual(response["Content-Type"], "application/problem+json")

    def test_text_past_the_limit_is_413(self) -> None:
        response = self.staff.post(URL, {"text": "x" * 200_001}, format="json")

        self.assert_problem(response, 413, "text_too_long")

    def test_missing_text_is_named(self) -> None:
        for body in ({}, {"text": " \n"}, {"carrier": "UPS"}):
            with self.subTest(body=body):
                self.assert_faults(self.staff.post(URL, body, format="json"), "text")

    def test_values_that_are_no_text_are_named_together(self) -> None:
        response = self.staff.post(URL, {"text": 5, "carrier": ["UPS"]}, format="json")

        self.assert_faults(response, "text", "carrier")

    def test_no_json_is_400(self) -> None:
        response = self.staff.generic("POST", URL, "{", "application/json")

        self.assert_problem(response, 400, "body_unreadable")

    def test_without_login_401(self) -> None:
        response = APIClient().post(URL, {"text": TEXT}, format="json")

        self.assert_problem(response, 401, "not_authenticated")
