"""Which orders a filter leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.http import QueryDict
from django.test import TestCase
from django.utils import timezone

from accounts.models import Organization, Role, User
from orders.models import LabelState, Order, Package, Shipment
from orders.reports.finding import orders_matching
from orders.rules.criteria import Due, OrderCriteria
from orders.rules.states import ShipmentState
from orders.services.cancellation import cancel_order
from orders.tests.builders import (
    make_order,
    make_organization,
    make_stocked_sellable,
    make_user,
)
from orders.tests.steps import make_dispatched, make_labelled
from orders.web.filters import filtered_orders

# Eight in the evening of the ninth in Nevada.
NOW = datetime(2026, 3, 10, 3, tzinfo=UTC)


class FindingCase(TestCase):
    alder: Organization
    birch: Organization
    staff: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.alder, cls.birch = make_organization("alder"), make_organization("birch")
        make_stocked_sellable(cls.alder)
        make_stocked_sellable(cls.birch, "TEA-01")
        cls.staff = make_user(Role.OPERATOR)

    def found(self, query: str, actor: object = None) -> list[str]:
        orders = filtered_orders(actor or self.staff, QueryDict(query)).order_by("pk")
        return [order.number for order in orders]


class DueTests(FindingCase):
    def due_today(self) -> list[int]:
        criteria = OrderCriteria(due=Due.TODAY)
        found = orders_matching(self.staff, criteria, now=NOW).order_by("pk")
        return list(found.values_list("pk", flat=True))

    def test_day_is_that_of_the_warehouse_that_ships(self) -> None:
        cases = [
            (datetime(2026, 3, 9, 6, 59, tzinfo=UTC), False),
            (datetime(2026, 3, 9, 7, 0, tzinfo=UTC), True),
            (datetime(2026, 3, 10, 6, 59, tzinfo=UTC), True),
            (datetime(2026, 3, 10, 7, 0, tzinfo=UTC), False),
        ]
        for ship_by, expected in cases:
            with self.subTest(ship_by=ship_by):
                order = make_dispatched(self.alder, ship_by=ship_by)

                self.assertEqual(order.pk in self.due_today(), expected)

    def test_without_a_shipment_the_day_is_that_of_utc(self) -> None:
        cases = [
            (datetime(2026, 3, 9, 23, 59, tzinfo=UTC), False),
            (datetime(2026, 3, 10, 0, 0, tzinfo=UTC), True),
            (datetime(2026, 3, 10, 23, 59, tzinfo=UTC), True),
            (datetime(2026, 3, 11, 0, 0, tzinfo=UTC), False),
        ]
        for ship_by, expected in cases:
            with self.subTest(ship_by=ship_by):
                order = make_order(self.alder, ship_by=ship_by)

                self.assertEqual(order.pk in self.due_today(), expected)

    def test_cancelled_shipment_does_not_lend_its_warehouse(self) -> None:
        order = make_dispatched(self.alder, ship_by=datetime(2026, 3, 10, 12, tzinfo=UTC))
        self.assertEqual(self.due_today(), [])

        Shipment.objects.update(state=ShipmentState.CANCELLED)

        self.assertEqual(self.due_today(), [order.pk])

    def test_order_is_late_from_the_moment_after_its_deadline(self) -> None:
        order = make_order(self.alder, ship_by=NOW)
        late = OrderCriteria(due=Due.LATE)

        at_it = orders_matching(self.staff, late, now=NOW)
        after_it = orders_matching(self.staff, late, now=NOW + timedelta(seconds=1))

        self.assertEqual((list(at_it), list(after_it)), ([], [order]))

    def test_what_is_handed_over_or_closed_is_neither_due_nor_late(self) -> None:
        order = make_order(self.alder, ship_by=NOW - timedelta(hours=1))
        late = OrderCriteria(due=Due.LATE)
        for state in ("in_transit", "delivered", "cancelled", "returned"):
            with self.subTest(state=state):
                Order.objects.filter(pk=order.pk).update(state=state)

                self.assertEqual(self.due_today(), [])
                self.assertEqual(orders_matching(self.staff, late, now=NOW).count(), 0)


class RouteTests(FindingCase):
    def test_live_shipment_says_the_carrier_and_the_picked_one_stands_in(self) -> None:
        shipped = make_dispatched(self.alder)
        picked = make_order(self.alder, requested_carrier="FEDEX")
        make_order(self.alder)

        self.assertEqual(self.found("carrier=FEDEX"), [shipped.number, picked.number])
        self.assertEqual(self.found("platform=easyship"), [shipped.number])
        self.assertEqual(self.found("carrier=FEDEX&platform=veeqo"), [])
        self.assertEqual(self.found("warehouse=NV"), [shipped.number])

    def test_cancelled_shipment_says_nothing(self) -> None:
        make_dispatched(self.alder)
        Shipment.objects.update(state=ShipmentState.CANCELLED)

        self.assertEqual(self.found("carrier=FEDEX"), [])


class LabelledTests(FindingCase):
    def setUp(self) -> None:
        self.order = make_labelled(self.alder)
        self.package = Package.objects.get()

    def bought(self, moment: datetime) -> None:
        Package.objects.update(bought_at=moment)

    def test_day_of_the_label_is_a_day_in_utc(self) -> None:
        cases = [
            (datetime(2026, 3, 9, 23, 59, 59, tzinfo=UTC), False),
            (datetime(2026, 3, 10, tzinfo=UTC), True),
            (datetime(2026, 3, 10, 23, 59, 59, tzinfo=UTC), True),
            (datetime(2026, 3, 11, tzinfo=UTC), False),
        ]
        for moment, expected in cases:
            with self.subTest(moment=moment):
                self.bought(moment)

                self.assertEqual(bool(self.found("labelled=2026-03-10")), expected)

    def test_since_takes_all_days_from_one_on(self) -> None:
        self.bought(datetime(2026, 3, 10, tzinfo=UTC))

        self.assertEqual(self.found("labelled_since=2026-03-10"), [self.order.number])
        self.assertEqual(self.found("labelled_since=2026-03-11"), [])

    def test_carrier_is_that_of_the_label(self) -> None:
        self.bought(datetime(2026, 3, 10, tzinfo=UTC))
        Shipment.objects.update(state=ShipmentState.CANCELLED)

        self.assertEqual(self.found("labelled=2026-03-10&carrier=FEDEX"), [self.order.number])
        self.assertEqual(self.found("labelled=2026-03-10&carrier=UPS"), [])

    def test_voided_label_does_not_count(self) -> None:
        self.bought(datetime(2026, 3, 10, tzinfo=UTC))
        Package.objects.update(label_state=LabelState.VOIDED)

        self.assertEqual(self.found("labelled=2026-03-10"), [])


class FilterTests(FindingCase):
    def test_states_may_repeat(self) -> None:
        held = make_order(self.alder, hold_reason="wait")
        valid = make_order(self.alder)
        gone = make_order(self.alder)
        cancel_order(order_id=gone.pk, reason="", actor="tests")

        self.assertEqual(self.found("state=held&state=valid"), [held.number, valid.number])
        self.assertEqual(self.found("state=held"), [held.number])
        self.assertEqual(self.found("stage=open"), [held.number, valid.number])
        self.assertEqual(self.found("stage=new"), [valid.number])
        self.assertEqual(len(self.found("state=")), 3)

    def test_origin_is_narrowed(self) -> None:
        mug = make_order(self.alder, source="csv")
        tea = make_order(self.birch, "TEA-01")
        Order.objects.filter(pk=tea.pk).update(country="GB")

        self.assertEqual(self.found("source=csv"), [mug.number])
        self.assertEqual(self.found("organization=birch"), [tea.number])
        self.assertEqual(self.found("country=gb"), [tea.number])

    def test_day_placed_is_a_day_in_utc(self) -> None:
        order = make_order(self.alder)
        Order.objects.update(placed_at=datetime(2026, 3, 10, tzinfo=UTC))

        self.assertEqual(self.found("placed=2026-03-10"), [order.number])
        self.assertEqual(self.found("placed=2026-03-09"), [])

    def test_lane_of_a_command_finds_its_order(self) -> None:
        order = make_order(self.alder)
        make_order(self.alder)

        self.assertEqual(self.found(f"q=order:{order.pk}"), [order.number])
        self.assertEqual(self.found(f"q=order:{order.pk}", make_partner(self)), [])

    def test_value_that_cannot_be_read_leaves_nothing(self) -> None:
        make_order(self.alder)

        for query in (
            "due=soon",
            "stage=nowhere",
            "state=lost",
            "placed=yesterday",
            "placed=0001-01-01",
            "labelled=9999-12-31",
            "labelled_since=2026-02-30",
        ):
            with self.subTest(query=query):
                self.assertEqual(self.found(query), [])

    def test_null_character_is_no_error(self) -> None:
        order = make_order(self.alder)

        self.assertEqual(self.found("q=%00"), [order.number])
        self.assertEqual(self.found("carrier=%00&state=valid%00"), [order.number])

    def test_partner_finds_only_own_orders_whatever_is_asked(self) -> None:
        partner = make_partner(self)
        own = make_order(self.birch, "TEA-01", ship_by=timezone.now() - timedelta(hours=1))
        make_order(self.alder, ship_by=timezone.now() - timedelta(hours=1))

        for query in ("", "due=late", "stage=open", "q=SO", "organization=alder"):
            with self.subTest(query=query):
                self.assertLessEqual(set(self.found(query, partner)), {own.number})
        self.assertEqual(self.found("due=late", partner), [own.number])


def make_partner(case: FindingCase) -> object:
    return make_user(Role.PARTNER, organization=case.birch)
