"""Rows written by the thousand are what the ORM would have written."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.test import TestCase

from accounts.models import AuditEntry, Organization
from shipping_project.kernel.rows import insert_rows, reserve_ids

HARD = "tab\t, back\\slash, line\nbreak, \\N, ümlaut"


class RowsTests(TestCase):
    def test_values_and_defaults_are_those_of_the_model(self) -> None:
        insert_rows(AuditEntry, [{"actor": HARD, "action": "a", "after": {"text": HARD}}])

        entry = AuditEntry.objects.get()

        self.assertEqual((entry.actor, entry.before, entry.after), (HARD, {}, {"text": HARD}))
        self.assertEqual((entry.address, entry.seal), (None, ""))
        self.assertIsNotNone(entry.at)

    def test_reserved_ids_are_nobody_elses(self) -> None:
        first = Organization.objects.create(name="A", slug="a")
        ids = reserve_ids(Organization, 2)
        rows = [{"id": pk, "name": "B", "slug": f"b{pk}"} for pk in ids]

        insert_rows(Organization, rows, with_ids=True)
        last = Organization.objects.create(name="C", slug="c")

        made = Organization.objects.filter(name="B").order_by("pk")
        self.assertEqual([one.pk for one in made], ids)
        self.assertEqual(len({first.pk, *ids, last.pk}), 4)
        self.assertIsNotNone(Organization.objects.get(pk=ids[0]).updated_at)

    def test_a_clash_is_told_as_one_and_leaves_nothing(self) -> None:
        rows = [{"name": "A", "slug": "a"}, {"name": "B", "slug": "a"}]

        with self.assertRaises(IntegrityError), transaction.atomic():
            insert_rows(Organization, rows)

        self.assertEqual(Organization.objects.count(), 0)
