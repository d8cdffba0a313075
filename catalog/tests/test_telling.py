"""What was changed here reaches the platforms, and overwrites nothing that was changed there."""

from __future__ import annotations

from carriers.contracts import Platform
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.worker import run_next
from carriers.platforms import easyship_client
from catalog.models import ListedIssue, PlatformListing, Sellable, SyncConflict
from catalog.services import change_sellable
from catalog.sync.settling import Choice, settle_conflict
from catalog.sync.telling import tell_changed
from catalog.tests.sync_case import SyncCase

MUG = "TRM-GRN"


class TellCase(SyncCase):
    def setUp(self) -> None:
        super().setUp()
        self.mug = self.sell(MUG)

    def change(self, **values: object) -> None:
        self.mug.refresh_from_db()
        change_sellable(sellable=self.mug, changes=values, actor="Ada")

    def work(self) -> None:
        while run_next("sync"):
            pass

    def weight_there(self) -> int | None:
        product, item_ref = self.at_veeqo(MUG)
        return next(row.weight_g for row in product.sellables if row.item_ref == item_ref)


class VeeqoTests(TellCase):
    def setUp(self) -> None:
        super().setUp()
        self.pull()
        tell_changed()

    def test_nothing_changed_is_nothing_to_tell(self) -> None:
        self.assertFalse(OutboxCommand.objects.exists())

    def test_change_is_told_once_and_agreed_on(self) -> None:
        self.change(weight_g=300)
        self.assertEqual((tell_changed(), tell_changed()), (1, 0))

        self.work()

        self.assertEqual(self.weight_there(), 300)
        listing = self.listing(MUG)
        self.assertEqual((listing.agreed_values["weight_g"], listing.ahead), (300, ""))
        tell_changed()
        self.assertEqual(OutboxCommand.objects.count(), 1)

    def test_own_value_coming_back_is_no_change_of_theirs(self) -> None:
        self.change(weight_g=300)
        tell_changed()
        self.work()

        run = self.pull(is_full=True)

        self.assertEqual((run.unchanged, run.updated, run.conflicted), (1, 0, 0))

    def test_own_value_read_before_the_answer_is_known_for_ours(self) -> None:
        self.change(weight_g=300)
        tell_changed()
        self.control("POST", "faults", method="PUT", path="/products/", effect="error_after")
        run_next("sync")
        self.assertEqual(OutboxCommand.objects.get().state, CommandState.UNKNOWN)
        self.change(weight_g=310)

        run = self.pull(is_full=True)

        self.assertEqual((run.conflicted, run.ahead), (0, 1))
        self.mug.refresh_from_db()
        self.assertEqual(self.mug.weight_g, 310)

    def test_several_changes_go_in_one_call_with_the_newest_values(self) -> None:
        self.change(weight_g=300)
        tell_changed()
        self.change(weight_g=310)
        tell_changed()

        self.work()

        self.assertEqual(self.weight_there(), 310)
        self.assertEqual(OutboxCommand.objects.count(), 1)

    def test_change_made_there_meanwhile_is_a_conflict_and_not_overwritten(self) -> None:
        self.change(weight_g=300)
        tell_changed()
        self.change_there(MUG, weight_g=333)

        self.work()

        self.assertEqual(self.weight_there(), 333)
        self.assertEqual(SyncConflict.objects.still_open().get().theirs["weight_g"], 333)
        self.mug.refresh_from_db()
        self.assertEqual(self.mug.weight_g, 300)

    def test_ours_chosen_in_a_conflict_is_told(self) -> None:
        self.change(weight_g=300)
        self.change_there(MUG, weight_g=333)
        self.pull()
        conflict = SyncConflict.objects.still_open().get()

        settle_conflict(conflict_id=conflict.pk, choice=Choice.OURS, actor="Ada")
        tell_changed()
        self.work()

        self.assertEqual(self.weight_there(), 300)

    def test_value_that_the_platform_ignores_is_not_told_for_ever(self) -> None:
        self.control("PATCH", "options", veeqo_variant_weight="ignore")
        self.change(weight_g=300)
        tell_changed()
        self.work()

        self.pull(is_full=True)
        tell_changed()

        self.assertEqual(self.listing(MUG).ahead, "measures")
        self.assertEqual(OutboxCommand.objects.count(), 1)

    def test_title_cannot_be_told_and_stays_ours(self) -> None:
        self.change(title="Green mug")

        self.assertEqual(tell_changed(), 0)

        self.assertEqual(self.listing(MUG).ahead, "content")

    def test_item_with_another_sku_by_now_is_left_alone(self) -> None:
        self.change(weight_g=300)
        tell_changed()
        self.change_there(MUG, sku="OTHER-1")

        self.work()

        command = OutboxCommand.objects.get()
        self.assertEqual(command.state, CommandState.REJECTED)
        self.assertEqual(command.error_code, "catalog.other_sku_there")
        self.assertEqual(self.listing(MUG).tell_error, "catalog.other_sku_there")
        Sellable.objects.filter(pk=self.mug.pk).update(title="Mug again")
        tell_changed()
        self.assertEqual(OutboxCommand.objects.count(), 1)

    def test_unmatched_items_are_told_nothing(self) -> None:
        self.assertGreater(ListedIssue.objects.count(), 0)

        self.assertEqual(tell_changed(), 0)


class EasyshipTests(TellCase):
    def setUp(self) -> None:
        super().setUp()
        self.pull(Platform.EASYSHIP)
        tell_changed()

    def test_sizes_customs_and_price_with_currency_are_told(self) -> None:
        self.change(length_mm=150, hs_code="732399", price="21.00")
        tell_changed()

        self.work()

        (row,) = easyship_client().list_products(sku=MUG).rows
        self.assertEqual((row.length_mm, row.hs_code), (150, "732399"))
        self.assertEqual(str(row.selling_price), "21.00 USD")
        self.assertEqual(self.listing(MUG, Platform.EASYSHIP).ahead, "")

    def test_product_deleted_there_is_not_made_again(self) -> None:
        self.change(weight_g=300)
        tell_changed()
        easyship_client().delete_product(self.at_easyship(MUG))

        self.work()

        self.assertEqual(OutboxCommand.objects.get().error_code, "catalog.gone_there")
        self.assertEqual(PlatformListing.objects.get().tell_error, "catalog.gone_there")
