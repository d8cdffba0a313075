"""A kit's own listing is told what its components make, and what stands there is compared."""

from __future__ import annotations

from carriers.models import CommandState, OutboxCommand
from catalog.models import Sellable
from catalog.tests.builders import make_sellable
from inventory.kits.services import compose_kit
from inventory.models import PlatformSale, StockDrift, StockLevel, StockMovement
from inventory.proof import stock_differences
from inventory.rules.stock_sync import Owner
from inventory.services.stock import StockDemand, release_reservations, reserve_stock
from inventory.sync.counting import note_allocated, note_not_counted, note_shipped
from inventory.sync.models import DriftState
from inventory.sync.owners import change_link
from inventory.sync.settling import Choice, KitNotSettled, settle_drift
from inventory.sync.telling import tell_changed
from inventory.tests.builders import make_warehouse, put_stock
from inventory.tests.stock_case import StockCase


class KitStockCase(StockCase):
    """What the twin lists is a kit here: two of ten mugs and one of four pots."""

    units = 0

    def setUp(self) -> None:
        super().setUp()
        self.kit = self.mug
        self.cup = make_sellable(self.kit.organization, "CUP-01")
        self.pot = make_sellable(self.kit.organization, "POT-01")
        put_stock(self.cup, self.warehouse, 10)
        put_stock(self.pot, self.warehouse, 4)
        compose_kit(kit_id=self.kit.pk, units={self.cup.pk: 2, self.pot.pk: 1}, actor="Ada")

    def hold(self, reference: str, sellable: Sellable, units: int) -> None:
        reserve_stock(
            reference=reference,
            demands=[StockDemand(sellable_id=sellable.pk, quantity=units)],
            warehouse_code=self.warehouse.code,
        )

    def numbers(self, sellable: Sellable) -> tuple[int, int]:
        level = StockLevel.objects.get(sellable=sellable, warehouse=self.warehouse)
        return level.on_hand, level.reserved


class KitTellingTests(KitStockCase):
    def setUp(self) -> None:
        super().setUp()
        self.set_there(4)
        self.read()
        self.tell()

    def sent(self) -> list[int]:
        done = OutboxCommand.objects.filter(state=CommandState.DELIVERED).order_by("pk")
        return [row.result["sent"] for row in done if "sent" in row.result]

    def test_equal_numbers_agree_and_nothing_is_told(self) -> None:
        self.assertEqual((self.stock.expected, self.stock.rest), (4, 0))
        self.assertFalse(OutboxCommand.objects.exists())

    def test_promise_of_a_component_is_told_and_its_release(self) -> None:
        self.hold("R-1", self.pot, 3)
        self.tell()
        self.assertEqual(self.numbers_there(), (1, 0))

        release_reservations(reference="R-1")
        self.tell()

        self.assertEqual(self.numbers_there(), (4, 0))
        self.assertEqual(self.sent(), [1, 4])

    def test_receipt_of_the_scarcest_component_is_told_once(self) -> None:
        put_stock(self.pot, self.warehouse, 9)

        self.assertEqual((self.tell(), self.tell()), (1, 0))

        self.assertEqual(self.numbers_there(), (5, 0))

    def test_receipt_that_makes_no_more_kits_is_not_told(self) -> None:
        put_stock(self.cup, self.warehouse, 50)

        self.assertEqual(self.tell(), 0)
        self.assertEqual(self.numbers_there(), (4, 0))

    def test_component_in_another_warehouse_makes_no_kit_here(self) -> None:
        put_stock(self.pot, make_warehouse("NY"), 50)

        self.assertEqual(self.tell(), 0)

    def test_changes_in_between_are_one_command_with_the_newest_number(self) -> None:
        self.hold("R-1", self.pot, 1)
        tell_changed()
        self.hold("R-2", self.cup, 6)
        tell_changed()

        self.work()

        states = list(OutboxCommand.objects.order_by("pk").values_list("state", flat=True))
        self.assertEqual(states, [CommandState.CANCELLED, CommandState.DELIVERED])
        self.assertEqual((self.numbers_there(), self.sent()), ((2, 0), [2]))

    def test_what_is_kept_back_of_components_is_not_sold_in_a_kit(self) -> None:
        change_link(link_id=self.link.pk, stock_owner=Owner.OURS, stock_buffer=3, actor="Ada")

        self.tell()

        self.assertEqual(self.numbers_there(), (1, 0))

    def test_other_components_are_told(self) -> None:
        compose_kit(kit_id=self.kit.pk, units={self.cup.pk: 5}, actor="Ada")

        self.tell()

        self.assertEqual(self.numbers_there(), (2, 0))

    def test_order_of_ours_that_is_allocated_there_is_not_subtracted_twice(self) -> None:
        order = self.shop.sell(self.item_ref, 2, number="O-1")
        self.hold("O-1", self.kit, 2)
        note_allocated(reference="O-1", platform="veeqo", units={self.kit.pk: 2})

        self.assertEqual(self.tell(), 0)
        self.assertEqual(self.numbers_there(), (4, 2))

        self.shop.ship(order)
        note_shipped(reference="O-1", platform="veeqo", units={self.kit.pk: 2})
        run = self.read()
        self.assertEqual((self.tell(), run.waiting, run.drifted), (0, 0, 0))
        self.assertEqual(self.numbers_there(), (2, 0))
        self.assertEqual(self.stock.explained, "-2: shipped there for our orders O-1")

    def test_booking_called_off_there_gives_the_kits_back(self) -> None:
        order = self.shop.sell(self.item_ref, 2, number="O-1")
        self.hold("O-1", self.kit, 2)
        note_allocated(reference="O-1", platform="veeqo", units={self.kit.pk: 2})
        self.shop.cancel(order)
        note_not_counted(reference="O-1", platform="veeqo")
        release_reservations(reference="O-1")

        self.tell()

        self.assertEqual(self.numbers_there(), (4, 0))

    def test_sale_there_holds_the_components_and_needs_no_telling(self) -> None:
        order = self.shop.sell(self.item_ref, 1, number="A")
        self.read_orders()

        self.assertEqual((self.numbers(self.cup), self.numbers(self.pot)), ((10, 2), (4, 1)))
        self.assertEqual((self.tell(), self.numbers_there()), (0, (4, 1)))

        self.shop.ship(order)
        self.read_orders()
        run = self.read()
        self.assertEqual((self.numbers(self.cup), self.numbers(self.pot)), ((8, 0), (3, 0)))
        self.assertEqual((self.tell(), run.waiting, run.drifted), (0, 0, 0))
        self.assertEqual(self.numbers_there(), (3, 0))
        self.assertEqual(self.stock.explained, "-1: Veeqo orders A")
        self.assertEqual(stock_differences(), [])

    def test_cancelled_sale_frees_the_components(self) -> None:
        order = self.shop.sell(self.item_ref, 1, number="A")
        self.read_orders()
        self.shop.cancel(order)
        self.read_orders()

        self.assertEqual((self.numbers(self.cup), self.numbers(self.pot)), ((10, 0), (4, 0)))
        self.assertEqual((self.tell(), self.numbers_there()), (0, (4, 0)))

    def test_sale_of_more_than_there_are_is_short_and_sold_no_further(self) -> None:
        self.hold("R-1", self.pot, 3)
        self.shop.sell(self.item_ref, 3, number="A")
        self.read_orders()

        self.tell()

        self.assertEqual(self.numbers(self.pot), (4, 4))
        self.assertTrue(PlatformSale.objects.short().exists())
        physical, allocated = self.numbers_there()
        self.assertEqual((physical, allocated), (1, 3))

    def test_nothing_is_moved_for_the_kit_itself(self) -> None:
        self.shop.ship(self.shop.sell(self.item_ref, 1, number="A"))
        self.read_orders()

        self.assertFalse(StockMovement.objects.filter(sellable=self.kit).exists())
        self.assertEqual(self.numbers(self.kit), (0, 0))


class KitDriftTests(KitStockCase):
    def setUp(self) -> None:
        super().setUp()
        self.set_there(4)
        self.read()
        self.set_there(9)
        self.read()
        self.settle()
        self.read()

    def drift(self) -> StockDrift:
        found: StockDrift = StockDrift.objects.still_open().get()
        return found

    def test_what_nothing_explains_is_a_difference(self) -> None:
        drift = self.drift()

        self.assertEqual((drift.ours, drift.theirs, drift.rest), (4, 9, 5))
        self.assertEqual(self.tell(), 0)

    def test_theirs_and_a_count_are_refused_with_the_cure(self) -> None:
        for choice in (Choice.THEIRS, Choice.COUNTED):
            with self.assertRaises(KitNotSettled) as caught:
                settle_drift(drift_id=self.drift().pk, choice=choice, counted=3, actor="Ada")

            self.assertIn("Count or correct those", caught.exception.detail)
        self.assertEqual(self.numbers(self.kit), (0, 0))

    def test_ours_is_told(self) -> None:
        drift = settle_drift(drift_id=self.drift().pk, choice=Choice.OURS, actor="Ada")
        self.work()

        self.assertEqual(drift.state, DriftState.OURS)
        self.assertEqual(self.numbers_there(), (4, 0))
        self.read()
        self.assertEqual((self.stock.expected, self.stock.rest), (4, 0))

    def test_numbers_that_agree_again_close_it(self) -> None:
        self.set_there(4)
        self.read()

        self.assertEqual(StockDrift.objects.get().state, DriftState.HEALED)


class KitOwnedThereTests(KitStockCase):
    owner = Owner.PLATFORM

    def test_their_number_is_compared_and_never_moved_here(self) -> None:
        self.set_there(9)
        run = self.read()
        self.assertEqual((run.taken, run.drifted), (0, 0))

        self.settle()
        self.read()

        self.assertEqual(StockDrift.objects.still_open().get().rest, 5)
        self.assertEqual((self.tell(), self.numbers(self.kit)), (0, (0, 0)))

    def test_the_same_number_agrees(self) -> None:
        self.set_there(4)
        self.read()

        self.assertEqual((self.stock.expected, self.stock.rest), (4, 0))
