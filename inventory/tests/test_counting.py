"""Counts adjust the stock by what was found, once a second person says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import ApiCase, client_for
from catalog.tests.builders import make_sellable
from inventory.counting.services import (
    SamePerson,
    approve_count,
    enter_counts,
    open_count,
    reopen_count,
    submit_count,
)
from inventory.models import StockCount, StockLevel, StockMovement
from inventory.proof import stock_differences
from inventory.services.stock import (
    BelowReserved,
    StockDemand,
    reserve_stock,
    ship_reservations,
)
from inventory.tests.builders import make_warehouse, put_stock
from shipping_project.kernel.errors import Conflict


class CountCase(ApiCase):
    """Ten mugs and four pots should be in Reno."""

    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.mug, self.pot = (make_sellable(self.alder, sku) for sku in ("MUG-01", "POT-01"))
        self.nv = make_warehouse("NV")
        put_stock(self.mug, self.nv, 10)
        put_stock(self.pot, self.nv, 4)
        self.count = open_count(organization_id=self.alder.pk, warehouse_id=self.nv.pk, actor="Ada")

    def enter(self, actor: str = "Ada", **units: int) -> None:
        goods = {"mug": self.mug, "pot": self.pot}
        found = {goods[name].pk: count for name, count in units.items()}
        enter_counts(count_id=self.count.pk, units=found, actor=actor)

    def approve(self, actor: str = "Bo") -> int:
        submit_count(count_id=self.count.pk, actor="Ada")
        return approve_count(count_id=self.count.pk, actor=actor)

    def ship(self, units: int) -> None:
        demands = [StockDemand(sellable_id=self.mug.pk, quantity=units)]
        reserve_stock(reference="R-1", demands=demands, warehouse_code="NV")
        ship_reservations(reference="R-1", actor="tests")

    def on_hand(self) -> dict[str, int]:
        self.assertEqual(stock_differences(), [])
        return dict(StockLevel.objects.values_list("sellable__sku", "on_hand"))


class ServiceTests(CountCase):
    def test_what_differs_is_adjusted_and_told_in_the_ledger(self) -> None:
        self.enter(mug=8, pot=4)

        changed = self.approve()

        self.assertEqual((changed, self.on_hand()), (1, {"MUG-01": 8, "POT-01": 4}))
        line = StockMovement.objects.get(kind="adjustment")
        self.assertEqual(
            (line.quantity, line.reason, line.reference, line.actor),
            (-2, "Counted 8, 10 expected", self.count.number, "Bo"),
        )

    def test_what_nobody_counted_changes_nothing(self) -> None:
        self.enter(pot=0)

        self.approve()

        self.assertEqual(self.on_hand(), {"MUG-01": 10, "POT-01": 0})

    def test_what_is_sold_after_counting_stays_sold(self) -> None:
        self.enter(mug=9)
        self.ship(3)

        self.approve()

        self.assertEqual(self.on_hand()["MUG-01"], 6)

    def test_what_was_not_on_the_sheet_is_added(self) -> None:
        tin = make_sellable(self.alder, "TIN-01")
        enter_counts(count_id=self.count.pk, units={tin.pk: 5}, actor="Ada")

        self.approve()

        self.assertEqual(self.on_hand()["TIN-01"], 5)

    def test_who_counted_or_submitted_does_not_approve(self) -> None:
        self.enter("Cy", mug=8)
        submit_count(count_id=self.count.pk, actor="Ada")

        for actor in ("Ada", "Cy"):
            with pytest.raises(SamePerson):
                approve_count(count_id=self.count.pk, actor=actor)

        self.assertEqual(self.on_hand()["MUG-01"], 10)

    def test_fewer_than_are_promised_are_named_and_nothing_is_adjusted(self) -> None:
        demands = [
            StockDemand(sellable_id=row.pk, quantity=units)
            for row, units in ((self.mug, 9), (self.pot, 1))
        ]
        reserve_stock(reference="R-2", demands=demands, warehouse_code="NV")
        self.enter(mug=8, pot=3)

        with pytest.raises(BelowReserved) as caught:
            self.approve()

        self.assertEqual([error.field for error in caught.value.errors], ["MUG-01"])
        self.assertEqual(self.on_hand(), {"MUG-01": 10, "POT-01": 4})

    def test_sheet_that_was_not_right_is_counted_again(self) -> None:
        self.enter(mug=8)
        submit_count(count_id=self.count.pk, actor="Ada")
        with pytest.raises(Conflict):
            self.enter(mug=9)

        reopen_count(count_id=self.count.pk, actor="Bo")
        self.enter(mug=10)

        self.assertEqual(self.approve(), 0)

    def test_empty_sheet_is_not_submitted(self) -> None:
        with pytest.raises(Conflict):
            submit_count(count_id=self.count.pk, actor="Ada")

    def test_approved_once_it_is_over(self) -> None:
        self.enter(mug=8)
        self.approve()

        with pytest.raises(Conflict):
            approve_count(count_id=self.count.pk, actor="Bo")

        self.assertEqual(self.on_hand()["MUG-01"], 8)


class ApiTests(CountCase):
    def setUp(self) -> None:
        super().setUp()
        self.counter, self.boss = (
            make_user(role, organization=self.alder) for role in (Role.PARTNER, Role.MANAGER)
        )

    def post(self, user: Any, path: str, body: Any) -> Any:
        return client_for(user).post(f"/api/v1/stock/counts{path}", body, format="json")

    def test_sheet_is_opened_filled_and_approved(self) -> None:
        opened = self.post(self.counter, "", {"warehouse": "NV", "skus": ["MUG-01"]})
        address = f"/{opened.json()['id']}"
        lines = {"lines": [{"sku": "MUG-01", "quantity": 12}]}

        found = self.post(self.counter, f"{address}/enter", lines).json()
        self.post(self.counter, f"{address}/submit", {})
        own = self.post(self.counter, f"{address}/approve", {})
        approved = self.post(self.boss, f"{address}/approve", {}).json()

        self.assertEqual([line["variance"] for line in found["lines"]], [2])
        self.assert_problem(own, 409, "count.same_person")
        self.assertEqual((approved["state"], self.on_hand()["MUG-01"]), ("approved", 12))

    def test_unknown_skus_are_named(self) -> None:
        answer = self.post(self.counter, "", {"warehouse": "NV", "skus": ["A", "MUG-01"]})

        self.assert_faults(answer, "skus[0].sku")

    def test_list_tells_no_lines(self) -> None:
        rows = client_for(self.counter).get("/api/v1/stock/counts").json()["results"]

        self.assertEqual([row["number"] for row in rows], [self.count.number])
        self.assertNotIn("lines", rows[0])


class PageTests(CountCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(make_user(Role.OPERATOR))

    def act(self, name: str, **form: str) -> Any:
        address = reverse(name, args=[self.count.pk])
        return self.client.post(address, form, follow=True)

    def test_sheet_is_filled_and_approved_by_another(self) -> None:
        form = {f"counted-{self.mug.pk}": "9", f"counted-{self.pot.pk}": "", "lines": "POT-01 0"}
        self.assertContains(self.act("count-enter", **form), "2 SKUs were counted.")
        self.act("count-step", step="submit")
        self.assertContains(self.act("count-step", step="approve"), "A second person")

        self.client.force_login(make_user(Role.MANAGER))
        page = self.act("count-step", step="approve")

        self.assertContains(page, "2 SKUs were adjusted.")
        self.assertEqual(self.on_hand(), {"MUG-01": 9, "POT-01": 0})

    def test_what_is_no_number_is_not_nought(self) -> None:
        page = self.act("count-enter", **{f"counted-{self.mug.pk}": "few"})

        self.assertContains(page, "is no number of units of MUG-01")
        self.assertFalse(self.count.lines.filter(counted__isnull=False).exists())

    def test_step_that_is_none_changes_nothing(self) -> None:
        self.assertEqual(self.act("count-step").status_code, 404)

    def test_new_sheet_is_opened(self) -> None:
        form = {"organization": "alder", "warehouse": "NV", "skus": "POT-01\n"}

        self.client.post(reverse("count-open"), form)

        newest = StockCount.objects.order_by("-id")[0]
        self.assertEqual([line.sellable.sku for line in newest.lines.all()], ["POT-01"])
        self.assertContains(self.client.get(reverse("counts")), newest.number)

    def test_count_of_others_is_not_there(self) -> None:
        other = make_user(Role.PARTNER, organization=make_organization("birch"))
        self.client.force_login(other)

        page = self.client.get(reverse("count", args=[self.count.pk]))

        self.assertEqual(page.status_code, 404)
