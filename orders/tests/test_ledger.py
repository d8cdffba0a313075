"""Every cent has its line, once, and the sums come from the lines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.utils import timezone

from accounts.tests.cases import ApiCase, client_with
from carriers.contracts import Label
from orders.models import LedgerKind, LedgerLine, LedgerSealed, Order, Package
from orders.reports.ledger import GroupBy, Spending, order_money, spending_by
from orders.services.booking import record_booking
from orders.services.labels import record_label
from orders.services.ledger import (
    enter_adjusted,
    enter_bought,
    enter_quoted,
    enter_refunded,
    match_line,
)
from orders.services.voids import accept_void
from orders.tests.builders import make_key, make_organization, make_stocked_sellable
from orders.tests.steps import make_dispatched, make_labelled
from orders.tests.twin import TwinCase
from shipping_project.kernel.money import Money

TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def told(order: Order) -> list[tuple[str, str]]:
    lines = LedgerLine.objects.of_order(order).order_by("id")
    return [(line.kind, str(line.money)) for line in lines]


class LinesTests(TestCase):
    def setUp(self) -> None:
        self.alder = make_organization("alder")
        make_stocked_sellable(self.alder)
        self.order = make_labelled(self.alder)
        self.package = Package.objects.get()

    def test_a_purchase_leaves_its_quote_and_its_price(self) -> None:
        self.assertEqual(told(self.order), [("quoted", "9.10 USD"), ("bought", "9.10 USD")])
        bought = LedgerLine.objects.get(kind=LedgerKind.BOUGHT)
        self.assertEqual(bought.upstream_ref, self.package.label_ref)
        self.assertEqual(bought.intent, self.package.intents.get())

    def test_a_repeat_of_any_movement_writes_no_second_line(self) -> None:
        first = enter_refunded(package=self.package, record_ref="R-1", back=usd("9.10"))
        enter_adjusted(package=self.package, record_ref="R-2", change=usd("1.25"))
        before = told(self.order)

        again = enter_refunded(package=self.package, record_ref="R-1", back=usd("9.10"))
        enter_adjusted(package=self.package, record_ref="R-2", change=usd("1.25"))
        enter_bought(
            package=self.package, label_ref=self.package.label_ref, cost=self.package.label_cost
        )
        enter_quoted(intent=self.package.intents.get())

        self.assertEqual(again, first)
        self.assertEqual(told(self.order), before)
        self.assertEqual(before[2:], [("refunded", "-9.10 USD"), ("adjusted", "1.25 USD")])

    def test_a_line_is_never_changed_nor_removed(self) -> None:
        line = LedgerLine.objects.get(kind=LedgerKind.BOUGHT)
        line.amount = Decimal("1.00")

        with pytest.raises(LedgerSealed):
            line.save()
        with pytest.raises(LedgerSealed):
            line.delete()

        self.assertEqual(told(self.order)[1], ("bought", "9.10 USD"))

    def test_nothing_that_is_not_above_zero_counts_as_a_refund(self) -> None:
        with pytest.raises(ValueError, match="nothing to be returned"):
            enter_refunded(package=self.package, record_ref="R-1", back=usd("0.00"))

        self.assertEqual(len(told(self.order)), 2)

    def test_the_database_takes_no_amount_without_its_currency(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            LedgerLine.objects.create(package=self.package, kind="adjusted", amount="1.00")

    def test_a_line_is_matched_once(self) -> None:
        line = LedgerLine.objects.get(kind=LedgerKind.BOUGHT)

        matched = [match_line(line_id=line.pk, record_ref=ref) for ref in ("T-1", "T-2")]

        line.refresh_from_db()
        self.assertEqual((matched, line.matched_ref), ([True, False], "T-1"))
        self.assertFalse(LedgerLine.objects.unmatched().exists())


class SumsTests(TestCase):
    def setUp(self) -> None:
        self.alder = make_organization("alder")
        make_stocked_sellable(self.alder)
        self.order = make_labelled(self.alder)
        self.package = Package.objects.get()
        enter_refunded(package=self.package, record_ref="R-1", back=usd("9.10"))
        enter_adjusted(package=self.package, record_ref="R-2", change=Money(Decimal("2.00"), "GBP"))

    def test_an_order_is_summed_up_by_shipment_and_currency(self) -> None:
        money = order_money(self.order)

        reference = self.order.shipments.get().reference
        self.assertEqual(
            money.shipments,
            (
                Spending(group=reference, currency="GBP", adjusted=Decimal("2.00")),
                Spending(
                    group=reference,
                    currency="USD",
                    quoted=Decimal("9.10"),
                    bought=Decimal("9.10"),
                    refunded=Decimal("-9.10"),
                ),
            ),
        )
        self.assertEqual([str(total) for total in money.net], ["2.00 GBP", "0.00 USD"])
        self.assertEqual((len(money.lines), money.unpriced), (4, 0))

    def test_platform_and_day_are_groups(self) -> None:
        today = timezone.now().date()
        lines = LedgerLine.objects.between(today, today)

        by_platform = spending_by(lines, GroupBy.PLATFORM)
        by_day = spending_by(lines, GroupBy.DAY)

        platform = self.order.shipments.get().platform
        self.assertEqual([(s.group, s.net) for s in by_platform], [(platform, 2), (platform, 0)])
        self.assertEqual([s.group for s in by_day], [str(today)] * 2)

    def test_a_label_without_a_price_is_counted_and_not_summed(self) -> None:
        other = make_dispatched(self.alder)
        shipment = other.shipments.get()
        record_booking(shipment_id=shipment.pk, platform_ref="77")

        record_label(shipment_id=shipment.pk, label=Label(label_ref="L", tracking_number="T"))

        money = order_money(other)
        self.assertEqual((money.unpriced, money.net), (1, ()))
        self.assertIsNone(money.lines[0].money)


class ApiTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        make_stocked_sellable(self.alder)
        self.order = make_labelled(self.alder)
        self.key = client_with(make_key(self.alder, "orders:read"))

    def test_an_orders_ledger_tells_every_line_and_the_sum(self) -> None:
        body = self.key.get(f"/api/v1/orders/{self.order.number}/ledger").json()

        self.assertEqual(
            [(line["kind"], line["amount"], line["currency"]) for line in body["lines"]],
            [("quoted", "9.10", "USD"), ("bought", "9.10", "USD")],
        )
        self.assertEqual(body["net"], [{"amount": "9.10", "currency": "USD"}])
        self.assertEqual((body["unpriced"], body["shipments"][0]["net"]), (0, "9.10"))
        self.assertEqual(body["voids"], [])

    def test_a_label_given_back_tells_how_far_it_is(self) -> None:
        accept_void(shipment=self.order.shipments.get())

        (void,) = self.key.get(f"/api/v1/orders/{self.order.number}/ledger").json()["voids"]

        self.assertEqual((void["state"], void["purpose"]), ("accepted", "found"))
        self.assertEqual(void["label_ref"], self.order.shipments.get().packages.get().label_ref)
        self.assertIsNone(void["settled_at"])

    def test_totals_are_those_of_the_own_organization(self) -> None:
        birch = make_organization("birch")
        other = client_with(make_key(birch, "orders:read"))
        today = timezone.now().date()
        address = f"/api/v1/ledger/totals?by=day&since={today}&until={today}"

        mine, theirs = self.key.get(address).json(), other.get(address).json()

        self.assertEqual([t["net"] for t in mine["totals"]], ["9.10"])
        self.assertEqual(mine["totals"][0]["group"], str(today))
        self.assertEqual(theirs, {"totals": []})

    def test_a_span_that_is_too_long_or_backwards_is_refused_by_field(self) -> None:
        for until in ("2025-12-31", "2027-01-05"):
            address = f"/api/v1/ledger/totals?by=day&since=2026-01-01&until={until}"

            answer = self.key.get(address)

            self.assertEqual(answer.status_code, 422, answer.content)
            self.assertEqual([e["field"] for e in answer.json()["errors"]], ["until"])


class AgainstTheTwinTests(TwinCase):
    def test_the_ledger_says_what_the_twin_charged(self) -> None:
        orders = [self.place(**TEXAS), self.place()]

        self.finish()

        charged = {row["tracking_number"]: Decimal(row["cost"]) for row in self.twin.labels()}
        lines = LedgerLine.objects.moved().select_related("package")
        self.assertEqual({line.package.tracking_number: line.amount for line in lines}, charged)
        self.assertEqual(len(charged), len(orders))

    def test_a_lost_answer_leaves_one_line(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault("POST", "/shipping/shipments", "drop_after")

        self.finish()

        self.assertEqual([kind for kind, _ in told(order)], ["quoted", "bought"])
