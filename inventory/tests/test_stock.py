"""Stock is held, given back, shipped and moved by the one writer, and every number is explained."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from unittest import skipUnless

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import TestCase, TransactionTestCase

from accounts.tests.builders import make_organization
from catalog.models import Sellable
from catalog.tests.builders import make_sellable
from inventory.models import (
    MovementKind,
    Reservation,
    ReservationState,
    StockLevel,
    StockMovement,
)
from inventory.proof import StockDifference, stock_differences
from inventory.services.stock import (
    BelowReserved,
    InsufficientStock,
    StockDemand,
    move_stock,
    release_reservations,
    reserve_stock,
    ship_reservations,
)
from inventory.tasks import prove_stock
from inventory.tests.builders import make_warehouse, put_stock
from inventory.tests.ledger import unsealed_ledger
from shipping_project.kernel.tests.file_database import database_in_file, needs_sqlite
from shipping_project.kernel.tests.races import at_once, needs_row_locks, results

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def ship(*, reference: str) -> int:
    return ship_reservations(reference=reference, actor="tests")


class StockCase(TestCase):
    def setUp(self) -> None:
        organization = make_organization()
        self.mug = make_sellable(organization, "MUG-01")
        self.pot = make_sellable(organization, "POT-01")
        self.warehouse = make_warehouse("NV")
        put_stock(self.mug, self.warehouse, 10)
        put_stock(self.pot, self.warehouse, 4)

    def reserve(self, reference: str = "R-1", **units: int) -> list[Reservation]:
        goods = {"mug": self.mug, "pot": self.pot}
        demands = [StockDemand(sellable_id=goods[n].pk, quantity=q) for n, q in units.items()]
        return reserve_stock(reference=reference, demands=demands, warehouse_code="NV")

    def assert_numbers(self, sellable: Sellable, *, on_hand: int, reserved: int) -> None:
        level = StockLevel.objects.get(sellable=sellable, warehouse=self.warehouse)
        self.assertEqual((level.on_hand, level.reserved), (on_hand, reserved))
        self.assertEqual(stock_differences(), [])


class ReserveTests(StockCase):
    def test_units_are_held_and_stay_on_hand(self) -> None:
        self.reserve(mug=3, pot=4)

        self.assert_numbers(self.mug, on_hand=10, reserved=3)
        self.assert_numbers(self.pot, on_hand=4, reserved=4)

    def test_a_repeat_returns_the_first_hold(self) -> None:
        first = self.reserve(mug=3)

        again = self.reserve(mug=3)

        self.assertEqual([hold.pk for hold in again], [hold.pk for hold in first])
        self.assert_numbers(self.mug, on_hand=10, reserved=3)

    def test_a_shortage_names_every_short_line_and_holds_nothing(self) -> None:
        with pytest.raises(InsufficientStock) as caught:
            self.reserve(mug=11, pot=5)

        self.assertEqual(
            [(fault.field, fault.message) for fault in caught.value.errors],
            [
                ("MUG-01", "11 wanted, 10 available in NV."),
                ("POT-01", "5 wanted, 4 available in NV."),
            ],
        )
        self.assertFalse(Reservation.objects.exists())
        self.assert_numbers(self.mug, on_hand=10, reserved=0)

    def test_one_short_line_leaves_the_others_unheld(self) -> None:
        with pytest.raises(InsufficientStock):
            self.reserve(mug=1, pot=5)

        self.assert_numbers(self.mug, on_hand=10, reserved=0)

    def test_what_is_held_is_not_held_twice(self) -> None:
        self.reserve("R-1", mug=8)

        with pytest.raises(InsufficientStock):
            self.reserve("R-2", mug=3)

        self.assert_numbers(self.mug, on_hand=10, reserved=8)

    def test_a_sellable_that_the_warehouse_never_had_is_short(self) -> None:
        lamp = make_sellable(self.mug.organization, "LAMP-01")

        with pytest.raises(InsufficientStock):
            reserve_stock(
                reference="R-1",
                demands=[StockDemand(sellable_id=lamp.pk, quantity=1)],
                warehouse_code="NV",
            )


class ChangedAtTests(StockCase):
    def assert_stamped(self) -> None:
        """The row tells that it was changed just now; it looks untouched again afterwards."""
        level = StockLevel.objects.get(sellable=self.mug)
        self.assertGreater(level.updated_at, LONG_AGO)
        StockLevel.objects.update(updated_at=LONG_AGO)

    def test_every_change_of_units_stamps_its_row(self) -> None:
        StockLevel.objects.update(updated_at=LONG_AGO)

        self.reserve("R-1", mug=1)
        self.assert_stamped()
        release_reservations(reference="R-1")
        self.assert_stamped()
        self.reserve("R-2", mug=1)
        self.assert_stamped()
        ship_reservations(reference="R-2", actor="tests")
        self.assert_stamped()
        put_stock(self.mug, self.warehouse, 5)
        self.assert_stamped()

    def test_end_of_a_hold_stamps_the_hold(self) -> None:
        for reference, end in (("R-1", release_reservations), ("R-2", ship)):
            [hold] = self.reserve(reference, mug=1)
            Reservation.objects.update(updated_at=LONG_AGO)

            end(reference=reference)

            hold.refresh_from_db()
            self.assertGreater(hold.updated_at, LONG_AGO)


class EndOfHoldTests(StockCase):
    def test_released_units_are_free_again_and_a_repeat_frees_nothing(self) -> None:
        self.reserve(mug=3, pot=1)

        counts = [release_reservations(reference="R-1") for _ in range(2)]

        self.assertEqual(counts, [2, 0])
        self.assert_numbers(self.mug, on_hand=10, reserved=0)

    def test_shipped_units_leave_on_hand_and_reserved_together_once(self) -> None:
        self.reserve(mug=3)

        counts = [ship_reservations(reference="R-1", actor="tests") for _ in range(2)]

        self.assertEqual(counts, [1, 0])
        self.assert_numbers(self.mug, on_hand=7, reserved=0)
        movement = StockMovement.objects.get(kind=MovementKind.SHIPPED)
        self.assertEqual((movement.quantity, movement.balance_after), (-3, 7))

    def test_shipped_units_cannot_be_released(self) -> None:
        self.reserve(mug=3)
        ship_reservations(reference="R-1", actor="tests")

        freed = release_reservations(reference="R-1")

        self.assertEqual(freed, 0)
        self.assertEqual(Reservation.objects.get().state, ReservationState.SHIPPED)
        self.assert_numbers(self.mug, on_hand=7, reserved=0)


class MoveTests(StockCase):
    def move(self, quantity: int) -> StockMovement:
        return move_stock(
            sellable_id=self.mug.pk,
            warehouse_id=self.warehouse.pk,
            quantity=quantity,
            kind=MovementKind.ADJUSTMENT,
            reason="Count",
            actor="tests",
        )

    def test_units_come_and_go_with_a_line_in_the_ledger(self) -> None:
        balances = [self.move(5).balance_after, self.move(-15).balance_after]

        self.assertEqual(balances, [15, 0])
        self.assert_numbers(self.mug, on_hand=0, reserved=0)

    def test_promised_units_cannot_be_taken(self) -> None:
        self.reserve(mug=8)

        with pytest.raises(BelowReserved):
            self.move(-3)

        self.assert_numbers(self.mug, on_hand=10, reserved=8)
        self.assertFalse(StockMovement.objects.filter(kind=MovementKind.ADJUSTMENT).exists())

    def test_units_can_come_back_while_some_are_promised(self) -> None:
        self.reserve(mug=8)

        self.move(-2)

        self.assert_numbers(self.mug, on_hand=8, reserved=8)

    def test_the_database_itself_refuses_to_change_a_movement(self) -> None:
        [movement] = StockMovement.objects.filter(sellable=self.mug)
        for values in ({"quantity": 9}, {"at": movement.at}, {"reason": "another"}):
            with self.assertRaises(IntegrityError), transaction.atomic():
                StockMovement.objects.all().update(**values)
        with self.assertRaises(IntegrityError), transaction.atomic():
            movement.save()

    @skipUnless(connection.vendor == "postgresql", "SQLite leaves removals to the proof to tell")
    def test_the_database_itself_refuses_to_remove_a_movement(self) -> None:
        with self.assertRaises(IntegrityError), transaction.atomic():
            StockMovement.objects.all().delete()

    def test_the_database_itself_refuses_impossible_numbers(self) -> None:
        for values in ({"reserved": -1}, {"reserved": 11}, {"on_hand": -1}):
            with pytest.raises(IntegrityError), transaction.atomic():
                StockLevel.objects.filter(sellable=self.mug).update(**values)


class ProofTests(StockCase):
    def prove(self) -> tuple[int, str]:
        out = StringIO()
        try:
            call_command("prove_stock", stdout=out)
        except SystemExit as exc:
            return int(str(exc.code)), out.getvalue()
        return 0, out.getvalue()

    def test_explained_numbers_are_a_clean_exit(self) -> None:
        self.reserve(mug=3)

        status, text = self.prove()

        self.assertEqual((status, text), (0, "2 stock levels, each explained by its ledger.\n"))

    def test_each_unexplained_number_is_named(self) -> None:
        self.reserve(mug=3)
        StockLevel.objects.filter(sellable=self.mug).update(on_hand=12, reserved=1)

        differences = stock_differences()
        status, text = self.prove()

        place = {"sellable_id": self.mug.pk, "warehouse_id": self.warehouse.pk}
        self.assertEqual(
            differences,
            [
                StockDifference(what="on hand", stored=12, explained=10, **place),
                StockDifference(what="reserved", stored=1, explained=3, **place),
            ],
        )
        self.assertEqual(status, 1)
        self.assertEqual(
            text.splitlines(),
            [
                "MUG-01 in NV: 12 on hand, 10 by the ledger",
                "MUG-01 in NV: 1 reserved, 3 by the ledger",
            ],
        )

    def test_nightly_proof_tells_the_log_of_each(self) -> None:
        self.assertEqual(prove_stock(), 0)
        StockLevel.objects.filter(sellable=self.mug).update(on_hand=12)

        with self.assertLogs("inventory.tasks", "ERROR") as told:
            self.assertEqual(prove_stock(), 1)

        [record] = told.records
        said = {name: record.__dict__[name] for name in ("sellable_id", "stored", "explained")}
        self.assertEqual(said, {"sellable_id": self.mug.pk, "stored": 12, "explained": 10})

    def test_a_ledger_without_its_level_is_a_difference_too(self) -> None:
        StockLevel.objects.filter(sellable=self.mug).delete()

        status, text = self.prove()

        self.assertEqual(status, 1)
        self.assertIn("0 on hand, 10 by the ledger", text)


class RaceCase(TransactionTestCase):
    serialized_rollback = True

    def setUp(self) -> None:
        self.mug = make_sellable(make_organization(), "MUG-01")
        self.pot = make_sellable(self.mug.organization, "POT-01")
        for sellable in (self.mug, self.pot):
            put_stock(sellable, make_warehouse("NV"), 100)

    def hold(self, reference: str, *sellables: Sellable, units: int = 1) -> list[Reservation]:
        demands = [StockDemand(sellable_id=s.pk, quantity=units) for s in sellables]
        return reserve_stock(reference=reference, demands=demands, warehouse_code="NV")

    def assert_held(self, units: int) -> None:
        self.assertEqual(StockLevel.objects.get(sellable=self.mug).reserved, units)
        self.assertEqual(stock_differences(), [])


@needs_sqlite
class ManyCallersOfAFileTests(RaceCase):
    """Each with a connection of its own, which waits for the others and never tells its caller."""

    def test_64_callers_for_100_units_get_exactly_100(self) -> None:
        with database_in_file():
            answers = at_once(64, lambda number: self.hold(f"R-{number}", self.mug, units=2))
            results(at_once(1, lambda _: self.assert_held(100)))

        self.assert_units_and_refusals(answers, units=100, refused=14)

    def test_64_callers_for_two_sellables_in_two_orders_get_all_or_nothing(self) -> None:
        goods = [(self.mug, self.pot), (self.pot, self.mug)]
        with database_in_file():
            answers = at_once(
                64, lambda number: self.hold(f"R-{number}", *goods[number % 2], units=2)
            )
            results(at_once(1, lambda _: self.assert_held(100)))

        self.assert_units_and_refusals(answers, units=200, refused=14)

    def test_callers_with_one_reference_share_one_hold(self) -> None:
        with database_in_file():
            answers = at_once(64, lambda _: self.hold("R-1", self.mug))
            results(at_once(1, lambda _: self.assert_held(1)))

        self.assertEqual(len({hold.pk for [hold] in results(answers)}), 1)

    def assert_units_and_refusals(
        self, answers: list[list[Reservation] | Exception], *, units: int, refused: int
    ) -> None:
        failed = [answer for answer in answers if isinstance(answer, Exception)]
        held = [hold for answer in answers if isinstance(answer, list) for hold in answer]
        self.assertEqual({type(one) for one in failed}, {InsufficientStock})
        self.assertEqual((sum(hold.quantity for hold in held), len(failed)), (units, refused))


@pytest.mark.postgres
@needs_row_locks
class ManyCallersTests(RaceCase):
    def test_64_callers_for_100_units_get_exactly_100(self) -> None:
        answers = at_once(64, lambda number: self.hold(f"R-{number}", self.mug, units=2))

        refused = [answer for answer in answers if isinstance(answer, Exception)]
        self.assertEqual({type(answer) for answer in refused}, {InsufficientStock})
        self.assertEqual(len(refused), 14)
        self.assert_held(100)

    def test_callers_with_one_reference_share_one_hold(self) -> None:
        answers = at_once(8, lambda _: self.hold("R-1", self.mug, self.pot))

        failed = [answer for answer in answers if isinstance(answer, Exception)]
        self.assertEqual(failed, [])
        self.assertEqual(Reservation.objects.count(), 2)
        self.assert_held(1)

    def test_holding_and_giving_back_at_once_do_not_deadlock(self) -> None:
        # Rows that stand in another order than their sellables, as when stock came to them so.
        StockLevel.objects.all().delete()
        with unsealed_ledger():
            StockMovement.objects.all().delete()
        for sellable in (self.pot, self.mug):
            put_stock(sellable, make_warehouse("NV"), 100)

        def hold_and_let_go(number: int) -> None:
            for turn in range(25):
                self.hold(f"R-{number}-{turn}", self.mug, self.pot)
                if number % 2:
                    release_reservations(reference=f"R-{number}-{turn}")
                elif turn < 10:
                    ship_reservations(reference=f"R-{number}-{turn}", actor="tests")
                else:
                    release_reservations(reference=f"R-{number}-{turn}")

        results(at_once(6, hold_and_let_go))

        self.assert_held(0)

    def test_callers_that_ask_in_opposite_order_do_not_deadlock(self) -> None:
        goods = [(self.mug, self.pot), (self.pot, self.mug)]

        answers = at_once(16, lambda number: self.hold(f"R-{number}", *goods[number % 2]))

        self.assertEqual([a for a in answers if isinstance(a, Exception)], [])
        self.assert_held(16)

    def test_of_many_that_release_or_ship_one_wins(self) -> None:
        self.hold("R-1", self.mug, units=5)

        answers = at_once(
            8,
            lambda number: (
                release_reservations(reference="R-1")
                if number % 2
                else ship_reservations(reference="R-1", actor="tests")
            ),
        )

        self.assertEqual(sorted(map(str, answers)), ["0"] * 7 + ["1"])
        self.assert_held(0)
