"""Orders through to their labels at the twin, with everything that can go wrong on the way."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from carriers.models import CommandState, OutboxCommand
from carriers.outbox.leases import claim_next, mark_sending
from carriers.platforms import port_for
from orders.models import Order, PurchaseIntent
from orders.rules.purchase import IntentState
from orders.rules.states import OrderState
from orders.tests.twin import TwinCase

BOOK_AT_VEEQO = ("POST", "/orders")
BUY_AT_VEEQO = ("POST", "/shipping/shipments")
BOOK_AT_EASYSHIP = ("POST", "/2024-09/shipments")
BUY_AT_EASYSHIP = ("POST", "/label")
# To Texas by UPS and so through Veeqo; the builders' own address is in Nevada: FedEx, Easyship.
TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}


class GoodDayTests(TwinCase):
    def test_order_for_texas_gets_a_ups_label_at_veeqo(self) -> None:
        order = self.place(**TEXAS)

        self.work()

        self.assert_shipped_once(order)
        self.assertEqual(
            [(row["platform"], row["carrier"]) for row in self.twin.labels()], [("veeqo", "UPS")]
        )

    def test_order_for_nevada_gets_a_fedex_label_at_easyship(self) -> None:
        order = self.place()

        self.finish()

        self.assert_shipped_once(order)
        self.assertEqual(
            [(row["platform"], row["carrier"]) for row in self.twin.labels()],
            [("easyship", "FEDEX")],
        )

    def test_cost_is_what_the_twin_charged(self) -> None:
        order = self.place(**TEXAS)

        self.work()

        package = order.shipments.get().packages.get()
        charged = self.twin.labels()[0]
        self.assertEqual(
            (str(package.cost), package.cost_currency), (charged["cost"], charged["currency"])
        )
        intent = PurchaseIntent.objects.get(package=package)
        self.assertEqual((intent.state, intent.quoted), (IntentState.BOUGHT, package.cost))

    def test_working_off_twice_buys_nothing_more(self) -> None:
        order = self.place(**TEXAS)
        self.work()

        again = self.work()

        self.assertEqual(again, 0)
        self.assert_shipped_once(order)


class LostAnswerTests(TwinCase):
    """The platform did it and the answer never came: looked up, never sent again."""

    def _ships_once(self, fault: tuple[str, str], effect: str, **address: str) -> None:
        order = self.place(**address)
        self.twin.fault(*fault, effect)

        self.finish()

        self.assert_shipped_once(order)
        self.assertEqual(len(self.twin.bookings()), 1)

    def test_dropped_answer_to_a_booking_at_veeqo(self) -> None:
        self._ships_once(BOOK_AT_VEEQO, "drop_after", **TEXAS)

    def test_dropped_answer_to_a_booking_at_easyship(self) -> None:
        self._ships_once(BOOK_AT_EASYSHIP, "drop_after")

    def test_error_after_a_booking_at_veeqo(self) -> None:
        self._ships_once(BOOK_AT_VEEQO, "error_after", **TEXAS)

    def test_dropped_answer_to_a_purchase_at_veeqo(self) -> None:
        self._ships_once(BUY_AT_VEEQO, "drop_after", **TEXAS)

    def test_dropped_answer_to_a_purchase_at_easyship(self) -> None:
        self._ships_once(BUY_AT_EASYSHIP, "drop_after")

    def test_error_after_a_purchase_at_veeqo(self) -> None:
        self._ships_once(BUY_AT_VEEQO, "error_after", **TEXAS)

    def test_error_after_a_purchase_at_easyship(self) -> None:
        self._ships_once(BUY_AT_EASYSHIP, "error_after")

    def test_time_out_while_the_label_is_being_sold(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault(*BUY_AT_VEEQO, "hold_after", seconds=3)

        self.finish()

        self.assert_shipped_once(order)

    def test_a_platform_that_would_sell_twice_is_asked_once(self) -> None:
        self.twin.option(veeqo_second_purchase="allow")
        order = self.place(**TEXAS)
        self.twin.fault(*BUY_AT_VEEQO, "drop_after")

        self.finish()

        self.assert_shipped_once(order)
        self.assertEqual(self.twin.asked("POST", "/shipping/shipments"), 1)

    def test_the_intent_tells_what_was_not_clear_and_how_it_ended(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault(*BUY_AT_VEEQO, "drop_after")

        self.work()
        between = self.command_of(order)
        self.finish()

        self.assertEqual(between.state, CommandState.UNKNOWN)
        self.assertEqual(between.error_code, "upstream.outcome_unknown")
        self.assertEqual(
            list(PurchaseIntent.objects.values_list("state", flat=True)), [IntentState.ADOPTED]
        )


class DeadWorkerTests(TwinCase):
    """A worker dies while it books, as it may while it buys."""

    def die_while_booking(self, *, after_mark: bool) -> Order:
        order = self.place(**TEXAS)
        claimed = claim_next("orders")
        assert claimed is not None
        command = claimed[0]
        if after_mark:
            mark_sending(command)
        OutboxCommand.objects.filter(pk=command.pk).update(lease_until=timezone.now())
        return order

    def test_before_marking_the_booking_is_made_at_once(self) -> None:
        order = self.die_while_booking(after_mark=False)

        self.finish()

        self.assert_shipped_once(order)
        self.assertEqual((self.looks(), len(self.twin.bookings())), (0, 1))

    def test_after_marking_it_is_looked_for_twice_and_then_made(self) -> None:
        order = self.die_while_booking(after_mark=True)

        self.finish()

        self.assert_shipped_once(order)
        self.assertEqual((self.looks(), len(self.twin.bookings())), (2, 1))

    def looks(self) -> int:
        return OutboxCommand.objects.get(kind="orders.book").lookups


class ProvenMissTests(TwinCase):
    """Sent without a clear answer, and it did not happen: sent again only after two looks."""

    def test_500_before_a_booking_is_looked_up_twice_and_then_sent_again(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault(*BOOK_AT_VEEQO, "error_before")

        self.work()
        self.later()
        after_one_look = self.command_of(order)
        self.finish()

        self.assertEqual((after_one_look.state, after_one_look.misses), (CommandState.UNKNOWN, 1))
        self.assertEqual(self.twin.asked("POST", "/orders"), 2)
        self.assert_shipped_once(order)

    def test_500_before_a_purchase_ends_with_one_label(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault(*BUY_AT_VEEQO, "error_before")

        self.finish()

        self.assert_shipped_once(order)
        states = PurchaseIntent.objects.order_by("id").values_list("state", flat=True)
        self.assertEqual(list(states), [IntentState.MISSED, IntentState.BOUGHT])

    def test_first_look_waits_until_the_platform_can_show_it(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault(*BOOK_AT_VEEQO, "drop_after")

        self.work()

        command = self.command_of(order)
        wait = timedelta(seconds=settings.OUTCOME_SETTLE_S)
        assert command.sent_at is not None
        self.assertGreaterEqual(command.next_attempt_at, command.sent_at + wait)

    def test_looks_that_got_no_answer_prove_nothing_and_tire_nobody(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault(*BOOK_AT_VEEQO, "error_before")
        self.work()
        self.twin.fault("GET", "/orders", "error_before", times=40)

        for _ in range(20):
            self.later()
        away = self.command_of(order)
        self.finish(rounds=30)

        self.assertEqual((away.state, away.misses), (CommandState.UNKNOWN, 0))
        self.assertEqual(self.twin.asked("POST", "/orders"), 2)
        self.assert_shipped_once(order)


class NotSentTests(TwinCase):
    def test_429_is_retried_without_a_lookup(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault(*BOOK_AT_VEEQO, "refuse")
        self.twin.fault(*BUY_AT_VEEQO, "refuse")

        self.finish()

        self.assert_shipped_once(order)
        lookups = OutboxCommand.objects.in_lane(order.lane).values_list("lookups", flat=True)
        self.assertEqual(set(lookups), {0})

    def test_twin_down_keeps_orders_and_ships_them_when_it_is_back(self) -> None:
        self.twin.stop()
        orders = [self.place(**TEXAS), self.place()]
        self.work()
        waiting = [self.command_of(order).state for order in orders]

        self.twin.start()
        self.finish()

        self.assertEqual(waiting, [CommandState.PENDING, CommandState.PENDING])
        for order in orders:
            self.assert_shipped_once(order)

    def test_wrong_key_waits_for_the_right_one(self) -> None:
        order = self.place(**TEXAS)
        with self.settings(VEEQO_API_KEY="wrong"):
            port_for.cache_clear()
            self.work()
        refused = self.command_of(order)
        port_for.cache_clear()

        self.finish()

        self.assertEqual(
            (refused.state, refused.error_code), (CommandState.PENDING, "upstream.unauthorized")
        )
        self.assert_shipped_once(order)

    def test_refused_booking_waits_for_a_person_with_the_platforms_words(self) -> None:
        order = self.place(**TEXAS)
        self.twin.fault(*BOOK_AT_VEEQO, "error_before", status=422)

        self.finish()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertIn("refused the booking", order.attention_detail)
        self.assertEqual(self.twin.bookings(), [])


class LateCommandTests(TwinCase):
    def test_nothing_is_due_before_its_time(self) -> None:
        order = self.place(**TEXAS)
        due = timezone.now() + timedelta(minutes=5)
        OutboxCommand.objects.in_lane(order.lane).update(next_attempt_at=due)

        done = self.work()

        self.assertEqual(done, 0)
        self.assertEqual(self.twin.bookings(), [])
