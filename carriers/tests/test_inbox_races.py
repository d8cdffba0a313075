"""Many posts and many workers at once: each event is kept once and told once."""

from __future__ import annotations

from datetime import datetime
from threading import Event

import pytest
from django.test import TransactionTestCase, override_settings

from carriers.contracts import Page, Platform
from carriers.inbox.cursors import Changed, read_changes
from carriers.inbox.models import ReceiptState, SyncCursor, WebhookReceipt
from carriers.inbox.worker import process_next
from carriers.tests.inbox import SCRIPT, SECRET, make_event, only_receipt, post_event
from shipping_project.kernel.tests.races import at_once, needs_row_locks, results


@pytest.mark.postgres
@needs_row_locks
@override_settings(EASYSHIP_WEBHOOK_SECRETS=[SECRET])
class ManyAtOnceTests(TransactionTestCase):
    serialized_rollback = True

    def setUp(self) -> None:
        SCRIPT.clear()

    def test_same_event_posted_by_eight_is_kept_once(self) -> None:
        codes = results(at_once(8, lambda _: post_event(make_event()).status_code))

        self.assertEqual(codes, [200] * 8)
        self.assertEqual(only_receipt().state, ReceiptState.RECEIVED)

    def test_eight_workers_tell_each_event_once(self) -> None:
        refs = [f"ESUS1000{number:04}" for number in range(40)]
        for ref in refs:
            post_event(make_event(resource_id=ref))

        at_once(8, self.process_all)

        self.assertEqual(sorted(event.shipment_ref for event in SCRIPT.told), refs)
        states = WebhookReceipt.objects.values_list("state", "attempts").distinct()
        self.assertEqual(list(states.order_by()), [(ReceiptState.DONE, 1)])

    def process_all(self, _: int) -> int:
        done = 0
        while process_next():
            done += 1
        return done

    def test_list_is_read_by_one_of_eight(self) -> None:
        asked: list[int] = []

        def read_page(since: datetime, page: int) -> Page[Changed]:
            asked.append(page)
            # The others come while this page is still being read.
            gate.wait(timeout=20)
            return Page(rows=())

        def read(number: int) -> int:
            used = read_changes(
                platform=Platform.VEEQO,
                resource="orders",
                read_page=read_page,
                take_rows=lambda rows: len(rows),
            )
            came.append(number)
            if len(came) == 7:
                gate.set()
            return used

        came: list[int] = []
        gate = Event()
        at_once(8, read)

        self.assertEqual(asked, [1])
        self.assertEqual(SyncCursor.objects.get().runs, 1)
