"""The inbox in the admin: for the firm's own staff, who may process again and ignore."""

from __future__ import annotations

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import TestCase
from django.urls import reverse

from accounts.models import Organization, Role, User
from accounts.tests.builders import make_organization, make_user
from carriers.inbox.models import ReceiptState, SetAsideRow, WebhookReceipt

LIST = "admin:carriers_webhookreceipt_changelist"
SET_ASIDE = "admin:carriers_setasiderow_changelist"


class InboxAdminTests(TestCase):
    def setUp(self) -> None:
        self.receipt = WebhookReceipt.objects.create(
            platform="easyship", digest="0" * 64, is_verified=True, state=ReceiptState.FAILED
        )

    def staff(self, role: str, organization: Organization | None = None) -> User:
        user = make_user(role, organization=organization)
        user.is_staff = True
        user.save()
        return user

    def run_action(self, user: User, name: str, **words: str) -> int:
        self.client.force_login(user)
        form = {"action": name, ACTION_CHECKBOX_NAME: [self.receipt.pk], "confirmed": "1", **words}
        return self.client.post(reverse(LIST), form).status_code

    def state(self) -> str:
        self.receipt.refresh_from_db()
        return str(self.receipt.state)

    def test_staff_process_a_failed_event_again(self) -> None:
        self.assertEqual(self.run_action(self.staff(Role.OPERATOR), "process_again"), 200)

        self.assertEqual(self.state(), ReceiptState.RECEIVED)

    def test_staff_ignore_an_event_with_a_reason(self) -> None:
        self.run_action(self.staff(Role.MANAGER), "ignore", reason="A trial of theirs")

        self.assertEqual(self.state(), ReceiptState.IGNORED)

    def test_ignoring_without_a_reason_changes_nothing(self) -> None:
        self.run_action(self.staff(Role.MANAGER), "ignore", reason="")

        self.assertEqual(self.state(), ReceiptState.FAILED)

    def test_auditor_looks_and_changes_nothing(self) -> None:
        auditor = self.staff(Role.AUDITOR)
        self.client.force_login(auditor)
        looked = self.client.get(reverse(LIST)).status_code

        self.run_action(auditor, "process_again")

        self.assertEqual((looked, self.state()), (200, ReceiptState.FAILED))

    def test_staff_mark_a_row_that_was_set_aside_as_dealt_with(self) -> None:
        row = SetAsideRow.objects.create(platform="veeqo", resource="orders", digest="1" * 64)
        self.client.force_login(self.staff(Role.OPERATOR))
        form = {"action": "settle", ACTION_CHECKBOX_NAME: [row.pk], "confirmed": "1"}

        self.client.post(reverse(SET_ASIDE), form | {"reason": "Mended there"})

        row.refresh_from_db()
        self.assertIsNotNone(row.settled_at)

    def test_staff_of_one_organization_do_not_see_everybodys_parcels(self) -> None:
        manager = self.staff(Role.MANAGER, make_organization())
        self.client.force_login(manager)

        self.assertEqual(self.client.get(reverse(LIST)).status_code, 403)
        self.assertEqual(self.client.get(reverse(SET_ASIDE)).status_code, 403)
        self.assertEqual(self.run_action(manager, "process_again"), 403)
        self.assertEqual(self.state(), ReceiptState.FAILED)
