"""Going on after a failure with what stands at the platform and what was corrected since."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Sellable
from inventory.models import Reservation
from inventory.proof import stock_differences
from orders.models import LabelState, Order, OrderLine, Package
from orders.rules.states import OrderState, ShipmentState
from orders.services.progress import need_attention
from orders.services.retry import retry_order
from orders.tasks import dispatch_one, pull_easyship_shipments, pull_veeqo_orders
from orders.tests.twin import TwinCase
from shipping_project.kernel.errors import Conflict

VEEQO_KEY = {"x-api-key": "vk-test"}
EASYSHIP_KEY = {"Authorization": "Bearer ek-test"}
TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}


class RetryCase(TwinCase):
    def shipped(self, **address: Any) -> Order:
        order = self.place(**address)
        self.finish(rounds=3)
        self.assert_shipped_once(order)
        return order

    def retry(self, order: Order) -> None:
        """Retried, carried out, and dispatched again where that came of it."""
        retry_order(order_id=order.pk, actor="tests")
        self.finish(rounds=3)
        dispatch_one(order.pk)
        self.finish(rounds=3)
        order.refresh_from_db()

    def take_back_at_veeqo(self) -> None:
        self.twin.call("DELETE", f"/shipments/{Package.objects.get().label_ref}", VEEQO_KEY)


class LostThereTests(RetryCase):
    def assert_shipped_anew(self, order: Order) -> None:
        self.assert_shipped_once(order)
        old = order.shipments.get(state=ShipmentState.CANCELLED.value)
        self.assertEqual(old.packages.get().label_state, LabelState.VOIDED)
        self.assertEqual(len(self.twin.labels("voided")), 1)
        self.assertEqual(stock_differences(), [])

    def test_shipment_cancelled_at_easyship_is_booked_anew(self) -> None:
        order = self.shipped()
        ref = order.shipments.get().platform_ref
        self.twin.call("POST", f"/2024-09/shipments/{ref}/cancel", EASYSHIP_KEY)
        pull_easyship_shipments()

        self.retry(order)

        self.assert_shipped_anew(order)

    def test_order_cancelled_at_veeqo_is_booked_anew(self) -> None:
        order = self.shipped(**TEXAS)
        self.take_back_at_veeqo()
        ref = order.shipments.get().platform_ref
        body = {"id": ref, "cancel_reason": {}}
        self.twin.call("PUT", f"/orders/{ref}/cancel", VEEQO_KEY, body)
        pull_veeqo_orders()

        self.retry(order)

        self.assert_shipped_anew(order)

    def test_label_taken_back_there_is_bought_anew(self) -> None:
        order = self.shipped(**TEXAS)
        self.take_back_at_veeqo()
        pull_veeqo_orders()

        self.retry(order)

        self.assert_shipped_anew(order)

    def test_label_that_cannot_be_voided_goes_to_a_person_again(self) -> None:
        order = self.shipped(**TEXAS)
        need_attention(order, code="upstream.cancelled", detail="x", kind="upstream.cancelled")
        self.twin.fault("DELETE", "/shipments", "error_before", status=400, times=9)

        self.retry(order)

        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertIn("could not be voided", order.attention_detail)
        self.assertEqual(order.shipments.get().packages.get().label_state, LabelState.BOUGHT)
        self.assertEqual(len(self.twin.labels()), 1)

    def test_label_replaced_there_is_refused_with_its_code(self) -> None:
        order = self.shipped(**TEXAS)
        code = "upstream.label_changed"
        need_attention(order, code=code, detail="Another label.", kind=code)

        with pytest.raises(Conflict) as caught:
            retry_order(order_id=order.pk, actor="tests")

        self.assertEqual(caught.value.code, code)
        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)

    def test_parcel_on_its_way_is_followed_on(self) -> None:
        order = self.shipped(**TEXAS)
        order.shipments.update(state=ShipmentState.IN_TRANSIT.value)
        code = "upstream.address_changed"
        need_attention(order, code=code, detail="Address changed.", kind=code)

        retry_order(order_id=order.pk, actor="tests")

        order.refresh_from_db()
        self.assertEqual((order.state, order.attention_code), (OrderState.IN_TRANSIT.value, ""))
        self.assertEqual(len(self.twin.labels()), 1)


class AmendedTests(RetryCase):
    def refused(self, method: str, path: str) -> Order:
        order = self.place(**TEXAS)
        self.twin.fault(method, path, "error_before", status=400)
        self.finish(rounds=3)
        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        return order

    def live_package(self, order: Order) -> Package:
        package: Package = order.shipments.live().get().packages.get()
        return package

    def test_corrected_weight_is_booked_with_a_new_box(self) -> None:
        order = self.refused("POST", "/orders")
        before = self.live_package(order)
        Sellable.objects.filter(sku="KET-12").update(weight_g=5000)

        self.retry(order)

        self.assert_shipped_once(order)
        self.assertGreater(self.live_package(order).weight_g, 5000)
        self.assertNotEqual(self.live_package(order), before)

    def test_corrected_weight_replaces_a_booking_made_for_the_old_one(self) -> None:
        order = self.refused("POST", "/shipping/shipments")
        Sellable.objects.filter(sku="KET-12").update(weight_g=5000)

        self.retry(order)

        self.assert_shipped_once(order)
        self.assertGreater(self.live_package(order).weight_g, 5000)
        self.assertEqual(len(self.twin.bookings()), 2)

    def test_amended_line_holds_its_new_units(self) -> None:
        order = self.refused("POST", "/orders")
        OrderLine.objects.update(quantity=2)

        self.retry(order)

        self.assert_shipped_once(order)
        holds = Reservation.objects.still_open().values_list("quantity", flat=True)
        self.assertEqual(list(holds), [2])
        self.assertEqual(stock_differences(), [])

    def test_amended_destination_is_routed_anew(self) -> None:
        order = self.refused("POST", "/orders")
        Order.objects.update(city="Reno", region="NV", postal_code="89503")

        self.retry(order)

        self.assertEqual(order.shipments.live().get().carrier, "FEDEX")
        self.assert_shipped_once(order)

    def test_what_is_as_it_was_is_booked_as_it_was(self) -> None:
        order = self.refused("POST", "/orders")
        before = self.live_package(order)

        self.retry(order)

        self.assert_shipped_once(order)
        self.assertEqual(self.live_package(order), before)
