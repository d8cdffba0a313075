"""The page of one order: what it tells, and what its buttons really do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.models import Organization, Role, User
from accounts.services.audit import record_audit
from carriers.contracts import TrackingStatus
from carriers.models import ApiCall, OutboxCommand
from orders.models import Order, Package, TrackingEvent, VoidRequest
from orders.services.decisions import decision_record
from orders.services.ledger import enter_adjusted, enter_refunded
from orders.services.progress import need_attention
from orders.services.replacement import replace_label
from orders.services.voids import accept_void
from orders.tests.builders import (
    ADDRESS,
    make_order,
    make_organization,
    make_stocked_sellable,
    make_user,
)
from orders.tests.steps import PDF, TRACKING, make_call, make_dispatched, make_labelled
from shipping_project.kernel.money import Money


class OrderPageCase(TestCase):
    alder: Organization
    operator: User
    stranger: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.alder = make_organization("alder")
        make_stocked_sellable(cls.alder)
        cls.operator = make_user(Role.OPERATOR)
        cls.stranger = make_user(Role.PARTNER, organization=make_organization("birch"))

    def setUp(self) -> None:
        self.client.force_login(self.operator)

    def page(self, order: Order, **params: str) -> Any:
        return self.client.get(reverse("order", args=[order.number]), params)

    def fragment(self, order: Order, **params: str) -> Any:
        return self.client.get(
            reverse("order", args=[order.number]), params, headers={"HX-Request": "true"}
        )

    def steer(self, order: Order, action: str, **more: str) -> Any:
        response = self.client.post(
            reverse("order-steer", args=[order.number]), {"action": action, **more}
        )
        order.refresh_from_db()
        return response


class ContentTests(OrderPageCase):
    def test_page_tells_the_whole_order(self) -> None:
        order = make_labelled(self.alder)

        response = self.page(order)

        for text in (
            order.number,
            order.external_ref,
            "Ada Brooks",
            "1200 Riverside Drive",
            "MUG-01",
            "18.50 USD",
            TRACKING,
            order.shipments.get().reference,
            "9.10 USD",
        ):
            with self.subTest(text=text):
                self.assertContains(response, text)

    def test_quotes_say_why_they_were_not_taken(self) -> None:
        order = make_labelled(self.alder)

        response = self.page(order)

        quotes = [
            (q.service_name, q.is_chosen, q.removed_by) for q in response.context["page"].quotes
        ]
        self.assertEqual(quotes, [("Ground", True, ""), ("2nd Day", False, "not the cheapest")])
        self.assertContains(response, "not the cheapest")

    def test_routing_is_told_in_sentences_and_steps(self) -> None:
        order = make_dispatched(self.alder)

        response = self.page(order)

        decision = order.decisions.get()
        for sentence in decision.sentences:
            self.assertContains(response, escape(sentence))
        record = decision_record(decision)
        for step in record.steps:
            self.assertContains(response, escape(step.reason))
        for candidate in record.candidates:
            self.assertContains(response, escape(candidate.removed_by))

    def test_shortage_stands_beside_its_line(self) -> None:
        order = make_dispatched(self.alder, quantity=80)

        response = self.page(order)

        self.assertEqual(order.state, "backordered")
        self.assertContains(response, "30 missing")

    def test_earlier_trouble_is_shown_with_its_code(self) -> None:
        order = make_order(self.alder)
        need_attention(order, code="routing.no_warehouse", detail="No one.", kind="order.unrouted")

        response = self.page(order)

        self.assertContains(response, "routing.no_warehouse")
        self.assertContains(response, "No one.")

    def test_timeline_merges_every_ledger_newest_first(self) -> None:
        order = make_labelled(self.alder)
        make_call(order)
        TrackingEvent.objects.create(
            package=Package.objects.get(shipment__order=order),
            status=TrackingStatus.IN_TRANSIT.value,
            happened_at=timezone.now(),
            description="Left the depot",
            location="Reno",
        )

        story = self.page(order).context["page"].story

        self.assertEqual(
            {entry.kind for entry in story}, {"event", "decision", "command", "call", "scan"}
        )
        self.assertEqual([e.at for e in story], sorted((e.at for e in story), reverse=True))
        self.assertEqual((story[0].title, story[0].badge), ("Left the depot", "in transit"))
        self.assertEqual((story[1].title, story[1].badge), ("POST /orders", "201"))

    def test_edits_by_hand_are_part_of_the_story(self) -> None:
        order = make_order(self.alder)
        record_audit(
            actor="Rita", action="changed_note", subject=order, before={"note": ""}, after={}
        )

        entry = self.page(order).context["page"].story[0]

        self.assertEqual((entry.kind, entry.actor), ("edit", "Rita"))
        self.assertEqual((entry.title, entry.detail), ("changed note", "note"))

    def test_order_of_another_organization_does_not_exist(self) -> None:
        order = make_labelled(self.alder)
        package = Package.objects.get(shipment__order=order)
        call = make_call(order)
        self.client.force_login(self.stranger)

        for name, args in (
            ("order", [order.number]),
            ("order-label", [order.number, package.pk]),
            ("order-call", [order.number, call.pk]),
        ):
            with self.subTest(page=name):
                self.assertEqual(self.client.get(reverse(name, args=args)).status_code, 404)

    def test_query_count_does_not_grow_with_the_story(self) -> None:
        order = make_labelled(self.alder)
        with self.assertNumQueries(19):
            self.page(order)
        for number in range(20):
            make_call(order, path=f"/orders/{number}")

        with self.assertNumQueries(19):
            self.page(order)


class MoneyTests(OrderPageCase):
    def test_every_line_of_money_and_the_sum_are_shown(self) -> None:
        order = make_labelled(self.alder)
        enter_adjusted(
            package=Package.objects.get(),
            record_ref="TR-88",
            change=Money(Decimal("1.30"), "USD"),
            note="weighed again",
        )

        page = self.page(order)

        self.assertContains(page, "weighed again")
        self.assertContains(page, "TR-88")
        self.assertContains(page, "10.40 USD")

    def test_a_label_given_back_is_shown_with_what_is_awaited(self) -> None:
        order = make_labelled(self.alder)
        self.assertNotContains(self.page(order), "Labels given back")

        accept_void(shipment=order.shipments.get())

        self.assertContains(self.page(order), "Labels given back")
        self.assertContains(self.page(order), "Taken, refund awaited")

    def test_a_movement_draws_the_page_again(self) -> None:
        order = make_labelled(self.alder)
        version = self.page(order).context["page"].version
        back = Money(Decimal("9.10"), "USD")
        enter_refunded(package=Package.objects.get(), record_ref="TR-1", back=back)

        self.assertContains(self.fragment(order, seen=version), "-9.10 USD")


class RefreshTests(OrderPageCase):
    def test_moving_order_asks_again_and_a_resting_one_does_not(self) -> None:
        moving = make_dispatched(self.alder)
        resting = make_order(self.alder, hold_reason="wait")

        self.assertContains(self.page(moving), 'hx-trigger="every 3s"')
        self.assertNotContains(self.page(resting), 'hx-trigger="every')

    def test_unchanged_page_is_answered_with_nothing(self) -> None:
        order = make_dispatched(self.alder)
        version = self.page(order).context["page"].version

        self.assertEqual(self.fragment(order, seen=version).status_code, 204)

    def test_changed_page_is_drawn_again(self) -> None:
        order = make_dispatched(self.alder)
        version = self.page(order).context["page"].version
        make_call(order)

        response = self.fragment(order, seen=version)

        self.assertContains(response, "POST /orders")
        self.assertNotContains(response, "<html")


class ActionTests(OrderPageCase):
    def test_cancel_keeps_the_reason(self) -> None:
        order = make_order(self.alder)

        response = self.steer(order, "cancel", reason="customer changed her mind")

        self.assertRedirects(response, reverse("order", args=[order.number]))
        self.assertEqual(
            (order.state, order.cancel_reason), ("cancelled", "customer changed her mind")
        )

    def test_character_that_no_database_keeps_is_left_out_of_the_reason(self) -> None:
        order = make_order(self.alder)

        self.steer(order, "hold", reason="stock\x00 count")

        self.assertEqual((order.state, order.hold_reason), ("held", "stock count"))

    def test_hold_then_release(self) -> None:
        order = make_order(self.alder)

        self.steer(order, "hold", reason="stock count")
        held = (order.state, order.hold_reason)
        self.steer(order, "release")

        self.assertEqual(held, ("held", "stock count"))
        self.assertEqual((order.state, order.hold_reason), ("valid", ""))

    def test_dispatch_reserves_at_once(self) -> None:
        order = make_order(self.alder)

        self.steer(order, "dispatch")

        self.assertEqual(order.state, "reserved")
        self.assertEqual(order.shipments.live().count(), 1)

    def test_retry_goes_on(self) -> None:
        order = make_order(self.alder)
        need_attention(order, code="x.y", detail="Look here.", kind="order.unrouted")

        self.steer(order, "retry")

        self.assertEqual((order.state, order.attention_code), ("valid", ""))

    def test_refusal_is_told_and_changes_nothing(self) -> None:
        order = make_dispatched(self.alder)

        response = self.client.post(
            reverse("order-steer", args=[order.number]), {"action": "hold"}, follow=True
        )

        self.assertContains(response, "is already being shipped; cancel it instead.")
        order.refresh_from_db()
        self.assertEqual(order.state, "reserved")

    def test_buttons_follow_the_state(self) -> None:
        held = make_order(self.alder, hold_reason="wait")
        labelled = make_labelled(self.alder)

        def offered(order: Order) -> list[str]:
            return [name for name, _ in self.page(order).context["actions"]]

        self.assertEqual(offered(held), ["release", "cancel"])
        self.assertEqual(offered(labelled), ["cancel", "replace_label"])
        labelled.shipments.update(state="in_transit")
        need_attention(labelled, code="x.y", detail="Look here.", kind="x.y")
        self.assertEqual(offered(labelled), ["retry"])

    def test_a_risen_price_offers_to_buy_anyway(self) -> None:
        order = make_dispatched(self.alder)
        need_attention(order, code="price.risen", detail="It costs more.", kind="price.risen")

        page = self.page(order)

        self.assertIn("buy_anyway", [name for name, _ in page.context["actions"]])
        self.assertContains(page, "Buy anyway")

    def test_auditor_reads_and_may_not_act(self) -> None:
        order = make_order(self.alder)
        self.client.force_login(make_user(Role.AUDITOR))

        page = self.page(order)
        response = self.steer(order, "cancel")

        self.assertEqual((page.status_code, page.context["actions"]), (200, []))
        self.assertEqual(response.status_code, 403)
        self.assertEqual(order.state, "valid")

    def test_stranger_may_not_act(self) -> None:
        order = make_order(self.alder)
        self.client.force_login(self.stranger)

        response = self.steer(order, "cancel")

        self.assertEqual(response.status_code, 404)
        self.assertEqual(order.state, "valid")


class AddressTests(OrderPageCase):
    def correct(self, order: Order, **changes: str) -> Any:
        body = ADDRESS.as_dict() | changes
        response = self.client.post(reverse("order-address", args=[order.number]), body)
        order.refresh_from_db()
        return response

    def test_corrected_address_is_kept(self) -> None:
        order = make_order(self.alder)

        response = self.correct(order, address_1="88 Sage Street", name="Ada B. Brooks")

        self.assertRedirects(response, reverse("order", args=[order.number]))
        self.assertEqual((order.address_1, order.name), ("88 Sage Street", "Ada B. Brooks"))

    def test_every_fault_is_marked_and_what_was_typed_stays(self) -> None:
        order = make_order(self.alder)

        response = self.correct(order, city="", postal_code="1", address_1="5 New Street")

        self.assertEqual(response.status_code, 422)
        faulty = [field.name for field in response.context["address_fields"] if field.is_faulty]
        self.assertEqual(faulty, ["city", "postal_code"])
        self.assertContains(response, 'value="5 New Street"', status_code=422)
        self.assertEqual(order.address_1, ADDRESS.address_1)

    def test_address_under_a_bought_label_is_refused(self) -> None:
        order = make_labelled(self.alder)

        response = self.correct(order, address_1="88 Sage Street")

        self.assertContains(response, "The label is bought for the old address", status_code=409)
        self.assertEqual(order.address_1, ADDRESS.address_1)

    def test_a_label_that_no_longer_fits_is_warned_of(self) -> None:
        order = make_labelled(self.alder)
        before = self.page(order).context["label_warning"]

        order.lines.get().sellable.__class__.objects.update(weight_g=9000)

        self.assertEqual(before, "")
        self.assertContains(self.page(order), "weights or sizes changed since it was bought")

    def test_a_label_that_is_being_replaced_is_warned_of(self) -> None:
        order = make_labelled(self.alder)
        OutboxCommand.objects.update(state="delivered")

        replace_label(order_id=order.pk, reason="Heavier", actor="ada")

        self.assertContains(self.page(order), "Do not ship with it.")
        need_attention(order, code="void.window_over", detail="Too late.", kind="x")
        offered = [name for name, _ in self.page(order).context["actions"]]
        self.assertEqual(offered[-2:], ["keep_label", "write_off_label"])

    def test_a_bought_label_is_given_back_when_its_box_is_ticked(self) -> None:
        order = make_labelled(self.alder)
        OutboxCommand.objects.update(state="delivered")
        self.assertContains(self.page(order), 'name="replace_label"')

        response = self.correct(order, address_1="88 Sage Street", replace_label="1")

        self.assertRedirects(response, reverse("order", args=[order.number]))
        self.assertEqual(order.address_1, "88 Sage Street")
        self.assertEqual(VoidRequest.objects.get().purpose, "replace")


class LabelTests(OrderPageCase):
    def label_url(self, order: Order) -> str:
        package = Package.objects.get(shipment__order=order)
        return reverse("order-label", args=[order.number, package.pk])

    def test_label_is_shown_inside_our_own_page(self) -> None:
        order = make_labelled(self.alder)

        response: Any = self.client.get(self.label_url(order))

        self.assertEqual(b"".join(response.streaming_content), PDF)
        self.assertEqual(response["Content-Type"], "application/pdf")
        self.assertEqual(response["X-Frame-Options"], "SAMEORIGIN")
        self.assertIn("frame-ancestors 'self'", response["Content-Security-Policy"])
        self.assertTrue(response["Content-Disposition"].startswith("inline"))

    def test_label_is_saved_under_order_and_tracking_number(self) -> None:
        order = make_labelled(self.alder)

        response: Any = self.client.get(f"{self.label_url(order)}?download")

        self.assertEqual(b"".join(response.streaming_content), PDF)
        self.assertEqual(
            response["Content-Disposition"],
            f'attachment; filename="{order.number}-{TRACKING}.pdf"',
        )

    def test_lost_file_is_told_inside_our_own_page_and_fetched_again(self) -> None:
        order = make_labelled(self.alder)
        OutboxCommand.objects.update(state="delivered")
        url = self.label_url(order)
        package = Package.objects.get(shipment__order=order)
        package.label_file.storage.delete(str(package.label_file.name))

        response = self.client.get(url)

        self.assertContains(response, "being fetched again", status_code=404)
        self.assertEqual(response["X-Frame-Options"], "SAMEORIGIN")
        self.assertEqual(OutboxCommand.objects.still_open().get().kind, "orders.fetch_label")
        page = self.client.get(reverse("order", args=[order.number]))
        self.assertContains(page, "The file is on its way.")

    def test_voided_label_is_not_handed_out(self) -> None:
        order = make_labelled(self.alder)
        Package.objects.update(label_state="voided")

        self.assertEqual(self.client.get(self.label_url(order)).status_code, 404)


class CallTests(OrderPageCase):
    def test_bodies_are_one_click_away(self) -> None:
        order = make_order(self.alder)
        call = make_call(order)

        response = self.client.get(
            reverse("order-call", args=[order.number, call.pk]), headers={"HX-Request": "true"}
        )

        self.assertContains(response, "&quot;id&quot;: 901")
        self.assertNotContains(response, "<html")

    def test_call_of_another_order_is_not_shown(self) -> None:
        order, other = make_order(self.alder), make_order(self.alder)
        call: ApiCall = make_call(other)

        response = self.client.get(reverse("order-call", args=[order.number, call.pk]))

        self.assertEqual(response.status_code, 404)
