"""A POST with an Idempotency-Key is carried out once, and each repeat gets the same answer."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import skipUnless

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase
from django.utils import timezone

from accounts.models import ApiKey, KeptAnswer, Role
from accounts.services.idempotency import forget_old_answers
from accounts.tests.cases import ApiCase, client_for, client_with
from inventory.models import StockMovement
from orders.models import IntakeRecord, Order, OrderEvent
from orders.tests.builders import (
    make_key,
    make_order,
    make_order_body,
    make_organization,
    make_stocked_sellable,
    make_user,
)
from orders.tests.routes import api_routes
from shipping_project.hooks.models import WebhookEndpoint

AT_ONCE = 32
ORDERS = "/api/v1/orders"
DEAF = {"auth/token", "auth/token/refresh"}
# There the key belongs to the job, which has tests of its own.
OF_JOBS = {"orders/bulk", "orders/import", "products/import"}


class KeyedCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        make_stocked_sellable(self.alder, "MUG-01", units=50)
        self.client_of_key = client_with(make_key(self.alder))

    def send(self, path: str, body: Any, key: str = "k-1", client: Any = None) -> Any:
        return (client or self.client_of_key).post(
            path, body, format="json", headers={"Idempotency-Key": key}
        )


class RepeatTests(KeyedCase):
    def test_repeat_gets_the_first_answer_to_the_byte(self) -> None:
        body = make_order_body(external_ref="A-1")

        first, again = self.send(ORDERS, body), self.send(ORDERS, body)

        self.assertEqual((first.status_code, again.status_code), (201, 201))
        self.assertEqual(again.content, first.content)
        self.assertNotIn("Idempotency-Replayed", first)
        self.assertEqual(again["Idempotency-Replayed"], "true")
        self.assertEqual(IntakeRecord.objects.get().repeats, 0)

    def test_action_is_carried_out_once(self) -> None:
        order = make_order(self.alder)
        path = f"{ORDERS}/{order.number}/hold"

        answers = [self.send(path, {"reason": "Wait"}).status_code for _ in range(3)]

        self.assertEqual(answers, [200, 200, 200])
        self.assertEqual(OrderEvent.objects.filter(kind="order.held").count(), 1)

    def test_other_body_or_address_under_the_key_is_refused(self) -> None:
        body = make_order_body(external_ref="A-1")
        self.send(ORDERS, body)

        other = self.send(ORDERS, make_order_body(external_ref="A-2"))
        elsewhere = self.send("/api/v1/orders/parse", body)

        for response in (other, elsewhere):
            self.assert_problem(response, 409, "idempotency_key_reused")
        self.assertEqual(Order.objects.count(), 1)

    def test_key_is_the_callers_own(self) -> None:
        birch = make_organization("birch")
        make_stocked_sellable(birch, "MUG-01", units=5)
        body = make_order_body(external_ref="A-1")
        self.send(ORDERS, body)

        other = self.send(ORDERS, body, client=client_with(make_key(birch)))

        self.assertEqual((other.status_code, other.json()["organization"]), (201, "birch"))

    def test_refusal_is_not_kept_so_that_it_can_be_mended(self) -> None:
        refused = self.send(ORDERS, make_order_body(external_ref="A-1", lines=[]))

        mended = self.send(ORDERS, make_order_body(external_ref="A-1"))

        self.assertEqual((refused.status_code, mended.status_code), (422, 201))

    def test_while_the_first_is_under_way_a_repeat_is_told_to_come_back(self) -> None:
        body = make_order_body(external_ref="A-1")
        self.send(ORDERS, body)
        KeptAnswer.objects.update(status=None)

        response = self.send(ORDERS, body)

        self.assert_problem(response, 409, "idempotency_in_progress")
        self.assertEqual(response["Retry-After"], "1")

    def test_key_of_a_process_that_died_is_taken_over(self) -> None:
        body = make_order_body(external_ref="A-1")
        first = self.send(ORDERS, body)
        KeptAnswer.objects.update(status=None, claimed_at=timezone.now() - timedelta(minutes=3))

        again = self.send(ORDERS, body)

        self.assertEqual((again.status_code, again.json()["number"]), (200, first.json()["number"]))
        self.assertEqual(KeptAnswer.objects.get().status, 200)

    def test_after_a_day_a_key_is_new_and_its_answer_dropped(self) -> None:
        self.send(ORDERS, make_order_body(external_ref="A-1"))
        self.send(ORDERS, make_order_body(external_ref="A-2"), key="k-2")
        yesterday = timezone.now() - timedelta(hours=24, seconds=1)
        KeptAnswer.objects.update(claimed_at=yesterday)

        other = self.send(ORDERS, make_order_body(external_ref="A-3"))

        self.assertEqual(other.status_code, 201)
        self.assertEqual(forget_old_answers(), 1)
        self.assertEqual(KeptAnswer.objects.get().key, "k-1")

    def test_nobody_gets_an_answer_of_somebody(self) -> None:
        body = make_order_body(external_ref="A-1")
        self.send(ORDERS, body)

        self.assert_problem(
            self.send(ORDERS, body, client=client_with("ship_made_up")),
            401,
            "authentication_failed",
        )
        self.assertEqual(KeptAnswer.objects.count(), 1)

    def test_unusable_keys_are_named(self) -> None:
        self.assert_faults(self.send(ORDERS, {}, key="x" * 201), "Idempotency-Key")

    def test_every_post_of_the_api_looks_at_the_key(self) -> None:
        """But logins, which make nothing."""
        staff = client_for(make_user(Role.ADMINISTRATOR))
        routes = [route for route in api_routes() if route.method == "POST"]

        deaf = set()
        for route in routes:
            address = route.address(**dict.fromkeys(route.variables, "1"))
            answer = self.send(address, {}, key="x" * 201, client=staff)
            if b"Use at most 200 printable characters." not in answer.content:
                deaf.add(route.path)

        self.assertGreater(len(routes), 60)
        self.assertEqual(deaf, DEAF | OF_JOBS)

    def test_what_shows_a_secret_is_done_once_and_the_secret_is_kept_nowhere(self) -> None:
        admin = client_for(make_user(Role.ADMINISTRATOR, organization=self.alder))
        before = ApiKey.objects.count(), WebhookEndpoint.objects.count()
        asked = {
            "/api/v1/api-keys": ({"name": "s", "scopes": ["orders:read"]}, "key"),
            "/api/v1/webhooks": (
                {"url": "https://shop.example/hooks", "events": ["*"]},
                "secret",
            ),
        }

        for path, (body, secret) in asked.items():
            with self.subTest(path):
                first, again = (self.send(path, body, key=path, client=admin) for _ in range(2))

                self.assertEqual(first.status_code, 201)
                self.assert_problem(again, 409, "idempotency_secret_shown")
                kept = bytes(KeptAnswer.objects.get(key=path).body)
                self.assertNotIn(first.json()[secret].encode(), kept)
        after = ApiKey.objects.count(), WebhookEndpoint.objects.count()
        self.assertEqual(after, (before[0] + 1, before[1] + 1))


@pytest.mark.postgres
@skipUnless(
    connection.vendor == "postgresql",
    "needs the row locks of PostgreSQL; SQLite runs one writer at a time",
)
class AtOnceTests(TransactionTestCase):
    serialized_rollback = True

    def setUp(self) -> None:
        caches["ratelimit"].clear()
        alder = make_organization("alder")
        make_stocked_sellable(alder, "MUG-01", units=10)
        self.key = make_key(alder)

    def at_once(self, path: str, body: Mapping[str, Any]) -> set[tuple[int, bytes]]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return set(pool.map(partial(_post, self.key, path), [body] * AT_ONCE))

    def test_32_repeats_make_one_order_and_get_one_answer(self) -> None:
        answers = self.at_once(ORDERS, make_order_body(external_ref="A-1"))

        self.assertEqual([status for status, _ in answers], [201])
        self.assertEqual(Order.objects.count(), 1)

    def test_32_repeats_of_an_adjustment_count_once(self) -> None:
        body = {"sku": "MUG-01", "warehouse": "NV", "quantity": 3, "reason": "Found"}

        answers = self.at_once("/api/v1/stock/adjustments", body)

        self.assertEqual([status for status, _ in answers], [201])
        self.assertEqual(StockMovement.objects.filter(quantity=3).count(), 1)


def _post(key: str, path: str, body: Mapping[str, Any]) -> tuple[int, bytes]:
    """A caller who does as it is told: asks again while the first is under way."""
    try:
        for _ in range(20):
            response = client_with(key).post(
                path, body, format="json", headers={"Idempotency-Key": "once"}
            )
            if response.json().get("code") != "idempotency_in_progress":
                break
        return response.status_code, response.content
    finally:
        connection.close()
