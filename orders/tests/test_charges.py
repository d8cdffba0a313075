"""Easyship's charges and refunds brought in line with the ledger, at the twin."""

from __future__ import annotations

from decimal import Decimal

from carriers.contracts import Platform
from orders.audit.runs import audit_platform
from orders.models import LedgerLine, Order, PlatformDiscrepancy, VoidRequest
from orders.reports.ledger import order_money
from orders.services.discrepancies import explain
from orders.tests.test_audits import TEXAS, AuditCase

WEIGHT = "Adjustment based on Weight (Weight Reconciliation)"


class ChargeCase(AuditCase):
    def setUp(self) -> None:
        super().setUp()
        self.order = self.shipped()
        self.settle()
        self.price = LedgerLine.objects.get(kind="bought").amount or Decimal(0)

    def charge(self, amount: str, kind: str) -> None:
        self.twin.charge(self.order.shipments.get().platform_ref, amount, kind)

    def audit(self) -> None:
        audit_platform(Platform.EASYSHIP)

    def net(self, order: Order) -> list[Decimal]:
        return [total.amount for total in order_money(order).net]

    def moved(self) -> list[tuple[str, Decimal | None, bool]]:
        lines = LedgerLine.objects.moved().order_by("id")
        return [(line.kind, line.amount, line.matched_at is not None) for line in lines]


class MatchedTests(ChargeCase):
    def test_the_price_of_a_label_is_matched_with_its_record_once(self) -> None:
        self.audit()
        first = LedgerLine.objects.get(kind="bought").matched_ref
        self.audit()

        self.assertEqual(self.moved(), [("bought", self.price, True)])
        self.assertEqual(LedgerLine.objects.get(kind="bought").matched_ref, first)
        self.assertEqual(self.told(), [])

    def test_a_surcharge_is_entered_once_and_told_to_the_order(self) -> None:
        self.charge("1.25", WEIGHT)

        self.audit()
        self.audit()

        self.assertEqual(
            self.moved(), [("bought", self.price, True), ("adjusted", Decimal("1.25"), True)]
        )
        self.assertEqual(self.net(self.order), [self.price + Decimal("1.25")])
        self.assertEqual(self.told(), [])
        (event,) = self.order.events.filter(kind="label.adjusted")
        self.assertIn("1.25 USD", event.message)

    def test_a_surcharge_after_an_audit_is_seen_by_the_next(self) -> None:
        self.audit()
        self.charge("2.00", "Address Correction Fee")

        self.audit()

        self.assertEqual(self.net(self.order), [self.price + 2])
        self.assertEqual(self.told(), [])

    def test_a_refund_without_a_void_is_entered_too(self) -> None:
        self.charge("-3.00", "Refund - Damaged")

        self.audit()

        self.assertEqual(self.moved()[1:], [("refunded", Decimal("-3.00"), True)])
        self.assertFalse(VoidRequest.objects.exists())
        self.assertEqual(self.told(), [])


class DifferenceTests(ChargeCase):
    def falsify(self) -> None:
        """As if another price had been told when it was bought."""
        LedgerLine.objects.filter(kind="bought").update(amount=self.price - 1)

    def test_another_price_than_the_ledgers_is_a_finding(self) -> None:
        self.falsify()

        self.audit()

        row = PlatformDiscrepancy.objects.get()
        self.assertEqual((row.kind, row.state), ("amount", "open"))
        self.assertEqual((row.our_amount, row.their_amount), (self.price - 1, self.price))

    def test_explaining_it_makes_the_ledger_say_what_was_paid(self) -> None:
        self.falsify()
        self.audit()

        row = PlatformDiscrepancy.objects.get()
        explain(discrepancy_id=row.pk, reason="New tariff", actor="ada")
        self.audit()

        self.assertEqual(self.net(self.order), [self.price])
        self.assertEqual(LedgerLine.objects.get(kind="adjusted").note, "New tariff (ada)")
        self.assertEqual(self.told(), [("amount", "explained")])


class VeeqoTests(AuditCase):
    """Veeqo has no records of charges: what it says of the label itself is what is matched."""

    def setUp(self) -> None:
        super().setUp()
        self.shipped(**TEXAS)
        self.settle()

    def test_a_price_that_its_label_shows_too_is_matched(self) -> None:
        audit_platform(Platform.VEEQO)

        line = LedgerLine.objects.get(kind="bought")
        self.assertEqual(line.matched_ref, line.upstream_ref)
        self.assertFalse(LedgerLine.objects.unmatched().exists())

    def test_another_price_is_not(self) -> None:
        LedgerLine.objects.filter(kind="bought").update(amount=Decimal("1.00"))

        audit_platform(Platform.VEEQO)

        self.assertTrue(LedgerLine.objects.unmatched().exists())
        self.assertEqual(self.told(), [("amount", "open")])
