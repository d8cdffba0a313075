"""What is the same for every route, tried on all there are in the URL map.

A viewset has it by being an `ApiViewSet` (shipping_project/kernel/api/viewsets.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.cases import client_for
from catalog.models import Sellable
from inventory.models import PurchaseOrder
from orders.models import Order, RuleSet
from orders.services.rules import copy_rule_set
from orders.tests.routes import Route, api_routes
from orders.tests.test_access_matrix import GENEROUS
from orders.tests.test_admin_pages import fill_every_table
from shipping_project.kernel.api.asked import field_names
from shipping_project.kernel.api.viewsets import CHANGES, ApiViewSet
from shipping_project.kernel.pagination import tells_changes

# Which rows can be changed at all.
UNFINISHED: dict[Any, dict[str, Any]] = {
    RuleSet: {"is_draft": True},
    PurchaseOrder: {"state": "draft"},
}
# Found by no address of their own, so there is no ETag of theirs to be had.
NEVER_READ_ALONE = {"PATCH catalog/schedules/{platform}", "PATCH stock/schedules/{platform}"}


def lists() -> Iterator[Route]:
    for route in api_routes():
        if route.action == "list":
            yield route


@override_settings(**GENEROUS)
class ConventionTests(TestCase):
    admin: ClassVar[User]

    @classmethod
    def setUpTestData(cls) -> None:
        fill_every_table()
        copy_rule_set(rule_set_id=RuleSet.objects.get(is_live=True).pk, actor="tests")
        cls.admin = User.objects.get(username="admin")

    def setUp(self) -> None:
        self.staff = client_for(self.admin)

    def get(self, address: str, **headers: str) -> Any:
        return self.staff.get(address, headers=headers)

    def assert_fault(self, response: Any, field: str, code: str) -> str:
        self.assertEqual(response.status_code, 422, response.content)
        faults = [e for e in response.json()["errors"] if e["field"] == field]
        self.assertEqual([fault["code"] for fault in faults], [code], response.json())
        return str(faults[0]["message"])

    def test_every_family_of_routes_has_the_conventions(self) -> None:
        strange = {
            str(route)
            for route in api_routes()
            if route.action and not issubclass(route.view, ApiViewSet)
        }

        self.assertEqual(strange, set(), "let them inherit from kernel.api.viewsets")

    def test_every_list_answers_in_the_same_envelope(self) -> None:
        for route in lists():
            with self.subTest(str(route)):
                page = self.get(route.address()).json()

                self.assertEqual(list(page), ["next", "previous", "results"])
                self.assertIsInstance(page["results"], list)

    def test_every_list_refuses_what_it_does_not_know_all_at_once(self) -> None:
        for route in lists():
            with self.subTest(str(route)):
                query = "?nonsense=1&fields=id,nonsense&expand=nonsense&page_size=0&ordering=x"

                response = self.get(route.address() + query)

                self.assert_fault(response, "nonsense", "parameter.unknown")
                self.assert_fault(response, "expand", "expand.unknown")
                self.assert_fault(response, "page_size", "page_size.invalid")
                self.assert_fault(response, "ordering", "ordering.unknown")
                message = self.assert_fault(response, "fields", "fields.unknown")
                self.assertIn(str(field_names(route.view(action="list"))[-1]), message)

    def test_every_list_tells_of_the_asked_field_alone(self) -> None:
        for route in lists():
            with self.subTest(str(route)):
                whole = self.get(route.address()).json()["results"]
                name = field_names(route.view(action="list"))[0]

                rows = self.get(f"{route.address()}?fields={name}").json()["results"]

                self.assertEqual(rows, [{name: row[name]} for row in whole])

    def test_a_part_is_told_as_it_is_in_the_whole(self) -> None:
        for route in lists():
            for row in self.get(route.address()).json()["results"][:1]:
                for part in (list(row)[start::3] for start in range(min(3, len(row)))):
                    with self.subTest(f"{route} {part}"):
                        query = f"?page_size=1&fields={','.join(part)}"

                        rows = self.get(route.address() + query).json()["results"]

                        self.assertEqual(rows[0], {name: row[name] for name in part})

    def test_every_list_of_rows_that_change_takes_updated_since(self) -> None:
        for route in lists():
            if not tells_changes(route.view.queryset.model):
                continue
            with self.subTest(str(route)):
                address = f"{route.address()}?updated_since="

                self.assertNotEqual(
                    self.get(address + "2000-01-01T00:00:00Z").json()["results"], []
                )
                self.assertEqual(self.get(address + "2999-01-01T00:00:00Z").json()["results"], [])
                self.assert_fault(self.get(address + "soon"), "updated_since", "invalid")

    def test_every_list_has_its_orders(self) -> None:
        for route in lists():
            model = route.view.queryset.model
            changes = ("updated_at", "-updated_at") * tells_changes(model)
            for name in ("id", "-id", *changes, *route.view.ordering_fields):
                with self.subTest(f"{route} by {name}"):
                    response = self.get(f"{route.address()}?page_size=2&ordering={name}")

                    self.assertEqual(response.status_code, 200)

    def test_a_list_is_walked_page_by_page_in_every_order(self) -> None:
        for name in ("id", "-id", "updated_at", "-updated_at"):
            with self.subTest(name):
                address = f"/api/v1/sellables?fields=id,updated_at&ordering={name}"
                whole = self.get(f"{address}&page_size=200").json()["results"]

                self.assertEqual(self.walked(f"{address}&page_size=2"), whole)

    def test_a_place_in_one_order_is_none_in_another(self) -> None:
        following = self.get("/api/v1/sellables?page_size=1&ordering=id").json()["next"]

        response = self.get(following.replace("ordering=id", "ordering=-id"))

        self.assert_fault(response, "cursor", "cursor.invalid")

    def walked(self, address: str | None) -> list[Any]:
        """Forward to the end, and every way back to the first page."""
        rows: list[Any] = []
        while address:
            page = self.get(address).json()
            rows += page["results"]
            last, address = page, page["next"]
        back = list(last["results"])
        while last["previous"]:
            last = self.get(last["previous"]).json()
            back = last["results"] + back
        self.assertEqual(back, rows)
        return rows

    def rows(self, *methods: str) -> Iterator[tuple[Route, str]]:
        for route in api_routes():
            view = route.view
            if route.method not in methods or not route.is_detail or not route.action:
                continue
            model = view.queryset.model
            row = view.queryset.filter(**UNFINISHED.get(model, {})).order_by("-pk").first()
            if hasattr(view, "retrieve") and row is not None:
                name = route.path.rpartition("{")[2].rstrip("}")
                key = row.pk if name == "pk" else getattr(row, view.lookup_field)
                yield route, route.address(**{name: key})

    def test_every_document_has_an_etag_that_spares_a_second_answer(self) -> None:
        for route, address in self.rows("GET"):
            with self.subTest(str(route)):
                first = self.get(address)

                again = self.get(address, **{"If-None-Match": first["ETag"]})
                other = self.get(address, **{"If-None-Match": '"another"'})

                self.assertEqual((again.status_code, again.content), (304, b""))
                self.assertEqual(again["ETag"], first["ETag"])
                self.assertEqual((other.status_code, other.content), (200, first.content))

    def test_every_document_refuses_parameters_that_it_does_not_know(self) -> None:
        for route, address in self.rows("GET"):
            with self.subTest(str(route)):
                response = self.get(f"{address}?nonsense=1&fields=nonsense")

                self.assert_fault(response, "nonsense", "parameter.unknown")
                self.assert_fault(response, "fields", "fields.unknown")

    def test_every_change_is_tried_here(self) -> None:
        changes = {str(route) for route in api_routes() if route.method in CHANGES}

        tried = {str(route) for route, _ in self.rows(*CHANGES)}

        self.assertEqual(changes - tried, NEVER_READ_ALONE)

    def test_no_change_is_made_to_a_row_that_was_changed_since_it_was_read(self) -> None:
        """As asked under the lock of the service: a route whose service does not ask fails here."""
        for route, address in self.rows(*CHANGES):
            with self.subTest(str(route)):
                before = self.get(address)
                send = getattr(self.staff, route.method.lower())

                response = send(
                    address, self.body(before), format="json", headers={"If-Match": '"0-0"'}
                )

                self.assertEqual(response.status_code, 412, response.content)
                self.assertEqual(response.json()["code"], "precondition_failed")
                self.assertEqual(self.get(address).content, before.content)

    def body(self, answer: Any) -> dict[str, Any]:
        """What a row has of what may be changed somewhere."""
        told = answer.json()
        lines = [{"sku": row["sku"], "quantity": 1} for row in told.get("lines", [])]
        plain = {"name", "note", "title", "description", "is_active", "is_enabled", "low_at"}
        return {"lines": lines} | {k: v for k, v in told.items() if k in plain}

    def test_a_row_as_it_was_read_may_be_changed(self) -> None:
        row = Sellable.objects.earliest("pk")
        address = f"/api/v1/sellables/{row.pk}"
        seen = self.get(f"{address}?fields=title")["ETag"]
        change: Any = {"title": "Another", "format": "json"}

        first = self.staff.patch(address, change, format="json", headers={"If-Match": seen})
        second = self.staff.patch(address, change, format="json", headers={"If-Match": seen})

        self.assertEqual((first.status_code, second.status_code), (200, 412))
        self.assertNotEqual(self.get(address)["ETag"], seen)

    def test_an_action_is_not_carried_out_on_an_order_that_moved_on(self) -> None:
        order = Order.objects.filter(state="valid").earliest("pk")
        address = f"/api/v1/orders/{order.number}"

        response = self.staff.post(f"{address}/hold", headers={"If-Match": '"0-0"'})

        self.assertEqual(response.status_code, 412)
        order.refresh_from_db()
        self.assertEqual(order.state, "valid")

    def test_answers_are_kept_by_nobody_but_the_caller(self) -> None:
        self.assertEqual(self.get("/api/v1/orders")["Cache-Control"], "private, no-cache")

    def test_only_the_asked_columns_are_read(self) -> None:
        with CaptureQueriesContext(connection) as queries:
            self.get("/api/v1/sellables?fields=sku,organization")

        sql = queries.captured_queries[-1]["sql"]
        self.assertIn('"accounts_organization"."slug"', sql)
        self.assertNotIn("hs_code", sql)
        self.assertNotIn('"accounts_organization"."name"', sql)

    def test_an_organization_that_is_not_asked_for_is_not_joined(self) -> None:
        with CaptureQueriesContext(connection) as queries:
            self.get("/api/v1/sellables?fields=sku")

        self.assertNotIn("accounts_organization", queries.captured_queries[-1]["sql"])

    def test_a_change_during_a_walk_is_met_at_its_end(self) -> None:
        rows = list(Sellable.objects.order_by("updated_at", "pk"))
        self.assertGreater(len(rows), 2)
        query = "updated_since=2000-01-01T00:00:00Z&page_size=1&fields=id"
        page = self.get(f"/api/v1/sellables?{query}").json()
        met = [row["id"] for row in page["results"]]
        rows[1].save()

        while page["next"]:
            page = self.get(page["next"]).json()
            met += [row["id"] for row in page["results"]]

        self.assertEqual(met, [row.pk for row in [rows[0], *rows[2:], rows[1]]])

    def test_every_expansion_is_told_beside_the_row_at_the_same_cost_for_many(self) -> None:
        for route in lists():
            for name in route.view.expansions:
                with self.subTest(f"{route} {name}"):
                    address = f"{route.address()}?expand={name}&fields=id"
                    costs = []
                    for size in (1, 200):
                        with CaptureQueriesContext(connection) as queries:
                            rows = self.get(f"{address}&page_size={size}").json()["results"]
                        costs.append(len(queries))

                    self.assertEqual({tuple(row) for row in rows}, {("id", "expanded")})
                    self.assertEqual({tuple(row["expanded"]) for row in rows}, {(name,)})
                    self.assertTrue(any(row["expanded"][name] for row in rows))
                    self.assertLessEqual(costs[1], costs[0] + 2)
