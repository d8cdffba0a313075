"""Logging in to the pages and out of them."""

from __future__ import annotations

from typing import Any

from django.core.cache import caches
from django.test import TestCase, override_settings
from django.urls import reverse

from accounts.models import Role
from accounts.tests.builders import PASSWORD, make_user
from shipping_project.kernel.tests.pages import read_page


class LoginTests(TestCase):
    def setUp(self) -> None:
        caches["ratelimit"].clear()
        self.user = make_user(Role.MANAGER, username="mia")

    def log_in(self, password: str = PASSWORD, **more: str) -> Any:
        body = {"username": "mia", "password": password, **more}
        return self.client.post(reverse("login"), body)

    def test_name_and_password_lead_to_the_overview(self) -> None:
        self.assertRedirects(self.log_in(), "/", fetch_redirect_response=False)

    def test_page_that_was_asked_for_comes_after_the_login(self) -> None:
        response = self.log_in(next="/stock/")

        self.assertRedirects(response, "/stock/", fetch_redirect_response=False)

    def test_another_site_is_not_gone_to(self) -> None:
        response = self.log_in(next="https://elsewhere.example.com/")

        self.assertRedirects(response, "/", fetch_redirect_response=False)

    def test_wrong_password_is_said_and_the_name_kept(self) -> None:
        response = self.log_in("wrong")

        self.assertContains(response, "Please enter a correct username and password")
        self.assertContains(response, 'value="mia"')
        self.assertNotIn("_auth_user_id", self.client.session)

    @override_settings(LOGIN_RATE="2/d")
    def test_too_many_attempts_have_to_wait(self) -> None:
        self.log_in("wrong")
        self.log_in("wrong")

        response = self.log_in()

        self.assertContains(response, "Too many attempts. Try again in", status_code=429)
        self.assertNotContains(response, "This field is required", status_code=429)
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_page_obeys_the_policy_and_names_its_fields(self) -> None:
        response = self.client.get(reverse("login"))

        self.assertEqual(read_page(response.content).refused, [])
        self.assertContains(response, '<label for="id_username">User name</label>', html=True)
        self.assertContains(response, '<label for="id_password">Password</label>', html=True)

    def test_logging_out_ends_the_session(self) -> None:
        self.client.force_login(self.user)

        response = self.client.post(reverse("logout"))

        self.assertRedirects(response, reverse("login"))
        self.assertNotIn("_auth_user_id", self.client.session)
