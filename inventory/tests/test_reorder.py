"""What to buy, from the ledger to a draft."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import ApiCase, client_for
from catalog.models import Sellable
from catalog.tests.builders import make_sellable
from inventory.models import MovementKind, PurchaseOrder, StockMovement, Supplier
from inventory.purchasing.services import place_purchase
from inventory.purchasing.suppliers import set_supply
from inventory.reorder.reports import SupplierNeeds, Terms, reorder_suggestions
from inventory.reorder.services import NothingDue, draft_suggested
from inventory.services.stock import move_stock
from inventory.tests.builders import make_warehouse, put_stock
from inventory.tests.ledger import unsealed_ledger
from inventory.tests.test_purchasing import make_supplier
from shipping_project.kernel.testing import exactly_queries


def noon_in_reno() -> datetime:
    """Of the warehouse's today, whatever the day is elsewhere."""
    reno = ZoneInfo("America/Los_Angeles")
    return datetime.combine(timezone.now().astimezone(reno).date(), time(12), tzinfo=reno)


class ReorderCase(ApiCase):
    """Four mugs a day were shipped from Reno for thirty days, and twenty are left."""

    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.nv = make_warehouse("NV")
        self.mug = make_sellable(self.alder, "MUG-01")
        self.supplier = make_supplier(self.alder, lead_time_days=10)
        set_supply(
            supplier=self.supplier,
            sellable_id=self.mug.pk,
            unit_cost=Decimal("2.50"),
            actor="Ada",
        )
        self.sell(self.mug, a_day=4, left=20)
        self.staff = make_user(Role.OPERATOR)

    def sell(self, sellable: Sellable, *, a_day: int, left: int) -> None:
        """Stocked long ago, and shipped on each of the last thirty whole days."""
        put_stock(sellable, self.nv, a_day * 30 + left)
        noon = noon_in_reno()
        with unsealed_ledger():
            StockMovement.objects.filter(sellable=sellable).update(at=noon - timedelta(days=60))
        for back in range(1, 31):
            moved = move_stock(
                sellable_id=sellable.pk,
                warehouse_id=self.nv.pk,
                quantity=-a_day,
                kind=MovementKind.SHIPPED,
                reason="Shipped",
                actor="tests",
            )
            at = noon - timedelta(days=back)
            with unsealed_ledger():
                StockMovement.objects.filter(pk=moved.pk).update(at=at)

    def suggest(self, user: Any = None) -> tuple[SupplierNeeds, ...]:
        return reorder_suggestions(user or self.staff, self.nv, Terms())

    def draft(self) -> PurchaseOrder:
        return draft_suggested(
            actor_row=self.staff,
            supplier=self.supplier,
            warehouse=self.nv,
            terms=Terms(),
            actor="Ada",
        )


class ReportTests(ReorderCase):
    def test_demand_is_read_from_the_ledger(self) -> None:
        (group,) = self.suggest()

        (row,) = group.rows
        self.assertEqual((row.sku, row.need.demand, row.need.out_days), ("MUG-01", 4.0, 0))
        self.assertEqual((row.need.quantity, str(group.cost)), (76, "190.00 EUR"))

    def test_what_was_ordered_is_not_suggested_again(self) -> None:
        place_purchase(order_id=self.draft().pk, actor="Ada")

        self.assertEqual(self.suggest(), ())

    def test_days_without_stock_are_found_in_the_ledger(self) -> None:
        """All was sold ten days ago, so those days tell nothing of the demand."""
        tea = make_sellable(self.alder, "TEA-01")
        self.sell(tea, a_day=4, left=0)
        last_day = noon_in_reno() - timedelta(days=11)
        with unsealed_ledger():
            StockMovement.objects.filter(sellable=tea, at__gt=last_day).update(at=last_day)

        groups = self.suggest()

        row = next(row for group in groups for row in group.rows if row.sku == "TEA-01")
        self.assertEqual(row.need.out_days, 10)
        self.assertEqual([rate.window for rate in row.need.rates], [14, 30])

    def test_what_is_bought_from_nobody_stands_last(self) -> None:
        self.sell(make_sellable(self.alder, "TEA-01"), a_day=2, left=0)

        groups = self.suggest()

        self.assertEqual([group.supplier for group in groups], [self.supplier, None])
        self.assertIsNone(groups[1].cost)

    def test_queries_do_not_grow_with_the_rows(self) -> None:
        with exactly_queries(3):
            self.suggest()
        self.sell(make_sellable(self.alder, "TEA-01"), a_day=2, left=0)

        with exactly_queries(3):
            self.assertEqual(len(self.suggest()), 2)

    def test_others_see_nothing_of_it(self) -> None:
        other = make_user(Role.PARTNER, organization=make_organization("birch"))

        self.assertEqual(self.suggest(other), ())


class DraftTests(ReorderCase):
    def test_all_that_is_due_is_drafted_once(self) -> None:
        orders = [self.draft() for _ in range(2)]

        self.assertEqual(orders[0].pk, orders[1].pk)
        lines = orders[0].lines.values_list("sellable__sku", "quantity", "unit_cost")
        self.assertEqual(list(lines), [("MUG-01", 76, Decimal("2.50"))])

    def test_enough_is_no_draft(self) -> None:
        put_stock(self.mug, self.nv, 500)

        with pytest.raises(NothingDue):
            self.draft()

        self.assertFalse(PurchaseOrder.objects.exists())


class ApiTests(ReorderCase):
    def test_suggestions_and_a_draft(self) -> None:
        client = client_for(make_user(Role.PARTNER, organization=self.alder))

        (group,) = client.get("/api/v1/stock/reorder", {"warehouse": "NV"}).json()
        body = {"warehouse": "NV", "supplier": self.supplier.pk}
        drafted = client.post("/api/v1/stock/reorder", body, format="json")

        self.assertEqual((group["units"], group["cost"], group["currency"]), (76, "190.00", "EUR"))
        self.assertEqual(len(group["rows"][0]["sentences"]), 4)
        self.assertEqual((drafted.status_code, drafted.json()["state"]), (201, "draft"))

    def test_wrong_terms_are_named(self) -> None:
        answer = client_for(self.staff).get(
            "/api/v1/stock/reorder", {"service_level": "2", "cover_days": "-1"}
        )

        self.assert_faults(answer, "warehouse", "service_level", "cover_days")

    def test_row_without_supplier_is_told(self) -> None:
        Supplier.objects.update(is_active=False)

        (group,) = client_for(self.staff).get("/api/v1/stock/reorder?warehouse=NV").json()

        self.assertEqual((group["supplier"], group["cost"]), (None, None))


class PageTests(ReorderCase):
    def test_figures_are_shown_and_drafted_in_one_click(self) -> None:
        self.client.force_login(self.staff)

        page = self.client.get(reverse("reorder"), {"warehouse": "NV"})
        form = {"supplier": self.supplier.pk, "warehouse": "NV", "service": "95", "cover": "14"}
        drafted = self.client.post(reverse("reorder-draft"), form, follow=True)

        self.assertContains(page, "0.5 × 4.00 + 0.3 × 4.00 + 0.2 × 4.00 = 4.00 a day")
        self.assertContains(page, "190.00 EUR")
        self.assertContains(drafted, "Look it over and place it.")

    def test_nothing_due_is_told(self) -> None:
        self.client.force_login(self.staff)
        put_stock(self.mug, self.nv, 500)

        form = {"supplier": self.supplier.pk, "warehouse": "NV"}
        page = self.client.post(reverse("reorder-draft"), form, follow=True)

        self.assertContains(page, "has enough of everything")
