"""The trail tells who did what from where, and whether somebody tampered with it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from io import StringIO
from unittest import skipUnless

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import TestCase, TransactionTestCase
from django.utils import timezone

from accounts.models import AuditEntry, Organization, Role
from accounts.services.audit import record_audit
from accounts.services.seals import START, last_head, prove, seal_entries
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import ApiCase, client_for


def let_in() -> None:
    """As somebody does who owns the database, until the end of the transaction."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER audit_trail_sealed")
        else:
            cursor.execute("DROP TRIGGER audit_trail_sealed")


class ChainCase(TestCase):
    def setUp(self) -> None:
        self.alder = make_organization("alder")

    def record(self, count: int) -> None:
        for number in range(count):
            record_audit(
                actor="Mia", action="thing.changed", subject=self.alder, after={"number": number}
            )

    def proven(self, **options: str) -> tuple[int, str]:
        """Exit status and what the command says."""
        out = StringIO()
        try:
            call_command("prove_audit", stdout=out, **options)
        except SystemExit as end:
            return int(str(end.code)), out.getvalue()
        return 0, out.getvalue()


class SealTests(ChainCase):
    def test_every_entry_is_sealed_once(self) -> None:
        self.record(3)

        self.assertEqual((seal_entries(), seal_entries()), (3, 0))
        numbers = AuditEntry.objects.order_by("pk").values_list("seal_number", flat=True)
        self.assertEqual(list(numbers), [1, 2, 3])

    def test_later_entries_go_on_from_the_end_of_the_chain(self) -> None:
        self.record(2)
        seal_entries()
        before = last_head()
        self.record(1)

        seal_entries()

        self.assertEqual((before.number, last_head().number), (2, 3))
        self.assertEqual(self.proven(head=f"2:{before.seal}")[0], 0)

    def test_seal_hangs_on_the_one_before(self) -> None:
        self.record(1)
        first = AuditEntry.objects.get()
        seal_entries()
        alone = last_head().seal
        let_in()
        AuditEntry.objects.filter(pk=first.pk).update(seal_number=None, seal="")
        AuditEntry.objects.create(actor="x", action="x", subject="x", seal_number=1, seal="1" * 64)

        seal_entries()

        self.assertNotIn(last_head().seal, (alone, START))


@pytest.mark.postgres
@skipUnless(
    connection.vendor == "postgresql",
    "needs the row locks of PostgreSQL; SQLite runs one writer at a time",
)
class SealRaceTests(TransactionTestCase):
    serialized_rollback = True

    def test_many_that_seal_at_once_make_one_chain(self) -> None:
        alder = make_organization("alder")
        for number in range(60):
            record_audit(actor="Mia", action=f"thing.{number}", subject=alder)

        with ThreadPoolExecutor(8) as pool:
            sealed = list(pool.map(_seal, range(8)))

        self.assertEqual((sum(sealed), last_head().number), (60, 60))
        self.assertEqual(prove().faults, [])


def _seal(_: int) -> int:
    try:
        return seal_entries()
    finally:
        connection.close()


class RefusalTests(ChainCase):
    """The database refuses, whoever asks and whatever for."""

    def refused(self, do: Callable[[], object]) -> None:
        before = list(AuditEntry.objects.order_by("pk").values())
        with self.assertRaises(IntegrityError), transaction.atomic():
            do()
        self.assertEqual(list(AuditEntry.objects.order_by("pk").values()), before)

    def test_no_column_of_an_entry_is_changed(self) -> None:
        self.record(2)
        entries, waiting = AuditEntry.objects.all(), AuditEntry.objects.filter(seal_number=None)
        changes: dict[str, object] = {
            "actor": "Eve",
            "after": {"number": 7},
            "address": "203.0.113.9",
            "organization": make_organization("birch"),
            "at": timezone.now(),
        }
        for name, value in changes.items():
            with self.subTest(name):
                self.refused(partial(waiting.update, **{name: value}))
        seal_entries()
        self.refused(partial(entries.update, seal="0" * 64))
        self.refused(partial(entries.update, seal_number=None))
        self.assertEqual(prove().faults, [])

    @skipUnless(connection.vendor == "postgresql", "SQLite leaves removals to the chain to tell")
    def test_no_entry_is_removed(self) -> None:
        self.record(2)

        self.refused(AuditEntry.objects.all().delete)


class ProveTests(ChainCase):
    def setUp(self) -> None:
        super().setUp()
        self.record(4)
        seal_entries()
        self.head = last_head()
        self.second = AuditEntry.objects.order_by("pk")[1]
        let_in()

    def test_whole_trail_is_proven_with_its_head_and_what_waits(self) -> None:
        self.record(1)

        status, said = self.proven()

        self.assertEqual(status, 0)
        self.assertEqual(
            said.splitlines(),
            ["4 entries as they were sealed; 1 to seal.", f"Head: 4:{self.head.seal}"],
        )

    def test_any_change_of_an_entry_is_seen(self) -> None:
        changes: dict[str, object] = {
            "actor": "Eve",
            "action": "thing.kept",
            "subject": "accounts.organization:99",
            "label": "Other",
            "before": {"number": 7},
            "after": {"number": 7},
            "request_id": "other-id",
            "address": "203.0.113.9",
            "at": self.second.at + timedelta(seconds=1),
            "organization": make_organization("birch"),
        }
        kept = AuditEntry.objects.filter(pk=self.second.pk)
        was = kept.values(*changes).get()
        for name, value in changes.items():
            with self.subTest(name):
                kept.update(**{name: value})

                status, said = self.proven()

                self.assertEqual(status, 1)
                self.assertIn(f"Changed: 2, entry {self.second.pk},", said)
                kept.update(**was)
        self.assertEqual(self.proven()[0], 0)

    def test_entry_that_was_removed_is_seen(self) -> None:
        self.second.delete()

        status, said = self.proven()

        self.assertEqual((status, said), (1, "Missing: 2.\n"))

    def test_end_that_was_cut_off_is_seen_by_an_older_head(self) -> None:
        AuditEntry.objects.filter(seal_number__gt=2).delete()

        self.assertEqual(self.proven()[0], 0)
        status, said = self.proven(head=f"4:{self.head.seal}")
        self.assertEqual((status, said), (1, "Missing: 3 to 4, cut off at the end.\n"))

    def test_chain_that_was_sealed_anew_is_seen_by_an_older_head(self) -> None:
        AuditEntry.objects.update(seal_number=None, seal="")
        AuditEntry.objects.filter(pk=self.second.pk).update(actor="Eve")
        seal_entries()

        self.assertEqual(self.proven()[0], 0)
        status, said = self.proven(head=f"4:{self.head.seal}")
        self.assertEqual((status, said), (1, "Rewritten: 4 had another seal.\n"))

    def test_head_must_be_readable(self) -> None:
        with self.assertRaises(CommandError):
            self.proven(head="last")


class WhereFromTests(ApiCase):
    def make_key(self, **where: str) -> AuditEntry:
        admin = client_for(make_user(Role.ADMINISTRATOR, organization=Organization.objects.get()))
        body = {"name": "Shop", "scopes": ["orders:read"]}
        response = admin.post("/api/v1/api-keys", body, format="json", **where)  # type: ignore[arg-type]
        self.assertEqual(response.status_code, 201)
        entry: AuditEntry = AuditEntry.objects.latest("pk")
        return entry

    def test_entry_tells_the_address_of_the_request(self) -> None:
        make_organization("alder")

        addresses = [
            self.make_key(REMOTE_ADDR=host).address for host in ("203.0.113.9", "2001:db8::1", "")
        ]

        self.assertEqual(addresses, ["203.0.113.9", "2001:db8::1", None])

    def test_what_no_request_did_has_no_address(self) -> None:
        entry = record_audit(actor="worker", action="x", subject=make_organization("alder"))

        self.assertIsNone(entry.address)
