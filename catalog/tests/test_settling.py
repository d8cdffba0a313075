"""A person decides: conflicts, and listed items that fit nothing."""

from __future__ import annotations

from accounts.models import AuditEntry, Role
from accounts.tests.builders import make_organization, make_user
from catalog.models import ListedIssue, SyncConflict
from catalog.rules.merge import Group, Master
from catalog.sync.settling import (
    Choice,
    ignore_issue,
    link_issue,
    set_master,
    settle_conflict,
)
from catalog.sync.values import ValuesUnfit
from catalog.tests.sync_case import SyncCase
from shipping_project.kernel.errors import InvalidInput, StateChanged

MUG = "TRM-GRN"


class ConflictTests(SyncCase):
    def setUp(self) -> None:
        super().setUp()
        self.mug = self.sell(MUG, weight_g=300, title="A mug")
        self.pull()
        self.conflict = SyncConflict.objects.get(group="measures")

    def test_theirs_is_written_here_and_agreed_on(self) -> None:
        settle_conflict(conflict_id=self.conflict.pk, choice=Choice.THEIRS, actor="Ada")

        self.mug.refresh_from_db()
        listing = self.listing(MUG)
        self.assertEqual((self.mug.weight_g, listing.agreed_values["weight_g"]), (280, 280))
        self.assertNotIn("measures", listing.ahead)
        self.assertEqual(AuditEntry.objects.get(action="syncconflict.settled").actor, "Ada")

    def test_ours_stays_and_is_newer_until_theirs_changes(self) -> None:
        settle_conflict(conflict_id=self.conflict.pk, choice=Choice.OURS, actor="Ada")

        run = self.pull(is_full=True)

        self.mug.refresh_from_db()
        self.assertEqual(self.mug.weight_g, 300)
        self.assertEqual(SyncConflict.objects.get(pk=self.conflict.pk).state, "ours")
        self.assertEqual(self.listing(MUG).ahead, "measures")
        self.assertEqual(run.conflicted, 1, "the title is still undecided")

    def test_edit_takes_the_values_given(self) -> None:
        settle_conflict(
            conflict_id=self.conflict.pk,
            choice=Choice.EDITED,
            values={"weight_g": 310},
            actor="Ada",
        )

        self.mug.refresh_from_db()
        self.assertEqual((self.mug.weight_g, self.listing(MUG).ahead), (310, "measures"))

    def test_edit_with_theirs_is_no_longer_ahead(self) -> None:
        values = {"weight_g": 280}

        settle_conflict(
            conflict_id=self.conflict.pk, choice=Choice.EDITED, values=values, actor="Ada"
        )

        self.assertEqual(self.listing(MUG).ahead, "")

    def test_field_of_another_group_is_refused(self) -> None:
        with self.assertRaises(InvalidInput):
            settle_conflict(
                conflict_id=self.conflict.pk,
                choice=Choice.EDITED,
                values={"title": "Cup"},
                actor="Ada",
            )
        self.assert_undecided()

    def test_value_that_cannot_be_kept_is_refused(self) -> None:
        with self.assertRaises(ValuesUnfit):
            settle_conflict(
                conflict_id=self.conflict.pk,
                choice=Choice.EDITED,
                values={"weight_g": -1},
                actor="Ada",
            )
        self.assert_undecided()

    def assert_undecided(self) -> None:
        self.mug.refresh_from_db()
        self.conflict.refresh_from_db()
        self.assertEqual((self.mug.weight_g, self.conflict.state), (300, "open"))

    def test_second_word_is_too_late(self) -> None:
        settle_conflict(conflict_id=self.conflict.pk, choice=Choice.OURS, actor="Ada")

        with self.assertRaises(StateChanged):
            settle_conflict(conflict_id=self.conflict.pk, choice=Choice.THEIRS, actor="Bo")

    def test_admin_takes_theirs_for_many_at_once(self) -> None:
        manager = make_user(Role.MANAGER)
        manager.is_staff = True
        manager.save()
        self.client.force_login(manager)
        chosen = list(SyncConflict.objects.values_list("pk", flat=True))
        body = {"action": "take_theirs", "_selected_action": chosen, "confirmed": "yes"}

        self.client.post("/admin/catalog/syncconflict/", body)

        self.mug.refresh_from_db()
        self.assertEqual((self.mug.weight_g, self.mug.title), (280, "Trail Mug Green"))


class MasterTests(SyncCase):
    def setUp(self) -> None:
        super().setUp()
        self.mug = self.sell(MUG, weight_g=300)
        self.pull()

    def declare(self, master: Master) -> SyncConflict:
        set_master(organization_id=self.alder.pk, group=Group.MEASURES, master=master, actor="Ada")
        self.mug.refresh_from_db()
        return SyncConflict.objects.get()

    def test_master_there_settles_what_is_open(self) -> None:
        conflict = self.declare(Master.VEEQO)

        self.assertEqual((conflict.state, self.mug.weight_g), ("theirs", 280))

    def test_any_other_master_keeps_ours(self) -> None:
        conflict = self.declare(Master.EASYSHIP)

        self.assertEqual((conflict.state, self.mug.weight_g), ("ours", 300))
        self.assertEqual(self.listing(MUG).ahead, "measures")

    def test_nobody_leaves_it_to_a_person(self) -> None:
        self.assertEqual(self.declare(Master.NOBODY).state, "open")

    def test_values_that_cannot_be_kept_stay_open(self) -> None:
        SyncConflict.objects.update(theirs={"weight_g": -5})

        conflict = self.declare(Master.VEEQO)

        self.assertEqual((conflict.state, self.mug.weight_g), ("open", 300))

    def test_conflicts_of_others_are_left_alone(self) -> None:
        birch = make_organization("birch")
        set_master(organization_id=birch.pk, group=Group.MEASURES, master=Master.VEEQO, actor="Ada")

        self.assertEqual(SyncConflict.objects.get().state, "open")


class IssueTests(SyncCase):
    def setUp(self) -> None:
        super().setUp()
        self.mug = self.sell(MUG)
        self.pull()
        self.first_ref = self.listing(MUG).external_ref
        self.change_there("TRM-NVY", sku=MUG)
        self.pull(is_full=True)
        self.issue = ListedIssue.objects.get(kind="doubled_sku")

    def test_chosen_one_replaces_the_link_and_the_other_is_listed_instead(self) -> None:
        link_issue(issue_id=self.issue.pk, sellable=self.mug, actor="Ada")

        self.pull(is_full=True)

        self.assertEqual(self.listing(MUG).external_ref, self.issue.item_ref)
        (left,) = ListedIssue.objects.unsettled().filter(sku=MUG)
        self.assertEqual((left.item_ref, left.kind), (self.first_ref, "doubled_sku"))

    def test_ignored_one_no_longer_keeps_the_other_from_being_merged(self) -> None:
        ignore_issue(issue_id=self.issue.pk, reason="A test listing.", actor="Ada")
        self.change_there(MUG, weight_g=333)

        self.pull(is_full=True)

        self.mug.refresh_from_db()
        self.issue.refresh_from_db()
        self.assertEqual((self.mug.weight_g, self.issue.is_ignored), (333, True))
        self.assertEqual(self.listing(MUG).external_ref, self.first_ref)

    def test_other_sku_is_never_linked(self) -> None:
        kettle = self.sell("KET-12")

        with self.assertRaises(InvalidInput):
            link_issue(issue_id=self.issue.pk, sellable=kettle, actor="Ada")

        self.assertFalse(kettle.listings.exists())

    def test_item_that_fits_now_leaves_the_list(self) -> None:
        issue = ListedIssue.objects.get(sku="KET-12")
        self.sell("KET-12")

        self.pull(is_full=True)

        issue.refresh_from_db()
        self.assertIsNotNone(issue.settled_at)
