"""Units on their way between warehouses are in one place at any time, and each arrives once."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import ApiCase, client_for
from catalog.tests.builders import make_sellable
from inventory.models import StockLevel, StockMovement, Transfer
from inventory.proof import stock_differences
from inventory.services.adjustments import ReferenceReused
from inventory.services.stock import InsufficientStock, StockDemand, reserve_stock
from inventory.tests.builders import make_warehouse, put_stock
from inventory.transfers.services import (
    Arrived,
    MoreThanSent,
    arrive_transfer,
    cancel_transfer,
    draft_transfer,
    send_transfer,
    write_off_transfer,
)
from shipping_project.kernel.errors import Conflict, InvalidInput


class TransferCase(ApiCase):
    """Ten mugs and four pots are in Reno; six mugs and two pots are to go to Albany."""

    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.mug, self.pot = (make_sellable(self.alder, sku) for sku in ("MUG-01", "POT-01"))
        self.nv, self.ny = make_warehouse("NV"), make_warehouse("NY")
        put_stock(self.mug, self.nv, 10)
        put_stock(self.pot, self.nv, 4)
        self.transfer = draft_transfer(
            organization_id=self.alder.pk,
            source_id=self.nv.pk,
            target_id=self.ny.pk,
            units={self.mug.pk: 6, self.pot.pk: 2},
            actor="Ada",
        )

    def send(self) -> None:
        send_transfer(transfer_id=self.transfer.pk, actor="Ada")

    def arrive(self, reference: str = "A-1", **units: int) -> Arrived:
        goods = {"mug": self.mug, "pot": self.pot}
        return arrive_transfer(
            transfer_id=self.transfer.pk,
            reference=reference,
            units={goods[name].pk: count for name, count in units.items()},
            actor="Bo",
        )

    def numbers(self) -> dict[str, tuple[int, int]]:
        """On hand and incoming of the mug by warehouse, which the ledger explains."""
        self.assertEqual(stock_differences(), [])
        rows = StockLevel.objects.filter(sellable=self.mug)
        return {
            code: (on_hand, incoming)
            for code, on_hand, incoming in rows.values_list(
                "warehouse__code", "on_hand", "incoming"
            )
        }

    def state(self) -> str:
        return str(Transfer.objects.values_list("state", flat=True).get(pk=self.transfer.pk))


class MoveTests(TransferCase):
    def test_sent_units_left_one_warehouse_and_are_incoming_at_the_other(self) -> None:
        self.assertEqual(self.numbers(), {"NV": (10, 0)})

        self.send()

        self.assertEqual(self.numbers(), {"NV": (4, 0), "NY": (0, 6)})

    def test_a_part_arrives_and_then_the_rest(self) -> None:
        self.send()

        self.arrive(mug=4, pot=2)
        self.assertEqual((self.numbers()["NY"], self.state()), ((4, 2), "part_arrived"))

        self.arrive("A-2", mug=2)
        self.assertEqual((self.numbers()["NY"], self.state()), ((6, 0), "arrived"))

    def test_repeat_of_an_arrival_counts_once(self) -> None:
        self.send()

        answers = [self.arrive(mug=4).created for _ in range(2)]

        self.assertEqual((answers, self.numbers()["NY"]), ([True, False], (4, 2)))
        with pytest.raises(ReferenceReused):
            self.arrive(mug=1)

    def test_more_than_was_sent_is_refused_line_by_line(self) -> None:
        self.send()

        with pytest.raises(MoreThanSent) as caught:
            self.arrive(mug=7, pot=3)

        self.assertEqual([error.field for error in caught.value.errors], ["MUG-01", "POT-01"])
        self.assertEqual(self.numbers()["NY"], (0, 6))

    def test_what_got_lost_is_an_adjustment_in_the_ledger(self) -> None:
        self.send()
        self.arrive(mug=4, pot=2)

        lost = write_off_transfer(
            transfer_id=self.transfer.pk, reason="Fell off the truck", actor="Bo"
        )

        self.assertEqual((lost, self.numbers()["NY"], self.state()), (2, (4, 0), "arrived"))
        ledger = StockMovement.objects.filter(sellable=self.mug, warehouse=self.ny).order_by("id")
        self.assertEqual(
            list(ledger.values_list("kind", "quantity", "reason")),
            [
                ("transfer_in", 4, "From NV"),
                ("transfer_in", 2, "From NV"),
                ("adjustment", -2, "Lost on the way: Fell off the truck"),
            ],
        )

    def test_promised_units_are_not_sent(self) -> None:
        demands = [StockDemand(sellable_id=self.mug.pk, quantity=5)]
        reserve_stock(reference="R-1", demands=demands, warehouse_code="NV")

        with pytest.raises(InsufficientStock) as caught:
            self.send()

        self.assertEqual(
            [error.message for error in caught.value.errors], ["6 wanted, 5 available in NV."]
        )
        self.assertEqual((self.numbers(), self.state()), ({"NV": (10, 0)}, "draft"))

    def test_only_a_draft_is_cancelled(self) -> None:
        self.send()

        with pytest.raises(Conflict):
            cancel_transfer(transfer_id=self.transfer.pk, actor="Ada")

        self.assertEqual(self.numbers()["NY"], (0, 6))

    def test_nothing_is_sent_to_where_it_is(self) -> None:
        with pytest.raises(InvalidInput):
            draft_transfer(
                organization_id=self.alder.pk,
                source_id=self.nv.pk,
                target_id=self.nv.pk,
                units={self.mug.pk: 1},
                actor="Ada",
            )


class ApiTests(TransferCase):
    def post(self, path: str, body: Any) -> Any:
        client = client_for(make_user(Role.PARTNER, organization=self.alder))
        return client.post(f"/api/v1/stock/transfers{path}", body, format="json")

    def test_from_draft_to_loss(self) -> None:
        lines = [{"sku": "MUG-01", "quantity": 3}]
        drafted = self.post("", {"from_warehouse": "NV", "to_warehouse": "NY", "lines": lines})
        address = f"/{drafted.json()['id']}"

        sent = self.post(f"{address}/send", {})
        arrived = self.post(
            f"{address}/arrive", {"reference": "A", "lines": [{**lines[0], "quantity": 2}]}
        )
        lost = self.post(f"{address}/write-off", {"reason": "Broken"})

        self.assertEqual(
            [answer.status_code for answer in (drafted, sent, arrived, lost)], [201, 200, 201, 200]
        )
        self.assertEqual(
            (lost.json()["state"], lost.json()["lines"]),
            (
                "arrived",
                [{"sku": "MUG-01", "quantity": 3, "arrived": 2, "lost": 1, "outstanding": 0}],
            ),
        )

    def test_unknown_warehouse_is_named(self) -> None:
        lines = [{"sku": "MUG-01", "quantity": 3}]
        body = {"from_warehouse": "NV", "to_warehouse": "MOON", "lines": lines}

        self.assert_faults(self.post("", body), "to_warehouse")


class PageTests(TransferCase):
    def test_transfer_is_sent_and_taken_in(self) -> None:
        self.client.force_login(make_user(Role.OPERATOR))

        def act(name: str, **form: str) -> Any:
            address = reverse(name, args=[self.transfer.pk])
            return self.client.post(address, form, follow=True)

        self.assertContains(act("transfer-send"), "It is on its way.")
        form = {f"units-{self.mug.pk}": "6", f"units-{self.pot.pk}": "1", "reference": "A-1"}
        self.assertContains(act("transfer-arrive", **form), "7 units arrived.")
        self.assertContains(act("transfer-write-off", reason="Gone"), "1 units are lost.")
        self.assertContains(self.client.get(reverse("transfers")), self.transfer.number)

    def test_new_one_is_drafted(self) -> None:
        self.client.force_login(make_user(Role.OPERATOR))
        form = {
            "organization": "alder",
            "from_warehouse": "NV",
            "to_warehouse": "NY",
            "lines": "POT-01 1",
        }

        page = self.client.post(reverse("transfer-draft"), form, follow=True)

        self.assertContains(page, "is drafted.")

    def test_transfer_of_others_is_not_there(self) -> None:
        other = make_user(Role.PARTNER, organization=make_organization("birch"))
        self.client.force_login(other)

        page = self.client.get(reverse("transfer", args=[self.transfer.pk]))

        self.assertEqual(page.status_code, 404)
