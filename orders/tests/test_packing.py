"""Orders packed in saved boxes: what the platform is told, and what stays once it was told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from accounts.models import Role
from accounts.tests.cases import ApiCase, client_for
from carriers.models import OutboxCommand
from catalog.models import Sellable
from inventory.models import StockLevel, Warehouse
from orders.models import Box, Package, RoutingOverride, Shipment
from orders.rules.picked import PickedWay
from orders.services.contents import is_misfit, packing_of
from orders.services.dispatch import Dispatched, dispatch_order
from orders.services.retry import retry_order
from orders.tests.builders import (
    make_order,
    make_organization,
    make_stocked_sellable,
    make_user,
    make_warehouse,
)
from orders.tests.twin import TwinCase


def make_box(name: str = "M", **changes: Any) -> Box:
    usual: dict[str, Any] = {
        "length_mm": 400,
        "width_mm": 300,
        "height_mm": 250,
        "weight_g": 210,
        "max_weight_g": 20_000,
    }
    row: Box = Box.objects.create(name=name, **{**usual, **changes})
    return row


class PackedOrderTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        make_stocked_sellable(self.alder)
        self.sellable = Sellable.objects.get(sku="MUG-01")

    def dispatched(self) -> Package:
        order = make_order(self.alder, quantity=2)
        dispatch_order(order_id=order.pk)
        package: Package = Package.objects.get(shipment__order=order)
        return package

    def test_the_parcel_is_the_saved_box_and_weighs_with_it(self) -> None:
        make_box()

        package = self.dispatched()

        self.assertEqual(package.box_name, "M")
        self.assertEqual(package.weight_g, 2 * self.sellable.weight_g + 210)
        sides = (package.length_mm, package.width_mm, package.height_mm)
        self.assertEqual(sides, (406, 306, 256))

    def test_boxes_of_others_and_of_elsewhere_are_not_used(self) -> None:
        make_box("Theirs", organization=make_organization("birch"))
        make_box("There", warehouse=make_warehouse("NY"))
        make_box("Gone", is_active=False)

        self.assertEqual(self.dispatched().box_name, "")

        make_box("Here", warehouse=Warehouse.objects.get(code="NV"))
        make_box("Ours", organization=self.alder, height_mm=260)

        self.assertEqual(self.dispatched().box_name, "Here")

    def test_a_booked_parcel_stays_whatever_becomes_of_the_boxes(self) -> None:
        box = make_box()
        package = self.dispatched()
        order, shipment = package.shipment.order, package.shipment
        before = Package.objects.values().get(pk=package.pk)

        box.delete()
        make_box("Smaller", height_mm=200)
        misfit_by_boxes = is_misfit(order, shipment)
        Sellable.objects.update(weight_g=4_000)

        self.assertFalse(misfit_by_boxes)
        self.assertTrue(is_misfit(order, shipment))
        self.assertEqual(Package.objects.values().get(pk=package.pk), before)

    def test_a_parcel_from_before_there_were_boxes_is_no_misfit(self) -> None:
        package = self.dispatched()
        Package.objects.update(contents_digest="")

        make_box()

        self.assertFalse(is_misfit(package.shipment.order, package.shipment))

    def test_routing_sees_the_weight_of_the_packed_box(self) -> None:
        make_box()

        snapshot = self.dispatched().shipment.decision.snapshot

        facts = snapshot["facts"]
        self.assertEqual(facts["weight_g"], 2 * self.sellable.weight_g + 210)
        self.assertEqual(facts["longest_side_mm"], 406)

    def test_what_needs_several_boxes_is_not_booked_as_one_carton(self) -> None:
        make_box("S", length_mm=130, width_mm=100, height_mm=110)
        order = make_order(self.alder, quantity=2, state="TX", postal_code="75201", city="Dallas")
        there = PickedWay(platform="veeqo")
        RoutingOverride.objects.create(order=order, picked=there.as_dict(), reason="Ours")

        done = dispatch_order(order_id=order.pk)

        order.refresh_from_db()
        self.assertEqual(done, Dispatched.UNROUTED)
        self.assertEqual(order.attention_code, "packing.several_boxes")
        self.assertIn("It needs 2 boxes (2 × S;", order.attention_detail)
        self.assertEqual((Shipment.objects.count(), OutboxCommand.objects.count()), (0, 0))
        self.assertEqual(StockLevel.objects.get().reserved, 0)

        make_box("M")
        retry_order(order_id=order.pk, actor="Mia")
        dispatch_order(order_id=order.pk)

        self.assertEqual(Package.objects.get().box_name, "M")

    def test_the_api_tells_boxes_contents_and_billable_weights(self) -> None:
        make_box("S", length_mm=130, width_mm=100, height_mm=110)
        order = make_order(self.alder, quantity=2)
        manager = client_for(make_user(Role.MANAGER))

        told = manager.get(f"/api/v1/orders/{order.number}/packing").json()

        self.assertEqual((told["is_booked"], told["parcel"]), (False, None))
        self.assertEqual([box["box"] for box in told["boxes"]], ["S", "S"])
        self.assertEqual(told["boxes"][0]["contents"], [{"sku": "MUG-01", "quantity": 1}])
        self.assertEqual(told["weight_g"], sum(one.weight_g for one in packing_of(order).parcels))
        ups = next(one for one in told["billable"] if one["carrier"] == "UPS")
        self.assertEqual(ups["divisor_cm3_per_kg"], 5000)
        self.assertGreaterEqual(ups["billable_g"], told["weight_g"])

    def test_a_manager_keeps_boxes_by_the_api(self) -> None:
        manager = client_for(make_user(Role.MANAGER))
        body = {
            "name": "M",
            "length_mm": 400,
            "width_mm": 300,
            "height_mm": 250,
            "weight_g": 210,
            "max_weight_g": 20_000,
            "warehouse": "NV",
        }

        made = manager.post("/api/v1/routing/boxes", body, format="json")
        refused = manager.post(
            "/api/v1/routing/boxes", {**body, "max_weight_g": 210}, format="json"
        )

        self.assertEqual((made.status_code, made.json()["warehouse"]), (201, "NV"))
        self.assertEqual(Box.objects.get().warehouse, make_warehouse("NV"))
        self.assertEqual([one["field"] for one in refused.json()["errors"]], ["max_weight_g"])


class ToldToThePlatformTests(TwinCase):
    def packed(self, **changes: Any) -> Shipment:
        Box.objects.all().delete()
        make_box("M", wall_mm=0)
        order = self.place(**changes)
        self.finish()
        self.assert_shipped_once(order)
        shipment: Shipment = Shipment.objects.get(order=order)
        package = Package.objects.get(shipment=shipment)
        content = sum(
            line.quantity * line.sellable.weight_g
            for line in order.lines.select_related("sellable")
        )
        self.assertEqual((package.box_name, package.weight_g), ("M", content + 210))
        return shipment

    def test_easyship_gets_the_box_with_its_own_weight(self) -> None:
        shipment = self.packed()

        path = f"/2024-09/shipments/{shipment.platform_ref}"
        booked = self.twin.call("GET", path, {"Authorization": "Bearer ek-test"})["shipment"]

        (parcel,) = booked["parcels"]
        grams = Decimal(str(parcel["total_actual_weight"])) * 1000
        sides = [parcel["box"]["outer_dimensions"][name] for name in ("length", "width", "height")]
        self.assertEqual(int(grams), shipment.packages.get().weight_g)
        self.assertEqual(sides, [40, 30, 25])

    def test_veeqo_gets_the_box_with_its_own_weight(self) -> None:
        shipment = self.packed(state="TX", postal_code="75201", city="Dallas")

        path = f"/orders/{shipment.platform_ref}"
        booked = self.twin.call("GET", path, {"x-api-key": "vk-test"})

        package = booked["allocations"][0]["allocation_package"]
        inches = [float(package[name]) for name in ("depth", "width", "height")]
        grams = float(package["weight"]) * 28.349523125
        self.assertAlmostEqual(grams, shipment.packages.get().weight_g, delta=1)
        self.assertEqual(inches, [15.75, 11.81, 9.84])
