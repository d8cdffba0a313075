"""What a platform says of stock: read page by page, explained, and settled by a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from accounts.models import AuditEntry
from carriers.contracts import Platform
from inventory.kits.services import compose_kit
from inventory.models import (
    MovementKind,
    PlatformSale,
    PlatformStock,
    Reservation,
    StockAlert,
    StockDrift,
    StockLevel,
    StockMovement,
    StockRun,
)
from inventory.proof import stock_differences
from inventory.pulls import read_stock
from inventory.rules.stock_sync import Owner
from inventory.services.stock import BelowReserved, StockDemand, move_stock, reserve_stock
from inventory.sync.models import DriftState
from inventory.sync.owners import change_link, owner_at_first
from inventory.sync.runs import begin_due_stock_run, begin_stock_run, believe_stock_run
from inventory.sync.sales import SeenSale, SoldUnits, settle_short_sales, take_sales
from inventory.sync.schedules import change_stock_schedule
from inventory.sync.settling import Choice, settle_drift
from inventory.sync.taking import TIMES_MET
from inventory.tests.builders import make_warehouse, put_stock
from inventory.tests.stock_case import THERE, StockCase
from shipping_project.kernel.errors import InvalidInput, StateChanged


class SaleTests(StockCase):
    """Orders of Veeqo's own shop take units that we count too."""

    def setUp(self) -> None:
        super().setUp()
        self.read()

    def test_sale_there_is_held_here_and_changes_no_number_there(self) -> None:
        self.shop.sell(self.item_ref, 3, number="A")

        self.read_orders()

        self.assertEqual((self.level.on_hand, self.level.reserved), (THERE, 3))
        self.assertEqual(self.tell(), 0)
        self.assertEqual(self.numbers_there(), (THERE, 3))

    def test_shipped_sales_explain_the_difference_by_their_numbers(self) -> None:
        orders = [
            self.shop.sell(self.item_ref, units, number=n) for units, n in ((1, "A"), (2, "B"))
        ]
        self.read_orders()
        for order in orders:
            self.shop.ship(order)
        self.read_orders()

        run = self.read()

        self.assertEqual((run.agreed, run.waiting, run.drifted), (1, 0, 0))
        self.assertEqual(self.stock.explained, "-3: Veeqo orders A and B")
        self.assertEqual((self.level.on_hand, self.level.reserved), (THERE - 3, 0))
        kinds = StockMovement.objects.filter(kind=MovementKind.SALE).order_by("pk")
        self.assertEqual(sorted(row.quantity for row in kinds), [-2, -1])
        self.assertEqual(stock_differences(), [])

    def test_reading_before_the_orders_waits_for_their_news(self) -> None:
        self.shop.ship(self.shop.sell(self.item_ref, 3, number="A"))
        first = self.read()
        self.read_orders()

        second = self.read()

        self.assertEqual((first.waiting, first.drifted), (1, 0))
        self.assertEqual((second.agreed, self.stock.rest), (1, 0))
        self.assertEqual(self.level.on_hand, THERE - 3)

    def test_another_order_of_as_many_units_is_not_the_difference_of_before(self) -> None:
        self.shop.ship(self.shop.sell(self.item_ref, 3, number="A"))
        self.read()
        self.settle()
        # The first is known by now, and of the second nobody has heard.
        self.shop.ship(self.shop.sell(self.item_ref, 3, number="B"))

        run = self.read()
        self.read_orders()
        after = self.read()

        self.assertEqual((run.waiting, run.drifted), (1, 0))
        self.assertEqual((after.agreed, self.level.on_hand), (1, THERE - 6))

    def test_unit_gone_from_goods_that_sell_all_the_time_is_found(self) -> None:
        self.set_there(THERE - 1)
        self.read()
        for number in range(TIMES_MET):
            self.shop.ship(self.shop.sell(self.item_ref, 2, number=f"A{number}"))
            self.read_all_orders()
            run = self.read()
            self.assertEqual((run.waiting, run.drifted), (1, 0))
            self.settle_moved()

        self.read()

        self.assertEqual(StockDrift.objects.still_open().get().rest, -1)

    def test_sold_here_and_gone_there_are_not_the_same_unit(self) -> None:
        self.set_there(THERE - 1)
        reserve_stock(
            reference="O-1",
            demands=[StockDemand(sellable_id=self.mug.pk, quantity=1)],
            warehouse_code=self.warehouse.code,
        )
        self.read()
        self.settle()

        self.read()

        self.assertEqual(StockDrift.objects.still_open().get().rest, -1)

    def test_old_page_does_not_undo_what_a_newer_one_told(self) -> None:
        order = self.shop.sell(self.item_ref, 3, number="A")
        self.read_orders()
        old = self.seen_orders()
        self.shop.cancel(order)
        self.read_orders()

        take_sales(platform="veeqo", sales=old)

        self.assertEqual((self.level.on_hand, self.level.reserved), (THERE, 0))

    def settle_moved(self) -> None:
        """An hour goes by for the rest, and not for what was sold since."""
        met = PlatformStock.objects.filter(rest_since__isnull=False)
        met.update(rest_since=F("rest_since") - timedelta(hours=1))
        self.read_all_orders()

    def test_repeat_changes_nothing(self) -> None:
        self.shop.sell(self.item_ref, 3, number="A")

        self.assertEqual((self.read_orders(), self.read_orders()), (1, 0))

        self.assertEqual(Reservation.objects.still_open().count(), 1)

    def test_cancelled_sale_gives_its_units_back(self) -> None:
        order = self.shop.sell(self.item_ref, 3, number="A")
        self.read_orders()
        self.shop.cancel(order)

        self.read_orders()

        self.assertEqual((self.level.on_hand, self.level.reserved), (THERE, 0))
        self.assertEqual(self.tell(), 0)

    def test_sale_of_units_promised_here_is_short_until_some_come(self) -> None:
        reserve_stock(
            reference="O-1",
            demands=[StockDemand(sellable_id=self.mug.pk, quantity=THERE - 1)],
            warehouse_code=self.warehouse.code,
        )
        self.shop.sell(self.item_ref, 3, number="A")
        self.read_orders()
        sale = PlatformSale.objects.get()
        self.assertEqual((sale.held, sale.short), (1, 2))

        put_stock(self.mug, self.warehouse, 5)
        settle_short_sales()

        sale.refresh_from_db()
        self.assertEqual((sale.held, sale.short), (3, 0))
        self.assertEqual(self.level.reserved, THERE + 2)

    def test_what_was_shipped_before_the_first_agreement_moves_nothing(self) -> None:
        PlatformStock.objects.all().delete()
        self.shop.ship(self.shop.sell(self.item_ref, 3, number="A"))

        self.read_orders()

        self.assertEqual(self.level.on_hand, THERE)

    def test_each_line_of_an_order_there_has_a_hold_of_its_own(self) -> None:
        other = self.sell("TRM-NVY")
        self.pull()
        put_stock(other, self.warehouse, 20)
        refs = (self.item_ref, self.listing("TRM-NVY").external_ref)
        lines = [
            SoldUnits(item_ref=ref, warehouse_ref=self.place, units=units, is_shipped=False)
            for ref, units in zip(refs, (3, 4), strict=True)
        ]
        first = SeenSale(order_ref="7", number="A", changed_at=None, units=tuple(lines))

        take_sales(platform="veeqo", sales=[first])
        take_sales(platform="veeqo", sales=[replace(first, units=tuple(lines[:1]))])

        self.assertEqual(self.level.reserved, 3)
        self.assertEqual(StockLevel.objects.get(sellable=other).reserved, 0)
        self.assertEqual(stock_differences(), [])
        sales = PlatformSale.objects.order_by("level__sellable__sku")
        self.assertEqual([(sale.held, sale.short) for sale in sales], [(3, 0), (0, 0)])

    def test_kit_sold_there_takes_its_components_here(self) -> None:
        part = self.sell("TRM-NVY")
        put_stock(part, self.warehouse, 20)
        level = self.level
        move_stock(
            sellable_id=self.mug.pk,
            warehouse_id=self.warehouse.pk,
            quantity=-THERE,
            kind=MovementKind.ADJUSTMENT,
            reason="Put together from now on",
            actor="Ada",
        )
        compose_kit(kit_id=self.mug.pk, units={part.pk: 2}, actor="Ada")
        order = self.shop.sell(self.item_ref, 3, number="A")
        self.read_orders()
        held = Reservation.objects.still_open().get()
        self.shop.ship(order)
        self.read_orders()

        run = self.read()

        self.assertEqual((held.sellable_id, held.quantity, held.allocated_there), (part.pk, 6, 0))
        parts = StockLevel.objects.get(sellable=part)
        self.assertEqual((parts.on_hand, parts.reserved), (14, 0))
        self.assertEqual((run.to_tell, run.drifted, self.stock.expected), (1, 0, THERE - 3))
        level.refresh_from_db()
        self.assertEqual(level.on_hand, 0)

    def test_warehouse_that_nobody_owns_holds_nothing(self) -> None:
        change_link(link_id=self.link.pk, stock_owner=Owner.NOBODY, stock_buffer=0, actor="Ada")
        self.shop.sell(self.item_ref, 3, number="A")

        self.read_orders()
        run = self.read()

        self.assertEqual((self.level.reserved, run.left_alone), (0, 1))


class DriftTests(StockCase):
    def setUp(self) -> None:
        super().setUp()
        self.read()
        self.set_there(THERE + 5)
        self.read()
        self.settle()
        self.read()
        self.drift = StockDrift.objects.still_open().get()

    def test_rest_becomes_a_drift_with_an_alert_and_is_not_overwritten(self) -> None:
        put_stock(self.mug, self.warehouse, 1)

        self.tell()

        facts = (self.drift.ours, self.drift.theirs, self.drift.rest)
        self.assertEqual(facts, (THERE, THERE + 5, 5))
        self.assertEqual(self.numbers_there(), (THERE + 5, 0))
        alert = StockAlert.objects.still_open().get(kind="drift")
        self.assertEqual(alert.severity, "critical")

    def test_ours_is_told(self) -> None:
        settle_drift(drift_id=self.drift.pk, choice=Choice.OURS, actor="Ada")
        self.work()

        self.assertEqual(self.numbers_there(), (THERE, 0))
        self.assert_settled(DriftState.OURS, on_hand=THERE)

    def test_theirs_is_a_movement_of_its_own_kind(self) -> None:
        settle_drift(drift_id=self.drift.pk, choice=Choice.THEIRS, actor="Ada")
        self.tell()

        self.assertEqual(self.numbers_there(), (THERE + 5, 0))
        self.assert_settled(DriftState.THEIRS, on_hand=THERE + 5)
        self.assertEqual(StockMovement.objects.order_by("-pk")[0].kind, MovementKind.PLATFORM)

    def test_count_corrects_both(self) -> None:
        settle_drift(drift_id=self.drift.pk, choice=Choice.COUNTED, counted=58, actor="Ada")
        self.work()

        self.assertEqual(self.numbers_there(), (58, 0))
        self.assert_settled(DriftState.COUNTED, on_hand=58)

    def test_count_needs_a_number(self) -> None:
        with self.assertRaises(InvalidInput):
            settle_drift(drift_id=self.drift.pk, choice=Choice.COUNTED, actor="Ada")

        self.assertTrue(StockDrift.objects.still_open().exists())

    def test_settled_twice_is_refused(self) -> None:
        settle_drift(drift_id=self.drift.pk, choice=Choice.OURS, actor="Ada")

        with self.assertRaises(StateChanged):
            settle_drift(drift_id=self.drift.pk, choice=Choice.THEIRS, actor="Ada")

        self.assertEqual(self.level.on_hand, THERE)

    def test_fewer_than_promised_cannot_be_counted(self) -> None:
        reserve_stock(
            reference="O-1",
            demands=[StockDemand(sellable_id=self.mug.pk, quantity=10)],
            warehouse_code=self.warehouse.code,
        )

        with self.assertRaises(BelowReserved):
            settle_drift(drift_id=self.drift.pk, choice=Choice.COUNTED, counted=9, actor="Ada")

        self.assertEqual(self.level.on_hand, THERE)
        self.assertTrue(StockDrift.objects.still_open().exists())

    def test_order_not_heard_of_yet_is_no_difference_once_it_is_settled(self) -> None:
        for choice in (Choice.OURS, Choice.THEIRS):
            with self.subTest(choice):
                self.shop.ship(self.shop.sell(self.item_ref, 2, number=choice))
                self.read()
                settle_drift(drift_id=self.drift.pk, choice=choice, actor="Ada")
                self.work()
                self.read_all_orders()
                self.tell()

                run = self.read()
                self.assertEqual((run.agreed, run.waiting), (1, 0))
                self.assertEqual(self.numbers_there()[0], self.level.on_hand)

                self.set_there(self.level.on_hand + 5)
                self.read()
                self.settle()
                self.read()
                self.drift = StockDrift.objects.still_open().get()

    def test_undone_there_it_closes_by_itself(self) -> None:
        self.set_there(THERE)

        self.read()

        self.assert_settled(DriftState.HEALED, on_hand=THERE, is_audited=False)

    def assert_settled(self, state: DriftState, *, on_hand: int, is_audited: bool = True) -> None:
        self.drift.refresh_from_db()
        self.assertEqual(self.drift.state, state.value)
        self.assertEqual(self.level.on_hand, on_hand)
        self.assertFalse(StockAlert.objects.still_open().filter(kind="drift").exists())
        audited = AuditEntry.objects.filter(action__startswith="stockdrift.")
        self.assertEqual(audited.exists(), is_audited)
        self.assertEqual(self.read().agreed, 1)
        self.assertEqual(stock_differences(), [])


class TheirsTests(StockCase):
    """A warehouse whose numbers the platform owns."""

    owner = Owner.PLATFORM
    units = 0

    def test_first_reading_fills_the_shelf_by_the_ledger(self) -> None:
        run = self.read()

        self.assertEqual((run.taken, self.level.on_hand), (1, THERE))
        movement = StockMovement.objects.get()
        self.assertEqual((movement.kind, movement.quantity), (MovementKind.PLATFORM, THERE))

    def test_change_there_is_taken_once_it_has_settled(self) -> None:
        self.read()
        self.set_there(THERE - 8)
        self.assertEqual(self.read().waiting, 1)
        self.settle()

        self.assertEqual(self.read().taken, 1)

        self.assertEqual(self.level.on_hand, THERE - 8)
        self.assertEqual(self.stock.explained, "-8: taken from there")

    def test_nothing_is_told(self) -> None:
        self.read()
        put_stock(self.mug, self.warehouse, 3)

        self.assertEqual(self.tell(), 0)

    def test_fewer_than_are_promised_is_for_a_person(self) -> None:
        self.read()
        self.shop.sell(self.item_ref, 10, number="A")
        self.read_orders()
        self.set_there(4)
        self.read()
        self.settle()

        run = self.read()

        self.assertEqual((run.drifted, self.level.on_hand), (1, THERE))

    def test_kept_ours_is_told_this_once(self) -> None:
        self.test_fewer_than_are_promised_is_for_a_person()
        drift = StockDrift.objects.still_open().get()

        settle_drift(drift_id=drift.pk, choice=Choice.OURS, actor="Ada")
        self.work()

        self.assertEqual(self.numbers_there(), (THERE, 10))

    def test_new_warehouse_without_stock_is_the_platforms(self) -> None:
        self.assertEqual(owner_at_first(self.warehouse.pk), Owner.PLATFORM)

        put_stock(self.mug, make_warehouse("CA"), 1)

        self.assertEqual(owner_at_first(make_warehouse("CA").pk), Owner.OURS)


class RunTests(StockCase):
    def test_outage_leaves_the_run_to_go_on_where_it_stopped(self) -> None:
        begin_stock_run(platform="veeqo", actor="tests")
        self.control(
            "POST", "faults", method="GET", path="/products", effect="error_before", times=1
        )

        self.assertFalse(read_stock(Platform.VEEQO))
        run = StockRun.objects.get()
        self.assertEqual((run.state, run.seen, run.error_code != ""), ("running", 0, True))
        while read_stock(Platform.VEEQO):
            pass

        run.refresh_from_db()
        self.assertEqual((run.state, run.agreed), ("finished", 1))

    def test_list_of_less_than_half_asks_and_changes_nothing(self) -> None:
        self.read()
        StockRun.objects.all().delete()
        run = begin_stock_run(platform="veeqo", actor="tests")
        StockRun.objects.filter(pk=run.pk).update(known=3)
        read_stock(Platform.VEEQO)

        run.refresh_from_db()
        self.assertEqual(run.state, "questioned")
        self.assertEqual(self.level.on_hand, THERE)

        believe_stock_run(run_id=run.pk, actor="Ada")
        run.refresh_from_db()
        self.assertEqual(run.state, "finished")

    def test_next_reading_begins_when_its_time_has_come(self) -> None:
        now = timezone.now()

        self.assertTrue(begin_due_stock_run(platform="veeqo", now=now))
        read_stock(Platform.VEEQO)
        self.assertFalse(begin_due_stock_run(platform="veeqo", now=now + timedelta(minutes=3)))
        self.assertTrue(begin_due_stock_run(platform="veeqo", now=now + timedelta(minutes=6)))

    def test_switched_off_begins_nothing(self) -> None:
        change_stock_schedule(platform="veeqo", is_on=False, every_minutes=5, actor="tests")

        self.assertFalse(begin_due_stock_run(platform="veeqo", now=timezone.now()))
        self.assertFalse(StockRun.objects.exists())
        self.assertEqual(AuditEntry.objects.get().after, {"is_on": False, "every_minutes": 5})
