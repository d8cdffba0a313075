"""Correcting stock from the admin."""

from __future__ import annotations

from typing import Any

from django.test import TestCase
from django.urls import reverse

from accounts.models import Role
from accounts.tests.builders import make_organization, make_user
from catalog.tests.builders import make_sellable
from inventory.models import MovementKind, StockLevel, StockMovement
from inventory.tests.builders import make_warehouse, put_stock

LIST = "admin:inventory_stocklevel_changelist"


class AdjustStockTests(TestCase):
    def setUp(self) -> None:
        self.level = put_stock(make_sellable(make_organization()), make_warehouse(), 20)
        self.log_in(Role.OPERATOR)

    def log_in(self, role: str) -> None:
        self.user = make_user(role)
        self.user.is_staff = True
        self.user.save()
        self.client.force_login(self.user)

    def adjust(self, quantity: int, *, reference: str = "count-7", reason: str = "Count") -> Any:
        words = {"quantity": quantity, "reason": reason, "reference": reference}
        chosen = {"action": "adjust", "_selected_action": [self.level.pk], "confirmed": "yes"}
        return self.client.post(reverse(LIST), chosen | words)

    def on_hand(self) -> int:
        return int(StockLevel.objects.get(pk=self.level.pk).on_hand)

    def test_adjustment_is_written_to_the_ledger(self) -> None:
        page = self.adjust(-4, reason="Four broken")

        self.assertContains(page, "-4 units, now 16.")
        movement = StockMovement.objects.get(kind=MovementKind.ADJUSTMENT)
        self.assertEqual((movement.quantity, movement.balance_after), (-4, 16))
        self.assertEqual((movement.reason, movement.actor), ("Four broken", self.user.label))
        self.assertEqual(self.on_hand(), 16)

    def test_same_page_sent_twice_moves_the_units_once(self) -> None:
        self.adjust(5)
        page = self.adjust(5)

        self.assertContains(page, "Counted already.")
        self.assertEqual(self.on_hand(), 25)

    def test_more_than_there_is_cannot_be_taken(self) -> None:
        page = self.adjust(-21)

        self.assertContains(page, "0 done, 1 refused.")
        self.assertEqual(self.on_hand(), 20)
        self.assertEqual(StockMovement.objects.count(), 1)

    def test_nought_is_refused(self) -> None:
        page = self.adjust(0)

        self.assertContains(page, "Give units from 1 to 1,000,000")
        self.assertEqual(self.on_hand(), 20)

    def test_auditor_cannot_adjust(self) -> None:
        self.log_in(Role.AUDITOR)

        self.adjust(5)

        self.assertEqual(self.on_hand(), 20)

    def test_numbers_cannot_be_typed_over(self) -> None:
        address = reverse("admin:inventory_stocklevel_change", args=[self.level.pk])

        values = {"on_hand": 999, "reserved": 0, "low_at": 3, "overstock_factor": 10}
        self.client.post(address, values)

        self.level.refresh_from_db()
        self.assertEqual((self.level.on_hand, self.level.low_at), (20, 3))
