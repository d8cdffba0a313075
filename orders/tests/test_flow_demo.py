"""The demonstration's orders from intake to the customer's door, and two workers at once."""

from __future__ import annotations

from collections import Counter

import pytest
from django.test import TransactionTestCase
from django.utils import timezone

from carriers.models import CommandState, OutboxCommand
from inventory.models import MovementKind, Reservation, StockLevel, StockMovement
from inventory.proof import stock_differences
from orders.demo.seed import seed_demo
from orders.models import Order, OrderLine, Package, RoutingDecision
from orders.rules.routing import choose_route
from orders.rules.states import OrderState
from orders.services.snapshots import restored_snapshot
from orders.tasks import dispatch_waiting, poll_tracking
from orders.tests.twin import TwinCase, TwinMixin
from shipping_project.kernel.tests.races import at_once, needs_row_locks

RESTING = {OrderState.HELD.value, OrderState.BACKORDERED.value}


def labels_by_order(case: TwinMixin) -> Counter[str]:
    """How many live labels the twin sold for each order number."""
    return Counter(str(row["reference"]).rpartition("-")[0] for row in case.twin.labels())


class WholeFlowTests(TwinCase):
    @classmethod
    def setUpTestData(cls) -> None:
        seed_demo()

    def test_every_order_that_can_ship_gets_one_label_and_arrives(self) -> None:
        self.twin.option(veeqo_search_delay_s=0.0)
        dispatch_waiting()
        self.finish(rounds=3)
        shipped = Order.objects.exclude(state__in=RESTING)

        self.assertEqual(set(shipped.values_list("state", flat=True)), {OrderState.BOOKED.value})
        self.assertEqual(Order.objects.count(), 41)
        self.assertEqual(labels_by_order(self), Counter(shipped.values_list("number", flat=True)))
        self.assertEqual(shipped.count(), 38)
        self.assert_ledger_explains_itself()

        self.twin.advance(days=30)
        Package.objects.labelled().update(next_track_at=timezone.now())
        poll_tracking()

        self.assertEqual(set(shipped.values_list("state", flat=True)), {OrderState.DELIVERED.value})
        self.assertFalse(Reservation.objects.still_open().exists())
        self.assertFalse(StockLevel.objects.filter(reserved__gt=0).exists())
        self.assert_ledger_explains_itself()
        self.assertEqual(self._units_shipped(), self._units_delivered())

    def test_the_story_repeats_itself_from_the_stored_snapshots(self) -> None:
        dispatch_waiting()

        decisions = RoutingDecision.objects.select_related("warehouse")
        self.assertEqual(decisions.count(), 40)
        for stored in decisions:
            again = choose_route(restored_snapshot(stored.snapshot))
            code = stored.warehouse.code if stored.warehouse else ""
            self.assertEqual(
                (again.warehouse, again.carrier, again.platform, list(again.sentences)),
                (code, stored.carrier, stored.platform, stored.sentences),
            )

    def assert_ledger_explains_itself(self) -> None:
        self.assertEqual(stock_differences(), [])

    def _units_shipped(self) -> int:
        rows = StockMovement.objects.filter(kind=MovementKind.SHIPPED)
        return -sum(rows.values_list("quantity", flat=True))

    def _units_delivered(self) -> int:
        lines = OrderLine.objects.filter(order__state=OrderState.DELIVERED.value)
        return sum(lines.values_list("quantity", flat=True))


@pytest.mark.postgres
@needs_row_locks
class ManyWorkersTests(TwinMixin, TransactionTestCase):
    """Four workers on one queue, on a bad day of the platforms."""

    serialized_rollback = True

    def setUp(self) -> None:
        seed_demo()
        self.start_twin(self.addCleanup)

    def test_four_workers_on_a_bad_day_buy_one_label_for_each_order(self) -> None:
        dispatch_waiting()
        for effect in ("error_before", "error_after", "drop_after", "refuse"):
            self.twin.fault("POST", "/shipping/shipments", effect, times=2)
            self.twin.fault("POST", "/2024-09/shipments", effect, times=2)
            self.twin.fault("POST", "/orders", effect, times=2)

        for _ in range(12):
            at_once(4, lambda _: self.work())
            self.later()

        shipped = Order.objects.exclude(state__in=RESTING)
        self.assertEqual(set(shipped.values_list("state", flat=True)), {OrderState.BOOKED.value})
        self.assertEqual(labels_by_order(self), Counter(shipped.values_list("number", flat=True)))
        self.assertFalse(OutboxCommand.objects.still_open().exists())
        self.assertFalse(OutboxCommand.objects.filter(state=CommandState.REJECTED).exists())
        self.assertEqual(stock_differences(), [])
