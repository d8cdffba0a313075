"""Whoever is limited to warehouses works in those, and in both ends of a transfer by turns."""

from __future__ import annotations

from typing import Any

from accounts.models import Role
from accounts.tests.builders import make_user
from accounts.tests.cases import client_for
from inventory.counting.services import open_count
from inventory.kits.services import compose_kit
from inventory.tests.builders import put_stock
from inventory.tests.test_transfers import TransferCase


class LimitTests(TransferCase):
    """The transfer goes from Reno to Albany; the packer works in Albany alone."""

    def setUp(self) -> None:
        super().setUp()
        self.packer = make_user(Role.OPERATOR, organization=self.alder)
        self.packer.warehouses = ["NY"]
        self.packer.save()

    def post(self, path: str, body: Any) -> Any:
        return client_for(self.packer).post(f"/api/v1/stock/{path}", body, format="json")

    def test_one_end_sends_and_the_other_takes_in(self) -> None:
        address = f"transfers/{self.transfer.pk}"
        refused = self.post(f"{address}/send", {})
        self.send()

        lines = [{"sku": "MUG-01", "quantity": 6}]
        taken = self.post(f"{address}/arrive", {"reference": "A-1", "lines": lines})

        self.assert_problem(refused, 403, "forbidden")
        self.assertEqual(taken.status_code, 201)

    def test_other_warehouses_do_not_exist(self) -> None:
        lines = [{"sku": "MUG-01", "quantity": 1}]
        count = open_count(organization_id=self.alder.pk, warehouse_id=self.nv.pk, actor="Ada")

        bodies = {
            "counts": {"warehouse": "NV"},
            "transfers": {"from_warehouse": "NV", "to_warehouse": "NY", "lines": lines},
        }
        faults = [
            list(self.assert_faults(self.post(path, body), *_fields(path)).values())
            for path, body in bodies.items()
        ]

        self.assertEqual(faults, [["warehouse.unknown"]] * 2)
        self.assert_problem(self.post(f"counts/{count.pk}/cancel", {}), 404, "not_found")

    def test_kits_are_told_by_own_warehouses(self) -> None:
        put_stock(self.mug, self.ny, 3)
        kit = self.pot
        kit.pk, kit.sku = None, "SET-01"
        kit.save(force_insert=True)
        compose_kit(kit_id=kit.pk, units={self.mug.pk: 1}, actor="Ada")

        (row,) = client_for(self.packer).get("/api/v1/stock/kits").json()["results"]

        self.assertEqual(row["places"], [{"warehouse": "NY", "available": 3}])


def _fields(path: str) -> tuple[str, ...]:
    return ("warehouse",) if path == "counts" else ("from_warehouse",)
