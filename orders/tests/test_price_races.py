"""Prices for one lane that come in at many workers at once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import TransactionTestCase

from orders.models import LaneRate
from orders.services.offers import PricedParcels, keep_told, parcels_from
from orders.tests.builders import make_order, make_organization, make_stocked_sellable
from orders.tests.test_quotes_rules import quote
from shipping_project.kernel.tests.races import at_once, needs_row_locks, results


@pytest.mark.postgres
@needs_row_locks
class PriceRaceTests(TransactionTestCase):
    serialized_rollback = True

    def test_each_service_keeps_one_price_and_nobody_is_locked_out(self) -> None:
        organization = make_organization()
        make_stocked_sellable(organization)
        priced: PricedParcels = parcels_from(make_order(organization), "NV")
        names = ["Ground", "Saver", "Express", "Freight"]

        def tell(number: int) -> None:
            # Each worker has them in another order.
            turned = names[number % 4 :] + names[: number % 4]
            quotes = [quote(name, str(10 + number)) for name in turned]
            for _ in range(5):
                keep_told(priced, "veeqo", quotes)

        results(at_once(8, tell))

        rows = LaneRate.objects.order_by("service_name")
        self.assertEqual([row.service_name for row in rows], sorted(names))
        # One worker's prices, whole.
        self.assertEqual(len({row.price for row in rows}), 1)
        self.assertLessEqual(rows[0].price, Decimal(17))
