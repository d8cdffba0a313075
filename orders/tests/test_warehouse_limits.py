"""A person limited to warehouses sees what leaves from there, and the rest does not exist."""

from __future__ import annotations

from typing import Any

from django.test import override_settings
from django.utils import timezone

from accounts.models import Role, User
from accounts.tests.cases import ApiCase, client_for
from inventory.models import StockLevel, StockMovement
from orders.models import Order, OrderEvent, Shipment, TrackingEvent
from orders.tests.builders import (
    make_order,
    make_organization,
    make_sellable,
    make_user,
    make_warehouse,
    put_stock,
)
from orders.tests.steps import give_back, make_dispatched


@override_settings(API_RATE="1000/m")
class LimitCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        for code, sku in (("NV", "MUG-01"), ("NY", "TEA-02")):
            put_stock(make_sellable(self.alder, sku), make_warehouse(code), 50)
        self.here = make_dispatched(self.alder, sku="MUG-01")
        self.there = make_dispatched(self.alder, sku="TEA-02")
        make_sellable(self.alder, "NEW-03")
        self.nowhere = make_order(self.alder, "NEW-03")
        self.packer = self.limited(Role.OPERATOR)

    def limited(self, role: str, **more: Any) -> User:
        person = make_user(role, **more)
        person.warehouses = ["NV"]
        person.save()
        return person

    def numbers(self, person: User) -> set[str]:
        rows = client_for(person).get("/api/v1/orders").json()["results"]
        return {row["number"] for row in rows}


class ApiTests(LimitCase):
    def test_orders_of_other_warehouses_are_not_there(self) -> None:
        seen = {self.here.number, self.nowhere.number}

        self.assertEqual(self.numbers(self.packer), seen)
        self.assertEqual(self.numbers(make_user(Role.OPERATOR)), seen | {self.there.number})
        self.assertEqual(self.numbers(self.limited(Role.PARTNER, organization=self.alder)), seen)

    def test_every_step_of_a_foreign_order_answers_404(self) -> None:
        client = client_for(self.packer)

        for path in ("", "/events", "/tracking", "/decision", "/ledger", "/label"):
            answer = client.get(f"/api/v1/orders/{self.there.number}{path}")
            self.assert_problem(answer, 404, "not_found")
        for path in ("/hold", "/cancel", "/retry", "/dispatch"):
            answer = client.post(f"/api/v1/orders/{self.there.number}{path}", {}, format="json")
            self.assert_problem(answer, 404, "not_found")
        self.there.refresh_from_db()
        self.assertEqual(self.there.state, "reserved")

    def test_shipments_and_stock_of_other_warehouses_are_not_there(self) -> None:
        client = client_for(self.packer)
        rows: dict[str, Any] = {
            "shipments": Shipment.objects,
            "stock/levels": StockLevel.objects,
            "stock/movements": StockMovement.objects,
        }
        for path, manager in rows.items():
            with self.subTest(path):
                mine = manager.get(warehouse__code="NV").pk
                other = manager.get(warehouse__code="NY").pk

                listed = client.get(f"/api/v1/{path}").json()["results"]

                self.assertEqual([row["id"] for row in listed], [mine])
                self.assertEqual(client.get(f"/api/v1/{path}/{mine}").status_code, 200)
                self.assert_problem(client.get(f"/api/v1/{path}/{other}"), 404, "not_found")

    def test_parcels_scans_and_returns_of_other_warehouses_are_not_there(self) -> None:
        client = client_for(self.packer)
        rows: dict[int, dict[str, Any]] = {}
        for order in (self.here, self.there):
            shipment = order.shipments.select_related("warehouse").get()
            package = shipment.packages.get()
            scan = TrackingEvent.objects.create(
                package=package, status="in_transit", happened_at=timezone.now()
            )
            package.tracking_number = f"79460000000{package.pk}"
            package.save()
            came = give_back(shipment, is_damaged=False)
            rows[order.pk] = {"packages": package, "tracking": scan, "stock/returns": came}
        for path in ("packages", "tracking", "stock/returns"):
            with self.subTest(path):
                mine, other = rows[self.here.pk][path].pk, rows[self.there.pk][path].pk

                listed = client.get(f"/api/v1/{path}").json()["results"]

                self.assertEqual([row["id"] for row in listed], [mine])
                self.assert_problem(client.get(f"/api/v1/{path}/{other}"), 404, "not_found")
        number = rows[self.there.pk]["packages"].tracking_number
        answer = client.get(f"/api/v1/tracking/parcels/{number}")
        self.assert_problem(answer, 404, "not_found")

    def test_figures_count_what_leaves_from_the_own_warehouses(self) -> None:
        told = client_for(self.packer).get("/api/v1/reports/overview").json()

        self.assertEqual(told["figures"][0]["value"], 2)

    def test_stock_of_another_warehouse_is_neither_explained_nor_changed(self) -> None:
        client = client_for(self.packer)
        body = {"sku": "TEA-02", "quantity": 1, "reason": "Found", "reference": "c-1"}

        why = client.get("/api/v1/stock/TEA-02/why").json()
        answer = client.post(
            "/api/v1/stock/adjustments",
            {**body, "organization": "alder", "warehouse": "NY"},
            format="json",
        )

        self.assertEqual([place["warehouse"] for place in why["places"]], [])
        self.assert_faults(answer, "warehouse")
        self.assertEqual(StockLevel.objects.get(warehouse__code="NY").on_hand, 50)

    def test_order_whose_shipment_was_cancelled_leaves_from_nowhere_yet(self) -> None:
        Shipment.objects.filter(order=self.there).update(state="cancelled")

        self.assertIn(self.there.number, self.numbers(self.packer))

    def test_me_tells_the_warehouses(self) -> None:
        self.assertEqual(
            client_for(self.packer).get("/api/v1/auth/me").json()["warehouses"], ["NV"]
        )


class PageTests(LimitCase):
    def test_pages_show_no_more_than_the_api(self) -> None:
        self.client.force_login(self.packer)

        board = self.client.get("/orders/").content.decode()
        stock = self.client.get("/stock/").content.decode()

        self.assertIn(self.here.number, board)
        self.assertNotIn(self.there.number, board)
        self.assertEqual(self.client.get(f"/orders/{self.here.number}/").status_code, 200)
        self.assertEqual(self.client.get(f"/orders/{self.there.number}/").status_code, 404)
        self.assertIn("MUG-01", stock)
        self.assertNotIn("TEA-02", stock)

    def test_the_admin_shows_no_more_than_the_pages(self) -> None:
        self.packer.is_staff = True
        self.packer.save()
        self.client.force_login(self.packer)
        foreign = OrderEvent.objects.filter(order=self.there).latest("pk")

        orders = self.client.get("/admin/orders/order/").content.decode()
        shown = {
            "orders/order": self.there.pk,
            "orders/shipment": Shipment.objects.get(order=self.there).pk,
            "orders/orderevent": foreign.pk,
            "inventory/stocklevel": StockLevel.objects.get(warehouse__code="NY").pk,
        }

        self.assertIn(self.here.number, orders)
        self.assertNotIn(self.there.number, orders)
        for path, pk in shown.items():
            with self.subTest(path):
                answer = self.client.get(f"/admin/{path}/{pk}/change/")
                self.assertEqual((answer.status_code, answer["Location"]), (302, "/admin/"))

    def test_an_administrator_limits_a_person_to_warehouses_that_exist(self) -> None:
        chief = make_user(Role.ADMINISTRATOR)
        chief.is_staff = True
        chief.save()
        self.client.force_login(chief)
        path = f"/admin/accounts/user/{self.packer.pk}/change/"
        fields = {
            "username": self.packer.username,
            "email": self.packer.email,
            "role": "operator",
            "is_active": "on",
        }

        unknown = self.client.post(path, {**fields, "warehouses": '["XX"]'})
        saved = self.client.post(path, {**fields, "warehouses": '["NV", "NY"]'})

        self.assertContains(unknown, "There is no warehouse XX.")
        self.assertEqual(saved.status_code, 302)
        self.packer.refresh_from_db()
        self.assertEqual(self.packer.warehouses, ["NV", "NY"])
        self.assertEqual(Order.objects.visible_to(self.packer).count(), 3)
