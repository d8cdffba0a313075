"""One order and one adjustment, however many requests carry them at the same moment."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from unittest import skipUnless

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase

from accounts.tests.cases import client_with
from inventory.models import StockLevel, StockMovement
from orders.models import IntakeRecord, Order
from orders.tests.builders import (
    make_key,
    make_order_body,
    make_organization,
    make_stocked_sellable,
)

AT_ONCE = 8


@pytest.mark.postgres
@skipUnless(
    connection.vendor == "postgresql",
    "needs the row locks of PostgreSQL; SQLite runs one writer at a time",
)
class SameRequestRaceTests(TransactionTestCase):
    # A flush without it leaves rows behind that those with it bring back a second time.
    serialized_rollback = True

    def setUp(self) -> None:
        caches["ratelimit"].clear()
        alder = make_organization("alder")
        make_stocked_sellable(alder, "MUG-01", units=10)
        self.key = make_key(alder)

    def at_once(self, path: str, body: Mapping[str, Any]) -> list[int]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            send = partial(_post, self.key, path)
            return sorted(pool.map(send, [body] * AT_ONCE))

    def test_one_order_sent_eight_times_is_made_once(self) -> None:
        statuses = self.at_once("/api/v1/orders", make_order_body())

        self.assertEqual(statuses, [200] * (AT_ONCE - 1) + [201])
        self.assertEqual(Order.objects.count(), 1)
        self.assertEqual(IntakeRecord.objects.get().repeats, AT_ONCE - 1)

    def test_one_adjustment_sent_eight_times_is_counted_once(self) -> None:
        body = {
            "sku": "MUG-01",
            "warehouse": "NV",
            "quantity": 3,
            "reason": "Found",
            "reference": "COUNT-7",
        }

        statuses = self.at_once("/api/v1/stock/adjustments", body)

        self.assertEqual(statuses, [200] * (AT_ONCE - 1) + [201])
        self.assertEqual(StockLevel.objects.get().on_hand, 13)
        self.assertEqual(StockMovement.objects.filter(reference="COUNT-7").count(), 1)


def _post(key: str, path: str, body: Mapping[str, Any]) -> int:
    try:
        return int(client_with(key).post(path, body, format="json").status_code)
    finally:
        connection.close()
