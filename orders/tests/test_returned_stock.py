"""What was shipped comes back on the shelf, each unit once, and the order tells of it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.models import Role
from accounts.tests.cases import ApiCase, client_for
from inventory.models import StockLevel, StockMovement
from inventory.proof import stock_differences
from inventory.services.stock import ship_reservations
from orders.tests.builders import make_organization, make_stocked_sellable, make_user
from orders.tests.steps import make_dispatched


class ReturnTests(ApiCase):
    """Three of fifty mugs were shipped."""

    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.mug = make_stocked_sellable(self.alder, units=50)
        self.order = make_dispatched(self.alder, quantity=3)
        self.shipment = self.order.shipments.get().reference
        ship_reservations(reference=self.shipment, actor="tests")
        self.partner = make_user(Role.PARTNER, organization=self.alder)

    def give_back(self, units: int, reference: str = "RMA-1", **more: Any) -> Any:
        body = {
            "shipment": self.shipment,
            "reference": reference,
            "warehouse": "NV",
            "lines": [{"sku": "MUG-01", "quantity": units}],
            **more,
        }
        return client_for(self.partner).post("/api/v1/stock/returns", body, format="json")

    def on_hand(self) -> int:
        self.assertEqual(stock_differences(), [])
        return int(StockLevel.objects.get(sellable=self.mug).on_hand)

    def test_units_are_on_the_shelf_again_and_the_order_tells_of_it(self) -> None:
        answer = self.give_back(2)

        self.assertEqual((answer.status_code, self.on_hand()), (201, 49))
        event = self.order.events.get(kind="stock.returned")
        self.assertEqual(event.message, "2 × MUG-01 came back to NV.")

    def test_repeat_counts_once(self) -> None:
        codes = [self.give_back(2).status_code for _ in range(2)]

        self.assertEqual((codes, self.on_hand()), ([201, 200], 49))
        self.assertEqual(self.order.events.filter(kind="stock.returned").count(), 1)
        self.assert_problem(self.give_back(1), 409, "stock.reference_reused")

    def test_no_unit_comes_back_more_often_than_it_left(self) -> None:
        self.give_back(2)

        answer = self.give_back(2, "RMA-2")

        document = self.assert_problem(answer, 409, "return.more_than_shipped")
        self.assertEqual(
            document["errors"][0]["message"], f"2 came back, 1 of {self.shipment} can."
        )
        self.assertEqual(self.on_hand(), 49)

    def test_damaged_units_come_in_and_go_out(self) -> None:
        self.give_back(2, damaged=True)

        self.assertEqual(self.on_hand(), 47)
        last = StockMovement.objects.order_by("-id").values_list("kind", "quantity")[:2]
        self.assertEqual(list(last), [("adjustment", -2), ("return", 2)])

    def test_what_came_back_is_listed_and_read_alone(self) -> None:
        self.give_back(2, damaged=True)
        self.give_back(1, "RMA-2")
        client = client_for(self.partner)

        page = client.get(f"/api/v1/stock/returns?shipment={self.shipment}&sku=MUG-01").json()
        other = client.get("/api/v1/stock/returns?shipment=ANOTHER").json()

        rows = [(row["reference"], row["quantity"], row["damaged"]) for row in page["results"]]
        self.assertEqual(rows, [("RMA-2", 1, False), ("RMA-1", 2, True)])
        self.assertEqual({row["shipment"] for row in page["results"]}, {self.shipment})
        alone = client.get(f"/api/v1/stock/returns/{page['results'][1]['id']}").json()
        self.assertEqual(alone, page["results"][1])
        self.assertEqual(other["results"], [])

    def test_returns_of_others_are_not_there(self) -> None:
        self.give_back(1)
        row = StockMovement.objects.returned().get()
        stranger = client_for(make_user(Role.PARTNER, organization=make_organization("birch")))

        self.assertEqual(stranger.get("/api/v1/stock/returns").json()["results"], [])
        self.assert_problem(stranger.get(f"/api/v1/stock/returns/{row.pk}"), 404, "not_found")

    def test_page_takes_back(self) -> None:
        self.client.force_login(make_user(Role.OPERATOR))
        form = {
            "organization": "alder",
            "shipment": self.shipment,
            "reference": "RMA-1",
            "warehouse": "NV",
            "lines": "MUG-01 1",
        }

        page = self.client.post(reverse("return-take"), form, follow=True)

        self.assertContains(page, "1 units came back.")
        self.assertContains(page, f"{self.shipment}/RMA-1")
