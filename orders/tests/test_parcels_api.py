"""Parcels and scans over REST, across all shipments of the caller's organization."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from accounts.models import Organization
from accounts.tests.cases import ApiCase, client_with
from carriers.contracts import TrackingStatus, TrackingUpdate
from orders.models import LabelState, Order, Package
from orders.services.tracking import record_tracking
from orders.tests.builders import make_key, make_organization, make_stocked_sellable
from orders.tests.steps import PDF, make_labelled
from orders.tests.test_orders_api_cost import statements

FIRST, SECOND = "1Z999AA10123456784", "1Z999AA10123456785"
MORNING, EVENING = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 1, 18, tzinfo=UTC)


def parcel_of(order: Order) -> Package:
    found: Package = Package.objects.get(shipment__order=order)
    return found


def scan(order: Order, status: TrackingStatus, at: datetime) -> None:
    update = TrackingUpdate(status=status, happened_at=at, description=f"It is {status.value}")
    record_tracking(package_id=parcel_of(order).pk, updates=[update])


class ParcelCase(ApiCase):
    alder: Organization
    first: Order
    second: Order

    @classmethod
    def setUpTestData(cls) -> None:
        cls.alder = make_organization("alder")
        make_stocked_sellable(cls.alder)
        cls.first = make_labelled(cls.alder, tracking=FIRST)
        cls.second = make_labelled(cls.alder, tracking=SECOND)
        scan(cls.first, TrackingStatus.IN_TRANSIT, MORNING)
        scan(cls.first, TrackingStatus.DELIVERED, EVENING)
        scan(cls.second, TrackingStatus.IN_TRANSIT, EVENING)

    def setUp(self) -> None:
        super().setUp()
        self.key = client_with(make_key(self.alder, "orders:read"))
        self.stranger = client_with(make_key(make_organization("birch"), "orders:read"))

    def rows(self, path: str) -> list[dict[str, Any]]:
        answer = self.key.get(f"/api/v1/{path}")
        self.assertEqual(answer.status_code, 200, answer.content)
        found: list[dict[str, Any]] = answer.json()["results"]
        return found

    def cost_of(self, path: str) -> int:
        ask: Callable[[], Any] = lambda: self.key.get(f"/api/v1/{path}")  # noqa: E731
        ask()
        return len(statements(ask)[1])


class PackageTests(ParcelCase):
    def test_a_parcel_tells_of_its_label_its_order_and_its_shipment(self) -> None:
        package = parcel_of(self.first)

        row = self.key.get(f"/api/v1/packages/{package.pk}").json()

        self.assertEqual(row["tracking_number"], FIRST)
        self.assertEqual(
            (row["order"], row["shipment"]),
            (
                self.first.number,
                package.shipment.reference,
            ),
        )
        self.assertEqual((row["cost"], row["currency"]), ("9.10", "USD"))
        self.assertEqual((row["label_state"], row["label_ready"]), ("bought", True))
        self.assertEqual(row["tracking_status"], "delivered")

    def test_every_filter_leaves_what_it_says(self) -> None:
        for query, numbers in {
            "": [SECOND, FIRST],
            f"tracking_number={FIRST}": [FIRST],
            f"order={self.second.number}": [SECOND],
            f"shipment={parcel_of(self.first).shipment.reference}": [FIRST],
            "tracking_status=delivered": [FIRST],
            "label_state=voided": [],
            "carrier=FEDEX&warehouse=NV&organization=alder": [SECOND, FIRST],
            "platform=veeqo": [],
            "bought_since=2999-01-01T00:00:00Z": [],
        }.items():
            with self.subTest(query):
                rows = self.rows(f"packages?fields=tracking_number&{query}")

                self.assertEqual([row["tracking_number"] for row in rows], numbers)

    def test_shipment_and_scans_are_told_beside_it(self) -> None:
        row = self.rows(f"packages?expand=shipment,tracking&tracking_number={FIRST}")[0]

        self.assertEqual(row["expanded"]["shipment"]["reference"], row["shipment"])
        scans = [scan["status"] for scan in row["expanded"]["tracking"]]
        self.assertEqual(scans, ["in_transit", "delivered"])

    def test_its_label_is_handed_out_while_it_is_good(self) -> None:
        package = parcel_of(self.first)
        address = f"/api/v1/packages/{package.pk}/label"

        answer: Any = self.key.get(address)
        Package.objects.filter(pk=package.pk).update(label_state=LabelState.VOIDED)
        voided = self.key.get(address)

        self.assertEqual(b"".join(answer.streaming_content), PDF)
        self.assertEqual(answer["Content-Type"], "application/pdf")
        self.assert_problem(voided, 404, "not_found")
        self.assert_problem(self.stranger.get(address), 404, "not_found")

    def test_many_cost_what_one_costs(self) -> None:
        self.assertEqual(self.cost_of("packages?page_size=1"), self.cost_of("packages"))
        self.assertEqual(self.cost_of("packages"), 2)


class TrackingTests(ParcelCase):
    def test_every_filter_leaves_what_it_says(self) -> None:
        for query, count in {
            "": 3,
            f"tracking_number={FIRST}": 2,
            f"order={self.second.number}": 1,
            f"shipment={parcel_of(self.first).shipment.reference}": 2,
            f"package={parcel_of(self.second).pk}": 1,
            "status=delivered": 1,
            "organization=alder": 3,
            "organization=birch": 0,
            "since=2026-03-01T12:00:00Z": 2,
            "received_since=2999-01-01T00:00:00Z": 0,
        }.items():
            with self.subTest(query):
                self.assertEqual(len(self.rows(f"tracking?{query}")), count)

    def test_a_scan_names_its_parcel(self) -> None:
        row = self.rows("tracking?status=delivered&expand=package")[0]

        self.assertEqual(self.key.get(f"/api/v1/tracking/{row['id']}").status_code, 200)
        self.assertEqual((row["tracking_number"], row["order"]), (FIRST, self.first.number))
        self.assertEqual(row["happened_at"], "2026-03-01T18:00:00Z")
        self.assertEqual(row["expanded"]["package"]["tracking_number"], FIRST)

    def test_a_parcel_is_found_by_its_tracking_number(self) -> None:
        told = self.key.get(f"/api/v1/tracking/parcels/{FIRST.lower()}").json()

        self.assertEqual(told["package"]["order"], self.first.number)
        self.assertEqual(told["shipment"]["carrier"], "FEDEX")
        self.assertEqual([one["status"] for one in told["events"]], ["in_transit", "delivered"])

    def test_of_two_with_one_number_that_with_the_good_label_is_told(self) -> None:
        Package.objects.filter(pk=parcel_of(self.second).pk).update(
            tracking_number=FIRST, label_state=LabelState.VOIDED
        )

        told = self.key.get(f"/api/v1/tracking/parcels/{FIRST}").json()

        self.assertEqual(told["package"]["order"], self.first.number)

    def test_parcels_of_others_are_not_there(self) -> None:
        unlabelled = self.stranger.get("/api/v1/tracking/parcels/%00")

        self.assert_problem(
            self.stranger.get(f"/api/v1/tracking/parcels/{FIRST}"), 404, "not_found"
        )
        self.assert_problem(unlabelled, 404, "not_found")
        for path in ("tracking", "packages"):
            self.assertEqual(self.stranger.get(f"/api/v1/{path}").json()["results"], [])

    def test_many_cost_what_one_costs(self) -> None:
        self.assertEqual(self.cost_of("tracking?page_size=1"), self.cost_of("tracking"))
        self.assertEqual(self.cost_of("tracking"), 2)
        self.assertEqual(self.cost_of(f"tracking/parcels/{FIRST}"), 4)
