"""A short day of sales in Veeqo's own shop: what is lost there is found, and nothing else."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db.models import F
from django.test import override_settings

from carriers.contracts import Platform
from carriers.inbox.models import PullWindow
from carriers.outbox.worker import run_next
from carriers.platforms import veeqo_client
from catalog.pulls import read_catalog
from catalog.sync.runs import begin_run
from inventory.models import MovementKind, PlatformStock
from inventory.proof import stock_differences
from inventory.pulls import read_stock
from inventory.services.stock import move_stock
from inventory.sync.runs import begin_stock_run
from inventory.sync.telling import tell_changed
from orders.chaos.day import Shop, Told, link_warehouses, operate
from orders.chaos.day_tally import (
    missed_drifts,
    numbers_apart,
    oversold_units,
    unexplained_drifts,
)
from orders.chaos.planting import Losses, Planted, calm_stocks
from orders.demo.twin_control import shift_stock
from orders.tasks import pull_veeqo_orders
from orders.tests.twin import TwinCase, let_time_pass

HOURS = 6
HOUR = timedelta(hours=1)
SALES_AN_HOUR = 4
# Few, so that sales and answers that are lost meet often.
GOODS = 4


class DayTests(TwinCase):
    def setUp(self) -> None:
        super().setUp()
        configured = override_settings(SANDBOX_URL=self.twin.url, SANDBOX_CONTROL_TOKEN="")
        configured.enable()
        self.addCleanup(configured.disable)
        link_warehouses()
        begin_run(platform="veeqo", actor="tests", is_full=True)
        while read_catalog(Platform.VEEQO):
            pass
        self.read()
        pull_veeqo_orders()
        self.goods = calm_stocks(set())[:GOODS]
        self.told = Told()
        channel = int(veeqo_client().list_stores(type_code="direct")[0].store_ref)
        items = [stock.listing.external_ref for stock in self.goods]
        self.shop = Shop(random.Random(7), channel_id=channel, told=self.told, items=items)

    def test_unit_lost_there_is_found_and_nothing_else(self) -> None:
        lost = self.goods[0]
        for hour in range(HOURS):
            if hour == 2:
                shift_stock(lost.listing.external_ref, lost.link.external_ref, -1)
            self.an_hour(hour)
        self.come_to_rest()

        planted = [Planted(lost.pk, -1)]
        self.assertEqual(missed_drifts(planted), [])
        self.assertEqual(unexplained_drifts(planted), [])
        self.assert_clean()
        self.assertGreater(self.told.sales, HOURS)

    def test_day_without_a_loss_has_nothing_to_explain(self) -> None:
        for hour in range(HOURS):
            self.an_hour(hour)
        self.come_to_rest()

        self.assertEqual(unexplained_drifts([]), [])
        self.assert_clean()

    def test_loss_that_nobody_found_is_told(self) -> None:
        stock = calm_stocks(set())[0]
        shift_stock(stock.listing.external_ref, stock.link.external_ref, -1)

        self.assertEqual(missed_drifts([Planted(stock.pk, -1)]), [Planted(stock.pk, -1)])
        self.assertEqual(len(numbers_apart()), 1)

    def test_what_is_lost_is_spread_over_the_day(self) -> None:
        planted: list[Planted] = []
        losses = Losses(random.Random(7), planted)
        for share in (0.0, 0.2, 0.2, 0.5):
            losses.plant(share)

        self.assertEqual([one.units for one in planted], [-1, 6])
        self.assertEqual(len({one.stock_id for one in planted}), 2)

    def an_hour(self, hour: int) -> None:
        """Sales, some shipped before anybody hears of them, goods, and answers that are lost."""
        if hour % 2:
            self.twin.fault("PUT", "/stock_entry", ("error_after", "error_before")[hour // 2 % 2])
        for _ in range(SALES_AN_HOUR):
            self.shop.trade()
        self.receive(hour)
        self.tell()
        if hour % 3:
            pull_veeqo_orders()
        self.twin.advance(hours=1)
        self.let_an_hour_pass()
        self.read()

    def receive(self, hour: int) -> None:
        """Some for each of what sells there, so that there is something to tell."""
        for stock in self.goods[hour % 3 :: 3]:
            move_stock(
                sellable_id=stock.level.sellable_id,
                warehouse_id=stock.level.warehouse_id,
                quantity=2,
                kind=MovementKind.RECEIPT,
                reason="Goods arrived",
                actor="tests",
            )

    def come_to_rest(self) -> None:
        for _ in range(4):
            pull_veeqo_orders()
            self.tell()
            self.let_an_hour_pass()
            self.read()
            self.told.settled += operate(random.Random(7))

    def let_an_hour_pass(self) -> None:
        """All that was noted here was an hour earlier, and what waited is due."""
        let_time_pass()
        windows = ("opened_at", "closed_at")
        PullWindow.objects.update(**{name: F(name) - HOUR for name in windows})
        moments = ("rest_since", "agreed_at", "told_at", "look_again_at")
        PlatformStock.objects.update(**{name: F(name) - HOUR for name in moments})
        for stock in PlatformStock.objects.exclude(lines=[]):
            lines = [
                line | {"at": (datetime.fromisoformat(line["at"]) - HOUR).isoformat()}
                for line in stock.lines
            ]
            PlatformStock.objects.filter(pk=stock.pk).update(lines=lines)

    def tell(self) -> None:
        tell_changed()
        while run_next("sync"):
            pass

    def read(self) -> None:
        begin_stock_run(platform="veeqo", actor="tests")
        while read_stock(Platform.VEEQO):
            pass

    def assert_clean(self) -> None:
        self.assertEqual(numbers_apart(), [])
        self.assertEqual((oversold_units(), stock_differences()), (0, []))
