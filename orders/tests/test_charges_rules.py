"""Records of a platform's account paired with the lines of our ledger."""

from __future__ import annotations

from decimal import Decimal
from unittest import TestCase

from carriers.contracts import TransactionRecord
from orders.rules.charges import (
    ADJUSTED,
    BOUGHT,
    REFUNDED,
    Accounting,
    Entry,
    OwnLine,
    account_for,
    cost_of,
    net_charge,
    net_of,
    sign_of_charges,
)
from shipping_project.kernel.money import Money

REFUND = "Refund after Cancellation"
WEIGHT = "Adjustment based on Weight (Weight Reconciliation)"


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def record(ref: str, amount: str, kind: str = "") -> TransactionRecord:
    return TransactionRecord(
        record_ref=ref,
        amount=Decimal(amount),
        kind=kind,
        description="Shipment charge",
        payee="Easyship",
        platform_ref="ESUS1",
    )


PRICE = OwnLine(pk=1, kind=BOUGHT, money=usd("9.10"), upstream_ref="ESUS1")


class PairingTests(TestCase):
    def account(self, lines: list[OwnLine], *records: TransactionRecord) -> Accounting:
        return account_for(lines, records, "USD")

    def test_the_price_of_the_label_is_matched_whatever_the_sign_of_charges(self) -> None:
        for amount in ("9.10", "-9.10", "9.1"):
            found = self.account([PRICE], record("R1", amount))

            self.assertEqual((found.matches, found.entries), ([(1, "R1")], []))

    def test_a_surcharge_and_a_refund_are_entered(self) -> None:
        found = self.account(
            [PRICE],
            record("R1", "9.10"),
            record("R2", "1.25", WEIGHT),
            record("R3", "-9.10", REFUND),
        )

        self.assertEqual(found.matches, [(1, "R1")])
        self.assertEqual(
            found.entries,
            [
                Entry(kind=ADJUSTED, money=usd("1.25"), record_ref="R2", note=WEIGHT),
                Entry(kind=REFUNDED, money=usd("-9.10"), record_ref="R3", note=REFUND),
            ],
        )

    def test_what_was_taken_before_is_not_taken_again(self) -> None:
        lines = [
            OwnLine(pk=1, kind=BOUGHT, money=usd("9.10"), matched_ref="R1"),
            OwnLine(pk=2, kind=ADJUSTED, money=usd("1.25"), matched_ref="R2"),
        ]

        found = self.account(lines, record("R1", "9.10"), record("R2", "1.25", WEIGHT))

        self.assertEqual(found, Accounting())

    def test_a_refund_that_a_person_entered_is_matched_and_not_entered_twice(self) -> None:
        by_hand = OwnLine(pk=2, kind=REFUNDED, money=usd("-9.10"), upstream_ref="ESUS1")

        found = self.account([PRICE, by_hand], record("R1", "9.10"), record("R2", "-9.10", REFUND))

        self.assertEqual((found.matches, found.entries), ([(1, "R1"), (2, "R2")], []))

    def test_two_surcharges_of_one_size_are_two(self) -> None:
        found = self.account(
            [PRICE],
            record("R1", "9.10"),
            record("R2", "2.00", "Address Correction Fee"),
            record("R3", "2.00", "Address Correction Fee"),
        )

        self.assertEqual([entry.record_ref for entry in found.entries], ["R2", "R3"])

    def test_another_price_is_left_for_the_comparison(self) -> None:
        found = self.account([PRICE], record("R1", "9.80"))

        self.assertEqual(found, Accounting())

    def test_a_price_that_was_not_told_is_entered_once_it_is(self) -> None:
        unpriced = OwnLine(pk=1, kind=BOUGHT, money=None)

        found = self.account([unpriced], record("R1", "9.10"))

        self.assertEqual(found.matches, [(1, "R1")])
        self.assertEqual(found.entries, [Entry(kind=ADJUSTED, money=usd("9.10"), record_ref="R1")])

    def test_nothing_is_entered_for_a_record_of_nothing(self) -> None:
        found = self.account([PRICE], record("R1", "9.10"), record("R2", "0", "Others"))

        self.assertEqual(found.entries, [])


class SumTests(TestCase):
    def test_charges_and_refunds_are_told_apart_by_sign(self) -> None:
        self.assertEqual(sign_of_charges([record("R1", "-1", WEIGHT), record("R2", "-9.10")]), -1)
        self.assertEqual(sign_of_charges([record("R1", "9.10", REFUND)]), -1)
        self.assertEqual(sign_of_charges([record("R1", "1.25", WEIGHT)]), 1)

    def test_the_net_charge_is_what_is_left(self) -> None:
        cases = {
            ("9.10",): usd("9.10"),
            ("-9.10",): usd("9.10"),
            ("9.10", "-9.10"): usd("0.00"),
            ("-9.10", "9.10", "-1.25"): usd("1.25"),
            (): None,
        }
        for amounts, net in cases.items():
            records = [record(f"R{number}", amount) for number, amount in enumerate(amounts)]
            self.assertEqual(net_charge(records, "USD"), net)

    def test_our_own_sum_is_of_one_currency_and_a_label_costs_what_came_later_too(self) -> None:
        lines = [
            PRICE,
            OwnLine(pk=2, kind=ADJUSTED, money=usd("1.25")),
            OwnLine(pk=3, kind=REFUNDED, money=usd("-4.00")),
        ]

        self.assertEqual((net_of(lines, "USD"), net_of(lines, "GBP").amount), (usd("6.35"), 0))
        self.assertEqual(cost_of(lines), usd("10.35"))

    def test_a_cost_in_two_currencies_is_not_told(self) -> None:
        pounds = OwnLine(pk=2, kind=ADJUSTED, money=Money(Decimal("1.25"), "GBP"))

        self.assertIsNone(cost_of([PRICE, pounds]))
        self.assertIsNone(cost_of([OwnLine(pk=1, kind=BOUGHT, money=None)]))
