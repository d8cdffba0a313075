"""The list of orders as people see and steer it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, Role, User
from catalog.models import Sellable
from orders.models import Order
from orders.services.cancellation import cancel_order
from orders.services.holds import hold_order
from orders.tests.builders import (
    make_order,
    make_organization,
    make_stocked_sellable,
    make_user,
)
from orders.tests.steps import TRACKING, make_labelled


class BoardCase(TestCase):
    alder: Organization
    birch: Organization
    mug: Sellable
    operator: User
    partner: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.alder = make_organization("alder")
        cls.birch = make_organization("birch")
        cls.mug = make_stocked_sellable(cls.alder)
        make_stocked_sellable(cls.birch, "TEA-01")
        cls.operator = make_user(Role.OPERATOR)
        cls.partner = make_user(Role.PARTNER, organization=cls.birch)

    def setUp(self) -> None:
        self.client.force_login(self.operator)

    def numbers(self, **params: str) -> list[str]:
        """The orders on the page, as its rows show them."""
        response = self.client.get(reverse("orders"), params)
        self.assertEqual(response.status_code, 200)
        return [row.number for row in response.context["rows"]]

    def act(self, action: str, *orders: Order, **more: str) -> Any:
        body = {"action": action, "order": [order.pk for order in orders], **more}
        return self.client.post(reverse("orders-bulk"), body)


class ListTests(BoardCase):
    def test_newest_order_stands_first(self) -> None:
        first, second = make_order(self.alder), make_order(self.alder)

        self.assertEqual(self.numbers(), [second.number, first.number])

    def test_row_shows_route_cost_and_tracking(self) -> None:
        order = make_labelled(self.alder)

        response = self.client.get(reverse("orders"))

        row = response.context["rows"][0]
        self.assertEqual(row.number, order.number)
        self.assertEqual((row.platform, row.carrier, row.warehouse), ("Easyship", "FEDEX", "NV"))
        self.assertEqual([str(money) for money in row.cost], ["9.10 USD"])
        self.assertEqual(row.tracking_number, TRACKING)
        self.assertContains(response, "1 × MUG-01")
        self.assertContains(response, "Reno, NV 89503, US")

    def test_partner_sees_only_own_orders(self) -> None:
        make_order(self.alder)
        own = make_order(self.birch, "TEA-01")
        self.client.force_login(self.partner)

        self.assertEqual(self.numbers(), [own.number])

    def test_visitor_is_sent_to_the_login(self) -> None:
        self.client.logout()

        response = self.client.get(reverse("orders"))

        self.assertRedirects(
            response, f"{reverse('login')}?next={reverse('orders')}", fetch_redirect_response=False
        )

    def test_search_finds_any_number_in_hand(self) -> None:
        make_order(self.alder)
        order = make_labelled(self.alder)
        shipment = order.shipments.get()

        for text in (
            order.number,
            order.external_ref,
            TRACKING,
            shipment.reference,
            shipment.platform_ref,
        ):
            with self.subTest(text=text):
                self.assertEqual(self.numbers(q=text), [order.number])

    def test_search_for_what_is_not_there_says_so(self) -> None:
        make_order(self.alder)

        response = self.client.get(reverse("orders"), {"q": "SO-999999"})

        self.assertContains(response, "No order fits this search.")

    def test_state_filter_narrows_and_tabs_count_every_state(self) -> None:
        held = make_order(self.alder, hold_reason="address to be confirmed")
        make_order(self.alder)

        response = self.client.get(reverse("orders"), {"state": "held"})

        self.assertEqual([row.number for row in response.context["rows"]], [held.number])
        counts = {tab["label"]: tab.get("count") for tab in response.context["tabs"]}
        self.assertEqual((counts["Held"], counts["Valid"], counts["Delivered"]), ("1", "1", "0"))

    def test_filters_by_carrier_platform_warehouse_and_source(self) -> None:
        labelled = make_labelled(self.alder)
        make_order(self.alder, source="csv")

        for params in ({"carrier": "FEDEX"}, {"platform": "easyship"}, {"warehouse": "NV"}):
            with self.subTest(params=params):
                self.assertEqual(self.numbers(**params), [labelled.number])
        self.assertEqual(self.numbers(source="api"), [labelled.number])
        self.assertEqual(self.numbers(carrier="UPS"), [])

    def test_late_order_is_marked(self) -> None:
        make_order(self.alder, ship_by=timezone.now() - timedelta(hours=2))

        response = self.client.get(reverse("orders"))

        self.assertContains(response, '<span class="badge badge-bad">late</span>', html=True)

    def test_htmx_gets_the_rows_without_the_page(self) -> None:
        order = make_order(self.alder)

        response = self.client.get(reverse("orders"), headers={"HX-Request": "true"})

        self.assertContains(response, order.number)
        self.assertNotContains(response, "<html")
        self.assertIn("HX-Request", response["Vary"])

    def test_pages_lead_to_older_orders_and_back(self) -> None:
        made = [make_order(self.alder).number for _ in range(52)]

        first = self.client.get(reverse("orders"))
        older = self.client.get(f"{reverse('orders')}?{first.context['page'].older}")
        newer = self.client.get(f"{reverse('orders')}?{older.context['page'].newer}")

        self.assertEqual(len(first.context["rows"]), 50)
        self.assertEqual([row.number for row in older.context["rows"]], [made[1], made[0]])
        self.assertEqual(older.context["page"].older, "")
        self.assertEqual(
            [row.number for row in newer.context["rows"]],
            [row.number for row in first.context["rows"]],
        )

    def test_query_count_does_not_grow_with_the_rows(self) -> None:
        make_labelled(self.alder, tracking="1ZTEST0000000009")
        with self.assertNumQueries(13):
            self.client.get(reverse("orders"))
        for number in range(6):
            make_labelled(self.alder, tracking=f"1ZTEST000000001{number}")

        with self.assertNumQueries(13):
            self.client.get(reverse("orders"))


class BulkTests(BoardCase):
    def test_first_step_only_asks_with_the_count(self) -> None:
        orders = [make_order(self.alder), make_order(self.alder)]

        response = self.act("cancel", *orders)

        self.assertContains(response, "Cancel 2 orders?")
        states = Order.objects.values_list("state", flat=True)
        self.assertEqual(list(states), ["valid", "valid"])

    def test_confirmed_action_changes_every_order(self) -> None:
        orders = [make_order(self.alder), make_order(self.alder)]

        response = self.act("hold", *orders, confirmed="1", reason="stock count")

        self.assertContains(response, "2 done, 0 refused")
        held = Order.objects.filter(state="held", hold_reason="stock count")
        self.assertEqual(held.count(), 2)

    def test_refused_order_does_not_keep_the_others_back(self) -> None:
        cancelled, fine = make_order(self.alder), make_order(self.alder)
        cancel_order(order_id=cancelled.pk, reason="", actor="tests")

        response = self.act("dispatch", cancelled, fine, confirmed="1")

        self.assertContains(response, "1 done, 1 refused")
        self.assertContains(response, f"Order {cancelled.number} is cancelled.")
        fine.refresh_from_db()
        self.assertEqual(fine.state, "reserved")

    def test_release_lets_held_orders_go(self) -> None:
        order = make_order(self.alder)
        hold_order(order_id=order.pk, reason="wait", actor="tests")

        self.act("release", order, confirmed="1")

        order.refresh_from_db()
        self.assertEqual((order.state, order.hold_reason), ("valid", ""))

    def test_event_names_the_person_who_acted(self) -> None:
        order = make_order(self.alder)

        self.act("hold", order, confirmed="1", reason="wait")

        event = order.events.get(kind="order.held")
        self.assertEqual(event.actor, self.operator.label)

    def test_orders_of_others_are_not_touched(self) -> None:
        foreign = make_order(self.alder)
        self.client.force_login(self.partner)

        response = self.act("cancel", foreign, confirmed="1")

        self.assertRedirects(response, reverse("orders"))
        foreign.refresh_from_db()
        self.assertEqual(foreign.state, "valid")

    def test_auditor_may_not_act(self) -> None:
        order = make_order(self.alder)
        self.client.force_login(make_user(Role.AUDITOR))

        response = self.act("cancel", order, confirmed="1")

        self.assertEqual(response.status_code, 403)
        order.refresh_from_db()
        self.assertEqual(order.state, "valid")

    def test_auditor_sees_no_controls(self) -> None:
        make_order(self.alder)
        self.client.force_login(make_user(Role.AUDITOR))

        response = self.client.get(reverse("orders"))

        self.assertNotContains(response, 'name="action"')
