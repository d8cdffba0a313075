"""The label audit against the twin: what was done there, or lost here, behind our back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command
from django.utils import timezone

from carriers.contracts import Platform
from orders.audit.runs import audit_platform
from orders.models import LabelAudit, LabelState, LedgerLine, Order, Package, PlatformDiscrepancy
from orders.services.cancellation import cancel_order
from orders.services.discrepancies import SamePerson, ask_void, explain
from orders.services.withdrawal import withdraw_pending
from orders.tests.twin import TwinCase
from shipping_project.kernel.errors import Conflict

VEEQO_KEY = {"x-api-key": "vk-test"}
TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}
LABEL_LOST = {"label_state": LabelState.NONE, "label_ref": "", "tracking_number": ""}


class AuditCase(TwinCase):
    def shipped(self, **address: Any) -> Order:
        order = self.place(**address)
        self.finish(rounds=3)
        self.assert_shipped_once(order)
        return order

    def settle(self) -> None:
        """Labels were bought an hour ago."""
        Package.objects.update(bought_at=timezone.now() - timedelta(hours=1))

    def told(self) -> list[tuple[str, str]]:
        rows = PlatformDiscrepancy.objects.order_by("id")
        return list(rows.values_list("kind", "state"))


class OrphanTests(AuditCase):
    def setUp(self) -> None:
        super().setUp()
        self.order = self.shipped(**TEXAS)
        # As after a backup from before the purchase.
        Package.objects.update(**LABEL_LOST)

    def found(self) -> PlatformDiscrepancy:
        audit_platform(Platform.VEEQO)
        row: PlatformDiscrepancy = PlatformDiscrepancy.objects.get()
        return row

    def test_label_that_is_not_ours_is_found_once(self) -> None:
        sold = self.twin.labels()[0]

        row = self.found()
        again = audit_platform(Platform.VEEQO)

        assert again is not None
        self.assertEqual((row.kind, row.state, again.orphans), ("orphan", "open", 0))
        self.assertEqual(row.tracking_number, sold["tracking_number"])
        self.assertEqual(self.told(), [("orphan", "open")])

    def test_voiding_it_takes_it_back_at_the_platform(self) -> None:
        row = self.found()

        ask_void(discrepancy_id=row.pk, reason="Bought twice", actor="anna")
        with self.assertRaises(Conflict):
            ask_void(discrepancy_id=row.pk, reason="Bought twice", actor="anna")
        self.finish(rounds=2)
        audit_platform(Platform.VEEQO)

        self.assertEqual(self.told(), [("orphan", "voided")])
        self.assertEqual(self.twin.labels(), [])

    def test_order_that_is_cancelled_meanwhile_leaves_no_finding_waiting(self) -> None:
        row = self.found()
        ask_void(discrepancy_id=row.pk, reason="Bought twice", actor="anna")

        cancel_order(order_id=self.order.pk, reason="Changed mind", actor="anna")
        withdrawn = self.told()
        self.finish(rounds=3)
        audit_platform(Platform.VEEQO)

        self.assertEqual(withdrawn, [("orphan", "open")])
        self.assertEqual(self.told(), [("orphan", "gone")])
        self.assertEqual(self.twin.labels(), [])

    def test_order_that_is_replaced_meanwhile_lets_it_be_asked_for_again(self) -> None:
        row = self.found()
        ask_void(discrepancy_id=row.pk, reason="Bought twice", actor="anna")

        withdraw_pending(Order.objects.get(pk=self.order.pk))

        ask_void(discrepancy_id=row.pk, reason="Bought twice", actor="anna")
        self.assertEqual(self.told(), [("orphan", "asked")])


class GhostTests(AuditCase):
    def setUp(self) -> None:
        super().setUp()
        self.order = self.shipped(**TEXAS)
        self.twin.call("DELETE", f"/shipments/{Package.objects.get().label_ref}", VEEQO_KEY)

    def test_label_removed_there_is_a_ghost(self) -> None:
        self.settle()

        audit_platform(Platform.VEEQO)

        self.assertEqual(self.told(), [("ghost", "open")])

    def test_label_bought_a_moment_ago_is_not_missed_yet(self) -> None:
        audit_platform(Platform.VEEQO)

        self.assertEqual(self.told(), [])

    def test_two_people_explain_a_ghost(self) -> None:
        self.settle()
        audit_platform(Platform.VEEQO)
        row = PlatformDiscrepancy.objects.get()

        explain(discrepancy_id=row.pk, reason="Refunded by phone", actor="anna")
        with self.assertRaises(SamePerson):
            explain(discrepancy_id=row.pk, reason="Refunded by phone", actor="anna")
        half = self.told()
        explain(discrepancy_id=row.pk, reason="Seen", actor="ben")
        audit_platform(Platform.VEEQO)

        self.assertEqual(half, [("ghost", "proposed")])
        self.assertEqual(self.told(), [("ghost", "explained")])


class RunTests(AuditCase):
    def test_nothing_differs(self) -> None:
        self.shipped(**TEXAS)
        self.shipped()
        self.settle()
        out = StringIO()

        call_command("audit_labels", stdout=out)

        self.assertEqual(self.told(), [])
        self.assertEqual(out.getvalue().count("0 orphans, 0 ghosts, 0 amounts"), 2)

    def test_another_price_is_found(self) -> None:
        self.shipped(**TEXAS)
        LedgerLine.objects.filter(kind="bought").update(amount=Decimal("1.00"))

        with self.assertRaisesMessage(CommandError, "1 findings are open"):
            call_command("audit_labels", stdout=StringIO())

        self.assertEqual(self.told(), [("amount", "open")])

    def test_outage_is_no_sign_of_missing_labels_and_the_audit_goes_on_later(self) -> None:
        self.shipped(**TEXAS)
        self.settle()
        self.twin.fault("GET", "/", "error_before", status=503, times=1)
        stopped = audit_platform(Platform.VEEQO)

        resumed = audit_platform(Platform.VEEQO)

        assert stopped is not None and resumed is not None
        self.assertIsNone(stopped.finished_at)
        self.assertNotEqual(stopped.error_code, "")
        self.assertEqual(resumed.pk, stopped.pk)
        self.assertIsNotNone(resumed.finished_at)
        self.assertEqual((LabelAudit.objects.count(), self.told()), (1, []))
