"""Buying from suppliers: what is awaited, what arrives, and each only once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import TransactionTestCase
from django.urls import reverse

from accounts.models import Organization, Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import ApiCase, client_for
from catalog.tests.builders import make_sellable
from inventory.kits.services import KitHasStock, compose_kit
from inventory.models import (
    GoodsReceipt,
    PurchaseOrder,
    PurchaseState,
    StockLevel,
    StockMovement,
    Supplier,
)
from inventory.proof import stock_differences
from inventory.purchasing.services import (
    BelowMinimum,
    OverReceipt,
    PurchaseItem,
    Received,
    cancel_purchase,
    change_draft,
    draft_purchase,
    place_purchase,
    receive_purchase,
)
from inventory.purchasing.suppliers import set_supply
from inventory.services.adjustments import ReferenceReused
from inventory.services.stock import KitNotMoved
from inventory.tests.builders import make_warehouse
from shipping_project.kernel.errors import Conflict
from shipping_project.kernel.tests.races import at_once, needs_row_locks, results


def make_supplier(organization: Organization, **values: Any) -> Supplier:
    facts = {"name": "Kiln & Co", "lead_time_days": 12, "currency": "EUR", **values}
    supplier: Supplier = Supplier.objects.create(organization=organization, **facts)
    return supplier


class PurchaseCase(ApiCase):
    """Ten mugs and four pots are drafted for Reno."""

    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.mug = make_sellable(self.alder, "MUG-01")
        self.pot = make_sellable(self.alder, "POT-01")
        self.nv = make_warehouse("NV")
        self.supplier = make_supplier(self.alder)
        self.order = self.draft(mug=10, pot=4)

    def draft(self, **units: int) -> PurchaseOrder:
        goods = {"mug": self.mug, "pot": self.pot}
        return draft_purchase(
            supplier=self.supplier,
            warehouse_id=self.nv.pk,
            items=[PurchaseItem(sellable_id=goods[n].pk, quantity=q) for n, q in units.items()],
            actor="Ada",
        )

    def place(self) -> None:
        place_purchase(order_id=self.order.pk, actor="Ada")

    def receive(self, reference: str = "D-1", **units: int) -> Received:
        goods = {"mug": self.mug, "pot": self.pot}
        return receive_purchase(
            order_id=self.order.pk,
            reference=reference,
            units={goods[name].pk: count for name, count in units.items()},
            actor="Ada",
        )

    def numbers(self) -> dict[str, tuple[int, int]]:
        """On hand and incoming by SKU, which the ledger explains."""
        self.assertEqual(stock_differences(), [])
        rows = StockLevel.objects.values_list("sellable__sku", "on_hand", "incoming")
        return {sku: (on_hand, incoming) for sku, on_hand, incoming in rows}

    def state(self) -> str:
        return str(PurchaseOrder.objects.values_list("state", flat=True).get(pk=self.order.pk))


class StatesTests(PurchaseCase):
    def test_draft_is_not_awaited(self) -> None:
        self.assertEqual((self.numbers(), self.state()), ({}, "draft"))

    def test_placed_one_is_on_its_way_until_the_lead_time_is_over(self) -> None:
        self.place()

        self.assertEqual(self.numbers(), {"MUG-01": (0, 10), "POT-01": (0, 4)})
        self.order.refresh_from_db()
        assert self.order.ordered_at is not None
        in_reno = self.order.ordered_at.astimezone(ZoneInfo("America/Los_Angeles")).date()
        self.assertEqual(self.order.expected_on, in_reno + timedelta(days=12))

    def test_what_arrives_is_on_hand_and_awaited_no_more(self) -> None:
        self.place()

        self.receive(mug=6)
        self.assertEqual(self.numbers(), {"MUG-01": (6, 4), "POT-01": (0, 4)})
        self.assertEqual(self.state(), "part_received")

        self.receive("D-2", mug=4, pot=4)
        self.assertEqual(self.numbers(), {"MUG-01": (10, 0), "POT-01": (4, 0)})
        self.assertEqual(self.state(), "received")
        line = StockMovement.objects.order_by("id")[0]
        self.assertEqual(
            (line.kind, line.quantity, line.reference),
            ("receipt", 6, f"{self.order.number}/D-1"),
        )

    def test_repeat_of_a_delivery_counts_once(self) -> None:
        self.place()

        answers = [self.receive(mug=10, pot=4).created for _ in range(2)]

        self.assertEqual(answers, [True, False])
        self.assertEqual(self.numbers(), {"MUG-01": (10, 0), "POT-01": (4, 0)})

    def test_delivery_note_of_other_units_is_refused(self) -> None:
        self.place()
        self.receive(mug=6)

        with pytest.raises(ReferenceReused):
            self.receive(mug=4)

        self.assertEqual(self.numbers()["MUG-01"], (6, 4))

    def test_more_than_was_ordered_names_every_line_and_counts_nothing(self) -> None:
        lamp = make_sellable(self.alder, "LAMP-01")
        self.place()

        with pytest.raises(OverReceipt) as caught:
            receive_purchase(
                order_id=self.order.pk,
                reference="D-1",
                units={self.mug.pk: 11, self.pot.pk: 4, lamp.pk: 1},
                actor="Ada",
            )

        self.assertEqual(
            [(error.field, error.message) for error in caught.value.errors],
            [
                ("MUG-01", "11 arrived, 10 of 10 are outstanding."),
                (str(lamp.pk), f"Sellable {lamp.pk} is not on this order; 1 arrived."),
            ],
        )
        self.assertEqual(self.numbers(), {"MUG-01": (0, 10), "POT-01": (0, 4)})

    def test_nothing_arrives_for_a_draft(self) -> None:
        with pytest.raises(Conflict):
            self.receive(mug=1)

        self.assertFalse(GoodsReceipt.objects.exists())

    def test_cancelled_one_keeps_what_arrived(self) -> None:
        self.place()
        self.receive(mug=6)

        cancel_purchase(order_id=self.order.pk, actor="Ada")

        self.assertEqual(self.numbers(), {"MUG-01": (6, 0), "POT-01": (0, 0)})
        with pytest.raises(Conflict):
            cancel_purchase(order_id=self.order.pk, actor="Ada")

    def test_lines_are_fixed_once_it_is_placed(self) -> None:
        item = PurchaseItem(sellable_id=self.mug.pk, quantity=1)
        change_draft(order_id=self.order.pk, items=[item], actor="Ada")
        self.place()

        with pytest.raises(Conflict):
            change_draft(order_id=self.order.pk, items=[item], actor="Ada")

        self.assertEqual(self.numbers(), {"MUG-01": (0, 1)})

    def test_fewer_than_the_supplier_sells_stay_a_draft(self) -> None:
        Supplier.objects.update(minimum_units=15)

        with pytest.raises(BelowMinimum):
            self.place()

        self.assertEqual((self.numbers(), self.state()), ({}, "draft"))

    def test_cost_is_the_suppliers_unless_another_is_named(self) -> None:
        set_supply(
            supplier=self.supplier, sellable_id=self.mug.pk, unit_cost=Decimal("2.50"), actor="Ada"
        )

        self.assertEqual(str(self.draft(mug=4, pot=1).cost), "10.00 EUR")

    def test_kit_is_not_bought_and_what_is_awaited_becomes_none(self) -> None:
        kit, part = (make_sellable(self.alder, sku) for sku in ("SET-01", "TIN-01"))
        compose_kit(kit_id=kit.pk, units={part.pk: 1}, actor="Ada")
        with pytest.raises(KitNotMoved):
            draft_purchase(
                supplier=self.supplier,
                warehouse_id=self.nv.pk,
                items=[PurchaseItem(sellable_id=kit.pk, quantity=1)],
                actor="Ada",
            )
        self.place()

        with pytest.raises(KitHasStock):
            compose_kit(kit_id=self.pot.pk, units={part.pk: 1}, actor="Ada")


class ApiTests(PurchaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.partner = make_user(Role.PARTNER, organization=self.alder)

    def post(self, path: str, body: Any, user: Any = None, **headers: Any) -> Any:
        client = client_for(user or self.partner)
        return client.post(f"/api/v1/stock/{path}", body, format="json", **headers)

    def test_from_supplier_to_receipt(self) -> None:
        supplier = self.post("suppliers", {"name": "Clay", "lead_time_days": 3}).json()
        item = {"supplier": supplier["id"], "sku": "MUG-01", "unit_cost": "1.25"}
        self.assertEqual(self.post("supplier-items", item).status_code, 200)
        body = {
            "supplier": supplier["id"],
            "warehouse": "NV",
            "lines": [{"sku": "MUG-01", "quantity": 8}],
        }

        drafted = self.post("purchase-orders", body)
        address = f"purchase-orders/{drafted.json()['id']}"
        placed = self.post(f"{address}/place", {}).json()
        arrived = {"lines": [{"sku": "MUG-01", "quantity": 8}]}
        first = self.post(f"{address}/receive", arrived, HTTP_IDEMPOTENCY_KEY="D-9")

        self.assertEqual(drafted.status_code, 201)
        self.assertEqual((placed["state"], placed["cost"]), ("ordered", "10.00"))
        self.assertEqual((first.status_code, first.json()["state"]), (201, "received"))
        self.assertEqual(first.json()["receipts"][0]["reference"], "D-9")
        self.assertEqual(self.numbers(), {"MUG-01": (8, 0)})

    def test_supplier_of_others_does_not_exist(self) -> None:
        foreign = make_supplier(make_organization("birch"))
        body = {
            "supplier": foreign.pk,
            "warehouse": "NV",
            "lines": [{"sku": "MUG-01", "quantity": 8}],
        }

        self.assert_faults(self.post("purchase-orders", body), "supplier")

    def test_every_fault_of_the_lines_is_named(self) -> None:
        body = {
            "supplier": self.supplier.pk,
            "warehouse": "NV",
            "lines": [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 1}],
        }

        self.assert_faults(self.post("purchase-orders", body), "lines[0].sku", "lines[1].sku")

    def test_supplier_of_the_same_name_is_refused(self) -> None:
        self.assert_faults(self.post("suppliers", {"name": "Kiln & Co"}), "name")

    def test_too_much_is_a_problem(self) -> None:
        self.place()
        body = {"reference": "D-1", "lines": [{"sku": "MUG-01", "quantity": 99}]}

        answer = self.post(f"purchase-orders/{self.order.pk}/receive", body)

        document = self.assert_problem(answer, 409, "purchase.over_receipt")
        self.assertEqual(document["errors"][0]["field"], "MUG-01")


class PageTests(PurchaseCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(make_user(Role.OPERATOR))

    def act(self, name: str, **form: object) -> Any:
        return self.client.post(reverse(name, args=[self.order.pk]), form, follow=True)

    def test_order_is_placed_and_received_in_part_on_its_page(self) -> None:
        self.assertContains(self.act("purchase-place"), "Ordered; expected on")

        form = {f"units-{self.mug.pk}": "7", f"units-{self.pot.pk}": "0", "reference": "D-1"}
        page = self.act("purchase-receive", **form)
        again = self.act("purchase-receive", **form)

        self.assertContains(page, "7 units arrived.")
        self.assertContains(again, "Counted already: 7 units arrived.")
        self.assertEqual(self.numbers()["MUG-01"], (7, 3))

    def test_new_one_is_drafted(self) -> None:
        form = {"supplier": self.supplier.pk, "warehouse": "NV", "lines": "MUG-01 3 @ 1.10"}

        page = self.client.post(reverse("purchase-draft"), form, follow=True)

        self.assertContains(page, "is drafted.")
        self.assertContains(page, "3.30 EUR")
        self.assertContains(self.client.get(reverse("purchases")), "Kiln &amp; Co")

    def test_draft_is_changed_and_discarded(self) -> None:
        self.act("purchase-change", lines="POT-01 2")
        self.assertEqual(list(self.order.lines.values_list("quantity", flat=True)), [2])

        self.act("purchase-cancel")
        self.assertEqual(self.state(), PurchaseState.CANCELLED)

    def test_supplier_and_what_it_sells_are_kept(self) -> None:
        form = {"organization": "alder", "name": "Clay", "currency": "usd", "lead_time_days": "5"}
        self.client.post(reverse("supplier-add"), form)
        clay = Supplier.objects.get(name="Clay")

        sells = {"supplier": clay.pk, "lines": "MUG-01 12 @ 2.10"}
        page = self.client.post(reverse("supplier-sells"), sells, follow=True)

        self.assertContains(page, "2.10 USD")
        wrong = {**form, "name": "Mud", "currency": "1"}
        self.client.post(reverse("supplier-add"), wrong)
        self.assertFalse(Supplier.objects.filter(name="Mud").exists())

    def test_purchase_of_others_is_not_there(self) -> None:
        other = make_user(Role.PARTNER, organization=make_organization("birch"))
        self.client.force_login(other)

        page = self.client.get(reverse("purchase", args=[self.order.pk]))

        self.assertEqual(page.status_code, 404)
        self.assertNotContains(self.client.get(reverse("purchases")), self.order.number)


@pytest.mark.postgres
@needs_row_locks
class RaceTests(TransactionTestCase):
    serialized_rollback = True

    def test_one_delivery_sent_eight_times_counts_once(self) -> None:
        organization = make_organization()
        mug = make_sellable(organization, "MUG-01")
        item = PurchaseItem(sellable_id=mug.pk, quantity=10)
        order = draft_purchase(
            supplier=make_supplier(organization),
            warehouse_id=make_warehouse("NV").pk,
            items=[item],
            actor="tests",
        )
        place_purchase(order_id=order.pk, actor="tests")

        def receive(_: int) -> bool:
            return receive_purchase(
                order_id=order.pk, reference="D-1", units={mug.pk: 6}, actor="tests"
            ).created

        self.assertEqual(sorted(results(at_once(8, receive))), [False] * 7 + [True])
        self.assertEqual(StockLevel.objects.get().on_hand, 6)
        self.assertEqual(stock_differences(), [])
