"""Warehouses and stock over REST."""

from __future__ import annotations

from typing import Any

from accounts.models import AuditEntry, Role
from accounts.tests.builders import make_key, make_organization, make_user
from accounts.tests.cases import ApiCase, client_for, client_with
from catalog.tests.builders import make_sellable
from inventory.models import StockLevel, StockMovement, Warehouse
from inventory.services.stock import StockDemand, reserve_stock
from inventory.tests.builders import PLACES, make_warehouse, put_stock
from shipping_project.kernel.testing import exactly_queries

WAREHOUSES, ADJUST = "/api/v1/warehouses", "/api/v1/stock/adjustments"
LEVELS, MOVEMENTS = "/api/v1/stock/levels", "/api/v1/stock/movements"
RESERVATIONS = "/api/v1/stock/reservations"


class StockCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder, self.birch = make_organization("alder"), make_organization("birch")
        self.partner = client_for(make_user(Role.PARTNER, organization=self.alder))
        self.staff = client_for(make_user(Role.OPERATOR))
        self.nevada, self.california = make_warehouse("NV"), make_warehouse("CA")
        self.mug = make_sellable(self.alder, "MUG-01")


class WarehouseTests(StockCase):
    def setUp(self) -> None:
        super().setUp()
        self.manager = client_for(make_user(Role.MANAGER))
        self.body = {"code": "TX", **PLACES["NV"], "email": "tx@example.com"}

    def test_everybody_reads_them(self) -> None:
        rows = self.partner.get(WAREHOUSES).json()["results"]

        self.assertEqual([row["code"] for row in rows], ["CA", "NV"])

    def test_manager_adds_one_and_it_is_on_record(self) -> None:
        response = self.manager.post(WAREHOUSES, self.body, format="json")

        self.assertEqual(response.status_code, 201, response.content)
        self.assertEqual(Warehouse.objects.get(code="TX").city, "Reno")
        self.assertEqual(AuditEntry.objects.get().action, "warehouse.created")

    def test_manager_switches_one_off(self) -> None:
        response = self.manager.patch(
            f"{WAREHOUSES}/{self.nevada.pk}", {"is_active": False}, format="json"
        )

        self.assertEqual(response.status_code, 200)
        self.nevada.refresh_from_db()
        self.assertIs(self.nevada.is_active, False)
        entry = AuditEntry.objects.get()
        self.assertEqual((entry.before, entry.after), ({"is_active": True}, {"is_active": False}))

    def test_faults_are_all_named_and_nothing_is_written(self) -> None:
        body = {**self.body, "code": "t x", "email": "x", "country": "XX", "time_zone": "Mars"}

        response = self.manager.post(WAREHOUSES, body, format="json")

        self.assert_faults(response, "code", "email", "country", "time_zone")
        self.assertEqual(Warehouse.objects.count(), 2)

    def test_code_is_unique_and_stays(self) -> None:
        again = self.manager.post(WAREHOUSES, {**self.body, "code": "NV"}, format="json")
        renamed = self.manager.patch(
            f"{WAREHOUSES}/{self.nevada.pk}", {"code": "NV2"}, format="json"
        )

        self.assertEqual(self.assert_faults(again, "code"), {"code": "warehouse.code_taken"})
        self.assertEqual(self.assert_faults(renamed, "code"), {"code": "fixed"})

    def test_nobody_else_writes_what_all_share(self) -> None:
        callers = {
            "operator": self.staff,
            "partner": self.partner,
            "key": client_with(make_key(self.alder)),
            "manager of a merchant": client_for(make_user(Role.MANAGER, organization=self.alder)),
        }
        for name, client in callers.items():
            with self.subTest(name):
                made = client.post(WAREHOUSES, self.body, format="json")
                changed = client.patch(
                    f"{WAREHOUSES}/{self.nevada.pk}", {"name": "Mine"}, format="json"
                )

                self.assert_problem(made, 403, "forbidden")
                self.assert_problem(changed, 403, "forbidden")
        self.assertEqual(Warehouse.objects.filter(name="Mine").count(), 0)
        self.assertEqual(Warehouse.objects.count(), 2)


class StockListTests(StockCase):
    def setUp(self) -> None:
        super().setUp()
        put_stock(self.mug, self.nevada, 40)
        put_stock(self.mug, self.california, 5)
        self.theirs = put_stock(make_sellable(self.birch, "TEA-01"), self.nevada, 7)

    def test_level_tells_what_is_there_and_what_is_free(self) -> None:
        reserve_stock(
            reference="SO-1-ABC",
            demands=[StockDemand(sellable_id=self.mug.pk, quantity=3)],
            warehouse_code="NV",
        )

        row = self.partner.get(f"{LEVELS}?warehouse=NV").json()["results"][0]

        self.assertEqual(
            {name: row[name] for name in ("sku", "on_hand", "reserved", "available", "is_low")},
            {"sku": "MUG-01", "on_hand": 40, "reserved": 3, "available": 37, "is_low": False},
        )

    def test_filters_narrow_the_levels(self) -> None:
        make_warehouse("NY", is_active=False)
        put_stock(self.mug, Warehouse.objects.get(code="NY"), 1)
        cases = [
            ("sku=MUG-01", ["MUG-01/NY", "MUG-01/CA", "MUG-01/NV"]),
            ("warehouse=CA", ["MUG-01/CA"]),
            ("low=true", ["TEA-01/NV", "MUG-01/CA"]),
            ("low=false", ["MUG-01/NY", "MUG-01/NV"]),
            ("organization=birch", ["TEA-01/NV"]),
            ("sku=NONE", []),
        ]
        for query, found in cases:
            with self.subTest(query):
                rows = self.staff.get(f"{LEVELS}?{query}").json()["results"]

                self.assertEqual([f"{r['sku']}/{r['warehouse']}" for r in rows], found)

    def test_ledger_tells_every_change(self) -> None:
        rows = self.partner.get(f"{MOVEMENTS}?kind=opening").json()["results"]

        self.assertEqual(
            [(r["warehouse"], r["quantity"], r["balance_after"]) for r in rows],
            [("CA", 5, 5), ("NV", 40, 40)],
        )

    def test_reservations_tell_for_which_shipment(self) -> None:
        demand = StockDemand(sellable_id=self.mug.pk, quantity=3)
        reserve_stock(reference="SO-1-ABC", demands=[demand], warehouse_code="NV")

        rows = self.partner.get(f"{RESERVATIONS}?reference=SO-1-ABC&state=open").json()["results"]

        self.assertEqual(
            [(r["sku"], r["quantity"], r["state"]) for r in rows], [("MUG-01", 3, "open")]
        )

    def test_rows_of_others_do_not_exist(self) -> None:
        movement = StockMovement.objects.get(sellable=self.theirs.sellable)

        self.assert_problem(self.partner.get(f"{LEVELS}/{self.theirs.pk}"), 404, "not_found")
        self.assert_problem(self.partner.get(f"{MOVEMENTS}/{movement.pk}"), 404, "not_found")
        for path in (LEVELS, MOVEMENTS):
            skus = {row["sku"] for row in self.partner.get(path).json()["results"]}
            self.assertEqual(skus, {"MUG-01"})

    def test_a_list_costs_the_same_for_any_number_of_rows(self) -> None:
        key = client_with(make_key(self.alder))
        key.get(LEVELS)
        for path in (LEVELS, MOVEMENTS, RESERVATIONS):
            with self.subTest(path):
                with exactly_queries(2):
                    key.get(path)
                for number in range(4):
                    sku = f"{path[-4:]}-{number}"
                    put_stock(make_sellable(self.alder, sku), self.nevada, 2)
                with exactly_queries(2):
                    key.get(path)

    def test_reading_needs_its_scope(self) -> None:
        key = client_with(make_key(self.alder, "stock:write", "catalog:read"))

        for path in (WAREHOUSES, LEVELS, MOVEMENTS, RESERVATIONS):
            with self.subTest(path):
                self.assert_problem(key.get(path), 403, "forbidden")


class AdjustmentTests(StockCase):
    def setUp(self) -> None:
        super().setUp()
        self.level = put_stock(self.mug, self.nevada, 10)
        self.key = client_with(make_key(self.alder, "stock:write"))

    def body(self, **changes: Any) -> dict[str, Any]:
        return {
            "sku": "MUG-01",
            "warehouse": "NV",
            "quantity": 4,
            "reason": "Found behind the shelf",
            "reference": "COUNT-7",
            **changes,
        }

    def on_hand(self) -> int:
        return int(StockLevel.objects.get(pk=self.level.pk).on_hand)

    def test_units_are_added_through_the_ledger(self) -> None:
        response = self.key.post(ADJUST, self.body(), format="json")

        self.assertEqual(response.status_code, 201, response.content)
        told = response.json()
        self.assertEqual(
            {name: told[name] for name in ("kind", "quantity", "balance_after", "actor")},
            {
                "kind": "adjustment",
                "quantity": 4,
                "balance_after": 14,
                "actor": "API key test key",
            },
        )
        self.assertEqual(self.on_hand(), 14)

    def test_repeat_answers_with_the_first_and_changes_nothing(self) -> None:
        first = self.key.post(ADJUST, self.body(), format="json").json()

        response = self.key.post(ADJUST, self.body(), format="json")

        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json(), first)
        self.assertEqual(self.on_hand(), 14)

    def test_header_stands_in_for_the_reference(self) -> None:
        body = self.body()
        del body["reference"]
        headers = {"Idempotency-Key": "k-1"}

        first = self.key.post(ADJUST, body, format="json", headers=headers)
        second = self.key.post(ADJUST, body, format="json", headers=headers)

        self.assertEqual([first.status_code, second.status_code], [201, 201])
        self.assertEqual(first.json()["reference"], "k-1")
        self.assertEqual(self.on_hand(), 14)

    def test_reference_with_other_units_is_refused(self) -> None:
        self.key.post(ADJUST, self.body(), format="json")

        response = self.key.post(ADJUST, self.body(quantity=5), format="json")

        self.assert_problem(response, 409, "stock.reference_reused")
        self.assertEqual(self.on_hand(), 14)

    def test_one_count_covers_many_warehouses(self) -> None:
        self.key.post(ADJUST, self.body(), format="json")

        response = self.key.post(ADJUST, self.body(warehouse="CA"), format="json")

        self.assertEqual(response.status_code, 201)
        self.assertEqual(response.json()["balance_after"], 4)

    def test_promised_units_cannot_be_taken(self) -> None:
        demand = StockDemand(sellable_id=self.mug.pk, quantity=8)
        reserve_stock(reference="SO-1-ABC", demands=[demand], warehouse_code="NV")

        response = self.key.post(ADJUST, self.body(quantity=-3), format="json")

        self.assert_problem(response, 409, "stock.below_reserved")
        self.assertEqual(self.on_hand(), 10)
        self.assertEqual(StockMovement.objects.count(), 1)

    def test_refusal_leaves_no_empty_level_behind(self) -> None:
        response = self.key.post(ADJUST, self.body(warehouse="CA", quantity=-1), format="json")

        self.assert_problem(response, 409, "stock.below_reserved")
        self.assertEqual(StockLevel.objects.count(), 1)

    def test_every_fault_is_named_at_once_and_nothing_moves(self) -> None:
        cases: list[tuple[dict[str, Any], list[str]]] = [
            ({}, ["sku", "warehouse", "quantity", "reason", "reference"]),
            (
                self.body(sku="NONE", warehouse="XX", quantity=0, reason=" ", reference=""),
                ["sku", "warehouse", "quantity", "reason", "reference"],
            ),
            (self.body(quantity=10**40), ["quantity"]),
            (self.body(quantity=-100_001), ["quantity"]),
            (self.body(quantity="four"), ["quantity"]),
            (self.body(quantity=1.5), ["quantity"]),
            (self.body(reference="x" * 61, reason="y" * 201), ["reference", "reason"]),
            (self.body(organization="birch"), ["organization", "sku"]),
        ]
        for body, fields in cases:
            with self.subTest(body=body):
                self.assert_faults(self.key.post(ADJUST, body, format="json"), *fields)
        self.assertEqual(self.on_hand(), 10)
        self.assertEqual(StockMovement.objects.count(), 1)

    def test_sku_of_others_is_unknown(self) -> None:
        make_sellable(self.birch, "TEA-01")

        response = self.key.post(ADJUST, self.body(sku="TEA-01"), format="json")

        self.assertEqual(self.assert_faults(response, "sku"), {"sku": "sku.unknown"})

    def test_staff_say_for_which_organization(self) -> None:
        refused = self.staff.post(ADJUST, self.body(), format="json")
        done = self.staff.post(ADJUST, self.body(organization="alder"), format="json")

        self.assert_faults(refused, "organization", "sku")
        self.assertEqual(done.status_code, 201)
        self.assertEqual(self.on_hand(), 14)

    def test_auditors_and_reading_keys_adjust_nothing(self) -> None:
        auditor = client_for(make_user(Role.AUDITOR, organization=self.alder))
        reader = client_with(make_key(self.alder, "stock:read"))

        for client in (auditor, reader):
            self.assert_problem(client.post(ADJUST, self.body(), format="json"), 403, "forbidden")
        self.assertEqual(self.on_hand(), 10)
