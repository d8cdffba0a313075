"""Orders in several boxes: one shipment and one label at Easyship, a parcel for each box."""

from __future__ import annotations

from io import BytesIO
from itertools import product
from typing import Any

from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import Role
from accounts.tests.cases import client_for
from carriers.contracts import TrackingStatus, TrackingUpdate
from carriers.models import OutboxCommand
from carriers.outbox.leases import claim_next
from catalog.models import Sellable
from inventory.models import StockLevel
from orders.models import Box, LabelState, LedgerLine, Order, Package, PurchaseIntent, Shipment
from orders.rules.drafts import LineDraft
from orders.rules.picked import PickedWay
from orders.rules.states import OrderState
from orders.services.cancellation import cancel_order
from orders.services.overrides import override_route
from orders.services.retry import retry_order
from orders.services.tracking import record_tracking
from orders.tasks import dispatch_one
from orders.tests.batch_cases import EASYSHIP_KEY, LEAST, BatchCase
from orders.tests.builders import make_user
from orders.tests.twin import TwinCase
from shipping_project.kernel.money import Money

TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}
SMALL = {"length_mm": 250, "width_mm": 185, "height_mm": 185, "wall_mm": 0}


def only_box(name: str = "Small", **changes: Any) -> Box:
    """No other is at hand. One Small holds two kettles, and then no mug."""
    Box.objects.all().delete()
    sizes = SMALL | {"weight_g": 150, "max_weight_g": 20_000} | changes
    row: Box = Box.objects.create(name=name, **sizes)
    return row


class TwoBoxCase(TwinCase):
    def setUp(self) -> None:
        super().setUp()
        only_box()

    def place_two(self, **changes: Any) -> Order:
        """Two kettles and two mugs for Nevada, so by Easyship."""
        lines = (LineDraft(sku="KET-12", quantity=2), LineDraft(sku="TRM-GRN", quantity=2))
        return self.place(lines=lines, **changes)

    def boxes_of(self, order: Order) -> list[Package]:
        shipment = Shipment.objects.live().get(order=order)
        return list(shipment.packages.order_by("position"))

    def there(self, order: Order) -> dict[str, Any]:
        """The shipment as Easyship holds it."""
        ref = Shipment.objects.live().get(order=order).platform_ref
        told: dict[str, Any] = self.twin.call("GET", f"/2024-09/shipments/{ref}", EASYSHIP_KEY)
        return told["shipment"]  # type: ignore[no-any-return]

    def pages(self, package: Package) -> int:
        with package.label_file.open() as file:
            return len(PdfReader(BytesIO(file.read())).pages)

    def assert_one_label(self, order: Order) -> None:
        self.assert_shipped_once(order)
        first, *others = self.boxes_of(order)
        self.assertEqual(len(self.twin.labels()), 1)
        self.assertEqual(len([b for b in self.twin.bookings() if b["state"] != "cancelled"]), 1)
        self.assertEqual(first.label_state, LabelState.BOUGHT)
        self.assertEqual(self.pages(first), 2)
        kept = {(one.label_state, one.label_ref, one.label_file.name, one.cost) for one in others}
        self.assertEqual(kept, {("none", "", "", None)})
        paid = LedgerLine.objects.of_order(order).filter(kind="bought")
        self.assertEqual([line.money for line in paid], [first.label_cost])


class BookedTests(TwoBoxCase):
    def test_easyship_gets_a_parcel_for_each_box_with_what_is_in_it(self) -> None:
        order = self.place_two()
        self.finish()

        self.assert_one_label(order)
        parcels = self.there(order)["parcels"]
        self.assertEqual([one["total_actual_weight"] for one in parcels], [0.99, 0.71])
        inside = [[(i["sku"], i["quantity"]) for i in one["items"]] for one in parcels]
        self.assertEqual(inside, [[("KET-12", 2)], [("TRM-GRN", 2)]])
        self.assertEqual(
            [one["box"]["outer_dimensions"] for one in parcels],
            [{"length": 25.0, "width": 18.5, "height": 18.5}] * 2,
        )

    def test_each_box_keeps_its_weight_contents_and_number(self) -> None:
        order = self.place_two()
        self.finish()

        first, second = self.boxes_of(order)
        self.assertEqual((first.weight_g, second.weight_g), (990, 710))
        self.assertEqual(
            [one["sku"] for box in (first, second) for one in box.contents], ["KET-12", "TRM-GRN"]
        )
        told = [one["tracking_number"] for one in self.there(order)["parcels"]]
        self.assertEqual([first.tracking_number, second.tracking_number], told)
        self.assertIn(second, Package.objects.tracked_as(second.tracking_number))

    def test_is_paid_what_was_quoted_for_both(self) -> None:
        order = self.place_two()
        self.finish()

        shipment = Shipment.objects.get(order=order)
        chosen = shipment.quotes.get(is_chosen=True)
        first = self.boxes_of(order)[0]
        self.assertEqual(first.label_cost, Money(chosen.price, chosen.currency))
        self.assertEqual(PurchaseIntent.objects.get().package, first)

    def test_one_line_in_two_boxes_is_spread_over_them(self) -> None:
        order = self.place("KET-12", quantity=3)
        self.finish()

        self.assert_one_label(order)
        inside = [[i["quantity"] for i in one["items"]] for one in self.there(order)["parcels"]]
        self.assertEqual(inside, [[2], [1]])

    def test_whatever_is_told_of_numbers_and_labels_nothing_is_lost(self) -> None:
        for number, form in product(("first", "none"), ("each", "joined")):
            with self.subTest(numbers=number, labels=form):
                self.twin.option(easyship_parcel_numbers=number, easyship_parcel_labels=form)
                order = self.place_two()
                self.finish()

                self.assert_shipped_once(order)
                first, second = self.boxes_of(order)
                self.assertTrue(first.tracking_number)
                self.assertEqual((second.tracking_number, self.pages(first)), ("", 2))

    def test_routing_counts_weight_and_what_is_billed_over_both(self) -> None:
        order = self.place_two()

        facts = Shipment.objects.get(order=order).decision.snapshot["facts"]

        # 250 × 185 × 185 mm count as 1712 g, each.
        self.assertEqual((facts["weight_g"], facts["billable_weight_g"]), (1700, 2 * 1712))
        self.assertEqual(facts["longest_side_mm"], 250)

    def test_where_no_courier_takes_several_a_bigger_box_helps(self) -> None:
        self.twin.option(easyship_several_parcels="refuse")
        order = self.place_two()
        self.finish()
        order.refresh_from_db()
        seen = (order.state, order.attention_code, order.attention_detail)

        only_box("Large", length_mm=400, width_mm=300, height_mm=250)
        Sellable.objects.filter(sku="KET-12").update(weight_g=421)
        retry_order(order_id=order.pk, actor="tests")
        self.finish()
        self.assertTrue(dispatch_one(order.pk))
        self.finish()

        self.assertEqual(seen[:2], (OrderState.NEEDS_ATTENTION.value, "service.not_available"))
        self.assertIn("these 2 parcels together; split the order", seen[2])
        self.assert_shipped_once(order)
        self.assertEqual([box.box_name for box in self.boxes_of(order)], ["Large"])

    def test_a_line_that_changed_since_is_never_booked_in_the_old_boxes(self) -> None:
        order = self.place_two()
        order.lines.filter(sku="TRM-GRN").update(quantity=1)

        self.finish()

        order.refresh_from_db()
        self.assertEqual(order.attention_code, "packing.outdated")
        self.assertEqual((self.twin.bookings(), self.twin.labels()), ([], []))

    def test_what_is_usually_booked_as_one_parcel_elsewhere_goes_there_too(self) -> None:
        order = self.place_two(**TEXAS)
        self.finish()

        self.assert_one_label(order)
        shipment = Shipment.objects.get(order=order)
        self.assertEqual((shipment.platform, shipment.carrier), ("easyship", "UPS"))
        told = " ".join(shipment.decision.sentences)
        self.assertIn("it needs 2 boxes, and Veeqo books one parcel", told)

    def test_cancelling_gives_the_one_label_back_once(self) -> None:
        order = self.place_two()
        self.finish()

        cancel_order(order_id=order.pk, reason="Changed mind", actor="tests")
        self.finish()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.CANCELLED.value)
        self.assertEqual((len(self.twin.labels()), len(self.twin.labels("voided"))), (0, 1))
        states = Package.objects.order_by("position").values_list("label_state", flat=True)
        self.assertEqual(list(states), ["voided", "none"])
        self.assertFalse(StockLevel.objects.filter(reserved__gt=0).exists())


class CrashTests(TwoBoxCase):
    """Whenever the worker dies or an answer is lost, there is one shipment and one label."""

    def test_answers_lost_on_the_way(self) -> None:
        faults = product(("/shipments", "/label"), ("drop_after", "error_after", "error_before"))
        for path, effect in faults:
            with self.subTest(path=path, effect=effect):
                order = self.place_two()
                self.twin.fault("POST", path, effect)
                self.finish(rounds=12)

                self.assert_shipped_once(order)
                self.assertEqual([self.pages(self.boxes_of(order)[0])], [2])
        self.assertEqual(len(self.twin.labels()), Order.objects.count())
        self.assertEqual(PurchaseIntent.objects.filter(state="sent").count(), 0)

    def test_worker_dies_with_the_booking_or_the_purchase_in_hand(self) -> None:
        for steps in (0, 1, 2):
            with self.subTest(steps=steps):
                order = self.place_two()
                for _ in range(steps):
                    self.die()
                    self.later()
                self.die()
                self.finish()

                self.assert_shipped_once(order)
        self.assertEqual(len(self.twin.labels()), Order.objects.count())

    def die(self) -> None:
        """A command is claimed and never settled."""
        claimed = claim_next("orders")
        if claimed is not None:
            OutboxCommand.objects.filter(pk=claimed[0].pk).update(lease_until=timezone.now())

    def test_what_was_bought_is_found_where_our_own_record_was_lost(self) -> None:
        order = self.place_two()
        self.twin.fault("POST", "/label", "drop_after")
        self.finish(rounds=12)

        self.assert_one_label(order)
        self.assertEqual(self.twin.asked("POST", "/label"), 1)
        numbers = [box.tracking_number for box in self.boxes_of(order)]
        self.assertEqual(len(set(numbers) - {""}), 2)


class BatchTests(BatchCase):
    kind, path, alone = "orders.book", "/batches/shipments", "easyship.create_shipment"

    def setUp(self) -> None:
        super().setUp()
        only_box()

    def test_boxes_go_in_batches_too(self) -> None:
        orders = [self.place("KET-12", quantity=3) for _ in range(LEAST)]

        self.finish(rounds=12)

        self.assert_each_shipped_once(orders)
        self.assert_asked(in_batches=1, alone=0)
        self.assertEqual(Package.objects.count(), 2 * LEAST)
        self.assertEqual(Package.objects.filter(tracking_number="").count(), 0)


class ToldTests(TwoBoxCase):
    """What people and programs see of the boxes."""

    def setUp(self) -> None:
        super().setUp()
        self.user = make_user(Role.MANAGER)
        self.client.force_login(self.user)

    def page(self, order: Order) -> str:
        answer = self.client.get(reverse("order", args=[order.number]))
        return " ".join(answer.content.decode().split())

    def test_the_page_shows_each_box_with_what_is_in_it(self) -> None:
        order = self.place_two()
        self.finish()

        page = self.page(order)

        self.assertIn("2 boxes, one label", page)
        for box, contents in zip(self.boxes_of(order), ("2 × KET-12", "2 × TRM-GRN"), strict=True):
            self.assertIn(contents, page)
            self.assertIn(box.tracking_number, page)

    def test_the_page_shows_the_boxes_of_an_order_that_waits(self) -> None:
        order = self.place_two(**TEXAS)
        picked = PickedWay(platform="veeqo")
        override_route(order_id=order.pk, picked=picked, reason="Ours", actor="tests")
        dispatch_one(order.pk)
        order.refresh_from_db()
        self.assertEqual(order.attention_code, "packing.several_boxes")

        page = self.page(order)

        self.assertIn("To be packed in 2 boxes", page)
        self.assertIn("save a box that holds all of it", page)

    def test_the_api_tells_boxes_and_what_they_are_billed_by_together(self) -> None:
        order = self.place_two()
        self.finish()
        api = client_for(self.user)

        told = api.get(f"/api/v1/orders/{order.number}/packing").json()
        shipment = api.get(f"/api/v1/orders/{order.number}").json()["shipments"][0]

        boxes = self.boxes_of(order)
        self.assertEqual((told["is_booked"], told["parcel"], told["weight_g"]), (True, None, 1700))
        numbers = [one["tracking_number"] for one in told["boxes"]]
        self.assertEqual(numbers, [box.tracking_number for box in boxes])
        self.assertEqual(told["boxes"][0]["contents"], [{"sku": "KET-12", "quantity": 2}])
        self.assertEqual({one["billable_g"] for one in told["billable"]}, {2 * 1712})
        self.assertEqual([one["position"] for one in shipment["packages"]], [1, 2])
        self.assertEqual(shipment["packages"][1]["contents"][0]["sku"], "TRM-GRN")

    def test_every_box_is_tracked_by_its_own_number(self) -> None:
        order = self.place_two()
        self.finish()
        first, second = self.boxes_of(order)
        scan = TrackingUpdate(status=TrackingStatus.IN_TRANSIT, happened_at=timezone.now())
        record_tracking(package_id=first.pk, updates=[scan])
        number = second.tracking_number

        told = client_for(self.user).get(f"/api/v1/tracking/parcels/{number}").json()

        self.assertEqual(told["package"]["tracking_status"], "in_transit")
        self.assertEqual([event["status"] for event in told["events"]], ["in_transit"])
