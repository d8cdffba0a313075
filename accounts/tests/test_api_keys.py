"""API keys: who makes them, what they may do, and when they stop working."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
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
                "warehouses": [],
                "scopes": ["orders:read", "stock:read"],
            },
        )

    def test_checking_a_key_costs_one_statement_by_its_index_and_no_slow_hash(self) -> None:
        client = client_with(make_key(self.alder))
        client.get(ME)

        with CaptureQueriesContext(connection) as queries:
            client.get(ME)

        read = [q["sql"] for q in queries.captured_queries if "accounts_apikey" in q["sql"]]
        self.assertEqual(len(read), 1)
        self.assertIn('"accounts_apikey"."prefix" = ', read[0])
        self.assertTrue(ApiKey._meta.get_field("prefix").unique)
        self.assertEqual(len(ApiKey.objects.get().digest), 64, "SHA-256 of a long random text")

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
        self.assertEqual(
            entry.after, {"scopes": ["orders:read"], "networks": [], "rate": "", "order_rate": ""}
        )

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


class WhereAndHowOftenTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")

    def test_key_works_from_its_networks_alone(self) -> None:
        client = client_with(make_key(self.alder, networks=["203.0.113.0/24", "2001:db8::/32"]))
        expected = {
            "203.0.113.9": 200,
            "::ffff:203.0.113.9": 200,
            "2001:db8::1": 200,
            "203.0.114.9": 401,
            "no address": 401,
        }

        got = {host: client.get(ME, REMOTE_ADDR=host).status_code for host in expected}

        self.assertEqual(got, expected)

    @override_settings(API_RATE="100/h", API_RATES={"partner": "50/h", "auditor": "2/h"})
    def test_own_rate_goes_before_that_of_the_role_and_the_usual(self) -> None:
        callers = {
            "7": client_with(make_key(self.alder, rate="7/h")),
            "50": client_with(make_key(self.alder)),
            "2": client_for(make_user(Role.AUDITOR)),
            "100": client_for(make_user(Role.MANAGER)),
        }

        for limit, client in callers.items():
            with self.subTest(limit):
                self.assertEqual(client.get("/api/v1/orders")["RateLimit-Limit"], limit)

    @override_settings(ORDER_CREATE_RATE="10/h", ORDER_CREATE_RATES={"manager": "5/h"})
    def test_orders_have_rates_of_keys_and_roles_as_well(self) -> None:
        callers = {
            "7": client_with(make_key(self.alder, order_rate="7/h")),
            "10": client_with(make_key(self.alder)),
            "5": client_for(make_user(Role.MANAGER)),
        }

        for limit, client in callers.items():
            with self.subTest(limit):
                answer = client.post("/api/v1/orders", {}, format="json")

                self.assertEqual(answer["RateLimit-Limit"], limit)

    def test_answers_tell_what_is_left(self) -> None:
        client = client_with(make_key(self.alder, rate="2/h"))

        answers = [client.get("/api/v1/orders") for _ in range(3)]

        self.assertEqual([a["RateLimit-Remaining"] for a in answers], ["1", "0", "0"])
        self.assert_problem(answers[2], 429, "too_many_requests")
        self.assertLessEqual(int(answers[2]["RateLimit-Reset"]), 3600)
        self.assertEqual(answers[2]["Retry-After"], answers[2]["RateLimit-Reset"])

    @override_settings(API_RATE="100/h", ORDER_CREATE_RATE="3/h")
    def test_tightest_of_two_limits_is_told(self) -> None:
        client = client_with(make_key(self.alder))

        response = client.post("/api/v1/orders", {}, format="json")

        self.assertEqual((response.status_code, response["RateLimit-Limit"]), (422, "3"))

    def test_faulty_terms_are_named_at_once_and_make_no_key(self) -> None:
        client = client_for(make_user(Role.ADMINISTRATOR, organization=self.alder))
        body = {
            "name": "Shop",
            "scopes": ["orders:read"],
            "networks": ["10.0.0.1/8"],
            "rate": "0/h",
            "order_rate": "often",
        }

        response = client.post(KEYS, body, format="json")

        self.assert_faults(response, "networks", "rate", "order_rate")
        self.assertEqual(ApiKey.objects.count(), 0)


class RotationTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.secret = make_key(self.alder, "orders:read", networks=["127.0.0.0/8"], rate="9/m")
        self.key = ApiKey.objects.get()
        self.admin = client_for(make_user(Role.ADMINISTRATOR, organization=self.alder))
        self.path = f"{KEYS}/{self.key.pk}/rotate"

    def works(self, secret: str) -> bool:
        return client_with(secret).get(ME).status_code == 200

    def test_both_keys_work_until_the_overlap_is_over(self) -> None:
        made = self.admin.post(self.path, {"overlap_hours": 2}, format="json").json()

        self.assertEqual((self.works(self.secret), self.works(made["key"])), (True, True))
        ApiKey.objects.filter(pk=self.key.pk).update(expires_at=timezone.now())
        self.assertEqual((self.works(self.secret), self.works(made["key"])), (False, True))

    def test_successor_has_the_same_terms_and_is_told(self) -> None:
        made = self.admin.post(self.path).json()

        self.assertEqual(
            (made["name"], made["scopes"], made["networks"], made["rate"], made["expires_at"]),
            ("test key", ["orders:read"], ["127.0.0.0/8"], "9/m", None),
        )
        old = self.admin.get(f"{KEYS}/{self.key.pk}").json()
        self.assertEqual(old["replaced_by"], made["prefix"])
        self.assertIsNotNone(old["expires_at"])
        actions = list(AuditEntry.objects.values_list("action", flat=True).order_by("-id")[:2])
        self.assertEqual(actions, ["api_key.rotated", "api_key.created"])

    def test_overlap_does_not_lengthen_the_old_key(self) -> None:
        end = timezone.now() + timedelta(hours=1)
        ApiKey.objects.update(expires_at=end)

        self.admin.post(self.path, {"overlap_hours": 24}, format="json")

        self.assertEqual(ApiKey.objects.get(pk=self.key.pk).expires_at, end)

    def test_key_is_replaced_once(self) -> None:
        self.admin.post(self.path)

        self.assert_problem(self.admin.post(self.path), 409, "conflict")
        self.assertEqual(ApiKey.objects.count(), 2)

    def test_revoked_key_gets_no_successor(self) -> None:
        revoke_api_key(key=self.key, actor="tests")

        self.assert_problem(self.admin.post(self.path), 409, "conflict")
        self.assertEqual(ApiKey.objects.count(), 1)

    def test_foreign_key_is_not_there_and_managers_may_not(self) -> None:
        other = client_for(make_user(Role.ADMINISTRATOR, organization=make_organization("birch")))
        manager = client_for(make_user(Role.MANAGER, organization=self.alder))

        self.assert_problem(other.post(self.path), 404, "not_found")
        self.assert_problem(manager.post(self.path), 403, "forbidden")
        self.assertEqual(ApiKey.objects.count(), 1)
