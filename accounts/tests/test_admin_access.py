"""Who gets into the admin, and what they may do there."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.test import TestCase
from django.urls import reverse
from django_q.models import Schedule

from accounts.models import ApiKey, AuditEntry, Organization, Role, User
from accounts.services.keys import find_api_key
from accounts.tests.builders import make_key, make_organization, make_user

ACT = "_selected_action"


def make_staff(role: str, **values: Any) -> User:
    user = make_user(role, **values)
    user.is_staff = True
    user.is_superuser = role == Role.ADMINISTRATOR
    user.save()
    return user


class AdminCase(TestCase):
    def log_in(self, role: str, **values: Any) -> User:
        user = make_staff(role, **values)
        self.client.force_login(user)
        return user

    def status_of(self, name: str, *args: object) -> int:
        return self.client.get(reverse(f"admin:{name}", args=args)).status_code


class AccessTests(AdminCase):
    def test_partner_is_sent_to_the_login(self) -> None:
        self.client.force_login(make_user(Role.PARTNER, organization=make_organization()))

        self.assertEqual(self.status_of("index"), 302)
        self.assertEqual(self.status_of("accounts_auditentry_changelist"), 302)

    def test_partner_marked_as_staff_sees_no_model(self) -> None:
        self.log_in(Role.PARTNER, organization=make_organization())

        self.assertEqual(self.status_of("accounts_auditentry_changelist"), 403)
        self.assertEqual(self.status_of("accounts_organization_changelist"), 403)

    def test_only_administrators_see_users_and_keys(self) -> None:
        for role, status in ((Role.ADMINISTRATOR, 200), (Role.MANAGER, 403), (Role.OPERATOR, 403)):
            with self.subTest(role=role):
                self.log_in(role)

                self.assertEqual(self.status_of("accounts_user_changelist"), status)
                self.assertEqual(self.status_of("accounts_apikey_changelist"), status)

    def test_schedules_are_hidden_from_managers(self) -> None:
        self.log_in(Role.MANAGER)

        self.assertEqual(self.status_of("django_q_schedule_changelist"), 403)

    def test_nobody_can_add_or_change_a_schedule(self) -> None:
        row = Schedule.objects.create(func="math.sqrt", name="looked at only")
        self.log_in(Role.ADMINISTRATOR)

        self.assertEqual(self.status_of("django_q_schedule_add"), 403)
        address = reverse("admin:django_q_schedule_change", args=[row.pk])
        response = self.client.post(address, {"func": "os.system", "name": "x"})

        self.assertEqual(response.status_code, 403)
        row.refresh_from_db()
        self.assertEqual(row.func, "math.sqrt")

    def test_the_trail_can_be_neither_added_to_nor_deleted_from(self) -> None:
        make_key(make_organization())
        entry = AuditEntry.objects.get()
        self.log_in(Role.ADMINISTRATOR)

        self.assertEqual(self.status_of("accounts_auditentry_add"), 403)
        address = reverse("admin:accounts_auditentry_delete", args=[entry.pk])
        self.assertEqual(self.client.post(address, {"post": "yes"}).status_code, 403)
        self.assertEqual(AuditEntry.objects.count(), 1)

    def test_staff_of_one_organization_see_only_its_rows(self) -> None:
        own, other = make_organization("alder"), make_organization("birch")
        make_key(own)
        make_key(other)
        hidden = AuditEntry.objects.get(organization=other)
        self.log_in(Role.MANAGER, organization=own)

        page = self.client.get(reverse("admin:accounts_auditentry_changelist"))

        rows = list(page.context["cl"].queryset)
        self.assertEqual([row.organization for row in rows], [own])
        self.assertEqual(self.status_of("accounts_auditentry_change", hidden.pk), 302)

    def test_administrator_of_one_organization_makes_no_user(self) -> None:
        own = make_organization()
        user = make_user(Role.ADMINISTRATOR, organization=own)
        User.objects.filter(pk=user.pk).update(is_staff=True)
        self.client.force_login(user)

        self.assertEqual(self.status_of("accounts_user_add"), 403)

    def test_administrator_cannot_touch_a_superuser(self) -> None:
        chief = make_staff(Role.ADMINISTRATOR)
        user = make_user(Role.ADMINISTRATOR)
        User.objects.filter(pk=user.pk).update(is_staff=True)
        self.client.force_login(user)
        password = chief.password

        address = reverse("admin:auth_user_password_change", args=[chief.pk])
        words = {"password1": "other-Word-2026", "password2": "other-Word-2026"}
        response = self.client.post(address, words)

        self.assertEqual(response.status_code, 403)
        chief.refresh_from_db()
        self.assertEqual(chief.password, password)


class TrailTests(AdminCase):
    def test_change_of_an_organization_is_on_record(self) -> None:
        organization = make_organization()
        user = self.log_in(Role.ADMINISTRATOR)

        address = reverse("admin:accounts_organization_change", args=[organization.pk])
        values = {"name": "Alder Shop", "slug": "alder", "is_active": "on"}
        response = self.client.post(address, values)

        self.assertRedirects(response, reverse("admin:accounts_organization_changelist"))
        entry = AuditEntry.objects.get()
        self.assertEqual(entry.action, "organization.changed")
        self.assertEqual(entry.actor, user.label)
        self.assertEqual(entry.before, {"name": "Alder Goods"})
        self.assertEqual(entry.after, {"name": "Alder Shop"})

    def test_new_user_is_on_record_without_the_password(self) -> None:
        self.log_in(Role.ADMINISTRATOR)

        values = {
            "username": "newcomer",
            "usable_password": "true",
            "password1": "maple-Syrup-78",
            "password2": "maple-Syrup-78",
            "email": "newcomer@example.com",
            "role": Role.OPERATOR,
        }
        response = self.client.post(reverse("admin:accounts_user_add"), values)

        self.assertEqual(response.status_code, 302)
        entry = AuditEntry.objects.get(action="user.created")
        self.assertEqual(User.objects.get(username="newcomer").role, Role.OPERATOR)
        self.assertNotIn("maple-Syrup-78", str(entry.after))


class ApiKeyPageTests(AdminCase):
    def make_key_by_page(self, organization: Organization) -> str:
        values = {"organization": organization.pk, "name": "Shop", "scopes": ["orders:read"]}
        values |= {"expires_at_0": "", "expires_at_1": ""}
        response = self.client.post(reverse("admin:accounts_apikey_add"), values)
        self.assertEqual(response.status_code, 302)
        said = [str(message) for message in get_messages(response.wsgi_request)]
        return said[0].rpartition(" ")[2]

    def test_new_key_is_shown_once_and_works(self) -> None:
        organization = make_organization()
        self.log_in(Role.ADMINISTRATOR)

        secret = self.make_key_by_page(organization)

        key = ApiKey.objects.get()
        found = find_api_key(secret)
        self.assertEqual(found, key)
        self.assertEqual((key.organization, key.scopes), (organization, ["orders:read"]))
        self.client.get(reverse("admin:index"))
        page = self.client.get(reverse("admin:accounts_apikey_change", args=[key.pk]))
        self.assertNotContains(page, secret)
        self.assertNotContains(page, key.digest)

    def test_revoking_asks_first_and_then_ends_the_key(self) -> None:
        secret = make_key(make_organization())
        key = ApiKey.objects.get()
        self.log_in(Role.ADMINISTRATOR)
        address = reverse("admin:accounts_apikey_changelist")

        question = self.client.post(address, {"action": "revoke", ACT: [key.pk]})
        self.assertContains(question, "Revoke: 1 API key")
        self.assertIsNotNone(find_api_key(secret))
        answer = self.client.post(address, {"action": "revoke", ACT: [key.pk], "confirmed": "yes"})

        self.assertContains(answer, "1 done, 0 refused.")
        self.assertIsNone(find_api_key(secret))
