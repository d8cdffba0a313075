"""Taking orders in over REST: once, whole, or not at all with every fault named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.test import override_settings

from accounts.models import Organization, Role
from accounts.tests.cases import ApiCase, client_for, client_with
from orders.models import IntakeRecord, Order, OrderEvent, OrderLine
from orders.services.labels import record_label_file
from orders.services.progress import need_attention
from orders.tasks import dispatch_waiting
from orders.tests.builders import (
    make_key,
    make_order,
    make_order_body,
    make_organization,
    make_sellable,
    make_stocked_sellable,
    make_user,
    make_warehouse,
)
from orders.tests.steps import make_labelled
from shipping_project.kernel.testing import exactly_queries

ORDERS = "/api/v1/orders"
SKU, QUANTITY, PRICE = (f"lines[0].{name}" for name in ("sku", "quantity", "unit_price"))
POSTCODE = "ship_to.postal_code"
BAD_QUANTITY = "line.quantity_invalid"


class OrdersCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder, self.birch = make_organization("alder"), make_organization("birch")
        self.mug = make_stocked_sellable(self.alder, "MUG-01", units=50)
        self.key = client_with(make_key(self.alder, "orders:read", "orders:write", "labels:buy"))

    def send(self, body: Any, **headers: str) -> Any:
        return self.key.post(ORDERS, body, format="json", headers=headers)

    def assert_nothing_written(self) -> None:
        for model in (Order, OrderLine, OrderEvent, IntakeRecord):
            self.assertEqual(model._default_manager.count(), 0, model)


class TakeInTests(OrdersCase):
    def test_order_is_kept_as_it_was_sent(self) -> None:
        body = make_order_body(
            quantity=3, carrier="ups", note="Leave at the door", external_ref="A-1"
        )

        response = self.send(body)

        self.assertEqual(response.status_code, 201, response.content)
        told = response.json()
        self.assertRegex(told["number"], r"^SO-\d{6}$")
        self.assertEqual(told["organization"], "alder")
        self.assertEqual(told["state"], "valid")
        self.assertEqual((told["source"], told["external_ref"]), ("api", "A-1"))
        self.assertEqual(told["carrier"], "UPS")
        self.assertEqual((told["total"], told["currency"]), ("55.50", "USD"))
        self.assertEqual(told["ship_to"]["name"], "Ada Brooks")
        self.assertEqual(
            told["lines"],
            [
                {
                    "position": 1,
                    "sku": "MUG-01",
                    "title": self.mug.title,
                    "quantity": 3,
                    "unit_price": "18.50",
                    "short_quantity": 0,
                }
            ],
        )
        self.assertEqual(told["shipments"], [])
        self.assertEqual(Order.objects.get().organization, self.alder)

    def test_own_price_counts_instead_of_the_list_price(self) -> None:
        body = make_order_body(lines=[{"sku": "MUG-01", "quantity": 2, "unit_price": "10.25"}])

        self.assertEqual(self.send(body).json()["total"], "20.50")

    def test_repeat_answers_200_with_the_first(self) -> None:
        body = make_order_body()
        first = self.send(body).json()

        response = self.send(body)

        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json()["number"], first["number"])
        self.assertEqual(Order.objects.count(), 1)
        self.assertEqual(IntakeRecord.objects.get().repeats, 1)

    def test_used_reference_with_other_contents_is_refused(self) -> None:
        self.send(make_order_body(external_ref="A-1"))

        response = self.send(make_order_body(external_ref="A-1", quantity=2))

        problem = self.assert_problem(response, 409, "order.reference_reused")
        self.assertEqual([e["field"] for e in problem["errors"]], ["external_ref"])
        self.assertEqual(OrderLine.objects.get().quantity, 1)

    def test_idempotency_key_stands_in_for_the_reference(self) -> None:
        body = make_order_body()
        del body["external_ref"]

        first = self.send(body, **{"Idempotency-Key": "k-1"})
        second = self.send(body, **{"Idempotency-Key": "k-1"})

        self.assertEqual([first.status_code, second.status_code], [201, 201])
        self.assertEqual(first.json()["external_ref"], "k-1")
        self.assertEqual(Order.objects.count(), 1)

    def test_reference_of_the_body_counts_before_the_key(self) -> None:
        response = self.send(make_order_body(external_ref="A-1"), **{"Idempotency-Key": "k-1"})

        self.assertEqual(response.json()["external_ref"], "A-1")

    def test_key_that_is_too_long_is_named_as_the_reference(self) -> None:
        body = make_order_body(external_ref=None)

        response = self.send(body, **{"Idempotency-Key": "k" * 101})

        self.assert_faults(response, "external_ref")
        self.assert_nothing_written()

    def test_two_organizations_may_use_one_reference(self) -> None:
        make_sellable(self.birch, "MUG-01")
        self.send(make_order_body(external_ref="A-1"))

        response = client_with(make_key(self.birch)).post(
            ORDERS, make_order_body(external_ref="A-1"), format="json"
        )

        self.assertEqual(response.status_code, 201)
        self.assertEqual(Order.objects.count(), 2)

    def test_order_can_be_held_from_the_start(self) -> None:
        told = self.send(make_order_body(hold_reason="Waits for payment")).json()

        self.assertEqual((told["state"], told["hold_reason"]), ("held", "Waits for payment"))

    def test_doubts_are_kept_with_the_order(self) -> None:
        body = make_order_body()
        del body["ship_to"]["phone"]

        told = self.send(body).json()

        self.assertEqual(
            [(f["field"], f["code"]) for f in told["findings"]],
            [("ship_to.phone", "phone.missing")],
        )

    def test_staff_say_for_which_organization(self) -> None:
        staff = client_for(make_user(Role.OPERATOR))

        made = staff.post(ORDERS, make_order_body(organization="alder"), format="json")

        self.assertEqual(made.status_code, 201, made.content)
        self.assertEqual(Order.objects.get().organization, self.alder)

    def test_staff_without_an_organization_hear_of_all_other_faults_too(self) -> None:
        staff = client_for(make_user(Role.OPERATOR))
        body = make_order_body(quantity=0, carrier="DONKEY")

        for changes in ({}, {"organization": "nobody"}, {"organization": 7}):
            with self.subTest(changes):
                response = staff.post(ORDERS, {**body, **changes}, format="json")

                self.assert_faults(response, "organization", "carrier", QUANTITY)
        self.assert_nothing_written()

    def test_partner_cannot_order_for_others(self) -> None:
        response = self.send(make_order_body(organization="birch"))

        self.assert_faults(response, "organization")
        self.assert_nothing_written()

    def test_people_of_an_inactive_organization_order_nothing(self) -> None:
        partner = client_for(make_user(Role.PARTNER, organization=self.alder))
        Organization.objects.filter(pk=self.alder.pk).update(is_active=False)

        response = partner.post(ORDERS, make_order_body(), format="json")

        self.assert_problem(response, 401, "authentication_failed")
        self.assert_nothing_written()

    def test_a_morning_of_orders_is_let_through(self) -> None:
        statuses = {self.send(make_order_body()).status_code for _ in range(40)}

        self.assertEqual(statuses, {201})

    @override_settings(ORDER_CREATE_RATE="2/d")
    def test_a_runaway_loop_has_to_wait(self) -> None:
        self.send(make_order_body())
        self.send(make_order_body())

        response = self.send(make_order_body())

        self.assert_problem(response, 429, "too_many_requests")
        self.assertTrue(1 <= int(response["Retry-After"]) <= 86400)
        self.assertEqual(Order.objects.count(), 2)
        self.assertEqual(self.key.get(ORDERS).status_code, 200)


def line(**changes: Any) -> list[dict[str, Any]]:
    return [{"sku": "MUG-01", "quantity": 1, **changes}]


# What is wrong, what is changed in a good body, the fault by field.
BAD_ORDERS: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("unknown SKU", {"lines": line(sku="NONE")}, {SKU: "line.sku_unknown"}),
    ("no SKU", {"lines": line(sku="")}, {SKU: "line.sku_missing"}),
    ("quantity 0", {"lines": line(quantity=0)}, {QUANTITY: BAD_QUANTITY}),
    ("quantity -1", {"lines": line(quantity=-1)}, {QUANTITY: BAD_QUANTITY}),
    ("half a unit", {"lines": line(quantity=0.5)}, {QUANTITY: BAD_QUANTITY}),
    ("quantity true", {"lines": line(quantity=True)}, {QUANTITY: BAD_QUANTITY}),
    ("too many", {"lines": line(quantity=10**40)}, {QUANTITY: BAD_QUANTITY}),
    ("price -1", {"lines": line(unit_price="-1")}, {PRICE: "line.price_invalid"}),
    ("price NaN", {"lines": line(unit_price="NaN")}, {PRICE: "type.decimal"}),
    ("price word", {"lines": line(unit_price="free")}, {PRICE: "type.decimal"}),
    ("price in mills", {"lines": line(unit_price="1.005")}, {PRICE: "line.price_invalid"}),
    ("no lines", {"lines": []}, {"lines": "order.no_lines"}),
    ("lines that are no list", {"lines": "MUG-01"}, {"lines": "type.list"}),
    ("a line that is no object", {"lines": ["MUG-01"]}, {
        "lines[0]": "type.object",
        SKU: "line.sku_missing",
        QUANTITY: BAD_QUANTITY,
    }),
    ("sum beyond the ledger", {"lines": line(quantity=100_000, unit_price="1000000")},
     {"lines": "order.total_too_large"}),
    ("unknown carrier", {"carrier": "DONKEY"}, {"carrier": "carrier.unknown"}),
    ("carrier that is no text", {"carrier": 7}, {"carrier": "type.text"}),
    ("no reference", {"external_ref": ""}, {"external_ref": "order.reference_missing"}),
    ("reference too long", {"external_ref": "x" * 101},
     {"external_ref": "order.reference_too_long"}),
    ("unknown currency", {"currency": "dollars"}, {"currency": "order.currency_invalid"}),
    ("no time", {"ship_by": "soon"}, {"ship_by": "type.time"}),
    ("unknown field", {"gift_wrap": True}, {"gift_wrap": "field.unknown"}),
    ("no address", {"ship_to": None}, {
        "ship_to": "type.object",
        "ship_to.name": "address.name_missing",
        "ship_to.address_1": "address.street_missing",
        "ship_to.city": "address.city_missing",
        "ship_to.country": "address.country_missing",
    }),
]  # fmt: skip
BAD_ADDRESSES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("impossible country", {"country": "Atlantis"}, {"ship_to.country": "address.country_unknown"}),
    ("missing name", {"name": ""}, {"ship_to.name": "address.name_missing"}),
    ("missing street", {"address_1": " "}, {"ship_to.address_1": "address.street_missing"}),
    ("missing city", {"city": ""}, {"ship_to.city": "address.city_missing"}),
    ("bad US postcode", {"postal_code": "8950"}, {POSTCODE: "address.postcode_mismatch"}),
    ("letters as postcode", {"postal_code": "ABCDE"}, {POSTCODE: "address.postcode_invalid"}),
    ("British postcode in Germany", {"country": "DE", "state": "", "postal_code": "SW1A 1AA"},
     {POSTCODE: "address.postcode_invalid"}),
    ("German postcode in Britain", {"country": "GB", "state": "", "postal_code": "10115"},
     {POSTCODE: "address.postcode_invalid"}),
    ("postcode of another state", {"postal_code": "10001"},
     {POSTCODE: "address.postcode_mismatch"}),
    ("unknown state", {"state": "ZZ"}, {"ship_to.state": "address.state_unknown"}),
    ("no e-mail", {"email": "ada at home"}, {"ship_to.email": "email.invalid"}),
    ("no phone", {"phone": "call me"}, {"ship_to.phone": "phone.invalid"}),
    ("control characters", {"name": "Ada\x07"}, {"ship_to.name": "text.control_characters"}),
    ("number as name", {"name": 5}, {"ship_to.name": "type.text"}),
    ("name too long", {"name": "A" * 301}, {"ship_to.name": "text.too_long"}),
    ("unknown part", {"zip": "89503"}, {"ship_to.zip": "field.unknown"}),
]  # fmt: skip


class BadInputTests(OrdersCase):
    def assert_refused(self, body: Any, faults: dict[str, str]) -> None:
        response = self.send(body)

        problem = self.assert_problem(response, 422, "invalid_input")
        found = [(error["field"], error["code"]) for error in problem["errors"]]
        self.assertEqual(sorted(found), sorted(faults.items()))
        self.assertTrue(all(error["message"] for error in problem["errors"]))
        self.assert_nothing_written()

    def test_faulty_orders_are_refused_by_field(self) -> None:
        for name, changes, faults in BAD_ORDERS:
            with self.subTest(name):
                self.assert_refused(make_order_body(**changes), faults)

    def test_faulty_addresses_are_refused_by_field(self) -> None:
        for name, changes, faults in BAD_ADDRESSES:
            with self.subTest(name):
                body = make_order_body()
                body["ship_to"] |= changes

                self.assert_refused(body, faults)

    def test_all_faults_are_named_at_once(self) -> None:
        body = make_order_body(
            external_ref="",
            carrier="DONKEY",
            lines=[
                {"sku": "NONE", "quantity": 0, "unit_price": "-1"},
                {"sku": "MUG-01", "quantity": 1},
                {"sku": "", "quantity": 2},
            ],
        )
        body["ship_to"] |= {"name": "", "address_1": "", "postal_code": "ABC"}

        self.assert_refused(
            body,
            {
                "external_ref": "order.reference_missing",
                "carrier": "carrier.unknown",
                "ship_to.name": "address.name_missing",
                "ship_to.address_1": "address.street_missing",
                POSTCODE: "address.postcode_invalid",
                SKU: "line.sku_unknown",
                QUANTITY: BAD_QUANTITY,
                PRICE: "line.price_invalid",
                "lines[2].sku": "line.sku_missing",
            },
        )

    def test_bodies_that_are_no_object_are_refused(self) -> None:
        for body in ([], [1], "text", 5, None):
            with self.subTest(body=body):
                response = self.send(body)

                problem = self.assert_problem(response, 422, "invalid_input")
                self.assertIn("lines", {error["field"] for error in problem["errors"]})
        self.assert_nothing_written()

    def test_products_of_others_and_inactive_ones_are_unknown(self) -> None:
        make_sellable(self.birch, "TEA-01")
        make_sellable(self.alder, "OLD-01", is_active=False)
        body = make_order_body(
            lines=[{"sku": "TEA-01", "quantity": 1}, {"sku": "OLD-01", "quantity": 1}]
        )

        self.assert_refused(body, {SKU: "line.sku_unknown", "lines[1].sku": "line.sku_unknown"})

    def test_five_megabytes_are_refused_with_words(self) -> None:
        response = self.send(make_order_body(note="x" * 5_000_000))

        problem = self.assert_problem(response, 413, "body_too_large")
        self.assertEqual(problem["detail"], "Send at most 1048576 bytes.")
        self.assert_nothing_written()

    def test_carrier_that_cannot_go_there_is_named(self) -> None:
        body = make_order_body(carrier="FEDEX")
        body["ship_to"]["address_1"] = "PO Box 12"

        self.assert_refused(body, {"carrier": "carrier.po_box"})

    def test_catalog_price_in_another_currency_is_asked_for(self) -> None:
        body = make_order_body(currency="EUR")

        self.assert_refused(body, {PRICE: "line.price_missing"})


class ShortageTests(OrdersCase):
    def test_order_without_stock_anywhere_is_kept_with_the_shortage_of_each_line(self) -> None:
        make_sellable(self.alder, "BOWL-1")
        body = make_order_body(
            lines=[{"sku": "MUG-01", "quantity": 60}, {"sku": "BOWL-1", "quantity": 2}]
        )
        number = self.send(body).json()["number"]

        dispatch_waiting()

        told = self.key.get(f"{ORDERS}/{number}").json()
        self.assertEqual(told["state"], "backordered")
        self.assertEqual(
            [(x["sku"], x["quantity"], x["short_quantity"]) for x in told["lines"]],
            [("MUG-01", 60, 10), ("BOWL-1", 2, 2)],
        )
        self.assertEqual(told["shipments"], [])

    def test_order_with_stock_is_reserved(self) -> None:
        number = self.send(make_order_body(quantity=2)).json()["number"]

        dispatch_waiting()

        told = self.key.get(f"{ORDERS}/{number}").json()
        self.assertEqual(told["state"], "reserved")
        self.assertEqual([s["warehouse"] for s in told["shipments"]], ["NV"])


class MayNotBuyTests(OrdersCase):
    """Dispatch buys a label by itself, so what such a key sends in waits for somebody who may."""

    def setUp(self) -> None:
        super().setUp()
        self.sender = client_with(make_key(self.alder, "orders:read", "orders:write"))
        self.body = make_order_body()

    def test_order_is_kept_and_held(self) -> None:
        response = self.sender.post(ORDERS, self.body, format="json")

        self.assertEqual(response.status_code, 201)
        told = response.json()
        self.assertEqual(
            (told["state"], told["hold_reason"]), ("held", "The sender's key may not buy labels.")
        )
        self.assertEqual(dispatch_waiting(), 0)

    def test_repeat_by_a_key_that_may_buy_is_the_same_order(self) -> None:
        first = self.sender.post(ORDERS, self.body, format="json").json()

        again = self.key.post(ORDERS, self.body, format="json")

        self.assertEqual((again.status_code, again.json()["number"]), (200, first["number"]))
        self.assertEqual(again.json()["state"], "held")

    def test_reason_of_the_sender_comes_first(self) -> None:
        body = self.body | {"hold_reason": "Fraud check"}

        told = self.sender.post(ORDERS, body, format="json").json()

        self.assertEqual(told["hold_reason"], "Fraud check")

    def test_released_by_one_who_may_it_goes_on(self) -> None:
        number = self.sender.post(ORDERS, self.body, format="json").json()["number"]

        told = self.key.post(f"{ORDERS}/{number}/release").json()

        self.assertEqual((told["state"], told["hold_reason"]), ("valid", ""))


class ChangedSinceTests(OrdersCase):
    def changed(self) -> list[str]:
        since = "2026-01-02T00:00:00Z"
        rows = self.key.get(f"{ORDERS}?updated_since={since}").json()["results"]
        return [row["number"] for row in rows]

    def test_whatever_an_order_tells_anew_is_a_change(self) -> None:
        order = make_labelled(self.alder)
        need_attention(order, code="x.y", detail="First.", kind="x.y")
        shipment_id = order.shipments.get().pk
        changes: dict[str, Callable[[], object]] = {
            "its label can be printed": lambda: record_label_file(shipment_id=shipment_id),
            "it waits for something else": lambda: need_attention(
                Order.objects.get(pk=order.pk), code="x.z", detail="Second.", kind="x.z"
            ),
        }
        for name, change in changes.items():
            with self.subTest(name):
                Order.objects.update(updated_at=datetime(2026, 1, 1, tzinfo=UTC))
                self.assertEqual(self.changed(), [])

                change()

                self.assertEqual(self.changed(), [order.number])


class TenantTests(OrdersCase):
    def test_orders_of_others_do_not_exist(self) -> None:
        make_stocked_sellable(self.birch, "TEA-01")
        theirs = make_order(self.birch, "TEA-01")
        base = f"{ORDERS}/{theirs.number}"

        self.assertEqual(self.key.get(ORDERS).json()["results"], [])
        for path in ("", "/events", "/decision", "/tracking", "/label"):
            with self.subTest(path):
                self.assert_problem(self.key.get(base + path), 404, "not_found")
        for path in ("/dispatch", "/retry", "/hold", "/release", "/cancel"):
            with self.subTest(path):
                self.assert_problem(self.key.post(base + path), 404, "not_found")
        theirs.refresh_from_db()
        self.assertEqual(theirs.state, "valid")

    def test_staff_see_the_orders_of_all(self) -> None:
        make_stocked_sellable(self.birch, "TEA-01")
        mine, theirs = make_order(self.alder), make_order(self.birch, "TEA-01")

        rows = client_for(make_user(Role.OPERATOR)).get(ORDERS).json()["results"]

        self.assertEqual([row["number"] for row in rows], [theirs.number, mine.number])


class ListTests(OrdersCase):
    def test_filters_narrow_the_list(self) -> None:
        first = make_order(self.alder, external_ref="A-1", name="Grace Miller")
        second = make_order(self.alder, hold_reason="Waits")
        cases = [
            ("", [second, first]),
            ("state=held", [second]),
            ("external_ref=A-1", [first]),
            (f"number={second.number}", [second]),
            ("search=grace", [first]),
            ("search=MUG-01", [second, first]),
            ("source=api", [second, first]),
            ("source=web", []),
            ("carrier=UPS", []),
            ("organization=birch", []),
            ("created_since=2999-01-01T00:00:00Z", []),
        ]
        for query, found in cases:
            with self.subTest(query):
                rows = self.key.get(f"{ORDERS}?{query}").json()["results"]

                self.assertEqual([row["number"] for row in rows], [o.number for o in found])

    def test_pages_follow_each_other_newest_first(self) -> None:
        orders = [make_order(self.alder) for _ in range(5)]

        seen, address = [], f"{ORDERS}?page_size=2"
        while address:
            page = self.key.get(address).json()
            seen.append([row["number"] for row in page["results"]])
            address = page["next"]

        numbers = [order.number for order in reversed(orders)]
        self.assertEqual(seen, [numbers[:2], numbers[2:4], numbers[4:]])

    def test_an_order_is_found_by_number_in_any_case_and_by_id(self) -> None:
        order = make_order(self.alder)

        for text in (order.number, order.number.lower(), str(order.pk)):
            with self.subTest(text):
                self.assertEqual(self.key.get(f"{ORDERS}/{text}").json()["id"], order.pk)

    def test_a_list_costs_the_same_for_any_number_of_rows(self) -> None:
        make_warehouse("CA")
        make_order(self.alder)
        dispatch_waiting()
        self.key.get(ORDERS)
        with exactly_queries(4):
            self.key.get(ORDERS)
        for _ in range(6):
            make_order(self.alder)
        dispatch_waiting()

        with exactly_queries(4):
            rows = self.key.get(ORDERS).json()["results"]

        self.assertEqual(len(rows), 7)
