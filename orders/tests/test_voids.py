"""Labels given back: asked for once, taken or not, and their money followed until it came."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import override_settings
from django.utils import timezone

from accounts.models import Role
from carriers.models import CommandState, OutboxCommand
from orders.models import LabelState, LedgerLine, Order, Package, VoidRequest
from orders.reports.audit import audit_standing
from orders.reports.ledger import order_money
from orders.rules.states import OrderState
from orders.rules.voids import VoidPurpose, VoidState
from orders.services.cancellation import cancel_order
from orders.services.voids import accept_void, confirm_refund, expire_overdue, give_up_refund
from orders.tasks import look_after_voids
from orders.tests.steps import make_labelled
from orders.tests.test_admin_orders import ActionCase
from orders.tests.twin import TwinCase
from shipping_project.kernel.errors import Conflict
from shipping_project.kernel.money import Money

TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}
NEVADA: dict[str, str] = {}


class VoidCase(TwinCase):
    def give_back(self, **address: str) -> Order:
        """An order with a label, called off, as far as the platform takes it at once."""
        order = self.place(**address)
        self.finish()
        self.call_off(order)
        return order

    def call_off(self, order: Order) -> None:
        cancel_order(order_id=order.pk, reason="Changed mind", actor="ada")
        self.finish()
        order.refresh_from_db()

    def look(self) -> int:
        """The next look is due."""
        VoidRequest.objects.filter(next_look_at__isnull=False).update(next_look_at=timezone.now())
        return look_after_voids()

    def net(self, order: Order) -> list[str]:
        return [str(total) for total in order_money(order).net]


class TakenTests(VoidCase):
    def test_a_label_given_back_waits_for_its_money(self) -> None:
        order = self.give_back(**TEXAS)

        void = VoidRequest.objects.get()
        self.assertEqual((void.state, void.purpose), (VoidState.ACCEPTED, VoidPurpose.CANCEL))
        self.assertEqual((void.reason, order.state), ("Changed mind", OrderState.CANCELLED.value))
        assert void.accepted_at is not None
        assert void.refund_due_at is not None
        self.assertEqual(void.refund_due_at - void.accepted_at, timedelta(days=30))
        bought_at = Package.objects.get().bought_at
        assert bought_at is not None
        self.assertEqual(void.window_ends_at - bought_at, timedelta(days=14))
        self.assertEqual(LedgerLine.objects.filter(kind="refunded").count(), 0)

    def test_a_lost_answer_is_looked_up_and_never_asked_for_twice(self) -> None:
        for address, call in ((TEXAS, ("DELETE", "/shipments")), (NEVADA, ("POST", "/cancel"))):
            order = self.place(**address)
            self.finish()
            self.twin.fault(*call, "drop_after")

            self.call_off(order)

            self.assertEqual(order.state, OrderState.CANCELLED.value)
        self.assertEqual(self.twin.asked("DELETE", "/shipments/{shipment_id}"), 1)
        self.assertEqual(self.twin.asked("POST", "/cancel"), 1)
        states = VoidRequest.objects.values_list("state", flat=True)
        self.assertEqual(list(states), [VoidState.ACCEPTED.value] * 2)

    def test_what_was_not_done_is_asked_for_again_after_two_looks(self) -> None:
        order = self.place(**TEXAS)
        self.finish()
        self.twin.fault("DELETE", "/shipments", "error_before")

        self.call_off(order)

        command = OutboxCommand.objects.get(kind="orders.void_label")
        self.assertEqual((command.state, command.lookups), (CommandState.DELIVERED, 2))
        self.assertEqual(self.twin.asked("DELETE", "/shipments/{shipment_id}"), 2)
        self.assertEqual(VoidRequest.objects.get().state, VoidState.ACCEPTED)

    def test_a_label_found_on_a_booking_called_off_is_accounted_for(self) -> None:
        for effect in ("", "drop_after"):
            order = self.place(**TEXAS)
            self.work()
            package = Package.objects.filter(shipment__order=order)
            package.update(label_state=LabelState.NONE, label_ref="", tracking_number="")
            if effect:
                self.twin.fault("DELETE", "/shipments", effect)

            self.call_off(order)

            self.assert_found_and_given_back(order, package.get())

    def assert_found_and_given_back(self, order: Order, package: Package) -> None:
        (void,) = package.voids.all()
        sold = {row["tracking_number"]: row for row in self.twin.labels("voided")}
        row = sold[package.tracking_number]
        self.assertEqual(package.label_state, LabelState.VOIDED)
        self.assertEqual((void.purpose, void.state), (VoidPurpose.FOUND, VoidState.ACCEPTED))
        self.assertEqual(self.net(order), [f"{row['cost']} {row['currency']}"])


class RefundTests(VoidCase):
    def test_easyships_record_of_it_closes_the_void_and_stands_in_the_ledger(self) -> None:
        order = self.give_back(**NEVADA)

        refunded = self.look()

        self.assertEqual((refunded, self.look()), (1, 0))
        self.assertEqual(VoidRequest.objects.get().state, VoidState.REFUNDED)
        line = LedgerLine.objects.get(kind="refunded")
        self.assertEqual(line.note, "Refund after Cancellation")
        self.assertEqual([total.amount for total in order_money(order).net], [Decimal("0.00")])
        self.assertEqual(order.events.filter(kind="label.refunded").count(), 1)

    def test_a_refund_that_takes_days_is_asked_for_until_it_came(self) -> None:
        self.twin.option(easyship_refund_seconds=3 * 86400.0)
        self.give_back(**NEVADA)

        early = self.look()
        waiting = VoidRequest.objects.get()
        self.twin.advance(days=4)
        late = self.look()

        self.assertEqual((early, late), (0, 1))
        assert waiting.next_look_at is not None
        self.assertGreater(waiting.next_look_at, timezone.now() + timedelta(minutes=50))

    def test_a_person_confirms_what_veeqo_does_not_tell(self) -> None:
        order = self.give_back(**TEXAS)
        self.look()
        void = VoidRequest.objects.get()
        back = Package.objects.get().label_cost
        assert back is not None

        confirm_refund(void_id=void.pk, back=back, reason="Statement of May", actor="ada")
        with pytest.raises(Conflict):
            confirm_refund(void_id=void.pk, back=back, reason="Statement of May", actor="bea")

        self.assertEqual(void.state, VoidState.ACCEPTED)
        self.assertEqual(VoidRequest.objects.get().state, VoidState.REFUNDED)
        self.assertEqual(self.net(order), [f"0.00 {back.currency}"])
        self.assertEqual(LedgerLine.objects.get(kind="refunded").note, "Statement of May (ada)")

    def test_a_person_gives_up_on_it_and_the_money_stays_spent(self) -> None:
        order = self.give_back(**TEXAS)
        void, spent = VoidRequest.objects.get(), self.net(order)

        give_up_refund(void_id=void.pk, reason="Denied", actor="ada")

        void.refresh_from_db()
        self.assertEqual((void.state, void.detail), (VoidState.REJECTED, "Denied (ada)"))
        self.assertEqual(self.net(order), spent)
        self.assertIsNone(void.next_look_at)


class NotTakenTests(VoidCase):
    def test_a_refusal_rejects_it_and_the_order_goes_on(self) -> None:
        order = self.place(**TEXAS)
        self.finish()
        self.twin.fault("DELETE", "/shipments", "error_before", status=400)

        self.call_off(order)

        self.assert_shipped_once(order)
        self.assertEqual(VoidRequest.objects.get().state, VoidState.REJECTED)

    def test_after_its_window_the_platform_is_not_asked(self) -> None:
        order = self.place(**TEXAS)
        self.finish()
        Package.objects.update(bought_at=timezone.now() - timedelta(days=15))

        self.call_off(order)

        self.assert_shipped_once(order)
        self.assertEqual(self.twin.asked("DELETE", "/shipments/{shipment_id}"), 0)
        self.assertEqual(OutboxCommand.objects.get(state="rejected").error_code, "void.window_over")

    @override_settings(VOID_WINDOW_DAYS={"ups": 20})
    def test_a_carrier_may_have_a_window_of_its_own(self) -> None:
        order = self.place(**TEXAS)
        self.finish()
        Package.objects.update(bought_at=timezone.now() - timedelta(days=15))

        self.call_off(order)

        self.assertEqual(VoidRequest.objects.get().state, VoidState.ACCEPTED)

    def test_a_label_that_stands_again_is_not_refunded(self) -> None:
        self.give_back(**TEXAS)
        order = self.place(**TEXAS)
        self.finish()
        other = order.shipments.get()
        VoidRequest.objects.update(label_ref=other.packages.get().label_ref)
        Package.objects.filter(label_state="voided").get().voids.update(
            package=other.packages.get()
        )

        self.look()

        self.assertEqual(VoidRequest.objects.get().state, VoidState.REJECTED)
        self.assertTrue(order.events.filter(kind="void.rejected").exists())


class DeadlineTests(VoidCase):
    def test_a_refund_that_did_not_come_in_time_is_told_and_still_taken_later(self) -> None:
        self.twin.option(easyship_refund_seconds=40 * 86400.0)
        order = self.give_back(**NEVADA)
        VoidRequest.objects.update(refund_due_at=timezone.now() - timedelta(days=1))

        expired = [expire_overdue(), expire_overdue()]

        void = VoidRequest.objects.get()
        self.assertEqual((expired, void.state), ([1, 0], VoidState.EXPIRED))
        self.assertEqual(order.events.filter(kind="void.expired").count(), 1)
        confirm_refund(
            void_id=void.pk, back=Money(Decimal("1.00"), "USD"), reason="Late", actor="ada"
        )
        self.assertEqual(VoidRequest.objects.get().state, VoidState.REFUNDED)

    def test_a_void_under_way_is_not_called_overdue(self) -> None:
        order = self.place(**TEXAS)
        self.finish()
        cancel_order(order_id=order.pk, reason="Changed mind", actor="ada")
        VoidRequest.objects.update(window_ends_at=timezone.now() - timedelta(days=1))

        under_way = expire_overdue()
        OutboxCommand.objects.still_open().update(state=CommandState.CANCELLED)
        left_alone = expire_overdue()

        self.assertEqual((under_way, left_alone), (0, 1))
        self.assertEqual(VoidRequest.objects.get().state, VoidState.EXPIRED)


class OnceTests(VoidCase):
    def test_one_call_is_made_however_often_it_is_asked_for(self) -> None:
        order = self.place(**TEXAS)
        self.finish()

        cancel_order(order_id=order.pk, reason="Changed mind", actor="ada")
        cancel_order(order_id=order.pk, reason="Changed mind", actor="bea")
        self.finish()

        self.assertEqual(VoidRequest.objects.count(), 1)
        self.assertEqual(self.twin.asked("DELETE", "/shipments/{shipment_id}"), 1)


class AdminTests(ActionCase):
    """What a manager does about money that is to come back."""

    def setUp(self) -> None:
        self.user = self.log_in(Role.MANAGER)
        order = make_labelled(self.organization)
        self.void = accept_void(shipment=order.shipments.get())

    def test_a_refund_is_entered_with_its_amount(self) -> None:
        words = {"reason": "Statement", "amount": "9.10", "currency": "USD"}

        self.confirm("orders_voidrequest", "confirm_refund", self.void, **words)

        self.void.refresh_from_db()
        self.assertEqual(self.void.state, VoidState.REFUNDED)
        self.assertEqual(LedgerLine.objects.get(kind="refunded").amount, Decimal("-9.10"))

    def test_the_platforms_page_counts_what_is_awaited_and_what_did_not_come(self) -> None:
        platform = self.void.package.shipment.platform
        awaited = {one.platform: (one.awaited, one.expired) for one in audit_standing()}
        VoidRequest.objects.update(refund_due_at=timezone.now() - timedelta(days=1))

        expire_overdue()

        expired = {one.platform: (one.awaited, one.expired) for one in audit_standing()}
        self.assertEqual((awaited[platform], expired[platform]), ((1, 0), (0, 1)))
        self.assertContains(self.client.get("/platforms/"), "Not refunded in time")

    def test_an_amount_of_nothing_is_refused_and_nothing_entered(self) -> None:
        words = {"reason": "Statement", "amount": "0", "currency": "USD"}

        self.confirm("orders_voidrequest", "confirm_refund", self.void, **words)

        self.void.refresh_from_db()
        self.assertEqual(self.void.state, VoidState.ACCEPTED)
        self.assertFalse(LedgerLine.objects.filter(kind="refunded").exists())

    def test_asking_now_makes_the_next_look_due(self) -> None:
        self.confirm("orders_voidrequest", "look_soon", self.void)

        due = VoidRequest.objects.to_look_after(timezone.now())
        self.assertEqual(list(due), [self.void])

    def test_giving_up_needs_a_reason_and_closes_it(self) -> None:
        self.confirm("orders_voidrequest", "give_up_refund", self.void)
        self.void.refresh_from_db()
        before = self.void.state

        self.confirm("orders_voidrequest", "give_up_refund", self.void, reason="Denied")

        self.void.refresh_from_db()
        self.assertEqual((before, self.void.state), (VoidState.ACCEPTED, VoidState.REJECTED))
