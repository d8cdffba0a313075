"""`If-Match` holds when many come at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from unittest import skipUnless

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase

from accounts.tests.cases import client_with
from catalog.models import Sellable
from orders.tests.builders import make_key, make_organization, make_stocked_sellable

AT_ONCE = 8


@pytest.mark.postgres
@skipUnless(
    connection.vendor == "postgresql",
    "needs the row locks of PostgreSQL; SQLite runs one writer at a time",
)
class SameVersionRaceTests(TransactionTestCase):
    serialized_rollback = True

    def test_of_eight_changes_of_the_row_that_all_have_seen_one_is_made(self) -> None:
        caches["ratelimit"].clear()
        alder = make_organization("alder")
        sellable = make_stocked_sellable(alder, "MUG-01")
        key, address = make_key(alder), f"/api/v1/sellables/{sellable.pk}"
        seen = client_with(key).get(address)["ETag"]

        with ThreadPoolExecutor(AT_ONCE) as pool:
            change = partial(_change, key, address, seen)
            statuses = list(pool.map(change, range(AT_ONCE)))

        self.assertEqual(sorted(statuses), [200] + [412] * (AT_ONCE - 1))
        title = Sellable.objects.get(pk=sellable.pk).title
        self.assertEqual(title, f"Mug {statuses.index(200)}")


def _change(key: str, address: str, seen: str, number: int) -> int:
    try:
        headers = {"If-Match": seen}
        change = {"title": f"Mug {number}"}
        client = client_with(key)
        return int(client.patch(address, change, format="json", headers=headers).status_code)
    finally:
        connection.close()
