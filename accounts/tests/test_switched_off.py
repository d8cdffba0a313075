"""An organization that is switched off: nobody of it reads or writes any more, by any way in."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import Organization, Role
from accounts.services.tokens import tokens_for
from accounts.tests.builders import PASSWORD, make_key, make_organization, make_user
from accounts.tests.cases import ApiCase, client_for, client_with

ORDERS, ME, TOKEN = "/api/v1/orders", "/api/v1/auth/me", "/api/v1/auth/token"


class SwitchedOffTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.user = make_user(Role.ADMINISTRATOR, organization=self.alder, username="mia")

    def switch(self, *, on: bool) -> None:
        Organization.objects.filter(pk=self.alder.pk).update(is_active=on)

    def log_in_to_pages(self) -> Any:
        return self.client.post(reverse("login"), {"username": "mia", "password": PASSWORD})

    def test_open_session_ends_at_once(self) -> None:
        self.log_in_to_pages()
        self.assertEqual(self.client.get(reverse("orders")).status_code, 200)

        self.switch(on=False)

        self.assertRedirects(
            self.client.get(reverse("orders")),
            f"{reverse('login')}?next={reverse('orders')}",
            fetch_redirect_response=False,
        )
        self.assert_problem(self.client.get(ME), 401, "not_authenticated")

    def test_session_of_the_admin_ends_at_once(self) -> None:
        self.user.is_staff = True
        self.user.save()
        self.log_in_to_pages()
        self.assertEqual(self.client.get(reverse("admin:index")).status_code, 200)

        self.switch(on=False)

        self.assertEqual(self.client.get(reverse("admin:index")).status_code, 302)

    def test_nobody_logs_in(self) -> None:
        self.switch(on=False)

        page = self.log_in_to_pages()
        token = APIClient().post(TOKEN, {"username": "mia", "password": PASSWORD}, format="json")

        self.assertEqual(page.status_code, 200)
        self.assertNotIn("_auth_user_id", self.client.session)
        self.assert_problem(token, 401, "authentication_failed")

    def test_access_token_stops_working_at_once(self) -> None:
        client = client_for(self.user)
        self.assertEqual(client.get(ORDERS).status_code, 200)

        self.switch(on=False)

        self.assert_problem(client.get(ORDERS), 401, "authentication_failed")
        self.assert_problem(client.post(ORDERS, {}, format="json"), 401, "authentication_failed")

    def test_refresh_token_gives_no_new_pair(self) -> None:
        refresh = tokens_for(self.user)["refresh"]
        self.switch(on=False)

        response = APIClient().post(f"{TOKEN}/refresh", {"refresh": refresh}, format="json")

        self.assertEqual(response.status_code, 401)

    def test_key_stops_working_at_once(self) -> None:
        client = client_with(make_key(self.alder))
        self.switch(on=False)

        self.assert_problem(client.get(ORDERS), 401, "authentication_failed")

    def test_everything_works_again_once_it_is_switched_on(self) -> None:
        client = client_for(self.user)
        self.switch(on=False)

        self.switch(on=True)

        self.assertEqual(client.get(ORDERS).status_code, 200)

    def test_others_are_not_touched(self) -> None:
        birch = client_for(make_user(organization=make_organization("birch")))
        staff = client_for(make_user(Role.MANAGER))

        self.switch(on=False)

        self.assertEqual(birch.get(ORDERS).status_code, 200)
        self.assertEqual(staff.get(ORDERS).status_code, 200)
