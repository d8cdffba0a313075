"""The platforms page and what can be done on it."""

from __future__ import annotations

from typing import Any

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Organization, Role, User
from accounts.tests.builders import make_organization, make_user
from carriers.models import CommandState, OutboxCommand, PlatformAccount, SetAsideRow
from carriers.services.signatures import record_case
from carriers.tests.calls import make_call, make_command
from shipping_project.kernel.tests.pages import read_page


class PlatformsCase(TestCase):
    alder: Organization
    manager: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.alder = make_organization("alder")
        cls.manager = make_user(Role.MANAGER)

    def setUp(self) -> None:
        self.client.force_login(self.manager)

    def page(self, **params: str) -> Any:
        return self.client.get(reverse("platforms"), params)


class PlatformsPageTests(PlatformsCase):
    def test_visitor_is_sent_to_the_login(self) -> None:
        self.client.logout()

        response = self.page()

        self.assertRedirects(response, "/login/?next=/platforms/", fetch_redirect_response=False)

    def test_page_is_for_staff_alone(self) -> None:
        cases = [
            (Role.ADMINISTRATOR, None, 200),
            (Role.OPERATOR, None, 200),
            (Role.AUDITOR, None, 200),
            (Role.PARTNER, self.alder, 403),
            (Role.MANAGER, self.alder, 403),
        ]
        call = make_call(status=500)
        for role, organization, expected in cases:
            with self.subTest(role=role, organization=organization):
                self.client.force_login(make_user(role, organization=organization))

                self.assertEqual(self.page().status_code, expected)
                detail = self.client.get(reverse("platform-call", args=[call.pk]))
                self.assertEqual(detail.status_code, expected)

    def test_figures_calls_and_commands_are_shown(self) -> None:
        make_call(status=503, path="/orders/77", lane="order:12")
        make_command(self.alder, CommandState.STUCK, error_detail="Not found twice")

        response = self.page()

        self.assertContains(response, "POST /orders/77")
        self.assertContains(response, 'href="/orders/?q=order%3A12"')
        self.assertContains(response, "Not found twice")
        self.assertContains(response, '<span class="badge badge-bad">0.0 %</span>', html=True)

    def test_share_of_explained_failures_is_shown_and_leads_to_the_list(self) -> None:
        self.manager.is_staff = True
        self.manager.save()
        for code in ("address.missing", "account.funds_low", "upstream.refused"):
            make_command(
                self.alder, CommandState.REJECTED, error_code=code, settled_at=timezone.now()
            )
        record_case(
            platform="veeqo", operation="veeqo.x", raw_code="upstream.refused", words="Odd."
        )

        response = self.page()

        self.assertContains(response, '<td class="num">66.6 %</td>', html=True)
        groups = reverse("admin:carriers_upstreamsignature_changelist")
        link = f'<a href="{groups}?platform__exact=veeqo&amp;mapped=no">1</a>'
        self.assertContains(response, link, html=True)

    def test_command_shows_its_cause_and_its_words_on_demand(self) -> None:
        make_command(
            self.alder,
            CommandState.STUCK,
            error_code="outcome.unresolved",
            error_detail="Raw words.",
        )

        response = self.page()

        self.assertContains(response, "could not tell what became of a request.")
        self.assertContains(
            response,
            "<details><summary>Word for word</summary>Raw words.</details>",
            html=True,
        )

    def test_failed_calls_are_narrowed_by_platform(self) -> None:
        make_call("veeqo", status=500)
        ours = make_call("easyship", status=500)

        self.assertEqual(self.page(platform="easyship").context["calls"], (ours,))
        self.assertEqual(len(self.page(platform="nobody").context["calls"]), 2)

    def test_htmx_gets_the_figures_without_the_page(self) -> None:
        response = self.client.get(reverse("platforms"), headers={"HX-Request": "true"})

        self.assertContains(response, "Veeqo")
        self.assertNotContains(response, "<html")
        self.assertNotContains(response, "Failed calls")

    def test_pages_obey_the_policy(self) -> None:
        call = make_call(status=500, response_body='{"text": "<script>alert(1)</script>"}')

        for response in (self.page(), self.client.get(reverse("platform-call", args=[call.pk]))):
            self.assertEqual(response.status_code, 200)
            self.assertEqual(read_page(response.content).refused, [])

    def test_bodies_of_a_call_are_readable(self) -> None:
        call = make_call(status=422, request_body='{"number":"S-1"}', response_body="no JSON")

        response = self.client.get(reverse("platform-call", args=[call.pk]))

        self.assertContains(response, "&quot;number&quot;: &quot;S-1&quot;")
        self.assertContains(response, "no JSON")

    def test_part_of_a_call_comes_without_the_page(self) -> None:
        call = make_call(status=422, request_body="{}")

        response = self.client.get(
            reverse("platform-call", args=[call.pk]), headers={"HX-Request": "true"}
        )

        self.assertContains(response, "Sent")
        self.assertNotContains(response, "<html")

    def test_rows_set_aside_lead_to_their_list(self) -> None:
        self.assertNotContains(self.page(), "Rows set aside")
        SetAsideRow.objects.create(platform="veeqo", resource="orders", digest="0" * 64)

        self.assertContains(self.page(), "Rows set aside")

    def test_query_count_does_not_grow_with_the_rows(self) -> None:
        make_call(status=500)
        make_call("easyship", status=500)
        make_command(self.alder, CommandState.STUCK)
        # Session, user; accounts, calls, states, due, rows set aside; three for each platform;
        # calls, commands; failures and their groups, findings of audits and their ends; readings of
        # orders, the whole ones, cursors, and channels.
        with self.assertNumQueries(26):
            self.page()
        for _ in range(10):
            make_call(status=500)
            make_command(self.alder, CommandState.STUCK)

        with self.assertNumQueries(26):
            self.page()


class SwitchTests(PlatformsCase):
    def switch(self, is_enabled: str, platform: str = "veeqo") -> Any:
        return self.client.post(
            reverse("platform-switch", args=[platform]), {"is_enabled": is_enabled}
        )

    def enabled(self) -> bool:
        return bool(PlatformAccount.objects.get(platform="veeqo").is_enabled)

    def test_manager_switches_off_and_on_and_it_is_on_record(self) -> None:
        response = self.switch("0")

        self.assertRedirects(response, reverse("platforms"))
        self.assertFalse(self.enabled())
        self.assertContains(self.page(), "switched off")

        self.switch("1")

        self.assertTrue(self.enabled())
        trail = AuditEntry.objects.order_by("id").values_list("action", "actor")
        self.assertEqual(
            list(trail),
            [
                ("platform.disabled", self.manager.label),
                ("platform.enabled", self.manager.label),
            ],
        )

    def test_repeat_changes_nothing(self) -> None:
        self.switch("0")
        self.switch("0")

        self.assertFalse(self.enabled())
        self.assertEqual(AuditEntry.objects.count(), 1)

    def test_others_may_not_switch(self) -> None:
        cases = [
            (Role.OPERATOR, None),
            (Role.AUDITOR, None),
            (Role.MANAGER, self.alder),
            (Role.PARTNER, self.alder),
        ]
        for role, organization in cases:
            with self.subTest(role=role, organization=organization):
                self.client.force_login(make_user(role, organization=organization))

                self.assertEqual(self.switch("0").status_code, 403)
                self.assertTrue(self.enabled())

    def test_operator_sees_no_switch(self) -> None:
        self.client.force_login(make_user(Role.OPERATOR))

        self.assertNotContains(self.page(), "/platforms/veeqo/switch/")

    def test_what_is_not_a_platform_or_a_wish_is_not_found(self) -> None:
        for platform, wish in (("fedex", "0"), ("veeqo", ""), ("veeqo", "maybe")):
            with self.subTest(platform=platform, wish=wish):
                self.assertEqual(self.switch(wish, platform).status_code, 404)
                self.assertTrue(self.enabled())

    def test_address_in_the_browser_switches_nothing(self) -> None:
        response = self.client.get(reverse("platform-switch", args=["veeqo"]))

        self.assertEqual(response.status_code, 405)
        self.assertTrue(self.enabled())


class LookAgainTests(PlatformsCase):
    def look(self, command: OutboxCommand) -> Any:
        return self.client.post(reverse("command-look-again", args=[command.pk]), follow=True)

    def test_stuck_command_is_looked_up_again_and_not_sent(self) -> None:
        sent_at = timezone.now()
        command = make_command(self.alder, CommandState.STUCK, lookups=12, sent_at=sent_at)

        response = self.look(command)

        self.assertContains(response, f"Command {command.pk} is looked up again.")
        command.refresh_from_db()
        self.assertEqual((command.state, command.lookups), (CommandState.UNKNOWN, 0))
        self.assertEqual(command.sent_at, sent_at)
        entry = AuditEntry.objects.get(action="command.looked_again")
        self.assertEqual(entry.actor, self.manager.label)

    def test_command_that_moved_on_is_left_alone_and_it_is_said(self) -> None:
        command = make_command(self.alder, CommandState.DELIVERED)

        response = self.look(command)

        self.assertContains(response, "This command does not wait for a person")
        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.DELIVERED)

    def test_auditor_and_partner_may_not(self) -> None:
        command = make_command(self.alder, CommandState.STUCK)

        for role, organization in ((Role.AUDITOR, None), (Role.PARTNER, self.alder)):
            with self.subTest(role=role):
                self.client.force_login(make_user(role, organization=organization))

                self.assertEqual(self.look(command).status_code, 403)
                command.refresh_from_db()
                self.assertEqual(command.state, CommandState.STUCK)

    def test_button_stands_beside_stuck_commands_only(self) -> None:
        make_command(self.alder, CommandState.UNKNOWN)

        self.assertNotContains(self.page(), "Look again")

        make_command(self.alder, CommandState.STUCK)

        self.assertContains(self.page(), "Look again", count=1)
