"""Our stock reaches the platform as an absolute number, once, and overwrites nobody's change."""

from __future__ import annotations

from carriers.models import CommandState, OutboxCommand
from carriers.outbox.worker import run_next
from carriers.platforms import veeqo_client
from inventory.alerts.services import change_thresholds
from inventory.models import PlatformStock, StockDrift
from inventory.rules.stock_sync import Owner
from inventory.services.stock import StockDemand, release_reservations, reserve_stock
from inventory.sync.counting import note_allocated, note_not_counted, note_shipped
from inventory.sync.owners import change_link
from inventory.sync.telling import Answered, begin_telling, record_told, tell_changed
from inventory.tests.builders import put_stock
from inventory.tests.stock_case import THERE, StockCase


class TellingTests(StockCase):
    def setUp(self) -> None:
        super().setUp()
        self.read()
        tell_changed()

    def reserve(self, units: int, reference: str = "O-1") -> None:
        reserve_stock(
            reference=reference,
            demands=[StockDemand(sellable_id=self.mug.pk, quantity=units)],
            warehouse_code=self.warehouse.code,
        )

    def test_equal_numbers_agree_and_nothing_is_told(self) -> None:
        self.assertEqual((self.stock.expected, self.stock.rest), (THERE, 0))
        self.assertFalse(OutboxCommand.objects.exists())

    def test_receipt_is_told_once(self) -> None:
        put_stock(self.mug, self.warehouse, 15)

        self.assertEqual((self.tell(), self.tell()), (1, 0))

        self.assertEqual(self.numbers_there(), (THERE + 15, 0))
        self.assertEqual((self.stock.told, self.stock.expected), (THERE + 15, THERE + 15))

    def test_promise_elsewhere_lowers_what_is_sold_there(self) -> None:
        self.reserve(4)

        self.tell()

        self.assertEqual(self.numbers_there(), (THERE - 4, 0))

    def test_buffer_of_level_before_that_of_warehouse(self) -> None:
        change_link(link_id=self.link.pk, stock_owner=Owner.OURS, stock_buffer=5, actor="Ada")
        self.tell()
        self.assertEqual(self.numbers_there(), (THERE - 5, 0))

        change_thresholds(
            level_id=self.level.pk, low_at=10, overstock_factor=10, buffer=0, actor="Ada"
        )
        self.tell()

        self.assertEqual(self.numbers_there(), (THERE, 0))

    def test_promise_that_is_allocated_there_is_not_subtracted_twice(self) -> None:
        self.shop.sell(self.item_ref, 4, number="O-1")
        self.reserve(4)
        note_allocated(reference="O-1", platform="veeqo", units={self.mug.pk: 4})

        self.assertEqual(self.tell(), 0)

        self.assertEqual(self.numbers_there(), (THERE, 4))

    def test_label_bought_there_needs_no_telling_and_is_explained(self) -> None:
        order = self.shop.sell(self.item_ref, 4, number="O-1")
        self.reserve(4)
        note_allocated(reference="O-1", platform="veeqo", units={self.mug.pk: 4})
        self.shop.ship(order)
        note_shipped(reference="O-1", platform="veeqo", units={self.mug.pk: 4})

        self.assertEqual(self.tell(), 0)
        run = self.read()

        self.assertEqual(self.numbers_there(), (THERE - 4, 0))
        self.assertEqual(run.waiting + run.drifted, 0)
        self.assertEqual(self.stock.explained, "-4: shipped there for our orders O-1")

    def test_booking_called_off_there_gives_the_units_back(self) -> None:
        order = self.shop.sell(self.item_ref, 4, number="O-1")
        self.reserve(4)
        note_allocated(reference="O-1", platform="veeqo", units={self.mug.pk: 4})
        self.shop.cancel(order)
        note_not_counted(reference="O-1", platform="veeqo")
        release_reservations(reference="O-1")

        self.tell()

        self.assertEqual(self.numbers_there(), (THERE, 0))

    def test_newest_wins_and_the_older_command_is_dropped(self) -> None:
        put_stock(self.mug, self.warehouse, 15)
        tell_changed()
        first = OutboxCommand.objects.get()
        # A worker has it in hand already, so it cannot be withdrawn.
        OutboxCommand.objects.filter(pk=first.pk).update(attempts=1, sent_at=first.created_at)
        self.reserve(5)

        self.tell()

        commands = {row.pk: row for row in OutboxCommand.objects.all()}
        self.assertIn("dropped", commands.pop(first.pk).result)
        self.assertEqual([row.state for row in commands.values()], [CommandState.DELIVERED])
        self.assertEqual(self.numbers_there(), (THERE + 10, 0))

    def test_untouched_older_command_is_withdrawn(self) -> None:
        put_stock(self.mug, self.warehouse, 15)
        tell_changed()
        self.reserve(5)
        tell_changed()

        states = list(OutboxCommand.objects.order_by("pk").values_list("state", flat=True))

        self.assertEqual(states, [CommandState.CANCELLED, CommandState.PENDING])

    def test_own_number_coming_back_after_a_lost_answer_is_known(self) -> None:
        put_stock(self.mug, self.warehouse, 15)
        tell_changed()
        self.control("POST", "faults", method="PUT", path="/stock_entry", effect="error_after")
        run_next("sync")
        self.assertEqual(OutboxCommand.objects.get().state, CommandState.UNKNOWN)
        self.reserve(1)

        run = self.read()
        self.tell()
        self.try_again()

        self.assertEqual((run.waiting, run.drifted, run.to_tell), (0, 0, 1))
        self.assertEqual((self.stock.expected, self.stock.telling), (THERE + 14, None))
        self.assertEqual(self.numbers_there(), (THERE + 14, 0))

    def test_number_that_never_came_is_not_seen_in_an_order_of_as_many_units(self) -> None:
        self.reserve(2)
        tell_changed()
        self.control("POST", "faults", method="PUT", path="/stock_entry", effect="error_before")
        run_next("sync")
        # Theirs is what ours would be, and none of it is our doing.
        self.shop.ship(self.shop.sell(self.item_ref, 2, number="A"))
        self.assertEqual(self.numbers_there(), (THERE - 2, 0))

        self.read()
        self.try_again()
        self.read_all_orders()
        self.tell()

        self.assert_at_rest(THERE - 4)

    def test_number_that_came_unanswered_is_the_ground_of_the_next_that_did_not(self) -> None:
        put_stock(self.mug, self.warehouse, 15)
        tell_changed()
        self.control("POST", "faults", method="PUT", path="/stock_entry", effect="error_after")
        run_next("sync")
        self.reserve(1)
        self.control("POST", "faults", method="PUT", path="/stock_entry", effect="error_before")
        self.try_again()
        self.assertEqual(self.numbers_there(), (THERE + 15, 0))

        run = self.read()
        self.try_again()

        self.assertEqual((run.waiting, run.to_tell), (0, 1))
        self.assert_at_rest(THERE + 14)

    def test_order_shipped_just_before_our_number_came_is_told_at_once(self) -> None:
        put_stock(self.mug, self.warehouse, 5)
        order = self.shop.sell(self.item_ref, 3, number="A")
        self.read_all_orders()
        sent = self.begin()
        self.shop.ship(order)
        # As many are sold at that moment, so the allocated number tells nothing.
        self.shop.sell(self.item_ref, 3, number="B")
        self.end(sent)

        self.read_all_orders()
        self.tell()

        self.assertEqual(self.numbers_there(), (THERE + 2, 3))
        self.assert_at_rest(THERE + 2)

    def test_order_shipped_just_after_our_number_came_needs_no_telling(self) -> None:
        put_stock(self.mug, self.warehouse, 5)
        order = self.shop.sell(self.item_ref, 3, number="A")
        self.read_all_orders()
        self.end(self.begin())
        self.shop.ship(order)

        self.read_all_orders()
        self.tell()

        self.assert_at_rest(THERE + 2)

    def test_order_heard_of_while_our_number_is_on_its_way_is_not_lost(self) -> None:
        order = self.shop.sell(self.item_ref, 3, number="A")
        self.read_all_orders()
        put_stock(self.mug, self.warehouse, 5)
        for shipped_first in (True, False):
            with self.subTest(shipped_first=shipped_first):
                sent = self.begin()
                if shipped_first:
                    self.shop.ship(order)
                answer = self.set_there_by_us(sent)
                if not shipped_first:
                    self.shop.ship(order)
                self.read_all_orders()
                record_told(stock_id=self.stock.pk, answered=answer)
                self.tell()

                self.assert_at_rest(THERE + 2 if shipped_first else THERE + 6)
                order = self.shop.sell(self.item_ref, 1, number="B")
                self.read_all_orders()
                put_stock(self.mug, self.warehouse, 5)

    def test_edit_there_is_not_taken_for_an_order_of_yesterday(self) -> None:
        put_stock(self.mug, self.warehouse, 5)
        self.tell()
        # Once all orders were read, no order was shipped before our number came.
        self.read_all_orders()
        self.shop.ship(self.shop.sell(self.item_ref, 3, number="A"))
        self.read_all_orders()
        self.set_there(THERE + 5)

        run = self.read()

        self.assertEqual((run.waiting, self.stock.rest), (1, 3))

    def test_by_its_clock_an_order_went_before_our_number_or_after(self) -> None:
        for units, is_before in ((3, True), (2, False)):
            with self.subTest(is_before=is_before):
                order = self.shop.sell(self.item_ref, units, number=f"A{units}")
                self.read_all_orders()
                put_stock(self.mug, self.warehouse, 5)
                sent = self.begin()
                if is_before:
                    self.shop.ship(order)
                self.let_a_minute_pass_there()
                answered = self.set_there_by_us(sent)
                self.let_a_minute_pass_there()
                if not is_before:
                    self.shop.ship(order)
                record_told(stock_id=self.stock.pk, answered=answered)

                self.read_orders()

                self.assertEqual(self.stock.expected, sent if is_before else sent - units)
                self.assertEqual([line for line in self.stock.lines if line.get("unsure")], [])
                self.tell()
                self.assert_at_rest(sent - units)

    def test_edit_of_as_many_units_as_were_sold_since_is_no_order(self) -> None:
        put_stock(self.mug, self.warehouse, 5)
        self.tell()
        self.let_a_minute_pass_there()
        # No list of orders was read to its end meanwhile, and still the platform's clock tells.
        self.shop.ship(self.shop.sell(self.item_ref, 3, number="A"))
        self.read_orders()
        self.set_there(THERE + 5)

        run = self.read()

        self.assertEqual((run.waiting, self.stock.rest), (1, 3))

    def let_a_minute_pass_there(self) -> None:
        self.control("POST", "clock", advance_seconds=60)

    def begin(self) -> int:
        """Up to where our number is sent."""
        entry = veeqo_client().get_stock(self.item_ref, self.place)
        sent = begin_telling(stock_id=self.stock.pk, entry=entry, is_forced=False)
        assert sent is not None
        return sent

    def end(self, sent: int) -> None:
        record_told(stock_id=self.stock.pk, answered=self.set_there_by_us(sent))

    def set_there_by_us(self, sent: int) -> Answered:
        answer = veeqo_client().set_stock(self.item_ref, self.place, physical=sent)
        return Answered(
            sent=sent,
            physical=answer.physical,
            allocated=answer.allocated,
            set_at=answer.updated_at,
        )

    def assert_at_rest(self, units: int) -> None:
        """So many lie there by both, and nothing is left to explain."""
        run = self.read()
        self.assertEqual((run.agreed, run.waiting, run.drifted), (1, 0, 0))
        self.assertEqual(self.numbers_there()[0], units)
        self.assertEqual((self.stock.expected, self.stock.telling), (units, None))
        self.assertFalse(StockDrift.objects.exists())

    def test_change_made_there_meanwhile_is_not_overwritten(self) -> None:
        self.set_there(55)
        put_stock(self.mug, self.warehouse, 15)

        self.tell()

        self.assertEqual(self.numbers_there(), (55, 0))
        self.assertEqual(self.stock.rest, -5)

    def test_refused_number_is_told_again_only_after_a_reading(self) -> None:
        self.control(
            "POST", "faults", method="PUT", path="/stock_entry", effect="error_before", status=403
        )
        put_stock(self.mug, self.warehouse, 15)
        self.tell()
        self.assertNotEqual(self.stock.tell_error, "")
        self.assertEqual(self.tell(), 0)

        self.read()
        self.tell()

        self.assertEqual(self.numbers_there(), (THERE + 15, 0))

    def test_infinite_stock_there_is_never_told_a_number(self) -> None:
        self.set_there(0, is_infinite=True)
        self.read()
        put_stock(self.mug, self.warehouse, 15)

        self.assertEqual(self.tell(), 0)
        self.assertFalse(StockDrift.objects.exists())


class FirstReadingTests(StockCase):
    units = THERE + 7

    def test_numbers_that_never_agreed_are_told_to_nobody(self) -> None:
        self.read()

        self.assertEqual(self.tell(), 0)

        self.assertEqual(self.numbers_there(), (THERE, 0))
        self.assertEqual(self.stock.rest, -7)


class NothingThereTests(StockCase):
    """A warehouse that Veeqo knows and has no entry for."""

    def test_number_is_told_where_none_is_stated(self) -> None:
        other = self.sell("THR-MOS")
        self.pull()
        put_stock(other, self.warehouse, 9)

        run = self.read()
        self.tell()

        self.assertEqual(run.to_tell, 1)
        stock = PlatformStock.objects.get(listing__sellable=other)
        self.assertEqual((stock.physical, stock.told), (9, 9))


class FirstMeetingTests(StockCase):
    """Orders were taken before the stock there was ever read."""

    def reserve(self, units: int, reference: str) -> None:
        reserve_stock(
            reference=reference,
            demands=[StockDemand(sellable_id=self.mug.pk, quantity=units)],
            warehouse_code=self.warehouse.code,
        )

    def test_what_was_promised_elsewhere_is_told_and_no_difference(self) -> None:
        self.reserve(3, "O-1")

        run = self.read()

        self.assertEqual((run.to_tell, run.waiting, run.drifted), (1, 0, 0))
        self.assertEqual(self.tell(), 1)
        self.assertEqual(self.numbers_there(), (THERE - 3, 0))
        self.assertFalse(StockDrift.objects.exists())

    def test_a_label_that_was_bought_there_is_off_their_shelf_already(self) -> None:
        order = self.shop.sell(self.item_ref, 2, number="O-1")
        self.reserve(2, "O-1")
        note_allocated(reference="O-1", platform="veeqo", units={self.mug.pk: 2})
        self.shop.ship(order)
        note_shipped(reference="O-1", platform="veeqo", units={self.mug.pk: 2})
        self.reserve(3, "O-2")

        self.read()
        self.tell()

        self.assertEqual(self.numbers_there(), (THERE - 5, 0))
        self.assertEqual((self.stock.rest, self.stock.expected), (0, THERE - 5))

    def test_other_stock_there_still_asks_a_person(self) -> None:
        self.reserve(3, "O-1")
        self.set_there(THERE - 1)

        run = self.read()

        self.assertEqual((run.to_tell, run.waiting), (0, 1))
