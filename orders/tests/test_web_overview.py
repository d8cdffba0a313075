"""The overview: exact figures, each leading to the rows that were counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, Role, User
from carriers.tests.calls import make_call
from orders.models import LabelState, Order, Package, Shipment
from orders.reports.overview import DAYS, overview_for
from orders.rules.states import OrderState
from orders.services.dispatch import dispatch_order
from orders.services.progress import move_order
from orders.tests.builders import (
    make_order,
    make_organization,
    make_stocked_sellable,
    make_user,
)
from orders.tests.steps import make_dispatched, make_labelled
from shipping_project.kernel.tests.pages import read_page

# Session and user; stages, zones, due, late, labelled, its labels and costs; carriers and their
# costs; two for the days; stock; accounts, calls, states, due, rows set aside; three for each
# platform.
QUERIES = 26


class OverviewCase(TestCase):
    alder: Organization
    birch: Organization
    manager: User
    now: datetime
    british: Order

    @classmethod
    def setUpTestData(cls) -> None:
        cls.alder, cls.birch = make_organization("alder"), make_organization("birch")
        make_stocked_sellable(cls.alder)
        make_stocked_sellable(cls.birch, "TEA-01", units=8)
        cls.manager = make_user(Role.MANAGER)
        cls.now = timezone.now()
        cls._make_orders()

    @classmethod
    def _make_orders(cls) -> None:
        """One of each kind, so that every figure differs from an empty page."""
        make_order(cls.alder, ship_by=cls.now - timedelta(minutes=5))
        make_order(cls.alder, hold_reason="address to be confirmed")
        make_dispatched(cls.alder)
        short = make_order(cls.alder, quantity=900)
        dispatch_order(order_id=short.pk, actor="tests")
        odd = make_order(cls.alder)
        move_order(odd, OrderState.NEEDS_ATTENTION, kind="test", message="odd")
        make_labelled(cls.alder, tracking="794600000001")
        cls.british = make_labelled(cls.alder, tracking="794600000002")
        cls._package(cls.british).update(cost=Decimal("4.00"), cost_currency="GBP")
        moving = make_labelled(cls.alder, tracking="794600000003")
        move_order(moving, OrderState.IN_TRANSIT, kind="test", message="scanned")
        cls._package(moving).update(bought_at=cls.now - timedelta(days=2))
        old = make_labelled(cls.alder, tracking="794600000004")
        cls._package(old).update(bought_at=cls.now - timedelta(days=DAYS))
        voided = make_labelled(cls.alder, tracking="794600000005")
        cls._package(voided).update(label_state=LabelState.VOIDED)
        Order.objects.filter(pk=voided.pk).update(state=OrderState.CANCELLED)
        Shipment.objects.filter(order=cls.british).update(carrier="UPS")
        tea = make_order(cls.birch, "TEA-01")
        Order.objects.filter(pk=tea.pk).update(placed_at=cls.now - timedelta(days=1))

    @staticmethod
    def _package(order: Order) -> Any:
        return Package.objects.filter(shipment__order=order)

    def setUp(self) -> None:
        self.client.force_login(self.manager)

    def page(self) -> Any:
        response = self.client.get(reverse("overview"))
        self.assertEqual(response.status_code, 200)
        return response


class FigureTests(OverviewCase):
    def test_every_figure_is_exact(self) -> None:
        report = overview_for(self.manager, self.now)

        figures = {figure.label: figure.value for figure in report.figures}
        del figures["Due today"]  # hangs on the hour; its bounds have tests of their own
        self.assertEqual(
            figures,
            {
                "Open orders": 10,
                "Needs attention": 1,
                "Backordered": 1,
                "Held": 1,
                "In transit": 1,
                "Late": 1,
                "Labelled today": 2,
            },
        )
        self.assertEqual(
            {stage.label: stage.count for stage in report.stages},
            {
                "New": 2,
                "Needs attention": 1,
                "Held": 1,
                "Backordered": 1,
                "Being booked": 1,
                "Label bought": 3,
                "In transit": 1,
                "In parts": 0,
            },
        )

    def test_costs_stand_by_currency_and_are_never_added(self) -> None:
        report = overview_for(self.manager, self.now)

        note = next(one.note for one in report.figures if one.label == "Labelled today")
        self.assertEqual(note, "2 labels · 4.00 GBP · 9.10 USD")
        costs = [
            (cost.carrier, cost.orders, cost.labels, [str(money) for money in cost.costs])
            for cost in report.costs
        ]
        self.assertEqual(costs, [("FEDEX", 2, 2, ["18.20 USD"]), ("UPS", 1, 1, ["4.00 GBP"])])

    def test_label_without_a_told_cost_is_counted_and_adds_nothing(self) -> None:
        self._package(self.british).update(cost=None, cost_currency="")

        report = overview_for(self.manager, self.now)

        self.assertEqual(
            [(one.carrier, one.labels, one.costs) for one in report.costs][1:], [("UPS", 1, ())]
        )

    def test_days_run_to_today_and_count_placed_and_labelled(self) -> None:
        days = overview_for(self.manager, self.now).days

        self.assertEqual(len(days), DAYS)
        self.assertEqual(days[-1].day, self.now.date())
        self.assertEqual((days[-1].placed, days[-1].labelled), (10, 2))
        self.assertEqual((days[-2].placed, days[-2].labelled), (1, 0))
        self.assertEqual((days[-3].placed, days[-3].labelled), (0, 1))
        self.assertEqual(sum(day.labelled for day in days), 3)

    def test_partner_is_counted_only_own_orders(self) -> None:
        partner = make_user(Role.PARTNER, organization=self.birch)

        report = overview_for(partner, self.now)

        self.assertEqual(report.figures[0].value, 1)
        self.assertEqual(sum(figure.value for figure in report.figures[1:]), 0)
        self.assertEqual(report.costs, ())
        self.assertEqual(sum(day.placed + day.labelled for day in report.days), 1)


class OverviewPageTests(OverviewCase):
    def test_visitor_is_sent_to_the_login(self) -> None:
        self.client.logout()

        response = self.client.get("/")

        self.assertRedirects(response, "/login/?next=/", fetch_redirect_response=False)

    def test_navigation_says_where_one_is(self) -> None:
        response = self.page()

        self.assertContains(response, '<a href="/" aria-current="page">Overview</a>', html=True)
        self.assertContains(response, 'aria-current="page"', count=1)

    def test_every_figure_is_the_length_of_the_list_behind_it(self) -> None:
        for actor in (self.manager, make_user(Role.PARTNER, organization=self.birch)):
            self.client.force_login(actor)
            figures = read_page(self.page().content).figures

            # Eight tiles, eight stages, two for each day, the carriers and the stock alerts.
            carriers = 2 if actor is self.manager else 0
            self.assertEqual(len(figures), 8 + 8 + 2 * DAYS + carriers + 1)
            for value, link in figures:
                with self.subTest(actor=actor.username, link=link):
                    self.assertEqual(value, self._length(link))

    def _length(self, link: str) -> int:
        context = self.client.get(link).context
        rows = context["page"].rows if link.startswith("/stock/") else context["rows"]
        return len(rows)

    def test_stock_alerts_are_counted_and_lead_to_their_rows(self) -> None:
        response = self.page()

        self.assertEqual(response.context["alerts"].count, 1)
        self.assertContains(response, "1 low</a>")
        self.assertContains(response, 'href="/stock/?q=TEA-01"')

    def test_formula_of_every_tile_is_told(self) -> None:
        response = self.page()

        for figure in response.context["report"].figures:
            self.assertContains(response, f'title="{figure.formula}"')

    def test_platforms_are_shown_to_staff_alone(self) -> None:
        make_call(status=503)

        self.assertContains(self.page(), "Latency p95")

        self.client.force_login(make_user(Role.PARTNER, organization=self.birch))

        response = self.page()
        self.assertNotContains(response, "Latency p95")
        self.assertNotContains(response, "/platforms/")

    def test_every_chart_has_its_data_and_a_table(self) -> None:
        page = read_page(self.page().content)

        self.assertEqual(page.canvases, ["stages-data", "days-data", "costs-data"])
        self.assertLessEqual(set(page.canvases), set(page.ids))
        self.assertEqual(page.tables, len(page.canvases) + 1)

    def test_page_and_part_obey_the_policy(self) -> None:
        part = self.client.get("/", headers={"HX-Request": "true"})

        for response in (self.page(), part):
            self.assertEqual(read_page(response.content).refused, [])

    def test_htmx_gets_the_figures_without_the_page(self) -> None:
        response = self.client.get("/", headers={"HX-Request": "true"})

        self.assertContains(response, 'id="figures"')
        self.assertNotContains(response, "<html")
        self.assertIn("HX-Request", response["Vary"])

    def test_query_count_does_not_grow_with_the_rows(self) -> None:
        make_call(status=503)
        make_call("easyship", status=503)
        with self.assertNumQueries(QUERIES):
            self.page()
        for number in range(5):
            make_labelled(self.alder, tracking=f"79460000001{number}")
            make_call(status=503)

        with self.assertNumQueries(QUERIES):
            self.page()

    def test_empty_installation_has_a_page(self) -> None:
        self.client.force_login(make_user(Role.PARTNER, organization=make_organization("cedar")))

        response = self.page()

        self.assertContains(response, "No label was bought in the last 14 days.")
        self.assertContains(response, "Nothing runs low.")
        self.assertEqual(sum(value for value, _ in read_page(response.content).figures), 0)
