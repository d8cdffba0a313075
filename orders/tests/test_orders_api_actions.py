"""Looking at one order and steering it over REST."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from decimal import Decimal
from tempfile import mkdtemp
from typing import Any

from django.test import override_settings
from django_q.models import OrmQ

from accounts.models import Role
from accounts.tests.cases import ApiCase, client_for, client_with
from carriers.contracts import Label, TrackingStatus, TrackingUpdate
from carriers.models import OutboxCommand
from inventory.models import Reservation, StockLevel
from orders.models import Order, Package, Shipment
from orders.rules.states import OrderState, ShipmentState
from orders.services.dispatch import dispatch_order
from orders.services.kinds import BUY_LABEL, FETCH_LABEL, VOID_LABEL
from orders.services.labels import record_label, store_label_file
from orders.services.progress import move_order, need_attention
from orders.services.tracking import record_tracking
from orders.tests.builders import (
    ADDRESS,
    make_key,
    make_order,
    make_organization,
    make_stocked_sellable,
    make_user,
)
from shipping_project.kernel.money import Money

ORDERS, SHIPMENTS = "/api/v1/orders", "/api/v1/shipments"
PDF = b"%PDF-1.4 label"


class OrderCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        make_stocked_sellable(self.alder, "MUG-01", units=50)
        self.key = client_with(make_key(self.alder, "orders:read", "orders:write", "labels:buy"))
        self.order = make_order(self.alder, quantity=2)
        self.base = f"{ORDERS}/{self.order.number}"

    def act(self, name: str, body: Any = None) -> Any:
        return self.key.post(f"{self.base}/{name}", body or {}, format="json")

    def look(self, name: str) -> Any:
        return self.key.get(f"{self.base}/{name}")

    def state(self) -> str:
        return str(Order.objects.get(pk=self.order.pk).state)

    def reserved(self) -> int:
        return int(StockLevel.objects.get(sellable__sku="MUG-01").reserved)

    def book(self) -> Package:
        """As the worker leaves it once the platform has sold the label."""
        dispatch_order(order_id=self.order.pk)
        order = Order.objects.get(pk=self.order.pk)
        move_order(order, OrderState.BOOKING, kind="order.booking", message="Booked upstream.")
        shipment = Shipment.objects.get(order=order)
        Shipment.objects.filter(pk=shipment.pk).update(
            platform_ref="8001", state=ShipmentState.BOOKED.value
        )
        OutboxCommand.objects.update(state="delivered")
        label = Label(
            label_ref="L-1",
            tracking_number="1Z999AA10123456784",
            tracking_url="https://track.example.com/1Z999AA10123456784",
            cost=Money(Decimal("8.40"), "USD"),
            service_name="UPS Ground",
            document_url="",
        )
        record_label(shipment_id=shipment.pk, label=label)
        return Package.objects.get(shipment=shipment)


class LookTests(OrderCase):
    def test_events_tell_the_story_in_order(self) -> None:
        events = self.look("events").json()["events"]

        self.assertEqual(
            [(e["kind"], e["state_from"], e["state_to"]) for e in events],
            [("order.received", "", "received"), ("order.valid", "received", "valid")],
        )
        self.assertEqual(events[0]["actor"], "tests")

    def test_events_name_who_acted_and_under_which_request(self) -> None:
        self.key.post(
            f"{self.base}/hold",
            {"reason": "Check the street"},
            format="json",
            headers={"X-Request-ID": "shop-00000001"},
        )

        last = self.look("events").json()["events"][-1]

        self.assertEqual(last["message"], "Held: Check the street")
        self.assertEqual(last["actor"], "API key test key")
        self.assertEqual(last["request_id"], "shop-00000001")

    def test_decision_is_not_there_before_routing(self) -> None:
        self.assert_problem(self.look("decision"), 404, "not_found")

    def test_decision_explains_itself(self) -> None:
        dispatch_order(order_id=self.order.pk)

        told = self.look("decision").json()

        self.assertEqual(
            (told["platform"], told["carrier"], told["warehouse"], told["failure"]),
            ("easyship", "FEDEX", "NV", ""),
        )
        self.assertEqual(told["rule_set_version"], 1)
        self.assertTrue(told["sentences"] and told["trace"] and told["snapshot"])
        self.assertEqual(len(told["snapshot_digest"]), 64)

    def test_tracking_is_empty_before_the_first_scan(self) -> None:
        self.assertEqual(self.look("tracking").json(), {"events": []})

    def test_tracking_tells_every_scan_in_order(self) -> None:
        package = self.book()
        scans = [
            TrackingUpdate(
                status=status,
                happened_at=datetime(2026, 3, day, 9, tzinfo=UTC),
                description=text,
                location="Reno, NV",
                raw_status=status.value,
            )
            for status, day, text in (
                (TrackingStatus.OUT_FOR_DELIVERY, 3, "On the van"),
                (TrackingStatus.IN_TRANSIT, 2, "Left the hub"),
            )
        ]
        record_tracking(package_id=package.pk, updates=scans)

        events = self.look("tracking").json()["events"]

        self.assertEqual(
            [(e["status"], e["description"]) for e in events],
            [("in_transit", "Left the hub"), ("out_for_delivery", "On the van")],
        )
        self.assertEqual(self.key.get(self.base).json()["state"], "in_transit")

    def test_order_tells_its_shipment_and_label(self) -> None:
        self.book()

        shipment = self.key.get(self.base).json()["shipments"][0]

        self.assertEqual(
            (shipment["state"], shipment["service"], shipment["platform_ref"]),
            ("labelled", "UPS Ground", "8001"),
        )
        package = shipment["packages"][0]
        self.assertEqual(
            (package["label_state"], package["tracking_number"], package["label_ready"]),
            ("bought", "1Z999AA10123456784", False),
        )
        self.assertEqual((package["cost"], package["currency"]), ("8.40", "USD"))

    def test_label_is_not_there_before_it_is_bought(self) -> None:
        problem = self.assert_problem(self.look("label"), 404, "not_found")

        self.assertEqual(problem["detail"], "This order has no label yet.")

    def test_label_comes_as_a_file(self) -> None:
        folder = mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        with override_settings(MEDIA_ROOT=folder):
            store_label_file(shipment_id=self.book().shipment_id, content=PDF)

            for accept in ("*/*", "application/pdf", "application/json"):
                with self.subTest(accept):
                    response = self.key.get(f"{self.base}/label", headers={"Accept": accept})

                    self.assertEqual(response.status_code, 200)
                    self.assertEqual(response["Content-Type"], "application/pdf")
                    self.assertEqual(response.getvalue(), PDF)

    def test_lost_file_is_told_and_fetched_again_once(self) -> None:
        folder = mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        with override_settings(MEDIA_ROOT=folder):
            package = self.book()
            OutboxCommand.objects.update(state="delivered")
            store_label_file(shipment_id=package.shipment_id, content=PDF)
            shutil.rmtree(folder + "/labels")

            problem = self.assert_problem(self.look("label"), 404, "label.file_lost")
            again = self.look("label")

        self.assertIn("being fetched again", problem["detail"])
        self.assert_problem(again, 404, "not_found")
        self.assertEqual(OutboxCommand.objects.still_open().get().kind, FETCH_LABEL)
        self.assertFalse(
            self.key.get(self.base).json()["shipments"][0]["packages"][0]["label_ready"]
        )

    def test_lost_file_is_fetched_once_the_orders_other_command_has_ended(self) -> None:
        folder = mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        with override_settings(MEDIA_ROOT=folder):
            package = self.book()
            store_label_file(shipment_id=package.shipment_id, content=PDF)
            shutil.rmtree(folder + "/labels")
            OutboxCommand.objects.update(state="in_flight", kind=VOID_LABEL)
            self.assert_problem(self.look("label"), 404, "label.file_lost")
            self.assertFalse(OutboxCommand.objects.filter(kind=FETCH_LABEL).exists())
            OutboxCommand.objects.update(state="rejected")

            self.assert_problem(self.look("label"), 404, "label.file_lost")

        self.assertEqual(OutboxCommand.objects.still_open().get().kind, FETCH_LABEL)

    def test_lost_file_that_came_back_is_handed_out(self) -> None:
        folder = mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        with override_settings(MEDIA_ROOT=folder):
            package = self.book()
            store_label_file(shipment_id=package.shipment_id, content=PDF)
            shutil.rmtree(folder + "/labels")
            self.look("label")

            store_label_file(shipment_id=package.shipment_id, content=PDF)
            response = self.look("label")

            self.assertEqual(response.getvalue(), PDF)

    def test_missing_label_is_a_problem_even_where_a_pdf_was_asked_for(self) -> None:
        response = self.key.get(f"{self.base}/label", headers={"Accept": "application/pdf"})

        self.assert_problem(response, 404, "not_found")


class SteerTests(OrderCase):
    def test_dispatch_reserves_at_once(self) -> None:
        response = self.act("dispatch")

        self.assertEqual(response.status_code, 200, response.content)
        self.assertEqual(response.json()["state"], "reserved")
        self.assertEqual(self.reserved(), 2)
        self.assertEqual(OutboxCommand.objects.get().lane, f"order:{self.order.pk}")

    def test_second_dispatch_is_refused_and_reserves_nothing(self) -> None:
        self.act("dispatch")

        self.assert_problem(self.act("dispatch"), 409, "conflict")

        self.assertEqual(self.reserved(), 2)
        self.assertEqual(OutboxCommand.objects.count(), 1)

    def test_hold_keeps_an_order_back_and_release_lets_it_go(self) -> None:
        held = self.act("hold", {"reason": "Fraud check"}).json()
        refused = self.act("dispatch")
        released = self.act("release").json()

        self.assertEqual((held["state"], held["hold_reason"]), ("held", "Fraud check"))
        self.assert_problem(refused, 409, "conflict")
        self.assertEqual((released["state"], released["hold_reason"]), ("valid", ""))

    def test_hold_without_a_reason_says_so(self) -> None:
        self.assertEqual(self.act("hold").json()["hold_reason"], "no reason given")

    def test_order_being_shipped_cannot_be_held(self) -> None:
        self.act("dispatch")

        self.assert_problem(self.act("hold", {"reason": "Stop"}), 409, "conflict")
        self.assertEqual(self.state(), "reserved")

    def test_order_that_is_not_held_cannot_be_released(self) -> None:
        self.assert_problem(self.act("release"), 409, "conflict")
        self.assertEqual(self.state(), "valid")

    def test_cancel_before_dispatch_ends_the_order(self) -> None:
        told = self.act("cancel", {"reason": "Changed my mind"}).json()

        self.assertEqual(told["state"], "cancelled")
        self.assertIsNotNone(told["cancel_requested_at"])

    def test_cancel_after_reservation_gives_the_stock_back(self) -> None:
        self.act("dispatch")

        told = self.act("cancel").json()

        self.assertEqual(told["state"], "cancelled")
        self.assertEqual(self.reserved(), 0)
        self.assertEqual(Reservation.objects.get().state, "released")
        self.assertEqual(OutboxCommand.objects.get().state, "cancelled")

    def test_cancel_after_the_label_asks_to_void_it(self) -> None:
        self.book()
        OutboxCommand.objects.update(state="delivered")

        told = self.act("cancel").json()

        self.assertEqual(told["state"], "booked")
        self.assertIsNotNone(told["cancel_requested_at"])
        self.assertEqual(OutboxCommand.objects.still_open().get().kind, VOID_LABEL)

    def test_an_address_is_corrected_and_faults_are_named(self) -> None:
        good = ADDRESS.as_dict() | {"address_1": "88 Sage Street"}

        bad = self.act("address", {"ship_to": good | {"city": ""}, "replace_label": "yes"})
        done = self.act("address", {"ship_to": good})

        self.order.refresh_from_db()
        self.assertEqual([e["field"] for e in bad.json()["errors"]], ["replace_label"])
        self.assertEqual((bad.status_code, done.status_code), (422, 200))
        self.assertEqual(self.order.address_1, "88 Sage Street")

    def test_an_address_under_a_label_needs_the_word_that_it_is_replaced(self) -> None:
        self.book()
        OutboxCommand.objects.update(state="delivered")
        body = {"ship_to": ADDRESS.as_dict() | {"address_1": "88 Sage Street"}}

        refused = self.act("address", body)
        before = Order.objects.get(pk=self.order.pk).address_1
        done = self.act("address", body | {"replace_label": True})

        self.assertEqual((refused.status_code, done.status_code), (409, 200))
        self.assertEqual(refused.json()["code"], "label.must_be_replaced")
        self.assertEqual(before, ADDRESS.address_1)
        self.assertEqual(Order.objects.get(pk=self.order.pk).address_1, "88 Sage Street")
        self.assertEqual(OutboxCommand.objects.filter(kind=VOID_LABEL).count(), 1)

    def test_a_label_is_replaced_and_not_handed_out_meanwhile(self) -> None:
        self.book()
        OutboxCommand.objects.update(state="delivered")
        Package.objects.update(label_file="labels/old.pdf")

        done = self.act("replace-label", {"reason": "Heavier"})
        label = self.key.get(f"{self.base}/label")

        self.assertEqual((done.status_code, label.status_code), (200, 409))
        self.assertEqual(label.json()["code"], "label.outdated")
        self.assertEqual(OutboxCommand.objects.filter(kind=VOID_LABEL).count(), 1)

    def test_a_label_that_could_not_be_given_back_is_kept_or_written_off(self) -> None:
        self.book()
        OutboxCommand.objects.update(state="delivered")
        too_early = [self.act(name).status_code for name in ("keep-label", "write-off-label")]
        self.act("replace-label", {"reason": "Heavier"})
        OutboxCommand.objects.update(state="rejected")
        order = Order.objects.get(pk=self.order.pk)
        need_attention(order, code="void.window_over", detail="Too late.", kind="x")

        kept = self.act("keep-label", {"reason": "It holds"})

        self.assertEqual((too_early, kept.status_code), ([409, 409], 200))
        self.assertEqual(kept.json()["state"], OrderState.BOOKED.value)

    def test_a_risen_price_is_agreed_to_by_a_call_of_its_own(self) -> None:
        too_early = self.act("buy-anyway")
        self.book()
        Package.objects.update(label_state="none")
        OutboxCommand.objects.update(state="delivered")
        order = Order.objects.get(pk=self.order.pk)
        quote = {"carrier": "FEDEX", "service_name": "Ground", "currency": "USD"}
        Shipment.objects.get().quotes.create(price=Decimal("12.40"), is_chosen=True, **quote)
        need_attention(order, code="price.risen", detail="It costs more.", kind="price.risen")

        done = self.act("buy-anyway")

        self.assertEqual((too_early.status_code, done.status_code), (409, 200))
        self.assertEqual(str(Shipment.objects.get().agreed), "12.40 USD")
        self.assertEqual(OutboxCommand.objects.still_open().get().kind, BUY_LABEL)

    def test_second_cancel_changes_nothing(self) -> None:
        first = self.act("cancel").json()

        second = self.act("cancel").json()

        self.assertEqual(second, first)

    def test_parcel_on_its_way_cannot_be_cancelled(self) -> None:
        Order.objects.filter(pk=self.order.pk).update(state="in_transit")

        self.assert_problem(self.act("cancel"), 409, "conflict")
        self.assertEqual(self.state(), "in_transit")

    def test_retry_sends_a_stuck_order_round_again(self) -> None:
        need_attention(
            self.order, code="routing.no_warehouse", detail="No route.", kind="order.unrouted"
        )

        told = self.act("retry").json()

        self.assertEqual((told["state"], told["attention"]), ("valid", None))

    def test_retry_of_a_waiting_order_wakes_the_worker(self) -> None:
        before = OrmQ.objects.count()

        response = self.act("retry")

        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.state(), "valid")
        self.assertEqual(OrmQ.objects.count(), before + 1)

    def test_retry_has_nothing_to_do_for_a_cancelled_order(self) -> None:
        self.act("cancel")

        self.assert_problem(self.act("retry"), 409, "conflict")

    def test_faulty_reason_is_named_and_nothing_changes(self) -> None:
        reasons: list[Any] = ["x" * 201, {"a": 1}, []]
        for reason in reasons:
            with self.subTest(reason=reason):
                self.assert_faults(self.act("hold", {"reason": reason}), "reason")
        self.assert_faults(self.act("cancel", {"reason": "x" * 201}), "reason")
        self.assertEqual(self.state(), "valid")

    def test_key_without_the_scope_to_buy_sends_nothing_on_to_a_purchase(self) -> None:
        client = client_with(make_key(self.alder, "orders:read", "orders:write"))
        self.act("hold", {"reason": "Fraud check"})

        for action in ("dispatch", "retry", "release"):
            with self.subTest(action):
                problem = self.assert_problem(
                    client.post(f"{self.base}/{action}"), 403, "forbidden"
                )
                self.assertEqual(problem["detail"], "This API key lacks the scope labels:buy.")
        self.assertEqual(self.state(), "held")
        self.assertEqual(OutboxCommand.objects.count(), 0)

    def test_key_without_the_scope_to_buy_may_hold_and_cancel(self) -> None:
        client = client_with(make_key(self.alder, "orders:write"))

        self.assertEqual(client.post(f"{self.base}/hold").json()["state"], "held")
        self.assertEqual(client.post(f"{self.base}/cancel").json()["state"], "cancelled")

    def test_scope_to_buy_alone_does_not_steer(self) -> None:
        client = client_with(make_key(self.alder, "labels:buy"))

        problem = self.assert_problem(client.post(f"{self.base}/dispatch"), 403, "forbidden")

        self.assertEqual(problem["detail"], "This API key lacks the scope orders:write.")
        self.assertEqual(self.state(), "valid")

    def test_readers_do_not_steer(self) -> None:
        clients = {
            "reading key": client_with(make_key(self.alder, "orders:read")),
            "auditor": client_for(make_user(Role.AUDITOR)),
        }
        for name, client in clients.items():
            for action in ("dispatch", "retry", "hold", "release", "cancel"):
                with self.subTest(name, action=action):
                    self.assert_problem(client.post(f"{self.base}/{action}"), 403, "forbidden")
        self.assertEqual(self.state(), "valid")


class ShipmentTests(OrderCase):
    def test_shipments_are_listed_and_found(self) -> None:
        self.act("dispatch")
        shipment = Shipment.objects.get()
        cases = [
            ("", 1),
            (f"order={self.order.number}", 1),
            (f"reference={shipment.reference}", 1),
            ("carrier=FEDEX", 1),
            ("carrier=UPS", 0),
            ("state=labelled", 0),
        ]
        for query, found in cases:
            with self.subTest(query):
                rows = self.key.get(f"{SHIPMENTS}?{query}").json()["results"]

                self.assertEqual(len(rows), found)
        told = self.key.get(f"{SHIPMENTS}/{shipment.pk}").json()
        self.assertEqual((told["reference"], told["warehouse"]), (shipment.reference, "NV"))

    def test_shipments_of_others_do_not_exist(self) -> None:
        self.act("dispatch")
        birch = client_with(make_key(make_organization("birch")))

        self.assertEqual(birch.get(SHIPMENTS).json()["results"], [])
        self.assert_problem(birch.get(f"{SHIPMENTS}/{Shipment.objects.get().pk}"), 404, "not_found")
