"""Changing what was wished for with an order over REST, and reading what is doubted about it."""

from __future__ import annotations

from typing import Any

from accounts.tests.cases import ApiCase, client_with
from orders.models import Order, OrderEvent
from orders.services.dispatch import dispatch_order
from orders.tests.builders import make_key, make_order, make_organization, make_stocked_sellable

WISHES = {
    "carrier": "ups",
    "requested_service": "Ground",
    "customer_tags": ["VIP", "vip", "gift"],
    "is_residential": True,
    "note": "Ring twice",
    "ship_by": "2030-01-02T03:04:05Z",
}


class WishTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        alder = make_organization("alder")
        make_stocked_sellable(alder, "MUG-01", units=50)
        self.key = client_with(make_key(alder, "orders:read", "orders:write"))
        self.order = make_order(alder, quantity=2)
        self.address = f"/api/v1/orders/{self.order.number}"

    def change(self, body: Any, **headers: str) -> Any:
        return self.key.patch(self.address, body, format="json", headers=headers)

    def test_wishes_are_changed_and_told_in_the_story(self) -> None:
        response = self.change(WISHES)

        self.assertEqual(response.status_code, 200, response.content)
        told = {name: response.json()[name] for name in WISHES}
        self.assertEqual(told, WISHES | {"carrier": "UPS", "customer_tags": ["vip", "gift"]})
        event = OrderEvent.objects.filter(order=self.order).latest("pk")
        self.assertEqual((event.kind, event.actor), ("order.changed", "API key test key"))
        self.assertEqual(response.json()["state"], "valid")

    def test_what_is_left_out_stays_and_null_empties(self) -> None:
        self.change(WISHES)

        told = self.change({"note": None, "ship_by": None, "customer_tags": None}).json()

        self.assertEqual((told["note"], told["ship_by"], told["customer_tags"]), ("", None, []))
        self.assertEqual((told["carrier"], told["is_residential"]), ("UPS", True))

    def test_the_same_again_changes_nothing(self) -> None:
        before = self.change(WISHES).json()

        self.assertEqual(self.change(WISHES).json(), before)

    def test_every_fault_is_named_and_nothing_is_changed(self) -> None:
        body = {"state": "booked", "nonsense": 1, "note": 5, "carrier": "PIGEON"}

        problem = self.assert_problem(self.change(body), 422, "invalid_input")

        faults = {fault["field"]: fault["code"] for fault in problem["errors"]}
        self.assertEqual(set(faults), set(body))
        self.assertEqual(
            (faults["state"], faults["nonsense"], faults["note"]),
            ("field.read_only", "field.unknown", "type.text"),
        )
        self.assertEqual(Order.objects.get().requested_carrier, self.order.requested_carrier)

    def test_an_order_with_a_shipment_stays_as_it_is(self) -> None:
        dispatch_order(order_id=self.order.pk)

        self.assert_problem(self.change({"note": "Late"}), 409, "order.already_shipping")

        self.assertEqual(Order.objects.get().note, self.order.note)

    def test_findings_are_those_of_the_order(self) -> None:
        doubt = {"field": "ship_to.phone", "code": "phone.missing", "message": "No phone."}
        Order.objects.update(findings=[doubt])

        response = self.key.get(f"{self.address}/findings")

        self.assertEqual(response.json(), {"findings": [doubt]})

    def test_a_doubt_of_the_reading_outlasts_another_carrier(self) -> None:
        doubt = {"field": "ship_to.city", "code": "read.guessed", "message": "Guessed."}
        Order.objects.update(findings=[doubt])

        self.assertIn(doubt, self.change({"carrier": "UPS"}).json()["findings"])
