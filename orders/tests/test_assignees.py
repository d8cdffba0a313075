"""Who looks after an order that no rule finds a way for, and how a person takes one over."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from accounts.models import Organization, Role, User
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import client_for
from orders.models import Order, RuleSet
from orders.services.assignees import assign_order
from orders.services.dispatch import Dispatched, dispatch_order
from orders.services.rules import copy_rule_set, publish_rule_set
from orders.tests.builders import make_order, make_stocked_sellable
from shipping_project.kernel.errors import InvalidInput

NOBODYS = "unassigned – managers"


class OwnerCase(TestCase):
    """Rules that give no order a carrier."""

    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        make_stocked_sellable(self.alder)
        self.order = make_order(self.alder)
        self.manager = make_user(Role.MANAGER)
        draft = copy_rule_set(rule_set_id=RuleSet.objects.get(is_live=True).pk, actor="tests")
        draft.rules.all().delete()
        RuleSet.objects.filter(pk=draft.pk).update(default_carrier="", export_carrier="")
        publish_rule_set(rule_set_id=draft.pk, actor="tests")

    def own(self, user: User | None) -> None:
        Organization.objects.filter(pk=self.alder.pk).update(unrouted_owner=user)

    def unrouted(self, **changes: Any) -> Order:
        Order.objects.filter(pk=self.order.pk).update(**changes)
        self.assertEqual(dispatch_order(order_id=self.order.pk), Dispatched.UNROUTED)
        self.order.refresh_from_db()
        return self.order


class OwnerTests(OwnerCase):
    def test_it_goes_to_whom_the_organization_names(self) -> None:
        owner = make_user(Role.OPERATOR)
        self.own(owner)

        order = self.unrouted()

        self.assertEqual(order.assignee, owner.username)
        self.assertEqual(order.attention_code, "routing.no_route")
        self.assertTrue(order.attention_detail.endswith(f"{owner.username} looks after it."))

    def test_list_page_and_api_show_the_owner(self) -> None:
        owner = make_user(Role.OPERATOR)
        self.own(owner)
        order = self.unrouted()
        self.client.force_login(self.manager)

        for address in (reverse("orders"), reverse("order", args=[order.number])):
            self.assertContains(self.client.get(address), owner.username)
        told = client_for(self.manager).get("/api/v1/orders", {"assignee": owner.username})
        self.assertEqual([row["number"] for row in told.json()["results"]], [order.number])

    def test_without_one_it_is_shown_as_the_managers(self) -> None:
        order = self.unrouted()
        self.client.force_login(self.manager)

        self.assertEqual(order.assignee, "")
        for address in (reverse("orders"), reverse("order", args=[order.number])):
            self.assertContains(self.client.get(address), NOBODYS)

    def test_whoever_has_it_keeps_it(self) -> None:
        self.own(make_user(Role.OPERATOR))

        self.assertEqual(self.unrouted(assignee="ada").assignee, "ada")

    def test_one_who_left_is_not_given_any(self) -> None:
        owner = make_user(Role.OPERATOR)
        self.own(owner)
        User.objects.filter(pk=owner.pk).update(is_active=False)

        self.assertEqual(self.unrouted().assignee, "")

    def test_only_who_sees_the_orders_can_be_named(self) -> None:
        birch = make_organization("birch")
        self.alder.unrouted_owner = make_user(Role.PARTNER, organization=birch)

        with pytest.raises(ValidationError) as caught:
            self.alder.full_clean()

        self.assertEqual(set(caught.value.message_dict), {"unrouted_owner"})

    def test_api_tells_who_it_is(self) -> None:
        owner = make_user(Role.OPERATOR)
        self.own(owner)

        told = client_for(self.manager).get(f"/api/v1/organizations/{self.alder.pk}").json()

        self.assertEqual(told["unrouted_owner"], owner.username)


class TakingOverTests(OwnerCase):
    def assign(self, name: str, user: User | None = None) -> Any:
        address = f"/api/v1/orders/{self.order.number}/assign"
        return client_for(user or self.manager).post(address, {"assignee": name}, format="json")

    def test_a_manager_takes_it_on_the_page_and_gives_it_back(self) -> None:
        order = self.unrouted()
        self.client.force_login(self.manager)
        address = reverse("order-assignee", args=[order.number])

        self.client.post(address)
        order.refresh_from_db()
        self.assertEqual(order.assignee, self.manager.username)

        self.client.post(address, {"give_back": "1"})
        order.refresh_from_db()
        self.assertEqual(order.assignee, "")
        words = order.events.filter(kind="order.assigned").values_list("message", flat=True)
        self.assertEqual(
            set(words),
            {f"{self.manager.username} looks after it.", "Given back to the managers."},
        )

    def test_over_rest(self) -> None:
        colleague = make_user(Role.OPERATOR)

        answer = self.assign(colleague.username)

        self.assertEqual((answer.status_code, answer.json()["assignee"]), (200, colleague.username))

    def test_nobody_who_may_not_see_it(self) -> None:
        stranger = make_user(Role.PARTNER, organization=make_organization("birch"))

        for name in (stranger.username, "nobody-there"):
            answer = self.assign(name)
            self.assertEqual(answer.status_code, 422)
            self.assertEqual(answer.json()["errors"][0]["field"], "assignee")

    def test_a_repeat_is_told_once(self) -> None:
        for _ in range(2):
            assign_order(order_id=self.order.pk, assignee=self.manager.username, actor="tests")

        self.assertEqual(self.order.events.filter(kind="order.assigned").count(), 1)

    def test_an_auditor_takes_nothing(self) -> None:
        self.client.force_login(make_user(Role.AUDITOR))

        answer = self.client.post(reverse("order-assignee", args=[self.order.number]))

        self.assertEqual(answer.status_code, 403)
        with pytest.raises(InvalidInput):
            assign_order(order_id=self.order.pk, assignee="nobody-there", actor="tests")
