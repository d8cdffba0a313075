"""What a request costs in statements.

Not counted are the marks of transactions, and the counters of the limits, which are in Redis or in
SQL by setting.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.cases import ApiCase, client_with
from orders.models import Order, OrderEvent, Package, RoutingDecision, RuleSet, Shipment
from orders.tests.builders import (
    make_key,
    make_order,
    make_order_body,
    make_organization,
    make_stocked_sellable,
    make_warehouse,
)

ORDERS = "/api/v1/orders"
UNCOUNTED = re.compile(r"(SAVEPOINT|RELEASE|BEGIN|COMMIT)|.*kernel_counter", re.DOTALL)
MOST_FOR_AN_ORDER = 12
MOST_FOR_A_LIST = 6


def statements(act: Callable[[], Any]) -> tuple[Any, list[str]]:
    with CaptureQueriesContext(connection) as seen:
        answer = act()
    return answer, [query["sql"] for query in seen if not UNCOUNTED.match(query["sql"])]


class CostTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        for sku in ("MUG-01", "MUG-02", "MUG-03"):
            make_stocked_sellable(self.alder, sku)
        self.key = client_with(make_key(self.alder))
        self.key.get(ORDERS)

    def body(self) -> dict[str, Any]:
        lines = [{"sku": f"MUG-0{number}", "quantity": number} for number in (1, 2, 3)]
        return make_order_body(lines=lines, placed_at="2026-03-01T10:00:00+02:00")

    def test_an_order_with_three_lines_costs_less_than_twelve_statements(self) -> None:
        answer, sql = statements(lambda: self.key.post(ORDERS, self.body(), format="json"))

        self.assertEqual(answer.status_code, 201, answer.content)
        self.assertEqual(len(sql), MOST_FOR_AN_ORDER - 2, "\n".join(sql))

    def test_keeping_the_answer_for_repeats_makes_it_twelve(self) -> None:
        headers = {"Idempotency-Key": "a-key-of-the-shop"}

        answer, sql = statements(
            lambda: self.key.post(ORDERS, self.body(), format="json", headers=headers)
        )

        self.assertEqual(answer.status_code, 201, answer.content)
        self.assertEqual(len(sql), MOST_FOR_AN_ORDER, "\n".join(sql))

    def test_a_new_order_is_told_as_it_is_read_afterwards(self) -> None:
        told = self.key.post(ORDERS, self.body(), format="json").json()

        self.assertEqual(told, self.key.get(f"{ORDERS}/{told['number']}").json())
        self.assertEqual(
            [event.kind for event in OrderEvent.objects.order_by("pk")],
            ["order.received", "order.valid"],
        )

    def test_fifty_orders_with_all_that_is_below_them_cost_six_statements_at_most(self) -> None:
        rules, warehouse = RuleSet.objects.get(is_live=True), make_warehouse("NV")
        for _ in range(50):
            order = make_order(self.alder)
            decision = RoutingDecision.objects.create(order=order, rule_set=rules)
            shipment = Shipment.objects.create(
                order=order,
                decision=decision,
                warehouse=warehouse,
                reference=f"{order.number}-A",
                platform="veeqo",
                carrier="UPS",
            )
            size = {"weight_g": 100, "length_mm": 10, "width_mm": 10, "height_mm": 10}
            Package.objects.create(shipment=shipment, **size)

        page, sql = statements(lambda: self.key.get(ORDERS).json())

        rows = page["results"]
        self.assertEqual(len(rows), Order.objects.count())
        self.assertEqual({len(row["shipments"][0]["packages"]) for row in rows}, {1})
        self.assertLessEqual(len(sql), MOST_FOR_A_LIST, "\n".join(sql))

    def test_what_is_not_asked_for_is_not_read(self) -> None:
        make_order(self.alder)

        page, sql = statements(lambda: self.key.get(f"{ORDERS}?fields=number,state").json())

        self.assertEqual(list(page["results"][0]), ["number", "state"])
        read = [text for text in sql if "orders_" in text]
        self.assertEqual(len(read), 1, "\n".join(sql))
        self.assertNotIn("address_1", read[0])
        self.assertNotIn("accounts_organization", read[0])
