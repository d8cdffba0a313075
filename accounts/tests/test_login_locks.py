"""Too many wrong passwords lock a name and an address, for a while or until somebody unlocks it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest import skipUnless

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase, override_settings
from django.utils import timezone

from accounts.models import AuditEntry, LoginLock, Role
from accounts.services.logins import forget_old_failures, locked_for_s, note_failure
from accounts.tests.builders import PASSWORD, make_user
from accounts.tests.cases import ApiCase

LIMITS = {
    "LOGIN_RATE": "1000/m",
    "LOGIN_LOCK_AFTER": 3,
    "LOGIN_LOCK_ADDRESS_AFTER": 5,
    "LOGIN_LOCK_S": 600,
}


@override_settings(**LIMITS)
class LockCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.mia = make_user(Role.MANAGER, username="mia")

    def page(self, password: str, name: str = "mia", address: str = "198.51.100.7") -> Any:
        body = {"username": name, "password": password}
        return self.client.post("/login/", body, REMOTE_ADDR=address)

    def token(self, password: str, name: str = "mia", address: str = "198.51.100.7") -> Any:
        body = {"username": name, "password": password}
        return self.client.post(
            "/api/v1/auth/token", body, content_type="application/json", REMOTE_ADDR=address
        )

    def lock(self, name: str = "mia") -> LoginLock:
        for _ in range(3):
            self.page("wrong", name)
        return LoginLock.objects.get(kind="name", value=name)


class NameTests(LockCase):
    def test_the_attempt_too_many_locks_and_says_so(self) -> None:
        self.page("wrong")
        self.page("wrong")

        response = self.page("wrong")

        self.assertContains(response, "Too many wrong attempts", status_code=429)
        self.assertContains(response, "Try again in 10 minutes", status_code=429)
        self.assertLessEqual(abs(int(response["Retry-After"]) - 600), 1)

    def test_the_right_password_does_not_open_a_lock(self) -> None:
        self.lock()

        page, token = self.page(PASSWORD), self.token(PASSWORD)

        self.assertEqual(page.status_code, 429)
        self.assertNotIn("_auth_user_id", self.client.session)
        self.assert_problem(token, 429, "login_locked")
        self.assertTrue(token["Retry-After"])

    def test_the_admin_is_locked_with_the_pages(self) -> None:
        self.mia.is_staff = True
        self.mia.save()
        self.lock()

        self.client.post("/admin/login/", {"username": "mia", "password": PASSWORD})

        self.assertNotIn("_auth_user_id", self.client.session)

    def test_capitals_make_no_other_name(self) -> None:
        for name in ("mia", "Mia", "MIA "):
            self.token("wrong", name)

        self.assert_problem(self.token(PASSWORD), 429, "login_locked")

    def test_names_that_nobody_has_are_locked_alike(self) -> None:
        self.lock("nobody")

        self.assert_problem(self.token("wrong", "nobody"), 429, "login_locked")

    def test_lock_ends_by_itself(self) -> None:
        lock = self.lock()
        LoginLock.objects.filter(pk=lock.pk).update(locked_until=timezone.now())

        self.assertEqual(self.token(PASSWORD).status_code, 200)

    def test_a_good_login_lets_the_name_begin_anew(self) -> None:
        self.page("wrong")
        self.page("wrong")
        self.token(PASSWORD)

        self.page("wrong")

        self.assertEqual(locked_for_s(name="mia", address=""), 0)

    def test_attempts_far_apart_do_not_add_up(self) -> None:
        self.page("wrong")
        self.page("wrong")
        LoginLock.objects.update(began_at=timezone.now() - timedelta(minutes=16))

        self.page("wrong")

        self.assertEqual(locked_for_s(name="mia", address=""), 0)

    def test_others_are_not_touched(self) -> None:
        make_user(Role.OPERATOR, username="noa")
        self.lock()

        self.assertEqual(self.token(PASSWORD, "noa").status_code, 200)


class AddressTests(LockCase):
    def test_many_names_from_one_address_lock_the_address_alone(self) -> None:
        for number in range(5):
            self.token("wrong", f"name-{number}")

        self.assert_problem(self.token(PASSWORD), 429, "login_locked")
        self.assertEqual(self.token(PASSWORD, address="203.0.113.4").status_code, 200)

    def test_a_good_login_does_not_wash_the_address(self) -> None:
        for number in range(4):
            self.token("wrong", f"name-{number}")
        self.token(PASSWORD)

        self.token("wrong", "name-5")

        self.assert_problem(self.token(PASSWORD), 429, "login_locked")


class UnlockTests(LockCase):
    def test_lock_and_unlock_are_on_record(self) -> None:
        lock = self.lock()
        chief = make_user(Role.ADMINISTRATOR, username="chief")
        chief.is_staff = True
        chief.save()
        self.client.force_login(chief)

        self.client.post(
            "/admin/accounts/loginlock/",
            {"action": "unlock", "_selected_action": [lock.pk], "confirmed": "1"},
        )

        self.assertEqual(self.token(PASSWORD).status_code, 200)
        trail = AuditEntry.objects.filter(action__startswith="login.").order_by("pk")
        self.assertEqual(
            list(trail.values_list("action", "actor", "label", "address")),
            [
                ("login.locked", "", "User name mia", "198.51.100.7"),
                ("login.unlocked", "chief", "User name mia", "127.0.0.1"),
            ],
        )

    def test_old_failures_are_forgotten(self) -> None:
        self.page("wrong")
        LoginLock.objects.filter(kind="name").update(
            last_failed_at=timezone.now() - timedelta(days=2)
        )

        self.assertEqual(forget_old_failures(), 1)
        self.assertEqual(LoginLock.objects.get().kind, "address")


@pytest.mark.postgres
@skipUnless(
    connection.vendor == "postgresql",
    "needs the row locks of PostgreSQL; SQLite runs one writer at a time",
)
@override_settings(**{**LIMITS, "LOGIN_LOCK_AFTER": 16})
class RaceTests(TransactionTestCase):
    serialized_rollback = True

    def test_attempts_at_once_are_all_counted(self) -> None:
        caches["ratelimit"].clear()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(_fail, range(16)))

        self.assertGreater(locked_for_s(name="mia", address=""), 0)
        self.assertEqual(AuditEntry.objects.filter(action="login.locked").count(), 1)


def _fail(_: int) -> None:
    try:
        note_failure(name="mia", address="")
    finally:
        connection.close()
