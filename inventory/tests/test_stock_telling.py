"""Our stock reaches the platform as an absolute number, once, and overwrites nobody's change."""

from __future__ import annotations

from carriers.models import CommandState, OutboxCommand
from carriers.outbox.worker import run_next
from inventory.alerts.services import change_thresholds
from inventory.models import PlatformStock, StockDrift
from inventory.rules.stock_sync import Owner
from inventory.services.stock import StockDemand, release_reservations, reserve_stock
from inventory.sync.counting import note_allocated, note_not_counted, note_shipped
from inventory.sync.owners import change_link
from inventory.sync.telling import tell_changed
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

        self.assertEqual((run.waiting, run.drifted, run.to_tell), (0, 0, 1))
        self.assertEqual(self.stock.expected, THERE + 15)

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
