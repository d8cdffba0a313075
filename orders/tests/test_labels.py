"""Labels that are refused, found, missing or bought behind our back."""

from __future__ import annotations

from decimal import Decimal
from unittest import TestCase as PlainCase

import pytest
from django.utils import timezone
from pypdf import PdfReader

from carriers.contracts import Label, RateQuote
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.leases import LeaseLost, claim_next
from carriers.outbox.looking import MAX_LOOKUPS
from carriers.outbox.worker import run_next
from carriers.services.commands import take_as_missed
from orders.handlers.labels import label_from, label_record
from orders.models import Box, LabelState, Order, Package, PurchaseIntent
from orders.rules.purchase import IntentState
from orders.rules.states import OrderState
from orders.services.booking import record_booking
from orders.services.cancellation import cancel_order
from orders.services.labels import record_label, store_label_file
from orders.services.purchases import LabelAlreadyBought, open_intent, send_intent
from orders.services.retry import retry_order
from orders.tasks import dispatch_one
from orders.tests.twin import TwinCase
from shipping_project.kernel.errors import Conflict
from shipping_project.kernel.money import Money

TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}
EASYSHIP_KEY = {"Authorization": "Bearer ek-test"}
QUOTE = RateQuote(
    carrier="UPS", service_ref="ground", service_name="Ground", price=Money(Decimal("9.10"), "USD")
)


class KilledWorkerTests(TwinCase):
    """A worker dies at the worst moments of a purchase."""

    def claim_purchase(self) -> OutboxCommand:
        run_next("orders")
        claimed = claim_next("orders")
        assert claimed is not None
        return claimed[0]

    def lose(self, command: OutboxCommand) -> None:
        OutboxCommand.objects.filter(pk=command.pk).update(lease_until=timezone.now())

    def test_before_sending(self) -> None:
        order = self.place(**TEXAS)
        self.lose(self.claim_purchase())

        self.finish()

        self.assert_shipped_once(order)

    def test_between_the_intent_and_marking_it_sent(self) -> None:
        order = self.place(**TEXAS)
        command = self.claim_purchase()
        open_intent(package=Package.objects.get(), quote=QUOTE, command=command)
        self.lose(command)

        self.finish()

        self.assert_shipped_once(order)
        self.assert_intents(IntentState.MISSED, IntentState.BOUGHT)
        self.assert_looks(0)

    def test_between_marking_it_sent_and_the_call(self) -> None:
        order = self.place(**TEXAS)
        command = self.claim_purchase()
        intent = open_intent(package=Package.objects.get(), quote=QUOTE, command=command)
        send_intent(intent=intent, command=command)
        self.lose(command)

        self.finish()

        self.assert_shipped_once(order)
        self.assert_intents(IntentState.MISSED, IntentState.BOUGHT)
        self.assert_looks(2)

    def test_one_that_wakes_up_after_its_claim_was_taken_over_buys_nothing(self) -> None:
        order = self.place(**TEXAS)
        late = self.claim_purchase()
        late_intent = open_intent(package=Package.objects.get(), quote=QUOTE, command=late)
        self.lose(late)
        self.finish()

        with pytest.raises(LeaseLost):
            open_intent(package=Package.objects.get(), quote=QUOTE, command=late)
        with pytest.raises(LeaseLost):
            send_intent(intent=late_intent, command=late)

        self.assert_shipped_once(order)
        self.assert_intents(IntentState.MISSED, IntentState.BOUGHT)

    def test_between_the_answer_and_our_own_record(self) -> None:
        order = self.place(**TEXAS)
        self.work()
        self.forget_the_purchase()

        self.finish()

        self.assert_shipped_once(order)
        self.assert_intents(IntentState.ADOPTED)
        self.assertEqual(self.twin.asked("POST", "/shipping/shipments"), 1)

    def assert_looks(self, count: int) -> None:
        self.assertEqual(OutboxCommand.objects.get(kind="orders.buy_label").lookups, count)

    def assert_intents(self, *states: IntentState) -> None:
        kept = PurchaseIntent.objects.order_by("id").values_list("state", flat=True)
        self.assertEqual(list(kept), list(states))

    def forget_the_purchase(self) -> None:
        """The label was bought, and everything that was written after the answer is lost."""
        PurchaseIntent.objects.update(state=IntentState.SENT, settled_at=None)
        Package.objects.update(
            label_state=LabelState.NONE, label_ref="", tracking_number="", label_file=""
        )
        commands = OutboxCommand.objects.filter(kind="orders.buy_label")
        commands.update(
            state=CommandState.IN_FLIGHT,
            settled_at=None,
            lease_until=timezone.now(),
            sent_at=timezone.now(),
        )
        OutboxCommand.objects.filter(kind="orders.fetch_label").delete()
        package = Package.objects.select_related("shipment__order").get()
        type(package.shipment).objects.update(state="booked")
        type(package.shipment.order).objects.update(state=OrderState.BOOKING.value)


class RefusedTests(TwinCase):
    def test_retry_after_a_refusal_buys_one_label(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault("POST", "/shipping/shipments", "error_before", status=400)
        self.finish()
        order.refresh_from_db()
        seen = order.state
        intent = PurchaseIntent.objects.get().state

        retry_order(order_id=order.pk, actor="tests")
        self.finish()

        self.assertEqual((seen, intent), (OrderState.NEEDS_ATTENTION.value, IntentState.REFUSED))
        self.assert_shipped_once(order)

    def test_retry_twice_buys_one_label(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault("POST", "/shipping/shipments", "error_before", status=400)
        self.finish()
        retry_order(order_id=order.pk, actor="tests")

        with pytest.raises(Conflict):
            retry_order(order_id=order.pk, actor="tests")
        self.finish()

        self.assert_shipped_once(order)

    def test_label_that_the_carrier_refuses_waits_for_a_person(self) -> None:
        order = self.place(name="Label Refused")

        self.finish()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertIn("Invalid address", order.attention_detail)
        self.assertEqual(PurchaseIntent.objects.get().state, IntentState.REFUSED)
        self.assertEqual(self.twin.labels(), [])

    def test_a_refusal_found_by_looking_waits_for_a_person(self) -> None:
        order = self.place(name="Label Refused")
        self.twin.fault("POST", "/label", "drop_after")

        self.finish()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertEqual(self.command_of(order).state, CommandState.REJECTED)
        self.assertEqual(PurchaseIntent.objects.get().state, IntentState.REFUSED)

    def test_no_service_of_the_carrier_waits_for_a_person(self) -> None:
        Box.objects.all().delete()
        too_heavy_for_usps = 11
        order = self.place(
            "SKL-26", quantity=too_heavy_for_usps, city="Tampa", state="FL", postal_code="33602"
        )

        self.finish()

        order.refresh_from_db()
        self.assertEqual(order.attention_code, "service.not_available")
        self.assertEqual(self.twin.labels(), [])


class StuckTests(TwinCase):
    """Twelve looks told nothing: a person is asked, and nothing is bought meanwhile."""

    def stick(self) -> Order:
        order = self.place(**TEXAS)
        run_next("orders")
        self.twin.fault("POST", "/shipping/shipments", "drop_after")
        run_next("orders")
        self.twin.fault("GET", "/orders/", "error_before", status=404, times=MAX_LOOKUPS)
        for _ in range(MAX_LOOKUPS):
            self.later()
        order.refresh_from_db()
        return order

    def test_the_order_waits_for_a_person(self) -> None:
        order = self.stick()
        self.finish()

        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertIn("not clear whether the label was bought", order.attention_detail)
        self.assertEqual(self.command_of(order).state, CommandState.STUCK)
        self.assertEqual(PurchaseIntent.objects.get().state, IntentState.HANDED_OVER)
        self.assertEqual(self.twin.asked("POST", "/shipping/shipments"), 1)

    def test_a_retry_looks_again_and_takes_what_it_finds(self) -> None:
        order = self.stick()

        retry_order(order_id=order.pk, actor="tests")
        self.finish()

        self.assert_shipped_once(order)
        self.assertEqual(order.attention_code, "")
        self.assertEqual(self.twin.asked("POST", "/shipping/shipments"), 1)

    def test_taken_as_missed_by_mistake_still_buys_no_second_label(self) -> None:
        self.twin.option(veeqo_second_purchase="allow")
        order = self.stick()

        take_as_missed(command_id=self.command_of(order).pk, reason="Not there", actor="ada")
        self.finish()

        self.assert_shipped_once(order)
        self.assertEqual(self.twin.asked("POST", "/shipping/shipments"), 1)

    def test_cancelling_it_voids_what_a_look_finds(self) -> None:
        order = self.stick()

        cancel_order(order_id=order.pk, reason="Changed mind", actor="tests")
        retry_order(order_id=order.pk, actor="tests")
        self.finish()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.CANCELLED.value)
        self.assertEqual((len(self.twin.labels()), len(self.twin.labels("voided"))), (0, 1))


class FileTests(TwinCase):
    def test_a_file_that_cannot_be_had_is_shown_and_fetched_by_a_retry(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault("GET", "/shipping/labels.pdf", "error_before", status=404)
        self.work()
        order.refresh_from_db()
        seen = order.state

        retry_order(order_id=order.pk, actor="tests")
        self.finish()

        self.assertEqual(seen, OrderState.NEEDS_ATTENTION.value)
        self.assertEqual(order.events.filter(kind="label.file_missing").count(), 1)
        self.assert_shipped_once(order)

    def test_a_file_that_the_platform_fails_to_give_is_asked_for_again(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault("GET", "/shipping/labels.pdf", "error_after", status=502, times=3)

        self.finish()

        self.assert_shipped_once(order)


class BookingGoneTests(TwinCase):
    def test_a_booking_deleted_there_is_shown_and_a_retry_books_anew(self) -> None:
        order = self.place()
        run_next("orders")
        first = order.shipments.get()
        self.twin.call("DELETE", f"/2024-09/shipments/{first.platform_ref}", EASYSHIP_KEY)
        self.work()
        order.refresh_from_db()
        seen = (order.state, order.attention_code)

        retry_order(order_id=order.pk, actor="tests")
        self.dispatch_again(order.pk)
        self.finish()

        self.assertEqual(seen, (OrderState.NEEDS_ATTENTION.value, "booking.gone"))
        first.refresh_from_db()
        self.assertEqual(first.state, "cancelled")
        self.assert_shipped_once(order)

    def test_a_booking_cancelled_there_gets_no_label(self) -> None:
        order = self.place(**TEXAS)
        run_next("orders")
        ref = order.shipments.get().platform_ref
        self.twin.call("PUT", f"/orders/{ref}/cancel", {"x-api-key": "vk-test"})

        self.finish()

        order.refresh_from_db()
        self.assertEqual(order.attention_code, "booking.gone")
        self.assertEqual(self.twin.labels(), [])

    def dispatch_again(self, order_id: int) -> None:
        self.assertTrue(dispatch_one(order_id))


class RecordTests(TwinCase):
    def test_words_longer_than_our_columns_lose_no_label(self) -> None:
        order = self.place(**TEXAS)
        shipment = order.shipments.get()
        record_booking(shipment_id=shipment.pk, platform_ref="77")
        label = Label(
            label_ref="8",
            tracking_number="1Z999",
            service_name="s" * 400,
            tracking_url="https://a.example/" + "t" * 900,
            document_url="https://a.example/" + "d" * 900,
            cost=Money(Decimal("9.10"), "USD"),
        )

        record_label(shipment_id=shipment.pk, label=label)

        shipment.refresh_from_db()
        package = shipment.packages.get()
        self.assertEqual(len(shipment.service_name), 120)
        self.assertEqual((len(package.tracking_url), len(package.label_document_url)), (500, 500))
        self.assertEqual(package.label_state, LabelState.BOUGHT)

    def test_no_intent_is_opened_for_a_package_that_has_its_label(self) -> None:
        order = self.place(**TEXAS)
        self.work()
        package = order.shipments.get().packages.get()

        command = self.command_of(order)
        OutboxCommand.objects.filter(pk=command.pk).update(state=CommandState.IN_FLIGHT)

        with pytest.raises(LabelAlreadyBought):
            open_intent(package=package, quote=QUOTE, command=command)

        self.assertEqual(PurchaseIntent.objects.get().state, IntentState.BOUGHT)


class PartTests(TwinCase):
    def test_a_file_that_storage_lost_is_stored_again_when_it_is_fetched_again(self) -> None:
        order = self.place()
        self.finish()
        package = order.shipments.get().packages.get()
        content = package.label_file.read()
        package.label_file.storage.delete(str(package.label_file.name))

        store_label_file(shipment_id=package.shipment_id, content=content)

        package.refresh_from_db()
        self.assertEqual(package.label_file.read(), content)

    def test_a_label_that_comes_in_parts_is_kept_whole(self) -> None:
        self.twin.option(easyship_label_parts=3)
        order = self.place()

        self.finish()

        self.assert_shipped_once(order)
        file = order.shipments.get().packages.get().label_file
        self.assertEqual(len(PdfReader(file.open("rb")).pages), 3)


class LabelRecordTests(PlainCase):
    def test_a_label_survives_the_command_that_keeps_it(self) -> None:
        for cost in (Money(Decimal("12.30"), "GBP"), None):
            label = Label(label_ref="8", tracking_number="1Z", carrier="UPS", cost=cost)
            assert label_from(label_record(label)) == label
