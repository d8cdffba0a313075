"""The storm is the same for the same seed, and its count sees what it is there to see."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from accounts.models import Organization
from orders.chaos.plan import plan_faults, plan_kills, plan_orders
from orders.chaos.tally import tally
from orders.models import LabelState, Order, Package
from orders.tests.builders import make_order, make_organization, make_stocked_sellable
from orders.tests.steps import TRACKING, make_labelled

SAMPLES = [("alder", {"external_ref": "A-1", "hold_reason": "wait"}), ("birch", {"note": "x"})]


def test_the_same_seed_plans_the_same_storm() -> None:
    first, second = (_plan(seed=7) for _ in range(2))

    assert first == second
    assert first != _plan(seed=8)


def test_planned_orders_have_references_of_their_own_and_are_not_held() -> None:
    orders = plan_orders(SAMPLES, count=5, rng=random.Random(1))

    assert [order.body["external_ref"] for order in orders] == [
        f"CHAOS-0000{number}" for number in range(1, 6)
    ]
    assert {order.body["hold_reason"] for order in orders} == {""}


@pytest.mark.django_db
class TestTally:
    def test_a_kept_label_for_each_order_is_clean(self) -> None:
        order, row = _labelled()

        result = tally([order.number], [row], seconds=1)

        assert result.is_clean
        assert (result.orders, result.labels) == (1, 1)

    def test_a_second_kept_label_is_a_duplicate_and_unaccounted(self) -> None:
        order, row = _labelled()
        second = {**row, "tracking_number": "T-OTHER"}

        result = tally([order.number], [row, second], seconds=1)

        assert (result.duplicates, result.unaccounted) == (1, 1)

    def test_an_order_without_label_is_lost(self) -> None:
        order = make_order(_organization())

        result = tally([order.number], [], seconds=1)

        assert result.lost == 1

    def test_a_label_that_we_think_voided_is_unaccounted(self) -> None:
        order, row = _labelled()
        Package.objects.update(label_state=LabelState.VOIDED)

        result = tally([order.number], [row], seconds=1)

        assert result.unaccounted == 1

    def test_a_cent_that_the_ledger_does_not_know_of_is_not_clean(self) -> None:
        order, row = _labelled()

        result = tally([order.number], [row | {"cost": "9.11"}], seconds=1)

        assert (result.charged, result.ledger) == (("9.11 USD",), ("9.10 USD",))
        assert not result.is_clean

    def test_a_label_that_was_given_back_was_charged_too(self) -> None:
        order, row = _labelled()
        Package.objects.update(label_state=LabelState.VOIDED)

        result = tally([order.number], [row | {"state": "voided"}], seconds=1)

        assert (result.unaccounted, result.charged == result.ledger) == (0, True)

    def test_a_stock_number_without_ledger_is_a_difference(self) -> None:
        order, row = _labelled()
        order.lines.get().sellable.stock_levels.update(on_hand=1)

        result = tally([order.number], [row], seconds=1)

        assert result.differences == 1


def _plan(*, seed: int) -> object:
    rng = random.Random(seed)
    orders = plan_orders(SAMPLES, count=30, rng=rng)
    return orders, plan_kills(count=9, rng=rng), list(islice(plan_faults(rng=rng, hold_s=4), 50))


def _organization() -> Organization:
    organization: Organization = make_organization()
    make_stocked_sellable(organization)
    return organization


def _labelled() -> tuple[Order, dict[str, object]]:
    """An order with a bought label, and the twin's row for it."""
    order = make_labelled(_organization())
    reference = order.shipments.get().reference
    row = {"reference": reference, "tracking_number": TRACKING, "state": "bought"}
    return order, {**row, "cost": "9.10", "currency": "USD"}
