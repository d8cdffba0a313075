"""Carriers, platforms, the outbox and the call record over REST."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import AuditEntry, Role
from accounts.tests.builders import make_key, make_organization, make_user
from accounts.tests.cases import ApiCase, client_for, client_with
from carriers.models import (
    ApiCall,
    Carrier,
    CarrierService,
    CommandState,
    OutboxCommand,
    PlatformAccount,
)
from shipping_project.kernel.testing import exactly_queries

CARRIERS, SERVICES = "/api/v1/carriers", "/api/v1/carrier-services"
PLATFORMS, COMMANDS, CALLS = "/api/v1/platforms", "/api/v1/outbox/commands", "/api/v1/api-calls"


class CarriersCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.partner = client_for(make_user(Role.PARTNER, organization=self.alder))
        self.operator = client_for(make_user(Role.OPERATOR))
        self.manager = client_for(make_user(Role.MANAGER))

    def make_command(self, **values: Any) -> OutboxCommand:
        facts = {"kind": "order.book", "lane": "order:1", "platform": "veeqo", **values}
        command: OutboxCommand = OutboxCommand.objects.create(organization=self.alder, **facts)
        return command


class CarrierTests(CarriersCase):
    def test_partner_reads_what_may_be_asked_for(self) -> None:
        rows = self.partner.get(CARRIERS).json()["results"]

        self.assertEqual({row["code"] for row in rows}, {"FEDEX", "UPS", "DHL", "USPS"})

    def test_a_carrier_is_found_by_its_code(self) -> None:
        response = self.partner.get(f"{CARRIERS}/FEDEX")

        self.assertEqual(
            response.json(),
            {
                "code": "FEDEX",
                "name": "FedEx",
                "platform": "easyship",
                "divisor_cm3_per_kg": 5000,
                "is_active": True,
            },
        )

    def test_services_are_listed_by_carrier(self) -> None:
        for code, name in (("UPS", "UPS Ground"), ("USPS", "Priority Mail")):
            CarrierService.objects.create(
                carrier=Carrier.objects.get(code=code), platform="veeqo", name=name
            )

        rows = self.partner.get(f"{SERVICES}?carrier=UPS").json()["results"]

        self.assertEqual([(r["carrier"], r["name"]) for r in rows], [("UPS", "UPS Ground")])

    def test_nobody_writes_carriers_here(self) -> None:
        for path in (CARRIERS, SERVICES):
            response = self.manager.post(path, {}, format="json")
            self.assert_problem(response, 405, "method_not_allowed")

    def test_keys_need_the_scope_of_orders(self) -> None:
        key = client_with(make_key(self.alder, "stock:read"))

        for path in (CARRIERS, SERVICES, PLATFORMS):
            with self.subTest(path):
                self.assert_problem(key.get(path), 403, "forbidden")


class PlatformTests(CarriersCase):
    def switch(self, client: Any, value: object) -> Any:
        return client.patch(f"{PLATFORMS}/veeqo", {"is_enabled": value}, format="json")

    def is_enabled(self) -> bool:
        return PlatformAccount.objects.get(platform="veeqo").is_enabled

    def test_manager_switches_a_platform_off_and_it_is_on_record(self) -> None:
        response = self.switch(self.manager, False)

        self.assertEqual(response.status_code, 200, response.content)
        self.assertEqual(response.json(), {"platform": "veeqo", "is_enabled": False, "note": ""})
        self.assertIs(self.is_enabled(), False)
        entry = AuditEntry.objects.get()
        self.assertEqual(entry.action, "platform.disabled")
        self.assertEqual((entry.before, entry.after), ({"is_enabled": True}, {"is_enabled": False}))

    def test_repeat_leaves_no_trace(self) -> None:
        self.switch(self.manager, False)

        self.switch(self.manager, False)

        self.assertEqual(AuditEntry.objects.count(), 1)

    def test_switching_on_wakes_what_waited(self) -> None:
        self.switch(self.manager, False)
        before = OrmQ.objects.count()

        self.switch(self.manager, True)

        self.assertEqual(OrmQ.objects.count(), before + 1)
        self.assertEqual(OrmQ.objects.last().func(), "carriers.outbox.worker.sweep")

    def test_nobody_else_switches_what_all_share(self) -> None:
        callers = {
            "operator": self.operator,
            "partner": self.partner,
            "key": client_with(make_key(self.alder)),
            "manager of a merchant": client_for(make_user(Role.MANAGER, organization=self.alder)),
        }
        for name, client in callers.items():
            with self.subTest(name):
                self.assert_problem(self.switch(client, False), 403, "forbidden")
        self.assertIs(self.is_enabled(), True)

    def test_faulty_value_is_named_and_nothing_changes(self) -> None:
        values: list[Any] = ["perhaps", None, [], 7]
        for value in values:
            with self.subTest(value=value):
                self.assert_faults(self.switch(self.manager, value), "is_enabled")
        self.assert_faults(
            self.manager.patch(f"{PLATFORMS}/veeqo", {}, format="json"), "is_enabled"
        )
        self.assertIs(self.is_enabled(), True)

    def test_unknown_platform_is_not_there(self) -> None:
        response = self.manager.patch(f"{PLATFORMS}/acme", {"is_enabled": True}, format="json")

        self.assert_problem(response, 404, "not_found")


class OutboxTests(CarriersCase):
    def test_filters_narrow_the_list(self) -> None:
        first = self.make_command()
        second = self.make_command(
            kind="label.buy", lane="order:2", platform="easyship", state=CommandState.STUCK
        )
        cases = [
            ("", [second.pk, first.pk]),
            ("state=stuck", [second.pk]),
            ("lane=order:1", [first.pk]),
            ("kind=label.buy", [second.pk]),
            ("platform=veeqo", [first.pk]),
            ("state=delivered", []),
        ]
        for query, found in cases:
            with self.subTest(query):
                rows = self.operator.get(f"{COMMANDS}?{query}").json()["results"]

                self.assertEqual([row["id"] for row in rows], found)

    def test_staff_alone_see_them(self) -> None:
        command = self.make_command()
        callers = {
            "partner": self.partner,
            "key": client_with(make_key(self.alder)),
            "operator of a merchant": client_for(make_user(Role.OPERATOR, organization=self.alder)),
        }
        for name, client in callers.items():
            for path in (COMMANDS, f"{COMMANDS}/{command.pk}", CALLS):
                with self.subTest(name, path=path):
                    self.assert_problem(client.get(path), 403, "forbidden")

    def test_auditors_of_the_firm_read(self) -> None:
        auditor = client_for(make_user(Role.AUDITOR))

        self.assertEqual(auditor.get(COMMANDS).status_code, 200)
        self.assertEqual(auditor.get(CALLS).status_code, 200)

    def test_looking_again_asks_without_sending(self) -> None:
        stuck = self.make_command(state=CommandState.STUCK, lookups=12, misses=1)

        response = self.operator.post(f"{COMMANDS}/{stuck.pk}/look-again")

        self.assertEqual(response.status_code, 200, response.content)
        stuck.refresh_from_db()
        self.assertEqual((stuck.state, stuck.lookups, stuck.misses), ("unknown", 0, 0))
        self.assertEqual(response.json()["state"], "unknown")
        entry = AuditEntry.objects.get()
        self.assertEqual(entry.action, "command.looked_again")
        self.assertEqual(entry.organization, self.alder)

    def test_looking_again_is_for_what_waits_for_a_person(self) -> None:
        for state in CommandState:
            if state == CommandState.STUCK:
                continue
            with self.subTest(state):
                command = self.make_command(state=state)

                response = self.operator.post(f"{COMMANDS}/{command.pk}/look-again")

                self.assert_problem(response, 409, "command.not_stuck")
                command.refresh_from_db()
                self.assertEqual(command.state, state)
        self.assertEqual(AuditEntry.objects.count(), 0)

    def test_auditors_do_not_steer(self) -> None:
        stuck = self.make_command(state=CommandState.STUCK)
        auditor = client_for(make_user(Role.AUDITOR))

        response = auditor.post(f"{COMMANDS}/{stuck.pk}/look-again")

        self.assert_problem(response, 403, "forbidden")
        stuck.refresh_from_db()
        self.assertEqual(stuck.state, "stuck")

    def test_a_list_costs_the_same_for_any_number_of_rows(self) -> None:
        self.make_command()
        self.operator.get(COMMANDS)
        with exactly_queries(2):
            self.operator.get(COMMANDS)
        for _ in range(5):
            self.make_command()

        with exactly_queries(2):
            self.operator.get(COMMANDS)


class ApiCallTests(CarriersCase):
    def setUp(self) -> None:
        super().setUp()
        for operation, code in (("create_order", ""), ("buy_label", "timeout")):
            ApiCall.objects.create(
                organization=self.alder,
                platform="veeqo",
                operation=operation,
                method="POST",
                path="/orders",
                http_status=0 if code else 201,
                error_code=code,
                request_body='{"name": "[redacted]"}',
                started_at=timezone.now(),
            )

    def test_a_call_is_told_as_it_was_stored(self) -> None:
        row = self.operator.get(f"{CALLS}?operation=create_order").json()["results"][0]

        self.assertEqual(row["request_body"], '{"name": "[redacted]"}')
        self.assertEqual((row["method"], row["http_status"]), ("POST", 201))

    def test_failures_can_be_picked_out(self) -> None:
        failed = self.operator.get(f"{CALLS}?failed=true").json()["results"]
        fine = self.operator.get(f"{CALLS}?failed=false").json()["results"]

        self.assertEqual([row["operation"] for row in failed], ["buy_label"])
        self.assertEqual([row["operation"] for row in fine], ["create_order"])

    def test_calls_cannot_be_written(self) -> None:
        self.assert_problem(self.manager.post(CALLS, {}, format="json"), 405, "method_not_allowed")
