"""What an order's trouble means: from the platform's words to a cause, a fix, and a mapping."""

from __future__ import annotations

from typing import Any

from django.test import TestCase
from django.urls import reverse

from accounts.models import AuditEntry, Organization, Role, User
from accounts.tests.cases import ApiCase, client_for
from carriers.models import CommandState, OutboxCommand, UpstreamSignature
from carriers.services.signatures import map_signature
from orders.models import Order
from orders.rules.states import OrderState
from orders.services.progress import need_attention
from orders.services.retry import retry_order
from orders.tests.builders import make_order, make_organization, make_stocked_sellable, make_user
from orders.tests.twin import TwinCase

BOOK_AT_VEEQO = ("POST", "/orders")
BUY_AT_EASYSHIP = ("POST", "/label")
TEXAS = {"city": "Austin", "state": "TX", "postal_code": "78701"}
EXPLAINED = "attention.explained"


class RefusedCase(TwinCase):
    """Orders to Texas, booked at Veeqo, which refuses in words that are in no document."""

    def refused(self) -> Order:
        order = self.place(**TEXAS)
        self.twin.fault(*BOOK_AT_VEEQO, "error_before", status=422)
        self.work()
        order.refresh_from_db()
        return order

    def map(self, code: str) -> None:
        row = UpstreamSignature.objects.get()
        map_signature(signature_id=row.pk, code=code, actor="Mia Manager")


class RefusalTests(RefusedCase):
    def test_empty_balance_is_told_as_such(self) -> None:
        order = self.place()
        self.twin.fault(*BUY_AT_EASYSHIP, "no_funds")

        self.finish()

        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertEqual(order.attention_code, "account.funds_low")
        self.assertIn("Easyship refused the label: ", order.attention_detail)
        self.assertEqual(self.twin.labels(), [])

    def test_unknown_words_wait_under_the_vague_code(self) -> None:
        order = self.refused()

        row = UpstreamSignature.objects.get()
        self.assertEqual((order.state, order.attention_code), ("needs_attention", row.raw_code))
        self.assertEqual((row.operation, row.cases), ("veeqo.create_order", 1))


class MappingTests(RefusedCase):
    def test_waiting_orders_get_the_code_and_are_told_the_cause(self) -> None:
        first, second = self.refused(), self.refused()
        said = first.attention_detail

        self.map("address.undeliverable")

        for order in (first, second):
            order.refresh_from_db()
            self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
            self.assertEqual(order.attention_code, "address.undeliverable")
            event = order.events.get(kind=EXPLAINED)
            self.assertEqual(event.message, "The carrier does not know this address.")
            self.assertEqual(event.actor, "Mia Manager")
        self.assertEqual(first.attention_detail, said)

    def test_coming_orders_get_the_code_at_once(self) -> None:
        self.refused()
        self.map("address.undeliverable")

        order = self.refused()

        self.assertEqual(order.attention_code, "address.undeliverable")
        self.assertFalse(order.events.filter(kind=EXPLAINED).exists())

    def test_order_that_waits_for_another_reason_is_left_alone(self) -> None:
        order = self.refused()
        need_attention(order, code="stock.lost", detail="It fell.", kind="order.noted")

        self.map("address.undeliverable")

        order.refresh_from_db()
        self.assertEqual((order.attention_code, order.attention_detail), ("stock.lost", "It fell."))
        self.assertFalse(order.events.filter(kind=EXPLAINED).exists())

    def test_order_that_failed_anew_for_another_reason_is_left_alone(self) -> None:
        order = self.refused()
        command = OutboxCommand.objects.in_lane(order.lane).get()
        OutboxCommand.objects.create(
            organization=order.organization,
            kind=command.kind,
            lane=order.lane,
            platform=command.platform,
            state=CommandState.REJECTED,
            error_code="upstream.refused",
        )

        self.map("address.undeliverable")

        order.refresh_from_db()
        self.assertEqual(order.attention_code, "upstream.refused")

    def test_order_that_went_on_is_left_alone(self) -> None:
        order = self.refused()
        retry_order(order_id=order.pk, actor="tests")
        self.finish()
        self.assert_shipped_once(order)

        self.map("address.undeliverable")

        order.refresh_from_db()
        self.assertEqual((order.state, order.attention_code), (OrderState.BOOKED.value, ""))
        self.assertFalse(order.events.filter(kind=EXPLAINED).exists())

    def test_mapping_taken_back_leaves_the_vague_code(self) -> None:
        order = self.refused()
        self.map("address.undeliverable")

        self.map("")

        order.refresh_from_db()
        self.assertEqual(order.attention_code, "upstream.refused")


class ApiAttentionTests(ApiCase):
    def test_order_tells_cause_fix_field_and_whether_retrying_helps(self) -> None:
        organization = make_organization()
        make_stocked_sellable(organization)
        order = make_order(organization)
        need_attention(order, code="address.missing", detail="Raw words.", kind="shipment.refused")
        client = client_for(make_user(Role.OPERATOR))

        told = client.get(f"/api/v1/orders/{order.pk}").json()["attention"]

        self.assertEqual(
            told,
            {
                "code": "address.missing",
                "detail": "Raw words.",
                "cause": "The platform holds no destination address for the order.",
                "fix": "Correct the address on the order page; it is sent to the platform again.",
                "retry_helps": False,
                "field": "ship_to",
            },
        )

    def test_unknown_code_claims_nothing(self) -> None:
        organization = make_organization()
        make_stocked_sellable(organization)
        order = make_order(organization)
        need_attention(order, code="x.y", detail="Look here.", kind="order.unrouted")
        client = client_for(make_user(Role.OPERATOR))

        told = client.get(f"/api/v1/orders/{order.pk}").json()["attention"]

        self.assertEqual(
            (told["cause"], told["fix"], told["retry_helps"], told["field"]), ("", "", None, "")
        )


class PageTests(TestCase):
    organization: Organization

    @classmethod
    def setUpTestData(cls) -> None:
        cls.organization = make_organization()
        make_stocked_sellable(cls.organization)

    def log_in(self, role: str, **more: Any) -> User:
        user = make_user(role, **more)
        user.is_staff = role != Role.PARTNER
        user.save()
        self.client.force_login(user)
        return user

    def page(self, code: str) -> Any:
        order = make_order(self.organization)
        need_attention(order, code=code, detail="Raw <words>.", kind="shipment.refused")
        return self.client.get(reverse("order", args=[order.number]))

    def test_page_tells_cause_and_fix_and_keeps_the_words_one_click_away(self) -> None:
        self.log_in(Role.OPERATOR)

        response = self.page("customs.hs_required")

        self.assertContains(response, "neither a customs code (HS) nor a category.")
        self.assertContains(response, "Give the product its HS code, then try again.")
        self.assertContains(response, f'href="{reverse("admin:catalog_sellable_changelist")}"')
        self.assertContains(response, '<details data-keep="raw-words"><summary>')
        self.assertContains(response, "Raw &lt;words&gt;.")

    def test_words_stand_open_where_no_cause_is_known(self) -> None:
        self.log_in(Role.OPERATOR)

        response = self.page("upstream.refused")

        self.assertContains(response, '<details data-keep="raw-words" open>')

    def test_partner_gets_no_link_into_the_admin(self) -> None:
        self.log_in(Role.PARTNER, organization=self.organization)

        response = self.page("customs.hs_required")

        self.assertContains(response, "Give the product its HS code, then try again.")
        self.assertNotContains(response, "/admin/")


class AdminTests(RefusedCase):
    def log_in(self, role: str, organization: Organization | None = None) -> None:
        user = make_user(role, organization=organization)
        user.is_staff = True
        user.save()
        self.client.force_login(user)

    def choose(self, code: str) -> Any:
        row = UpstreamSignature.objects.get()
        address = reverse("admin:carriers_upstreamsignature_change", args=[row.pk])
        # What the browser sends along for the table of cases.
        case = row.commands.get()
        cases = {"commands-TOTAL_FORMS": 1, "commands-INITIAL_FORMS": 1, "commands-0-id": case.pk}
        return self.client.post(address, {"mapped_code": code, **cases})

    def test_manager_gives_words_a_meaning(self) -> None:
        order = self.refused()
        self.log_in(Role.MANAGER)

        response = self.choose("address.undeliverable")

        self.assertEqual(response.status_code, 302)
        order.refresh_from_db()
        self.assertEqual(order.attention_code, "address.undeliverable")
        self.assertEqual(UpstreamSignature.objects.get().mapped_code, "address.undeliverable")
        self.assertEqual(AuditEntry.objects.filter(action__contains="signature").count(), 1)

    def test_code_outside_the_catalogue_is_refused(self) -> None:
        order = self.refused()
        self.log_in(Role.MANAGER)

        response = self.choose("booking.gone")

        self.assertContains(response, "booking.gone is not one of the available choices.")
        order.refresh_from_db()
        self.assertEqual(order.attention_code, "upstream.refused")

    def test_operator_looks_and_changes_nothing(self) -> None:
        self.refused()
        self.log_in(Role.OPERATOR)

        page = self.client.get(reverse("admin:carriers_upstreamsignature_changelist"))
        response = self.choose("address.undeliverable")

        self.assertContains(page, "veeqo.create_order")
        self.assertEqual(response.status_code, 403)
        self.assertEqual(UpstreamSignature.objects.get().mapped_code, "")

    def test_manager_of_one_organization_sees_none_of_it(self) -> None:
        self.refused()
        self.log_in(Role.MANAGER, Organization.objects.get(slug="alder"))

        page = self.client.get(reverse("admin:carriers_upstreamsignature_changelist"))

        self.assertEqual(page.status_code, 403)
        self.assertEqual(self.choose("address.undeliverable").status_code, 403)

    def test_list_is_narrowed_to_what_has_no_meaning_yet(self) -> None:
        self.refused()
        self.map("address.undeliverable")
        self.log_in(Role.MANAGER)
        address = reverse("admin:carriers_upstreamsignature_changelist")

        found = {
            wanted: self.client.get(address, {"mapped": wanted}).context["cl"].result_count
            for wanted in ("no", "yes")
        }

        self.assertEqual(found, {"no": 0, "yes": 1})

    def test_page_of_a_group_shows_its_newest_cases(self) -> None:
        order = self.refused()
        self.log_in(Role.MANAGER)
        row = UpstreamSignature.objects.get()

        page = self.client.get(reverse("admin:carriers_upstreamsignature_change", args=[row.pk]))

        self.assertContains(page, order.lane)
