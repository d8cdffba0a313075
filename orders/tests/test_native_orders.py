"""Orders that came into being at Veeqo: left alone, or taken and labelled on the order there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Organization, Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import client_for
from carriers.contracts import Platform
from carriers.inbox.models import PullEntry, PullWindow, SyncCursor
from carriers.models import OutboxCommand
from carriers.platforms import port_for
from catalog.services import record_listing
from inventory.models import Reservation, WarehouseLink
from orders.models import Order, PulledOrder, PullSource, Shipment
from orders.pulls import sweep_orders
from orders.rules.picked import PickedWay
from orders.rules.states import OrderState
from orders.services.cancellation import cancel_order
from orders.services.overrides import override_route
from orders.services.places import link_same_places, unlinked_warehouses
from orders.services.pulled import change_source
from orders.services.replacement import replace_label
from orders.tasks import dispatch_waiting, pull_veeqo_orders
from orders.tests.twin import TwinCase
from shipping_project.kernel.errors import InvalidInput

KEY = {"x-api-key": "vk-test"}
BUYER = {
    "first_name": "Ada", "last_name": "Brooks", "address1": "912 Congress Ave", "city": "Austin",
    "state": "TX", "zip": "78701", "country": "US", "phone": "+12025550123",
    "email": "ada.brooks@example.com",
}  # fmt: skip


class NativeCase(TwinCase):
    def setUp(self) -> None:
        super().setUp()
        self.owner = Organization.objects.get(slug="alder")

    def at_veeqo(self, number: str = "SHOP-1", sku: str = "KET-12", **changes: Any) -> Any:
        """A customer's order in a store there, paid and allocated."""
        sellable = self.sellable_ref(sku)
        lines = [{"sellable_id": sellable, "quantity": 1, "price_per_unit": 30.0}]
        order = {
            "channel_id": self.store()["id"],
            "number": number,
            "customer_attributes": {"email": BUYER["email"]},
            "deliver_to_attributes": BUYER,
            "line_items_attributes": lines,
            "payment_attributes": {"payment_type": "cash"},
            **changes,
        }
        return self.twin.call("POST", "/orders", KEY, {"order": order})

    def store(self) -> Any:
        return self.twin.call("GET", "/channels", KEY)[0]

    def sellable_ref(self, sku: str) -> Any:
        for product in self.twin.call("GET", f"/products?query={sku}&page_size=100", KEY):
            for row in product["sellables"]:
                if row["sku_code"] == sku:
                    return row["id"]
        raise LookupError(sku)

    def take_orders(self) -> PullSource:
        """Switch the store on, as somebody does who has seen it once."""
        pull_veeqo_orders()
        source = PullSource.objects.get()
        change_source(source_id=source.pk, organization_id=self.owner.pk, is_on=True, actor="tests")
        PullSource.objects.update(taken_since=timezone.now() - timedelta(hours=1))
        return source

    def outcome(self) -> tuple[str, str]:
        pulled = PulledOrder.objects.get()
        return pulled.outcome, pulled.reason


class NativeOrderTests(NativeCase):
    def test_store_that_nobody_switched_on_is_left_alone(self) -> None:
        self.at_veeqo()

        pull_veeqo_orders()

        self.assertEqual(self.outcome(), ("filtered", "Orders of this store are not taken."))
        self.assertFalse(Order.objects.filter(source="platform").exists())
        window = PullWindow.objects.get(resource="orders")
        self.assertEqual((window.seen, window.filtered), (1, 1))
        self.assertIsNotNone(window.closed_at)

    def test_order_becomes_ours_once_and_is_labelled_on_the_order_there(self) -> None:
        theirs = self.at_veeqo()
        self.take_orders()

        pull_veeqo_orders()
        pull_veeqo_orders()
        order = Order.objects.get(source="platform")
        dispatch_waiting()
        self.finish(rounds=3)

        order.refresh_from_db()
        shipment = Shipment.objects.get(order=order)
        self.assertEqual(order.external_ref, f"veeqo:{theirs['id']}")
        self.assertEqual(order.channel, PullSource.objects.get().name)
        self.assertEqual(shipment.platform_ref, str(theirs["id"]))
        self.assertEqual(order.state, OrderState.BOOKED.value)
        self.assertEqual(len(self.twin.bookings()), 1)
        self.assertEqual(self.twin.asked("POST", "/orders"), 1)
        self.assertEqual(len(self.twin.labels()), 1)

    def test_booking_of_ours_is_never_taken_for_a_customers_order(self) -> None:
        order = self.place(city="Austin", state="TX", postal_code="78701")
        self.work()
        self.take_own_number(order)
        Shipment.objects.filter(order=order).update(platform_ref="")

        pull_veeqo_orders()

        self.assertEqual(self.outcome(), ("filtered", "It bears a number of ours."))
        self.assertFalse(Order.objects.filter(source="platform").exists())

    def take_own_number(self, order: Order) -> None:
        self.assertTrue(Shipment.objects.filter(order=order, platform="veeqo").exists())
        PullSource.objects.create(
            platform="veeqo",
            store_ref=str(self.store()["id"]),
            organization=self.owner,
            is_on=True,
            taken_since=timezone.now() - timedelta(hours=1),
        )

    def test_unknown_product_is_rejected_with_its_reason_and_taken_once_it_is_known(self) -> None:
        self.at_veeqo()
        self.take_orders()
        sellables = self.owner.sellable_set.filter(sku="KET-12")
        sellables.update(is_active=False)

        pull_veeqo_orders()
        rejected = self.outcome()
        sellables.update(is_active=True)
        pull_veeqo_orders()

        self.assertEqual(rejected[0], "rejected")
        self.assertIn("no active product with the SKU 'KET-12'", rejected[1])
        self.assertEqual(self.outcome()[0], "created")

    def test_change_there_before_the_label_goes_to_a_person_once(self) -> None:
        theirs = self.at_veeqo()
        self.take_orders()
        pull_veeqo_orders()
        body = {"order": {"deliver_to_attributes": {**BUYER, "address1": "7 Elm Court"}}}
        self.twin.call("PUT", f"/orders/{theirs['id']}", KEY, body)

        first, again = pull_veeqo_orders(), pull_veeqo_orders()

        order = Order.objects.get(source="platform")
        self.assertEqual((first, again), (1, 0))
        self.assertEqual(order.attention_code, "upstream.contents_changed")

    def test_order_called_off_here_is_cancelled_there(self) -> None:
        theirs = self.at_veeqo()
        self.take_orders()
        pull_veeqo_orders()
        order = Order.objects.get(source="platform")
        dispatch_waiting()
        self.finish(rounds=3)
        cancel_order(order_id=order.pk, reason="Customer", actor="tests")
        self.finish(rounds=3)

        there = self.twin.call("GET", f"/orders/{theirs['id']}", KEY)
        self.assertEqual(there["status"], "cancelled")
        self.assertEqual(self.twin.labels(), [])
        self.assertEqual(self.twin.asked("POST", "/orders"), 1)

    def test_label_is_replaced_on_the_same_order_there(self) -> None:
        theirs = self.at_veeqo()
        self.take_orders()
        pull_veeqo_orders()
        order = Order.objects.get(source="platform")
        dispatch_waiting()
        self.finish(rounds=3)

        replace_label(order_id=order.pk, reason="Torn", actor="tests")
        self.finish()
        dispatch_waiting()
        self.finish()

        there = self.twin.call("GET", f"/orders/{theirs['id']}", KEY)
        self.assertNotEqual(there["status"], "cancelled")
        self.assertEqual(Shipment.objects.live().get().platform_ref, str(theirs["id"]))
        self.assertEqual((len(self.twin.labels()), len(self.twin.labels("voided"))), (1, 1))
        self.assertEqual(self.twin.asked("POST", "/orders"), 1)

    def test_person_cannot_send_it_by_another_platform(self) -> None:
        self.at_veeqo()
        self.take_orders()
        pull_veeqo_orders()
        order = Order.objects.get(source="platform")

        with self.assertRaises(InvalidInput) as caught:
            override_route(
                order_id=order.pk,
                picked=PickedWay(platform="easyship"),
                reason="Cheaper",
                actor="tests",
            )

        self.assertEqual([error.code for error in caught.exception.errors], ["platform.has_it"])

    def test_owner_of_a_store_cannot_change_once_orders_were_taken(self) -> None:
        self.at_veeqo()
        source = self.take_orders()
        pull_veeqo_orders()
        birch = make_organization("birch-other")

        with self.assertRaises(InvalidInput):
            change_source(source_id=source.pk, organization_id=birch.pk, is_on=True, actor="tests")

        source.refresh_from_db()
        self.assertEqual(source.organization, self.owner)

    def test_units_are_held_once_when_a_sale_becomes_an_order_of_ours(self) -> None:
        self.at_veeqo()
        sellable = self.owner.sellable_set.get(sku="KET-12")
        record_listing(
            sellable_id=sellable.pk,
            platform="veeqo",
            external_ref=str(self.sellable_ref("KET-12")),
        )
        self.take_orders()
        PullSource.objects.update(is_on=False)
        link_same_places(
            platform=Platform.VEEQO,
            warehouses=unlinked_warehouses(Platform.VEEQO),
            found=port_for(Platform.VEEQO).list_warehouses(),
        )
        WarehouseLink.objects.update(stock_owner="ours")
        pull_veeqo_orders()
        as_sale = Reservation.objects.still_open().filter(sellable=sellable)
        held_before = sum(one.quantity for one in as_sale)

        PullSource.objects.update(is_on=True)
        pull_veeqo_orders()
        between = sum(one.quantity for one in as_sale.all())
        dispatch_waiting()

        self.assertEqual((held_before, between), (1, 0))
        self.assertEqual(sum(one.quantity for one in as_sale.all()), 1)


class CompletenessTests(NativeCase):
    def test_page_whose_rows_are_missing_is_read_again_until_all_were_seen(self) -> None:
        for number in range(3):
            self.at_veeqo(f"SHOP-{number}")
        self.twin.fault("GET", "/orders", "lose_rows")

        pull_veeqo_orders()

        window = PullWindow.objects.get(resource="orders")
        self.assertEqual((window.seen, window.missing, window.rereads), (3, 0, 1))
        self.assertIsNotNone(window.closed_at)

    def test_doubled_rows_count_once(self) -> None:
        for number in range(3):
            self.at_veeqo(f"SHOP-{number}")
        self.twin.fault("GET", "/orders", "double_rows")

        pull_veeqo_orders()

        window = PullWindow.objects.get(resource="orders")
        self.assertEqual((window.seen, window.filtered, window.repeats), (3, 3, 3))
        self.assertEqual(PulledOrder.objects.count(), 3)
        self.assertEqual(PullEntry.objects.filter(window=window).count(), 3)

    def test_rows_that_never_come_leave_the_list_incomplete(self) -> None:
        self.at_veeqo()
        self.twin.fault("GET", "/orders", "lose_rows", times=-1)

        pull_veeqo_orders()

        window = PullWindow.objects.get(resource="orders")
        self.assertEqual((window.seen, window.missing), (0, 1))
        self.assertFalse(PullWindow.objects.complete().filter(resource="orders").exists())

    def test_every_order_has_one_outcome_however_its_pages_misbehave(self) -> None:
        self.take_later()
        for number in range(30):
            self.at_veeqo(f"SHOP-{number}")
        self.twin.option(veeqo_max_page_size=7)
        for seed, effect in enumerate(("lose_rows", "double_rows", "shuffle_rows", "error_before")):
            self.twin.fault("GET", "/orders", effect, times=-1, probability=0.15, seed=seed)

        for _ in range(6):
            pull_veeqo_orders()

        self.assertEqual(PulledOrder.objects.filter(outcome="created").count(), 30)
        self.assertEqual(Order.objects.filter(source="platform").count(), 30)
        for window in PullWindow.objects.exclude(closed_at=None):
            self.assertEqual(window.seen, sum(window.outcomes.values()))

    def take_later(self) -> None:
        PullSource.objects.create(
            platform="veeqo",
            store_ref=str(self.store()["id"]),
            organization=self.owner,
            is_on=True,
            taken_since=timezone.now() - timedelta(hours=1),
        )

    def test_sweep_reads_three_days_again(self) -> None:
        pull_veeqo_orders()
        SyncCursor.objects.update(watermark=timezone.now(), run_since=None)

        sweep_orders()

        cursor = SyncCursor.objects.get(resource="orders")
        assert cursor.run_since is not None
        self.assertAlmostEqual((timezone.now() - cursor.run_since).days, 3, delta=1)

    def test_check_tells_which_are_here(self) -> None:
        theirs = self.at_veeqo()
        self.take_orders()
        pull_veeqo_orders()
        ours = Order.objects.get(source="platform")
        staff = client_for(make_user(Role.OPERATOR))
        refs = ["SHOP-1", str(theirs["id"]), f"veeqo:{theirs['id']}", "nowhere"]

        answer = staff.post("/api/v1/intake/check", {"external_refs": refs}, format="json").json()

        self.assertEqual(answer["missing"], ["nowhere"])
        self.assertEqual([row["number"] for row in answer["found"]], [ours.number] * 3)

    def test_check_takes_ten_thousand_and_no_more(self) -> None:
        theirs = self.at_veeqo()
        self.take_orders()
        pull_veeqo_orders()
        staff = client_for(make_user(Role.OPERATOR))
        unknown = [f"nowhere-{number}" for number in range(9_999)]
        refs = [*unknown, str(theirs["id"])]

        answer = staff.post("/api/v1/intake/check", {"external_refs": refs}, format="json").json()
        refused = staff.post(
            "/api/v1/intake/check", {"external_refs": [*refs, "one more"]}, format="json"
        )

        self.assertEqual(answer["missing"], unknown)
        self.assertEqual(len(answer["found"]), 1)
        self.assertEqual(refused.status_code, 422, refused.content[:200])

    def test_standing_and_sources_are_for_managers_of_the_firm(self) -> None:
        self.at_veeqo()
        pull_veeqo_orders()
        manager = client_for(make_user(Role.MANAGER))
        partner = client_for(make_user(Role.PARTNER, organization=self.owner))
        [source] = manager.get("/api/v1/intake/sources").json()["results"]
        body = {"organization": "alder", "is_on": True}

        changed = manager.patch(f"/api/v1/intake/sources/{source['id']}", body, format="json")
        standing = manager.get("/api/v1/intake/windows/standing").json()
        window = standing[0]["newest"]["id"]
        entries = manager.get(f"/api/v1/intake/windows/{window}/entries").json()["results"]

        self.assertEqual((changed.status_code, changed.json()["is_on"]), (200, True))
        self.assertEqual([row["outcome"] for row in entries], ["filtered"])
        self.assertIsNotNone(standing[0]["complete_until"])
        self.assertEqual(partner.get("/api/v1/intake/windows/standing").status_code, 403)

    def test_commands_are_untouched_by_reading(self) -> None:
        self.at_veeqo()

        pull_veeqo_orders()

        self.assertEqual(OutboxCommand.objects.count(), 0)
