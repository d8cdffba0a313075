"""Logging in by token: what is given out, how often it works, and when it stops working."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import skipUnless

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase, override_settings
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import Role, User
from accounts.services.tokens import tokens_for
from accounts.tests.builders import PASSWORD, make_organization, make_user
from accounts.tests.cases import ApiCase, client_for

TOKEN, REFRESH = "/api/v1/auth/token", "/api/v1/auth/token/refresh"
LOGOUT, ME = "/api/v1/auth/logout", "/api/v1/auth/me"


def post(path: str, body: dict[str, Any], **headers: str) -> Any:
    client = APIClient(raise_request_exception=False)
    return client.post(path, body, format="json", headers=headers)


def get_me(access: str) -> Any:
    client = APIClient(raise_request_exception=False)
    return client.get(ME, headers={"Authorization": f"Bearer {access}"})


def claims_of(tokens: dict[str, str]) -> tuple[Any, Any]:
    """What the access token says of its person, as a client reads it."""
    access = AccessToken(tokens["access"])  # type: ignore[arg-type]
    return access["role"], access["organization"]


class LoginTests(ApiCase):
    def test_name_and_password_give_a_pair_that_works(self) -> None:
        make_user(Role.PARTNER, organization=make_organization(), username="pia")

        response = post(TOKEN, {"username": "pia", "password": PASSWORD})

        self.assertEqual(response.status_code, 200)
        self.assertEqual(sorted(response.json()), ["access", "refresh"])
        me = get_me(response.json()["access"])
        self.assertEqual(me.status_code, 200)
        self.assertEqual(me.json()["role"], "partner")

    def test_tokens_bear_role_and_organization(self) -> None:
        alder = make_organization()
        make_user(Role.PARTNER, organization=alder, username="pia")

        tokens = post(TOKEN, {"username": "pia", "password": PASSWORD}).json()

        self.assertEqual(claims_of(tokens), ("partner", alder.pk))

    def test_login_is_noted_on_the_user(self) -> None:
        user = make_user(username="pia")

        post(TOKEN, {"username": "pia", "password": PASSWORD})

        user.refresh_from_db()
        assert user.last_login is not None
        self.assertLess(datetime.now(UTC) - user.last_login, timedelta(minutes=1))

    def test_long_name_fits_wherever_an_actor_is_written_down(self) -> None:
        user = make_user()
        user.first_name, user.last_name = "A" * 150, "B" * 150
        user.save()

        response = client_for(user).get(ME)

        self.assertEqual(len(response.json()["label"]), 120)

    def test_wrong_password_is_refused(self) -> None:
        make_user(username="pia")

        response = post(TOKEN, {"username": "pia", "password": "guess"})

        problem = self.assert_problem(response, 401, "authentication_failed")
        self.assertEqual(problem["detail"], "Name or password is wrong.")

    def test_unknown_name_is_refused_in_the_same_words(self) -> None:
        response = post(TOKEN, {"username": "nobody", "password": PASSWORD})

        problem = self.assert_problem(response, 401, "authentication_failed")
        self.assertEqual(problem["detail"], "Name or password is wrong.")

    def test_inactive_user_is_refused_in_the_same_words(self) -> None:
        make_user(username="pia", is_active=False)

        response = post(TOKEN, {"username": "pia", "password": PASSWORD})

        problem = self.assert_problem(response, 401, "authentication_failed")
        self.assertEqual(problem["detail"], "Name or password is wrong.")

    def test_missing_fields_are_all_named(self) -> None:
        self.assert_faults(post(TOKEN, {}), "username", "password")

    def test_body_that_is_no_object_is_refused(self) -> None:
        self.assert_problem(APIClient().post(TOKEN, [1], format="json"), 422, "invalid_input")

    @override_settings(LOGIN_RATE="3/d")
    def test_too_many_attempts_have_to_wait(self) -> None:
        make_user(username="pia")
        for _ in range(3):
            post(TOKEN, {"username": "pia", "password": "guess"})

        response = post(TOKEN, {"username": "pia", "password": PASSWORD})

        self.assert_problem(response, 429, "too_many_requests")
        self.assertTrue(1 <= int(response["Retry-After"]) <= 86400)

    @override_settings(LOGIN_RATE="3/d")
    def test_made_up_keys_do_not_lift_the_limit(self) -> None:
        for number in range(3):
            post(TOKEN, {"username": "pia", "password": "guess"}, **{"X-API-Key": f"k{number}"})

        response = post(TOKEN, {"username": "pia", "password": "guess"}, **{"X-API-Key": "another"})

        self.assert_problem(response, 429, "too_many_requests")

    @override_settings(
        LOGIN_RATE="1/d", SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")
    )
    def test_behind_a_proxy_each_address_has_its_own_limit(self) -> None:
        body = {"username": "pia", "password": "guess"}
        post(TOKEN, body, **{"X-Forwarded-For": "203.0.113.5"})

        other = post(TOKEN, body, **{"X-Forwarded-For": "203.0.113.9"})
        forged = post(TOKEN, body, **{"X-Forwarded-For": "198.51.100.1, 203.0.113.5"})

        self.assert_problem(other, 401, "authentication_failed")
        self.assert_problem(forged, 429, "too_many_requests")


class RefreshTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = make_user(username="pia")
        self.tokens = tokens_for(self.user)

    def refresh(self) -> Any:
        return post(REFRESH, {"refresh": self.tokens["refresh"]})

    def test_refresh_gives_a_new_pair_that_works(self) -> None:
        response = self.refresh()

        self.assertEqual(response.status_code, 200)
        self.assertNotEqual(response.json()["refresh"], self.tokens["refresh"])
        self.assertEqual(get_me(response.json()["access"]).status_code, 200)

    def test_each_refresh_token_works_once(self) -> None:
        self.refresh()

        response = self.refresh()

        problem = self.assert_problem(response, 401, "authentication_failed")
        self.assertEqual(problem["detail"], "This refresh token is no longer valid; log in again.")

    def test_access_token_is_no_refresh_token(self) -> None:
        response = post(REFRESH, {"refresh": self.tokens["access"]})

        self.assert_problem(response, 401, "authentication_failed")

    def test_refresh_token_is_no_access_token(self) -> None:
        self.assert_problem(get_me(self.tokens["refresh"]), 401, "authentication_failed")

    def test_expired_refresh_token_is_refused(self) -> None:
        token = RefreshToken.for_user(self.user)
        token.set_exp(lifetime=-timedelta(seconds=1))

        response = post(REFRESH, {"refresh": str(token)})

        self.assert_problem(response, 401, "authentication_failed")

    def test_expired_access_token_is_refused(self) -> None:
        token = AccessToken(self.tokens["access"])  # type: ignore[arg-type]
        token.set_exp(lifetime=-timedelta(seconds=1))

        self.assert_problem(get_me(str(token)), 401, "authentication_failed")

    def test_inactive_user_gets_no_new_pair(self) -> None:
        User.objects.filter(pk=self.user.pk).update(is_active=False)

        self.assert_problem(self.refresh(), 401, "authentication_failed")

    def test_inactive_user_is_out_at_once(self) -> None:
        User.objects.filter(pk=self.user.pk).update(is_active=False)

        self.assert_problem(get_me(self.tokens["access"]), 401, "authentication_failed")

    def test_deleted_user_gets_no_new_pair(self) -> None:
        self.user.delete()

        self.assert_problem(self.refresh(), 401, "authentication_failed")

    def test_new_password_ends_both_tokens(self) -> None:
        self.user.set_password("another-Word-5")
        self.user.save()

        self.assert_problem(self.refresh(), 401, "authentication_failed")
        self.assert_problem(get_me(self.tokens["access"]), 401, "authentication_failed")

    def test_role_and_organization_are_read_anew_at_each_refresh(self) -> None:
        alder = make_organization()
        User.objects.filter(pk=self.user.pk).update(role=Role.AUDITOR, organization=alder)

        tokens = self.refresh().json()

        self.assertEqual(claims_of(self.tokens), ("operator", None))
        self.assertEqual(claims_of(tokens), ("auditor", alder.pk))

    def test_new_role_counts_at_once(self) -> None:
        client = client_for(self.user)
        User.objects.filter(pk=self.user.pk).update(role=Role.MANAGER)

        self.assertEqual(client.get("/api/v1/users").status_code, 200)

    def test_logout_uses_the_refresh_token_up(self) -> None:
        response = post(LOGOUT, {"refresh": self.tokens["refresh"]})

        self.assertEqual(response.status_code, 204)
        self.assert_problem(self.refresh(), 401, "authentication_failed")

    def test_second_logout_changes_nothing(self) -> None:
        post(LOGOUT, {"refresh": self.tokens["refresh"]})

        response = post(LOGOUT, {"refresh": self.tokens["refresh"]})

        self.assertEqual(response.status_code, 204)


@pytest.mark.postgres
@skipUnless(
    connection.vendor == "postgresql",
    "needs the row locks of PostgreSQL; SQLite runs one writer at a time",
)
class RefreshRaceTests(TransactionTestCase):
    # A flush without it leaves rows behind that those with it bring back a second time.
    serialized_rollback = True

    def test_eight_uses_at_once_succeed_once(self) -> None:
        caches["ratelimit"].clear()
        tokens = tokens_for(make_user(username="pia"))

        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(_refresh, [tokens["refresh"]] * 8))

        self.assertEqual(sorted(statuses), [200] + [401] * 7)


def _refresh(token: str) -> int:
    try:
        return int(post(REFRESH, {"refresh": token}).status_code)
    finally:
        connection.close()
