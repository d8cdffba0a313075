"""Holds that end by themselves: of baskets, and of orders that nobody goes on with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Role
from accounts.tests.cases import ApiCase, client_for
from carriers.models import OutboxCommand
from inventory.holds.services import let_expire, release_expired
from inventory.models import Reservation, StockAlert, StockLevel
from inventory.proof import stock_differences
from inventory.tasks import look_after_alerts
from orders.models import Order
from orders.rules.states import OrderState
from orders.services.retry import retry_order
from orders.tasks import dispatch_one
from orders.tests.builders import make_organization, make_stocked_sellable, make_user
from orders.tests.steps import make_dispatched
from shipping_project.hooks.models import WebhookDelivery, WebhookEndpoint


class HoldCase(ApiCase):
    """Fifty mugs are in Reno."""

    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.mug = make_stocked_sellable(self.alder, units=50)
        self.partner = make_user(Role.PARTNER, organization=self.alder)

    def post(self, path: str, user: Any = None, **body: Any) -> Any:
        client = client_for(user or self.partner)
        return client.post(f"/api/v1/stock/reservations{path}", body, format="json")

    def hold(self, units: int, *, minutes: int = 30, user: Any = None) -> Any:
        return self.post(
            "",
            user,
            reference="basket-1",
            warehouse="NV",
            expires_at=(timezone.now() + timedelta(minutes=minutes)).isoformat(),
            lines=[{"sku": "MUG-01", "quantity": units}],
        )

    def let_time_pass(self) -> int:
        past = timezone.now() - timedelta(seconds=1)
        Reservation.objects.exclude(expires_at=None).update(expires_at=past)
        return release_expired()

    def reserved(self) -> int:
        self.assertEqual(stock_differences(), [])
        return int(StockLevel.objects.get(sellable=self.mug).reserved)


class BasketTests(HoldCase):
    def test_units_are_held_once_and_free_again_when_the_time_is_over(self) -> None:
        codes = [self.hold(4).status_code for _ in range(2)]
        self.assertEqual((codes, self.reserved(), release_expired()), ([201, 200], 4, 0))

        self.assertEqual((self.let_time_pass(), self.let_time_pass()), (1, 0))

        self.assertEqual(self.reserved(), 0)

    def test_end_is_told_by_webhook(self) -> None:
        WebhookEndpoint.objects.create(
            organization=self.alder, url="https://example.com/hook", events=["stock.hold_expired"]
        )
        self.hold(4)

        self.let_time_pass()

        data = WebhookDelivery.objects.get().payload["data"]
        self.assertEqual(data, {"reference": "basket-1", "warehouse": "NV", "units": {"MUG-01": 4}})

    def test_hold_is_given_back_early_and_by_its_owner_alone(self) -> None:
        self.hold(4)
        birch = make_user(Role.PARTNER, organization=make_organization("birch"))

        others = self.post("/release", birch, reference="basket-1").json()
        own = self.post("/release", reference="basket-1").json()

        self.assertEqual((others, own, self.reserved()), ({"released": 0}, {"released": 1}, 0))

    def test_more_than_there_is_and_times_past_are_refused(self) -> None:
        self.assert_problem(self.hold(51), 409, "stock.insufficient")
        self.assert_faults(self.hold(1, minutes=-1), "expires_at")

        self.assertFalse(Reservation.objects.exists())

    def test_alert_is_open_while_the_end_is_near(self) -> None:
        self.hold(4)

        look_after_alerts()
        self.assertEqual(StockAlert.objects.still_open().get().kind, "expiring")

        self.let_time_pass()
        look_after_alerts()
        self.assertFalse(StockAlert.objects.still_open().exists())


class OrderTests(HoldCase):
    """An order holds three mugs; somebody says that this is to end."""

    def setUp(self) -> None:
        super().setUp()
        self.order = make_dispatched(self.alder, quantity=3)
        hold = Reservation.objects.get()
        let_expire(reservation_id=hold.pk, at=timezone.now() + timedelta(hours=1), actor="Ada")

    def refuse_booking(self) -> None:
        """Booking was refused, and the order waits for a person."""
        OutboxCommand.objects.update(state="rejected")
        Order.objects.update(state=OrderState.NEEDS_ATTENTION.value)

    def test_order_that_goes_on_keeps_its_units_for_good(self) -> None:
        self.assertEqual(self.let_time_pass(), 0)

        self.assertEqual(self.reserved(), 3)
        self.assertIsNone(Reservation.objects.get().expires_at)

    def test_order_that_waits_for_a_person_gives_them_back_and_tells_it(self) -> None:
        self.refuse_booking()

        self.assertEqual(self.let_time_pass(), 1)

        self.assertEqual(self.reserved(), 0)
        event = self.order.events.get(kind="stock.hold_expired")
        self.assertIn("is free again", event.message)

    def test_retry_of_it_holds_anew(self) -> None:
        self.refuse_booking()
        self.let_time_pass()

        retry_order(order_id=self.order.pk, actor="Ada")
        dispatch_one(self.order.pk)

        self.order.refresh_from_db()
        self.assertEqual((self.order.state, self.reserved()), ("reserved", 3))

    def test_what_stands_at_the_platform_keeps_its_units(self) -> None:
        self.refuse_booking()
        self.order.shipments.update(platform_ref="V-1")

        self.let_time_pass()

        self.assertEqual(self.reserved(), 3)
