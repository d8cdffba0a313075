"""From a valid order to its command: routed, reserved and announced, or nothing at all."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction
from django.test import TestCase, TransactionTestCase

from accounts.models import Organization
from accounts.tests.builders import make_organization
from carriers.models import CommandState, OutboxCommand
from catalog.models import Sellable
from inventory.models import MovementKind, Reservation, StockLevel
from inventory.proof import stock_differences
from inventory.services.stock import StockDemand, move_stock, reserve_stock
from orders.models import IntakeRecord, Order, OrderEvent, RoutingDecision, Shipment
from orders.rules.drafts import LineDraft
from orders.rules.states import OrderState
from orders.services.dispatch import Dispatched, dispatch_order
from orders.services.holds import hold_order
from orders.services.intake import ReferenceReused, receive_order
from orders.services.progress import move_order
from orders.tasks import dispatch_one, dispatch_waiting
from orders.tests.builders import (
    make_draft,
    make_order,
    make_sellable,
    make_stocked_sellable,
    make_warehouse,
    put_stock,
)
from shipping_project.kernel.errors import Conflict, StateChanged
from shipping_project.kernel.tests.races import at_once, needs_row_locks


class DispatchCase(TestCase):
    def setUp(self) -> None:
        self.organization = make_organization()
        self.mug = make_stocked_sellable(self.organization, units=5)

    def receive(self, units: int) -> None:
        move_stock(
            sellable_id=self.mug.pk,
            warehouse_id=make_warehouse("NV").pk,
            quantity=units,
            kind=MovementKind.RECEIPT,
            reason="Received",
            actor="tests",
        )


class TooMuchTests(DispatchCase):
    """What fits no parcel that anybody carries is told, rather than tried for ever."""

    def dispatch(self, **sizes: int) -> Order:
        Sellable.objects.filter(pk=self.mug.pk).update(**sizes)
        self.receive(100_000)
        order = make_order(self.organization, quantity=100_000)
        self.assertTrue(dispatch_one(order.pk))
        order.refresh_from_db()
        return order

    def test_order_too_heavy_for_one_parcel_goes_to_a_person(self) -> None:
        order = self.dispatch(weight_g=1_000_000, height_mm=1, width_mm=1, length_mm=1)

        self.assertEqual(
            (order.state, order.attention_code),
            (OrderState.NEEDS_ATTENTION.value, "parcel.over_weight"),
        )
        self.assertEqual(StockLevel.objects.get().reserved, 0)
        self.assertEqual(OutboxCommand.objects.count(), 0)

    def test_order_too_large_for_one_parcel_goes_to_a_person(self) -> None:
        order = self.dispatch(weight_g=1, height_mm=900_000, width_mm=900_000, length_mm=900_000)

        self.assertEqual(order.attention_code, "parcel.over_size")
        self.assertFalse(Shipment.objects.exists())


class GoodDayTests(DispatchCase):
    def test_stock_is_held_and_the_booking_announced(self) -> None:
        order = make_order(self.organization, quantity=3)

        result = dispatch_order(order_id=order.pk)

        order.refresh_from_db()
        shipment = order.shipments.get()
        self.assertEqual((result, order.state), (Dispatched.RESERVED, OrderState.RESERVED.value))
        self.assertRegex(shipment.reference, rf"^{order.number}-[A-Z2-9]{{6}}$")
        self.assertEqual((shipment.platform, shipment.carrier), ("easyship", "FEDEX"))
        self.assertEqual(Reservation.objects.get().reference, shipment.reference)
        self.assertEqual(StockLevel.objects.get().reserved, 3)
        command = OutboxCommand.objects.get()
        self.assertEqual(
            (command.kind, command.lane, command.platform, command.payload),
            ("orders.book", order.lane, "easyship", {"shipment_id": shipment.pk}),
        )

    def test_the_story_tells_each_step(self) -> None:
        order = make_order(self.organization)

        dispatch_order(order_id=order.pk, actor="ada")

        kinds = list(order.events.values_list("kind", flat=True))
        self.assertEqual(kinds, ["order.received", "order.valid", "order.routed", "order.reserved"])

    def test_one_line_twice_is_held_together(self) -> None:
        line = LineDraft(sku="MUG-01", quantity=2)
        order = make_order(self.organization, lines=(line, line))

        dispatch_order(order_id=order.pk)

        self.assertEqual(Reservation.objects.get().quantity, 4)

    def test_product_renamed_since_the_order_came_ships_all_the_same(self) -> None:
        order = make_order(self.organization, quantity=3)
        Sellable.objects.filter(pk=self.mug.pk).update(sku="MUG-01-BLUE")

        result = dispatch_order(order_id=order.pk)

        self.assertEqual(result, Dispatched.RESERVED)
        self.assertEqual(Reservation.objects.get().sellable, self.mug)

    def test_a_second_dispatch_is_refused_and_changes_nothing(self) -> None:
        order = make_order(self.organization)
        dispatch_order(order_id=order.pk)

        with pytest.raises(Conflict):
            dispatch_order(order_id=order.pk)

        self.assertEqual(Shipment.objects.count(), 1)
        self.assertEqual(OutboxCommand.objects.count(), 1)
        self.assertFalse(dispatch_one(order.pk))

    def test_the_database_refuses_a_second_live_shipment(self) -> None:
        order = make_order(self.organization)
        dispatch_order(order_id=order.pk)
        first = order.shipments.get()

        with pytest.raises(IntegrityError), transaction.atomic():
            Shipment.objects.create(
                order=order,
                decision=first.decision,
                reference="another",
                warehouse=first.warehouse,
                platform=first.platform,
                carrier=first.carrier,
            )


class BackorderTests(DispatchCase):
    def test_a_shortage_is_kept_per_line_and_nothing_is_held(self) -> None:
        lines = (LineDraft(sku="MUG-01", quantity=4), LineDraft(sku="MUG-01", quantity=3))
        order = make_order(self.organization, lines=lines)

        result = dispatch_order(order_id=order.pk)

        order.refresh_from_db()
        self.assertEqual(
            (result, order.state), (Dispatched.BACKORDERED, OrderState.BACKORDERED.value)
        )
        self.assertEqual(list(order.lines.values_list("short_quantity", flat=True)), [0, 2])
        self.assertFalse(Reservation.objects.exists())
        self.assertFalse(OutboxCommand.objects.exists())

    def test_looking_again_writes_nothing_down(self) -> None:
        order = make_order(self.organization, quantity=7)
        dispatch_order(order_id=order.pk)
        before = (OrderEvent.objects.count(), RoutingDecision.objects.count())

        dispatch_waiting()

        self.assertEqual((OrderEvent.objects.count(), RoutingDecision.objects.count()), before)

    def test_it_goes_on_when_the_goods_have_come(self) -> None:
        order = make_order(self.organization, quantity=7)
        dispatch_order(order_id=order.pk)
        self.receive(2)

        dispatch_waiting()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.RESERVED.value)
        self.assertEqual(list(order.lines.values_list("short_quantity", flat=True)), [0])

    def test_a_backordered_order_keeps_no_other_back(self) -> None:
        big = make_order(self.organization, quantity=7)
        dispatch_order(order_id=big.pk)
        small = make_order(self.organization, quantity=2)

        dispatch_waiting()

        small.refresh_from_db()
        self.assertEqual(small.state, OrderState.RESERVED.value)

    def test_hopeless_orders_do_not_keep_a_younger_one_waiting(self) -> None:
        pot = make_stocked_sellable(self.organization, "POT-01", units=1)
        hopeless = [make_order(self.organization, quantity=99) for _ in range(3)]
        young = make_order(self.organization, "POT-01", quantity=2)
        for order in (*hopeless, young):
            dispatch_order(order_id=order.pk)
        put_stock(pot, make_warehouse("NV"), 1)

        with patch("orders.tasks.DISPATCH_BATCH", 2):
            dispatch_waiting()

        young.refresh_from_db()
        self.assertEqual(young.state, OrderState.RESERVED.value)

    def test_orders_whose_lines_lie_apart_do_not_keep_a_younger_one_waiting(self) -> None:
        pot = make_stocked_sellable(self.organization, "POT-01", warehouse="CA", units=2)
        apart = (LineDraft(sku="MUG-01", quantity=1), LineDraft(sku="POT-01", quantity=1))
        hopeless = [make_order(self.organization, lines=apart) for _ in range(3)]
        young = make_order(self.organization, "POT-01", quantity=3)
        for order in (*hopeless, young):
            dispatch_order(order_id=order.pk)
        put_stock(pot, make_warehouse("CA"), 1)

        with patch("orders.tasks.DISPATCH_BATCH", 2):
            dispatch_waiting()

        young.refresh_from_db()
        self.assertEqual(young.state, OrderState.RESERVED.value)

    def test_units_promised_to_another_are_not_there(self) -> None:
        order = make_order(self.organization, quantity=5)
        rival = StockDemand(sellable_id=self.mug.pk, quantity=1)
        reserve_stock(reference="rival", demands=[rival], warehouse_code="NV")

        result = dispatch_order(order_id=order.pk)

        self.assertEqual(result, Dispatched.BACKORDERED)
        self.assertEqual(StockLevel.objects.get().reserved, 1)
        self.assertEqual(stock_differences(), [])


class KeptBackTests(DispatchCase):
    def test_a_held_order_is_not_dispatched(self) -> None:
        order = make_order(self.organization)
        hold_order(order_id=order.pk, reason="Check the address", actor="tests")

        self.assertFalse(dispatch_one(order.pk))
        self.assertEqual(dispatch_waiting(), 0)
        self.assertFalse(Shipment.objects.exists())

    def test_an_order_that_fails_keeps_no_other_back(self) -> None:
        broken = make_order(self.organization)
        broken.lines.all().delete()
        good = make_order(self.organization)

        dispatch_waiting()

        good.refresh_from_db()
        self.assertEqual(good.state, OrderState.RESERVED.value)

    def test_orders_of_an_organization_that_is_off_wait_until_it_is_on(self) -> None:
        order = make_order(self.organization)
        Organization.objects.update(is_active=False)
        self.assertFalse(dispatch_one(order.pk))
        self.assertEqual(dispatch_waiting(), 0)

        Organization.objects.update(is_active=True)

        self.assertEqual(dispatch_waiting(), 1)

    def test_an_order_that_meets_a_fault_of_ours_is_handed_to_a_person(self) -> None:
        broken = make_order(self.organization)
        broken.lines.all().delete()

        dispatch_waiting()

        broken.refresh_from_db()
        self.assertEqual(broken.state, OrderState.NEEDS_ATTENTION.value)
        self.assertEqual(broken.attention_code, "routing.internal")


class MoveTests(DispatchCase):
    def test_a_move_from_a_state_left_meanwhile_is_refused(self) -> None:
        order = make_order(self.organization)
        stale = Order.objects.get(pk=order.pk)
        hold_order(order_id=order.pk, reason="x", actor="tests")
        stories = OrderEvent.objects.count()

        with pytest.raises(StateChanged):
            move_order(stale, OrderState.ROUTED, kind="x", message="x")

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.HELD.value)
        self.assertEqual(OrderEvent.objects.count(), stories)

    def test_a_move_that_the_table_forbids_is_refused(self) -> None:
        order = make_order(self.organization)

        with pytest.raises(Conflict):
            move_order(order, OrderState.DELIVERED, kind="x", message="x")

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.VALID.value)


@pytest.mark.postgres
@needs_row_locks
class RaceTests(TransactionTestCase):
    serialized_rollback = True

    def setUp(self) -> None:
        self.organization = make_organization()
        put_stock(make_sellable(self.organization), make_warehouse("NV"), 5)

    def test_eight_dispatches_of_one_order_make_one_shipment(self) -> None:
        order = make_order(self.organization)

        answers = at_once(8, lambda _: dispatch_order(order_id=order.pk))

        self.assertEqual(answers.count(Dispatched.RESERVED), 1)
        self.assertEqual(sum(isinstance(answer, Conflict) for answer in answers), 7)
        self.assertEqual(Shipment.objects.count(), 1)
        self.assertEqual(OutboxCommand.objects.filter(state=CommandState.PENDING).count(), 1)

    def test_eight_orders_for_five_units_ship_five(self) -> None:
        orders = [make_order(self.organization) for _ in range(8)]

        answers = at_once(8, lambda number: dispatch_order(order_id=orders[number].pk))

        self.assertEqual(answers.count(Dispatched.RESERVED), 5, answers)
        self.assertEqual(answers.count(Dispatched.BACKORDERED), 3)
        self.assertEqual(stock_differences(), [])

    def test_one_reference_received_eight_times_is_one_order(self) -> None:
        draft = make_draft()

        answers = at_once(
            8,
            lambda _: receive_order(
                organization_id=self.organization.pk, draft=draft, actor="tests"
            ),
        )

        made = [answer.created for answer in answers if not isinstance(answer, Exception)]
        self.assertEqual((len(made), made.count(True)), (8, 1))
        self.assertEqual(Order.objects.count(), 1)
        self.assertEqual(IntakeRecord.objects.get().repeats, 7)

    def test_one_reference_with_two_contents_is_one_order_and_refusals(self) -> None:
        reference = make_draft().external_ref

        answers = at_once(
            8,
            lambda number: receive_order(
                organization_id=self.organization.pk,
                draft=make_draft(quantity=1 + number % 2, external_ref=reference),
                actor="tests",
            ),
        )

        self.assertEqual(sum(isinstance(answer, ReferenceReused) for answer in answers), 4)
        self.assertEqual(Order.objects.count(), 1)

    def test_of_eight_that_move_an_order_one_wins(self) -> None:
        order = make_order(self.organization)
        copies = [Order.objects.get(pk=order.pk) for _ in range(8)]
        before = OrderEvent.objects.count()

        answers = at_once(
            8, lambda n: move_order(copies[n], OrderState.ROUTED, kind="x", message="x")
        )

        self.assertEqual(answers.count(None), 1)
        self.assertEqual(sum(isinstance(answer, StateChanged) for answer in answers), 7)
        self.assertEqual(OrderEvent.objects.count(), before + 1)
