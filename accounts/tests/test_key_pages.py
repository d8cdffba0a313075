"""API keys on a page: shown once, rotated, revoked, and only by who may."""

from __future__ import annotations

import re
from typing import Any

from django.test import TestCase

from accounts.models import ApiKey, Role
from accounts.services.keys import find_api_key
from accounts.tests.builders import make_key, make_organization, make_user
from shipping_project.kernel.testing import exactly_queries
from shipping_project.kernel.tests.pages import read_page

SECRET = re.compile(r'value="(ship_[^"]+)"')


class KeyPageTests(TestCase):
    def setUp(self) -> None:
        self.alder = make_organization("alder")
        self.client.force_login(make_user(Role.ADMINISTRATOR, organization=self.alder))

    def make(self, **changes: Any) -> Any:
        body = {"name": "Shop", "scopes": ["orders:read", "orders:write"], **changes}
        return self.client.post("/keys/", body)

    def secret_in(self, response: Any) -> str:
        found = SECRET.search(response.content.decode())
        self.assertIsNotNone(found)
        return found[1] if found else ""

    def test_new_key_is_shown_once_works_and_is_kept_nowhere_else(self) -> None:
        made = self.make(networks="203.0.113.0/24 198.51.100.7", days="30")

        secret = self.secret_in(made)
        key = find_api_key(secret)
        self.assertEqual(key, ApiKey.objects.get())
        self.assertEqual(ApiKey.objects.get().networks, ["203.0.113.0/24", "198.51.100.7/32"])
        again = self.client.get("/keys/")
        self.assertNotContains(again, secret)
        self.assertContains(again, "orders:write")
        self.assertIn("no-store", made["Cache-Control"])
        self.assertEqual(read_page(made.content).refused, [])

    def test_faults_stand_at_their_fields_and_make_no_key(self) -> None:
        response = self.make(networks="nowhere", rate="often")

        self.assertContains(response, "is no address or network")
        self.assertContains(response, "Give a number and s, m, h or d")
        self.assertContains(self.make(scopes=[]), "This field is required.")
        self.assertEqual(ApiKey.objects.count(), 0)

    def test_rotated_key_and_its_successor_both_work(self) -> None:
        old = self.secret_in(self.make())
        path = f"/keys/{ApiKey.objects.get().pk}/rotate/"

        new = self.secret_in(self.client.post(path, {"hours": "24"}))

        self.assertNotEqual(old, new)
        self.assertTrue(find_api_key(old) and find_api_key(new))
        self.client.post(path, {"hours": "many"})
        self.client.post(path, {"hours": "24"})
        self.assertEqual(ApiKey.objects.count(), 2)

    def test_revoked_key_works_no_more(self) -> None:
        secret = self.secret_in(self.make())

        self.client.post(f"/keys/{ApiKey.objects.get().pk}/revoke/")

        self.assertIsNone(find_api_key(secret))
        self.assertContains(self.client.get("/keys/"), "Revoked")

    def test_managers_look_and_others_do_not(self) -> None:
        make_key(self.alder)
        looks = {Role.MANAGER: 200, Role.OPERATOR: 403, Role.AUDITOR: 403, Role.PARTNER: 403}

        for role, status in looks.items():
            with self.subTest(role):
                self.client.force_login(make_user(role, organization=self.alder))
                self.assertEqual(self.client.get("/keys/").status_code, status)
                self.assertEqual(self.make().status_code, 403)
        self.assertEqual(ApiKey.objects.count(), 1)

    def test_keys_of_others_are_not_there(self) -> None:
        secret = make_key(make_organization("birch"))
        foreign = ApiKey.objects.get().pk

        self.assertNotContains(self.client.get("/keys/"), "test key")
        for step in ("rotate", "revoke"):
            response = self.client.post(f"/keys/{foreign}/{step}/", {"hours": "1"})
            self.assertEqual(response.status_code, 404)
        self.assertEqual(self.make(organization="birch").status_code, 404)
        self.assertIsNotNone(find_api_key(secret))

    def test_list_costs_the_same_however_long(self) -> None:
        for _ in range(4):
            make_key(self.alder)

        with exactly_queries(4):
            self.client.get("/keys/")


class CostTests(TestCase):
    def test_checking_a_key_costs_one_query_by_an_index_and_no_slow_hash(self) -> None:
        secret = make_key(make_organization("alder"))

        with exactly_queries(1), self.settings(PASSWORD_HASHERS=["no.such.Hasher"]):
            key = find_api_key(secret)

        self.assertIsNotNone(key)
        self.assertTrue(ApiKey._meta.get_field("prefix").unique)
        self.assertEqual(len(ApiKey.objects.get().digest), 64)
