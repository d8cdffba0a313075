"""The daily actions on orders, rules and stuck commands, as staff carry them out."""

from __future__ import annotations

import json
from typing import Any

from django.test import TestCase
from django.urls import reverse

from accounts.models import AuditEntry, Organization, Role, User
from carriers.models import CommandState, OutboxCommand, PlatformAccount
from inventory.models import Reservation
from orders.models import Order, RoutingRule, RuleSet, Simulation
from orders.rules.states import OrderState
from orders.services.dispatch import dispatch_order
from orders.tasks import simulate
from orders.tests.builders import make_order, make_organization, make_stocked_sellable, make_user


class ActionCase(TestCase):
    organization: Organization

    @classmethod
    def setUpTestData(cls) -> None:
        cls.organization = make_organization()
        make_stocked_sellable(cls.organization, units=3)

    def setUp(self) -> None:
        self.user = self.log_in(Role.OPERATOR)

    def log_in(self, role: str, organization: Organization | None = None) -> User:
        user = make_user(role, organization=organization)
        user.is_staff = True
        user.save()
        self.client.force_login(user)
        return user

    def act(self, model: str, action: str, *rows: Any, **words: object) -> Any:
        chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
        return self.client.post(reverse(f"admin:{model}_changelist"), {**chosen, **words})

    def confirm(self, model: str, action: str, *rows: Any, **words: object) -> Any:
        return self.act(model, action, *rows, confirmed="yes", **words)

    def state_of(self, order: Order) -> str:
        return str(Order.objects.get(pk=order.pk).state)


class OrderActionTests(ActionCase):
    def test_action_asks_first_and_changes_nothing(self) -> None:
        first, second = make_order(self.organization), make_order(self.organization)

        page = self.act("orders_order", "hold", first, second)

        self.assertContains(page, "Hold: 2 orders")
        self.assertContains(page, first.number)
        self.assertEqual(self.state_of(first), OrderState.VALID)

    def test_dispatch_tells_what_became_of_each_order(self) -> None:
        ready, short = make_order(self.organization), make_order(self.organization, quantity=9)
        held = make_order(self.organization, hold_reason="Waits for payment")

        page = self.confirm("orders_order", "dispatch_orders", ready, short, held)

        self.assertContains(page, "2 done, 1 refused.")
        self.assertContains(page, f"Order {held.number} is held.")
        self.assertEqual(self.state_of(ready), OrderState.RESERVED)
        self.assertEqual(self.state_of(short), OrderState.BACKORDERED)
        self.assertEqual(self.state_of(held), OrderState.HELD)
        self.assertEqual(Reservation.objects.get().quantity, 1)
        event = ready.events.get(kind="order.reserved")
        self.assertEqual(event.actor, self.user.label)

    def test_hold_needs_a_reason(self) -> None:
        order = make_order(self.organization)

        page = self.confirm("orders_order", "hold", order, reason="")

        self.assertContains(page, "This field is required.")
        self.assertEqual(self.state_of(order), OrderState.VALID)

    def test_hold_and_release_keep_the_reason_in_the_story(self) -> None:
        order = make_order(self.organization)

        self.confirm("orders_order", "hold", order, reason="Address is doubtful")
        self.assertEqual(self.state_of(order), OrderState.HELD)
        self.confirm("orders_order", "release", order)

        self.assertEqual(self.state_of(order), OrderState.VALID)
        said = list(order.events.values_list("message", flat=True))
        self.assertEqual(said[-2:], ["Held: Address is doubtful", "Released."])

    def test_cancel_ends_an_order_and_gives_no_stock_away(self) -> None:
        order = make_order(self.organization)

        page = self.confirm("orders_order", "cancel", order, reason="Customer called")

        self.assertContains(page, "Cancelled.")
        self.assertEqual(self.state_of(order), OrderState.CANCELLED)
        self.assertEqual(Order.objects.get(pk=order.pk).cancel_reason, "Customer called")

    def test_retry_of_an_order_that_is_on_its_way_is_refused(self) -> None:
        order = make_order(self.organization)
        dispatch_order(order_id=order.pk)

        page = self.confirm("orders_order", "retry", order)

        self.assertContains(page, "0 done, 1 refused.")
        self.assertEqual(self.state_of(order), OrderState.RESERVED)

    def test_auditor_looks_but_has_no_action(self) -> None:
        order = make_order(self.organization)
        self.log_in(Role.AUDITOR)

        page = self.client.get(reverse("admin:orders_order_change", args=[order.pk]))
        self.confirm("orders_order", "cancel", order, reason="No right to")

        self.assertContains(page, order.number)
        self.assertEqual(self.state_of(order), OrderState.VALID)

    def test_order_of_another_organization_cannot_be_acted_on(self) -> None:
        order = make_order(self.organization)
        self.log_in(Role.OPERATOR, make_organization("birch"))

        self.confirm("orders_order", "cancel", order, reason="Not ours")

        self.assertEqual(self.state_of(order), OrderState.VALID)

    def test_order_page_shows_lines_decision_and_story(self) -> None:
        order = make_order(self.organization)
        dispatch_order(order_id=order.pk)

        page = self.client.get(reverse("admin:orders_order_change", args=[order.pk]))

        self.assertContains(page, "MUG-01")
        self.assertContains(page, order.shipments.get().reference)
        self.assertNotContains(page, 'name="_save"')


class RuleSetTests(ActionCase):
    def setUp(self) -> None:
        self.user = self.log_in(Role.MANAGER)
        self.live = RuleSet.objects.get(is_live=True)

    def copied(self) -> RuleSet:
        self.confirm("orders_ruleset", "copy_version", self.live)
        return RuleSet.objects.exclude(pk=self.live.pk).get()

    def test_copy_has_the_same_rules_and_is_not_live(self) -> None:
        copy = self.copied()

        names = ["position", "name", "country", "regions", "carrier", "is_active"]
        self.assertEqual(list(copy.rules.values(*names)), list(self.live.rules.values(*names)))
        self.assertEqual(
            (copy.version, copy.is_live, copy.is_draft), (self.live.version + 1, False, True)
        )

    def test_making_a_version_live_replaces_the_last(self) -> None:
        copy = self.copied()

        page = self.confirm("orders_ruleset", "publish", copy)

        self.assertContains(page, "1 done, 0 refused.")
        self.assertEqual(RuleSet.objects.get(is_live=True), copy)
        entry = AuditEntry.objects.get(action="ruleset.published")
        self.assertEqual(entry.before, {"live_version": self.live.version})
        self.assertEqual(entry.after, {"live_version": copy.version})

    def test_operator_cannot_make_rules_live(self) -> None:
        copy = self.copied()
        self.log_in(Role.OPERATOR)

        self.confirm("orders_ruleset", "publish", copy)

        self.assertEqual(RuleSet.objects.get(is_live=True), self.live)

    def form_of(self, rule: RoutingRule, regions: str, condition: str = "{}") -> dict[str, object]:
        return {
            "name": self.live.name,
            "note": "",
            "default_carrier": self.live.default_carrier,
            "export_carrier": self.live.export_carrier,
            "export_platform": self.live.export_platform,
            "warehouse_preference": "same_region, nearest",
            "rules-TOTAL_FORMS": 1,
            "rules-INITIAL_FORMS": 1,
            "rules-0-id": rule.pk,
            "rules-0-rule_set": rule.rule_set_id,
            "rules-0-position": rule.position,
            "rules-0-name": rule.name,
            "rules-0-country": "US",
            "rules-0-regions": regions,
            "rules-0-carrier": rule.carrier,
            "rules-0-is_active": "on",
            "rules-0-reach": "inside",
            "initial-rules-0-condition": "{}",
            "rules-0-condition": condition,
            "rules-0-max_days": 0,
            "rules-0-day_worth": "0",
            "rules-0-stop": "on",
        }

    def test_regions_are_typed_as_words_and_kept_as_a_list(self) -> None:
        draft = self.copied()
        rule = draft.rules.order_by("position")[0]
        address = reverse("admin:orders_ruleset_change", args=[draft.pk])

        response = self.client.post(address, self.form_of(rule, "nv, az"))

        self.assertEqual(response.status_code, 302)
        before = rule.regions
        rule.refresh_from_db()
        self.assertEqual(rule.regions, ["NV", "AZ"])
        draft.refresh_from_db()
        self.assertEqual(draft.warehouse_preference, ["same_region", "nearest"])
        entry = AuditEntry.objects.get(action="routingrule.changed")
        self.assertEqual(entry.before, {"regions": before})
        self.assertEqual(entry.after, {"regions": ["NV", "AZ"]})

    def test_a_region_that_cannot_be_read_is_refused(self) -> None:
        draft = self.copied()
        rule = draft.rules.order_by("position")[0]
        address = reverse("admin:orders_ruleset_change", args=[draft.pk])

        response = self.client.post(address, self.form_of(rule, "Nevada"))

        self.assertContains(response, "This cannot be read: NEVADA.")
        self.assertEqual(RoutingRule.objects.get(pk=rule.pk).regions, rule.regions)

    def test_a_condition_is_kept_as_it_was_given(self) -> None:
        draft = self.copied()
        rule = draft.rules.order_by("position")[0]
        address = reverse("admin:orders_ruleset_change", args=[draft.pk])
        given = {"all": [{"field": "weight_g", "op": "above", "value": 5000}]}

        response = self.client.post(address, self.form_of(rule, "NV", json.dumps(given)))

        self.assertEqual(response.status_code, 302)
        rule.refresh_from_db()
        self.assertEqual(rule.condition, given)

    def test_what_is_to_be_said_of_a_draft_is_shown_when_it_is_saved(self) -> None:
        draft = self.copied()
        rule = draft.rules.order_by("position")[0]
        address = reverse("admin:orders_ruleset_change", args=[draft.pk])
        never = {
            "all": [
                {"field": "units", "op": "above", "value": 5},
                {"field": "units", "op": "below", "value": 5},
            ]
        }

        response = self.client.post(
            address, self.form_of(rule, "NV", json.dumps(never)), follow=True
        )

        self.assertContains(response, f"“{rule.name}” can never match")
        rule.refresh_from_db()
        self.assertEqual(rule.condition, never)

    def test_a_condition_that_cannot_be_read_is_refused_with_its_place(self) -> None:
        draft = self.copied()
        rule = draft.rules.order_by("position")[0]
        address = reverse("admin:orders_ruleset_change", args=[draft.pk])
        given = {"all": [{"field": "weight_g", "op": "in", "value": [1]}]}

        response = self.client.post(address, self.form_of(rule, "NV", json.dumps(given)))

        self.assertContains(response, "all[0]: weight_g is compared by above")
        rule.refresh_from_db()
        self.assertEqual(rule.condition, {})

    def test_what_was_published_is_shown_and_not_changed(self) -> None:
        address = reverse("admin:orders_ruleset_change", args=[self.live.pk])
        rule = self.live.rules.order_by("position")[0]

        shown = self.client.get(address)
        posted = self.client.post(address, self.form_of(rule, "TX"))

        self.assertEqual((shown.status_code, posted.status_code), (200, 403))
        rule.refresh_from_db()
        self.assertEqual(rule.regions, ["NV"])

    def test_a_draft_is_tried_on_past_orders(self) -> None:
        dispatch_order(order_id=make_order(self.organization).pk)
        draft = self.copied()

        page = self.confirm("orders_ruleset", "simulate", draft)

        simulation = Simulation.objects.get()
        self.assertContains(page, "tries it on 1 orders")
        simulate(simulation.pk)
        row = reverse("admin:orders_simulation_change", args=[simulation.pk])
        self.assertContains(self.client.get(row), "0 of 1 orders would change. Within the gate.")

    def test_adding_a_second_draft_leads_to_the_first(self) -> None:
        copy = self.copied()

        response = self.client.get(reverse("admin:orders_ruleset_add"))

        self.assertRedirects(response, reverse("admin:orders_ruleset_change", args=[copy.pk]))

    def test_a_draft_is_discarded_by_name(self) -> None:
        copy = self.copied()

        page = self.confirm("orders_ruleset", "discard", copy, self.live)

        self.assertContains(page, "1 done, 1 refused.")
        self.assertEqual(list(RuleSet.objects.all()), [self.live])


class CommandActionTests(ActionCase):
    def stuck_command(self) -> OutboxCommand:
        dispatch_order(order_id=make_order(self.organization).pk)
        command: OutboxCommand = OutboxCommand.objects.get()
        OutboxCommand.objects.update(state=CommandState.STUCK)
        return command

    def test_operator_has_a_stuck_command_looked_at_again(self) -> None:
        command = self.stuck_command()

        self.confirm("carriers_outboxcommand", "look_again", command)

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.UNKNOWN)

    def test_operator_cannot_take_a_command_as_missed(self) -> None:
        command = self.stuck_command()

        self.confirm("carriers_outboxcommand", "take_as_missed", command, reason="Looks empty")

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.STUCK)

    def test_manager_takes_a_command_as_missed_for_a_reason(self) -> None:
        command = self.stuck_command()
        self.log_in(Role.MANAGER)

        self.confirm("carriers_outboxcommand", "take_as_missed", command, reason="Looks empty")

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.PENDING)
        entry = AuditEntry.objects.get(action="command.taken_as_missed")
        self.assertEqual(entry.after, {"state": "pending", "reason": "Looks empty"})

    def test_command_that_is_not_stuck_is_left_alone(self) -> None:
        command = self.stuck_command()
        OutboxCommand.objects.update(state=CommandState.DELIVERED)
        self.log_in(Role.MANAGER)

        page = self.confirm("carriers_outboxcommand", "take_as_missed", command, reason="Twice")

        self.assertContains(page, "0 done, 1 refused.")
        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.DELIVERED)

    def test_manager_switches_a_platform_off_and_on(self) -> None:
        account = PlatformAccount.objects.get(platform="veeqo")
        self.log_in(Role.MANAGER)

        self.confirm("carriers_platformaccount", "switch_off", account)
        account.refresh_from_db()
        self.assertFalse(account.is_enabled)
        self.confirm("carriers_platformaccount", "switch_on", account)

        account.refresh_from_db()
        self.assertTrue(account.is_enabled)
