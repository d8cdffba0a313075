"""API keys: who makes them, what they may do, and when they stop working."""

from __future__ import annotations

from datetime import timedelta

from django.test import override_settings
from django.utils import timezone

from accounts.models import ApiKey, AuditEntry, Organization, Role
from accounts.services.keys import digest_of, revoke_api_key
from accounts.tests.builders import make_key, make_organization, make_user
from accounts.tests.cases import ApiCase, client_for, client_with

KEYS, ME = "/api/v1/api-keys", "/api/v1/auth/me"


class UseKeyTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")

    def test_key_acts_for_its_organization_within_its_scopes(self) -> None:
        client = client_with(make_key(self.alder, "orders:read", "stock:read"))

        self.assertEqual(
            client.get(ME).json(),
            {
                "label": "API key test key",
                "role": "partner",
                "organization": self.alder.pk,
                "scopes": ["orders:read", "stock:read"],
            },
        )

    def test_missing_scope_is_forbidden(self) -> None:
        client = client_with(make_key(self.alder, "orders:read"))

        self.assertEqual(client.get("/api/v1/orders").status_code, 200)
        problem = self.assert_problem(client.get("/api/v1/products"), 403, "forbidden")
        self.assertEqual(problem["detail"], "This API key lacks the scope catalog:read.")
        self.assert_problem(client.post("/api/v1/orders", {}, format="json"), 403, "forbidden")

    def test_no_scope_opens_what_is_for_people(self) -> None:
        client = client_with(make_key(self.alder))

        for path in ("api-keys", "users", "organizations", "outbox/commands", "api-calls"):
            with self.subTest(path):
                self.assert_problem(client.get(f"/api/v1/{path}"), 403, "forbidden")

    def test_revoked_key_is_refused(self) -> None:
        secret = make_key(self.alder)
        revoke_api_key(key=ApiKey.objects.get(), actor="tests")

        response = client_with(secret).get(ME)

        problem = self.assert_problem(response, 401, "authentication_failed")
        self.assertEqual(problem["detail"], "This API key is not valid.")

    def test_expired_key_is_refused(self) -> None:
        secret = make_key(self.alder, expires_at=timezone.now() - timedelta(seconds=1))

        self.assert_problem(client_with(secret).get(ME), 401, "authentication_failed")

    def test_key_of_an_inactive_organization_is_refused(self) -> None:
        secret = make_key(self.alder)
        Organization.objects.update(is_active=False)

        self.assert_problem(client_with(secret).get(ME), 401, "authentication_failed")

    def test_made_up_keys_are_refused(self) -> None:
        prefix = make_key(self.alder).split("_")[1]

        for text in ("x", "ship_", "ship_abc_", f"ship_{prefix}_guess", "ship_é_é", " "):
            with self.subTest(text):
                self.assert_problem(client_with(text).get(ME), 401, "authentication_failed")

    def test_use_is_noted_once_a_minute(self) -> None:
        client = client_with(make_key(self.alder))

        client.get(ME)
        first = ApiKey.objects.get().last_used_at
        client.get(ME)

        self.assertIsNotNone(first)
        self.assertEqual(ApiKey.objects.get().last_used_at, first)

    @override_settings(API_RATE="2/d")
    def test_too_many_requests_have_to_wait(self) -> None:
        client = client_with(make_key(self.alder))
        client.get(ME)
        client.get(ME)

        response = client.get(ME)

        self.assert_problem(response, 429, "too_many_requests")
        self.assertTrue(1 <= int(response["Retry-After"]) <= 86400)

    @override_settings(API_RATE="1/d")
    def test_each_caller_has_a_limit_of_their_own(self) -> None:
        client_with(make_key(self.alder)).get(ME)

        response = client_with(make_key(self.alder)).get(ME)

        self.assertEqual(response.status_code, 200)


class MakeKeyTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder, self.birch = make_organization("alder"), make_organization("birch")
        self.admin = client_for(make_user(Role.ADMINISTRATOR, organization=self.alder))
        self.staff = client_for(make_user(Role.ADMINISTRATOR))

    def test_secret_is_told_once_and_kept_nowhere(self) -> None:
        body = {"name": "shop", "scopes": ["orders:write", "orders:read"]}

        response = self.admin.post(KEYS, body, format="json")

        self.assertEqual(response.status_code, 201)
        made = response.json()
        key = ApiKey.objects.get()
        self.assertEqual(made["organization"], "alder")
        self.assertEqual(made["scopes"], ["orders:read", "orders:write"])
        self.assertEqual(key.digest, digest_of(made["key"].split("_", 2)[2]))
        self.assertNotIn("key", self.admin.get(f"{KEYS}/{key.pk}").json())
        self.assertEqual(client_with(made["key"]).get(ME).status_code, 200)

    def test_making_one_is_on_record(self) -> None:
        self.admin.post(KEYS, {"name": "shop", "scopes": ["orders:read"]}, format="json")

        entry = AuditEntry.objects.get(action="api_key.created")

        self.assertEqual(entry.organization, self.alder)
        self.assertEqual(entry.after, {"scopes": ["orders:read"]})

    def test_faults_are_all_named_and_nothing_is_made(self) -> None:
        cases = [
            ({}, ["name", "scopes"]),
            ({"name": "", "scopes": []}, ["name", "scopes"]),
            ({"name": "x", "scopes": ["orders:all"]}, ["scopes[0]"]),
            ({"name": "x", "scopes": [{"a": 1}, "orders:read"]}, ["scopes[0]"]),
            ({"name": "x", "scopes": {"a": 1}}, ["scopes"]),
            (
                {"name": "x" * 81, "scopes": "orders:read", "expires_at": "2020-01-01T00:00:00Z"},
                ["name", "scopes", "expires_at"],
            ),
            ({"name": "x", "scopes": ["orders:read"], "organization": "birch"}, ["organization"]),
        ]
        for body, fields in cases:
            with self.subTest(body=body):
                self.assert_faults(self.admin.post(KEYS, body, format="json"), *fields)
                self.assertEqual(ApiKey.objects.count(), 0)

    def test_staff_say_for_which_organization(self) -> None:
        body = {"name": "shop", "scopes": ["orders:read"]}

        self.assert_faults(self.staff.post(KEYS, body, format="json"), "organization")
        self.assert_faults(
            self.staff.post(KEYS, {**body, "organization": "nobody"}, format="json"),
            "organization",
        )
        made = self.staff.post(KEYS, {**body, "organization": "birch"}, format="json")

        self.assertEqual(made.status_code, 201)
        self.assertEqual(ApiKey.objects.get().organization, self.birch)

    def test_only_administrators_make_keys(self) -> None:
        for role in (Role.MANAGER, Role.OPERATOR, Role.AUDITOR, Role.PARTNER):
            with self.subTest(role):
                client = client_for(make_user(role, organization=self.alder))
                body = {"name": "shop", "scopes": ["orders:read"]}

                self.assert_problem(client.post(KEYS, body, format="json"), 403, "forbidden")
        self.assertEqual(ApiKey.objects.count(), 0)

    def test_revoking_ends_the_key_and_a_repeat_changes_nothing(self) -> None:
        secret = make_key(self.alder)
        key = ApiKey.objects.get()

        first = self.admin.post(f"{KEYS}/{key.pk}/revoke").json()
        second = self.admin.post(f"{KEYS}/{key.pk}/revoke").json()

        self.assertIsNotNone(first["revoked_at"])
        self.assertEqual(second["revoked_at"], first["revoked_at"])
        self.assertEqual(AuditEntry.objects.filter(action="api_key.revoked").count(), 1)
        self.assert_problem(client_with(secret).get(ME), 401, "authentication_failed")

    def test_keys_of_others_do_not_exist(self) -> None:
        make_key(self.birch)
        theirs = ApiKey.objects.get()

        self.assertEqual(self.admin.get(KEYS).json()["results"], [])
        self.assert_problem(self.admin.get(f"{KEYS}/{theirs.pk}"), 404, "not_found")
        self.assert_problem(self.admin.post(f"{KEYS}/{theirs.pk}/revoke"), 404, "not_found")
        theirs.refresh_from_db()
        self.assertIsNone(theirs.revoked_at)


class PeopleTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder, self.birch = make_organization("alder"), make_organization("birch")

    def test_a_manager_sees_the_people_of_their_organization(self) -> None:
        manager = make_user(Role.MANAGER, organization=self.alder, username="mia")
        make_user(Role.PARTNER, organization=self.birch, username="ben")

        page = client_for(manager).get("/api/v1/users").json()

        self.assertEqual([row["username"] for row in page["results"]], ["mia"])

    def test_a_manager_sees_their_organization_alone(self) -> None:
        client = client_for(make_user(Role.MANAGER, organization=self.alder))

        page = client.get("/api/v1/organizations").json()

        self.assertEqual([row["slug"] for row in page["results"]], ["alder"])
        self.assert_problem(client.get(f"/api/v1/organizations/{self.birch.pk}"), 404, "not_found")

    def test_staff_see_all_organizations(self) -> None:
        page = client_for(make_user(Role.MANAGER)).get("/api/v1/organizations").json()

        self.assertEqual([row["slug"] for row in page["results"]], ["birch", "alder"])

    def test_operators_do_not_see_people(self) -> None:
        client = client_for(make_user(Role.OPERATOR))

        self.assert_problem(client.get("/api/v1/users"), 403, "forbidden")

    def test_a_password_hash_is_never_told(self) -> None:
        client = client_for(make_user(Role.MANAGER))

        row = client.get("/api/v1/users").json()["results"][0]

        self.assertNotIn("password", row)
