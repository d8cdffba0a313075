"""Finding orders by whatever a person holds in hand, and what that costs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import TestCase

from accounts.models import Organization, Role
from orders.models import Order, Package, Shipment
from orders.rules.states import ShipmentState
from orders.tests.builders import make_order, make_organization, make_stocked_sellable, make_user
from orders.tests.steps import make_labelled
from shipping_project.kernel.testing import exactly_queries


class SearchCase(TestCase):
    alder: Organization

    @classmethod
    def setUpTestData(cls) -> None:
        cls.alder = make_organization("alder")
        make_stocked_sellable(cls.alder)

    def found(self, text: str) -> list[int]:
        return list(Order.objects.search(text).order_by("pk").values_list("pk", flat=True))


class SearchTests(SearchCase):
    def test_every_number_finds_its_order_whatever_the_capitals(self) -> None:
        order = make_labelled(self.alder, tracking="1Zabc784")
        make_order(self.alder, phone="+17755550999", email="x@example.com", postal_code="89501")
        shipment = Shipment.objects.get()
        Order.objects.filter(pk=order.pk).update(name="Grace Hopper", external_ref="Shop-7")
        texts = (
            order.number.lower(),
            "SHOP-7",
            "ace hop",
            "ADA.BROOKS@example.com",
            "5550101",
            "89503",
            shipment.reference.lower(),
            shipment.platform_ref,
            "1zABC784",
            f" {order.number} ",
            f"order:{order.pk}",
        )
        for text in texts:
            with self.subTest(text):
                self.assertEqual(self.found(text), [order.pk])

    def test_order_that_fits_in_several_ways_comes_once(self) -> None:
        order = make_labelled(self.alder)
        first = Shipment.objects.get()
        Shipment.objects.filter(pk=first.pk).update(state=ShipmentState.CANCELLED.value)
        again = Shipment.objects.get(pk=first.pk)
        again.pk, again.reference, again.state = None, "SECOND", ShipmentState.REQUESTED.value
        again.save()
        Order.objects.update(name="mug-01")

        self.assertEqual(self.found("mug-01"), [order.pk])
        self.assertEqual(self.found(first.platform_ref), [order.pk])

    def test_signs_that_mean_something_to_the_database_are_letters_here(self) -> None:
        make_order(self.alder)

        for text in ("%", "_", "Ada%", "\\", "'"):
            with self.subTest(text):
                self.assertEqual(self.found(text), [])

    def test_nothing_to_search_for_leaves_every_order(self) -> None:
        order = make_order(self.alder)

        self.assertEqual(self.found("  "), [order.pk])

    def test_orders_of_others_are_not_found(self) -> None:
        make_order(self.alder)
        partner = make_user(Role.PARTNER, organization=make_organization("birch"))

        self.assertEqual(list(Order.objects.visible_to(partner).search("MUG-01")), [])

    def test_search_is_one_query_however_many_are_found(self) -> None:
        for _ in range(3):
            make_order(self.alder)

        with exactly_queries(1):
            rows = list(Order.objects.search("MUG-01").order_by("-id")[:50])

        self.assertEqual(len(rows), 3)


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks PostgreSQL for its plan")
class PlanTests(SearchCase):
    def test_no_table_is_read_from_end_to_end(self) -> None:
        with connection.cursor() as cursor:
            # Small tables are read whole however good the index; a scan is left only where no
            # index can serve.
            cursor.execute("SET LOCAL enable_seqscan = off")

        plan = Order.objects.search("Brooks 77").order_by("-id")[:50].explain()

        self.assertNotIn("Seq Scan", plan)
        for index in ("order_name_parts", "order_phone_parts", "package_tracking_upper"):
            with self.subTest(index):
                self.assertIn(index, plan)

    def test_number_of_a_platform_is_found_by_its_index(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")

        self.assertIn(
            "shipment_platform_ref", Shipment.objects.filter(platform_ref="901").explain()
        )
        self.assertIn("package_tracking", Package.objects.filter(tracking_number="1Z").explain())
