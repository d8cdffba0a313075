"""Products read from the platforms: matched by SKU, merged, and never overwritten silently."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.builders import make_organization
from carriers.contracts import CatalogItemDraft, Platform
from carriers.models import PlatformAccount
from carriers.platforms import easyship_client
from catalog import pulls
from catalog.models import CatalogRun, ListedIssue, PlatformListing, Sellable, SyncConflict
from catalog.pulls import read_catalog
from catalog.rules.merge import Group, Master
from catalog.services import record_listing
from catalog.sync.models import RunState
from catalog.sync.runs import (
    RunUnderWay,
    begin_due_run,
    begin_run,
    believe_run,
    cancel_run,
    change_schedule,
    prune_runs,
)
from catalog.sync.settling import set_master
from catalog.tests.builders import make_sellable
from catalog.tests.sync_case import SyncCase
from shipping_project.kernel.errors import StateChanged

LISTED = 56
MUG = "TRM-GRN"


class FirstReadingTests(SyncCase):
    def test_same_values_are_linked_and_agreed_on(self) -> None:
        mug = self.sell(MUG)

        run = self.pull()

        listing = self.listing(MUG)
        self.assertEqual(listing.external_ref, self.at_veeqo(MUG)[1])
        self.assertEqual((listing.agreed_values["weight_g"], listing.ahead), (mug.weight_g, ""))
        self.assertEqual(run.state, RunState.FINISHED)
        self.assertEqual((run.seen, run.linked, run.unmatched), (LISTED, 1, LISTED - 1))

    def test_what_is_blank_here_is_taken_and_written_in_the_trail(self) -> None:
        mug = self.sell(MUG, hs_code="", barcode="")

        run = self.pull()

        mug.refresh_from_db()
        self.assertEqual((mug.hs_code, mug.barcode), ("732393", "0200000000001"))
        self.assertEqual((run.updated, run.conflicted), (1, 0))
        entry = AuditEntry.objects.get(action="sellable.changed")
        self.assertEqual((entry.actor, set(entry.after)), ("veeqo", {"hs_code", "barcode"}))

    def test_other_value_here_is_a_conflict_and_stays(self) -> None:
        mug = self.sell(MUG, weight_g=300)

        run = self.pull()

        mug.refresh_from_db()
        self.assertEqual((mug.weight_g, run.conflicted), (300, 1))
        conflict = SyncConflict.objects.get()
        self.assertEqual((conflict.group, conflict.state), ("measures", "open"))
        self.assertEqual(conflict.ours["weight_g"], 300)
        self.assertEqual(conflict.theirs["weight_g"], 280)

    def test_unknown_skus_are_a_work_list_and_make_nothing(self) -> None:
        self.pull()
        self.pull(is_full=True)

        self.assertEqual(Sellable.objects.count(), 0)
        self.assertEqual(ListedIssue.objects.unsettled().count(), LISTED)
        self.assertEqual(set(ListedIssue.objects.values_list("kind", flat=True)), {"unknown_sku"})

    def test_sku_of_two_organizations_is_linked_to_neither(self) -> None:
        self.sell(MUG)
        self.sell(MUG, organization=make_organization("birch"))

        self.pull()

        self.assertEqual(PlatformListing.objects.count(), 0)
        self.assertEqual(ListedIssue.objects.get(sku=MUG).kind, "shared_sku")

    def test_sku_in_other_letters_is_another_sku(self) -> None:
        make_sellable(self.alder, MUG.lower())

        self.pull()

        self.assertEqual(PlatformListing.objects.count(), 0)

    def test_blank_sku_matches_nothing(self) -> None:
        self.change_there(MUG, sku=" ")

        self.pull()

        self.assertEqual(ListedIssue.objects.get(kind="no_sku").sku.strip(), "")

    def test_dry_run_tells_and_writes_nothing(self) -> None:
        mug = self.sell(MUG, hs_code="")

        run = self.pull(is_dry=True)

        mug.refresh_from_db()
        self.assertEqual((mug.hs_code, run.seen, run.updated), ("", LISTED, 1))
        self.assertIn({"sku": MUG, "outcome": "updated", "what": "hs_code"}, run.changes)
        self.assertFalse(PlatformListing.objects.exists())
        self.assertFalse(ListedIssue.objects.exists())


class LaterReadingTests(SyncCase):
    def setUp(self) -> None:
        super().setUp()
        self.mug = self.sell(MUG)
        self.pull()

    def test_nothing_changed(self) -> None:
        run = self.pull(is_full=True)

        self.assertEqual((run.unchanged, run.updated, run.linked), (1, 0, 0))

    def test_change_made_there_is_taken(self) -> None:
        self.change_there(MUG, weight_g=333)

        run = self.pull()

        self.mug.refresh_from_db()
        self.assertEqual((self.mug.weight_g, run.updated), (333, 1))
        self.assertIsNotNone(run.since)

    def test_change_made_here_is_kept(self) -> None:
        Sellable.objects.update(weight_g=290)

        run = self.pull(is_full=True)

        self.mug.refresh_from_db()
        self.assertEqual((self.mug.weight_g, run.ahead), (290, 1))
        self.assertEqual(self.listing(MUG).ahead, "measures")

    def test_changes_on_both_sides_wait_for_a_person_and_heal_when_equal(self) -> None:
        Sellable.objects.update(weight_g=290)
        self.change_there(MUG, weight_g=333)
        self.pull()
        self.assertEqual(SyncConflict.objects.get().state, "open")

        Sellable.objects.update(weight_g=333)
        self.pull()

        self.assertEqual(SyncConflict.objects.get().state, "healed")

    def test_master_there_needs_nobody(self) -> None:
        set_master(
            organization_id=self.alder.pk,
            group=Group.MEASURES,
            master=Master.VEEQO,
            actor="tests",
        )
        Sellable.objects.update(weight_g=290)

        self.pull(is_full=True)

        self.mug.refresh_from_db()
        self.assertEqual((self.mug.weight_g, SyncConflict.objects.count()), (280, 0))

    def test_sku_changed_there_breaks_no_link(self) -> None:
        before = self.listing(MUG).external_ref
        self.change_there(MUG, sku="OTHER-1", weight_g=999)

        self.pull()

        self.mug.refresh_from_db()
        self.assertEqual((self.mug.weight_g, self.listing(MUG).external_ref), (280, before))
        self.assertEqual(ListedIssue.objects.get(item_ref=before).kind, "changed_sku")

    def test_sku_listed_twice_there_is_merged_with_neither(self) -> None:
        before = self.listing(MUG).external_ref
        self.change_there("TRM-NVY", sku=MUG, weight_g=999)

        self.pull(is_full=True)
        self.change_there(MUG, weight_g=998)
        self.pull(is_full=True)

        self.mug.refresh_from_db()
        self.assertEqual((self.mug.weight_g, self.listing(MUG).external_ref), (280, before))
        self.assertEqual(ListedIssue.objects.unsettled().get(sku=MUG).kind, "doubled_sku")

    def test_value_that_cannot_be_kept_changes_nothing(self) -> None:
        self.change_there(MUG, barcode="9" * 60, weight_g=333)

        run = self.pull()

        self.mug.refresh_from_db()
        self.assertEqual((self.mug.weight_g, self.mug.barcode), (280, "0200000000001"))
        self.assertEqual(run.unfit, 1)
        issue = ListedIssue.objects.get(sku=MUG)
        self.assertEqual(issue.kind, "unfit")
        self.assertIn("barcode", issue.detail)

    def test_other_item_of_a_sellable_is_not_compared_with_what_was_agreed_before(self) -> None:
        record_listing(sellable_id=self.mug.pk, platform="veeqo", external_ref="1")

        self.assertIsNone(self.listing(MUG).agreed)


class EasyshipTests(SyncCase):
    def test_prices_travel_with_their_currency(self) -> None:
        mug = self.sell(MUG)
        self.pull(Platform.EASYSHIP)
        draft = CatalogItemDraft(hs_code="732399")
        easyship_client().update_product(self.at_easyship(MUG), draft)

        run = self.pull(Platform.EASYSHIP)

        mug.refresh_from_db()
        agreed = self.listing(MUG, Platform.EASYSHIP).agreed_values
        self.assertEqual((agreed["price"], agreed["currency"]), ("18.50", "USD"))
        self.assertEqual((mug.hs_code, run.updated, run.since), ("732399", 1, None))

    def test_platforms_are_agreed_with_apart(self) -> None:
        self.sell(MUG)

        self.pull(Platform.VEEQO)
        self.pull(Platform.EASYSHIP)

        refs = {self.listing(MUG, platform).external_ref for platform in Platform}
        self.assertEqual(len(refs), 2)

    def test_deleted_there_is_missing_and_stays_here(self) -> None:
        for sku in (MUG, "TRM-NVY", "KET-12"):
            self.sell(sku)
        self.pull(Platform.EASYSHIP)
        easyship_client().delete_product(self.at_easyship(MUG))

        run = self.pull(Platform.EASYSHIP)

        self.assertEqual((run.state, run.missing), (RunState.FINISHED, 1))
        self.assertIsNotNone(self.listing(MUG, Platform.EASYSHIP).missing_since)
        self.assertTrue(Sellable.objects.get(sku=MUG).is_active)


class ShortListTests(SyncCase):
    def setUp(self) -> None:
        super().setUp()
        self.sell(MUG)
        for number in range(3):
            other = make_sellable(self.alder, f"OLD-{number}")
            record_listing(sellable_id=other.pk, platform="veeqo", external_ref=f"{number}")

    def missing(self) -> int:
        return PlatformListing.objects.filter(missing_since__isnull=False).count()

    def test_less_than_half_of_what_is_known_asks_a_person(self) -> None:
        run = self.pull()

        self.assertEqual((run.state, run.known, run.missing), (RunState.QUESTIONED, 3, 3))
        self.assertEqual(self.missing(), 0)

    def test_person_believes_it_once(self) -> None:
        run = self.pull()

        believe_run(run_id=run.pk, actor="tests")

        self.assertEqual(self.missing(), 3)
        with self.assertRaises(StateChanged):
            believe_run(run_id=run.pk, actor="tests")


class RunTests(SyncCase):
    def test_run_goes_on_where_it_stopped(self) -> None:
        self.sell(MUG)
        run = begin_run(platform="veeqo", actor="tests")
        with mock.patch.object(pulls, "READ_SECONDS", -1):
            self.assertTrue(read_catalog(Platform.VEEQO))
        run.refresh_from_db()
        self.assertEqual((run.seen, run.state), (0, RunState.RUNNING))

        self.assertFalse(read_catalog(Platform.VEEQO))

        run.refresh_from_db()
        self.assertEqual((run.seen, run.state), (LISTED, RunState.FINISHED))

    def test_one_run_at_a_time_for_each_platform(self) -> None:
        begin_run(platform="veeqo", actor="tests")

        with self.assertRaises(RunUnderWay):
            begin_run(platform="veeqo", actor="tests")
        begin_run(platform="easyship", actor="tests")

    def test_run_held_by_another_worker_is_left_alone(self) -> None:
        run = begin_run(platform="veeqo", actor="tests")
        CatalogRun.objects.update(lease_until=timezone.now() + timedelta(minutes=1))

        self.assertFalse(read_catalog(Platform.VEEQO))

        run.refresh_from_db()
        self.assertEqual((run.seen, run.state), (0, RunState.RUNNING))

    def test_cancelled_run_takes_no_further_page(self) -> None:
        run = begin_run(platform="veeqo", actor="tests")

        cancel_run(run_id=run.pk, actor="tests")

        self.assertFalse(read_catalog(Platform.VEEQO))
        self.assertEqual(ListedIssue.objects.count(), 0)

    def test_platform_that_is_away_leaves_the_run_to_be_gone_on_with(self) -> None:
        run = begin_run(platform="veeqo", actor="tests")
        with self.settings(VEEQO_BASE_URL="http://127.0.0.1:9"):
            self.assertFalse(read_catalog(Platform.VEEQO))
        run.refresh_from_db()
        self.assertEqual((run.state, run.lease_until), (RunState.RUNNING, None))
        self.assertEqual(run.error_code, "upstream.unreachable")

        read_catalog(Platform.VEEQO)

        run.refresh_from_db()
        self.assertEqual((run.state, run.error_code), (RunState.FINISHED, ""))

    def test_platform_that_is_switched_off_is_not_read(self) -> None:
        PlatformAccount.objects.update_or_create(platform="veeqo", defaults={"is_enabled": False})
        begin_run(platform="veeqo", actor="tests")

        self.assertFalse(read_catalog(Platform.VEEQO))

        self.assertEqual(CatalogRun.objects.get().seen, 0)


class PruneTests(SyncCase):
    def test_readings_that_ended_long_ago_are_dropped_unless_they_ask_something(self) -> None:
        long_ago = timezone.now() - timedelta(days=40)
        for state in RunState:
            CatalogRun.objects.create(platform="veeqo", state=state.value, started_at=long_ago)
        CatalogRun.objects.create(platform="easyship", state=RunState.FINISHED.value)

        self.assertEqual(prune_runs(), 2)

        left = CatalogRun.objects.filter(started_at=long_ago).values_list("state", flat=True)
        self.assertEqual(set(left), {"running", "questioned"})
        self.assertEqual(CatalogRun.objects.count(), 3)


class ScheduleTests(SyncCase):
    def test_next_run_begins_when_its_time_has_come(self) -> None:
        now = timezone.now()

        self.assertTrue(begin_due_run(platform="veeqo", now=now))
        self.assertFalse(begin_due_run(platform="veeqo", now=now))
        read_catalog(Platform.VEEQO)
        self.assertFalse(begin_due_run(platform="veeqo", now=now + timedelta(minutes=3)))
        self.assertTrue(begin_due_run(platform="veeqo", now=now + timedelta(minutes=6)))

    def test_switched_off_begins_nothing(self) -> None:
        change_schedule(platform="veeqo", is_on=False, every_minutes=5, actor="tests")

        self.assertFalse(begin_due_run(platform="veeqo", now=timezone.now()))
        self.assertEqual(AuditEntry.objects.get().after, {"is_on": False, "every_minutes": 5})
