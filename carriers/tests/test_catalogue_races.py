"""Many workers meet the same unknown words while a person says what they mean."""

from __future__ import annotations

import pytest
from django.test import TransactionTestCase

from accounts.tests.builders import make_organization
from carriers.errors import UpstreamRefused
from carriers.models import OutboxCommand, UpstreamSignature
from carriers.outbox.worker import run_next
from carriers.services.signatures import map_signature, record_case
from carriers.tests.scripted import SCRIPT, make_command
from shipping_project.kernel.tests.races import at_once, needs_row_locks, results

ODD = "The moon stands in the wrong house."
MAPPED = "address.undeliverable"


@pytest.mark.postgres
@needs_row_locks
class ManyFailuresTests(TransactionTestCase):
    serialized_rollback = True

    def setUp(self) -> None:
        SCRIPT.clear()
        self.organization = make_organization()

    def record(self, number: int) -> int:
        row = record_case(
            platform="veeqo", operation="x", raw_code="upstream.refused", words=f"{ODD} {number}"
        )
        return int(row.pk)

    def test_first_cases_at_once_are_one_group(self) -> None:
        groups = results(at_once(8, self.record))

        row = UpstreamSignature.objects.get()
        self.assertEqual(groups, [row.pk] * 8)
        self.assertEqual(row.cases, 8)

    def test_no_case_slips_past_a_mapping(self) -> None:
        for number in range(24):
            make_command(self.organization, lane=f"order:{number}")
        refusal = UpstreamRefused(ODD, platform="veeqo", operation="veeqo.buy_label")
        SCRIPT.outcomes = [refusal] * 24
        run_next("orders")
        row = UpstreamSignature.objects.get()

        def act(number: int) -> None:
            if number == 3:
                map_signature(signature_id=row.pk, code=MAPPED, actor="Mia")
            while run_next("orders"):
                pass

        at_once(8, act)

        codes = set(OutboxCommand.objects.values_list("error_code", flat=True))
        self.assertEqual(codes, {MAPPED})
        row.refresh_from_db()
        self.assertEqual(row.cases, 24)
