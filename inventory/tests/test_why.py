"""Why a stock number is what it is, by page and API, now and as of a past instant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import ApiCase, client_for
from catalog.tests.builders import make_sellable
from inventory.models import MovementKind, Reservation, StockLevel, StockMovement
from inventory.reports_why import stock_why
from inventory.services.adjustments import adjust_stock
from inventory.services.stock import (
    StockDemand,
    move_stock,
    release_reservations,
    reserve_stock,
    ship_reservations,
)
from inventory.tests.builders import make_warehouse, put_stock
from inventory.tests.ledger import unsealed_ledger
from shipping_project.kernel.testing import exactly_queries


class WhyCase(ApiCase):
    """100 in Reno, of which 5 were shipped, 2 lost and 10 are promised; 7 in Albany."""

    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.mug = make_sellable(self.alder, "MUG/01")
        self.nv, self.ny = make_warehouse("NV"), make_warehouse("NY")
        put_stock(self.mug, self.nv, 100)
        put_stock(self.mug, self.ny, 7)
        self.hold("S-1", 5)
        ship_reservations(reference="S-1", actor="worker")
        adjust_stock(
            sellable_id=self.mug.pk,
            warehouse_id=self.nv.pk,
            quantity=-2,
            reason="Broken",
            reference="A-1",
            actor="Ada",
        )
        self.hold("S-2", 10)

    def hold(self, reference: str, units: int) -> None:
        demand = StockDemand(sellable_id=self.mug.pk, quantity=units)
        reserve_stock(reference=reference, demands=[demand], warehouse_code="NV")

    def age(self, **span: float) -> datetime:
        """All that happened so far lies back by that much; returns a moment just after it."""
        back = timedelta(**span)
        with unsealed_ledger():
            for movement in StockMovement.objects.all():
                StockMovement.objects.filter(pk=movement.pk).update(at=movement.at - back)
        for promise in Reservation.objects.all():
            Reservation.objects.filter(pk=promise.pk).update(
                created_at=promise.created_at - back, updated_at=promise.updated_at - back
            )
        return timezone.now() - back


class StockWhyTests(WhyCase):
    def test_numbers_are_the_sums_of_ledger_and_promises(self) -> None:
        why = stock_why(self.mug)

        reno, albany = why.places
        self.assertEqual((reno.on_hand, reno.reserved, reno.available), (93, 10, 83))
        self.assertEqual((albany.on_hand, albany.reserved), (7, 0))
        self.assertEqual(
            {total.kind: (total.units, total.count) for total in reno.totals},
            {"opening": (100, 1), "shipped": (-5, 1), "adjustment": (-2, 1)},
        )
        self.assertEqual((why.available, why.is_explained), (90, True))

    def test_number_that_nothing_explains_is_told(self) -> None:
        StockLevel.objects.filter(warehouse=self.nv).update(on_hand=94)

        why = stock_why(self.mug)

        self.assertFalse(why.is_explained)
        self.assertEqual([place.is_explained for place in why.places], [False, True])

    def test_past_instant_has_its_own_numbers(self) -> None:
        then = self.age(days=2)
        release_reservations(reference="S-2")
        self.hold("S-3", 20)
        move_stock(
            sellable_id=self.mug.pk,
            warehouse_id=self.nv.pk,
            quantity=50,
            kind=MovementKind.RECEIPT,
            reason="Delivery",
            actor="Ada",
        )

        before, now = stock_why(self.mug, at=then), stock_why(self.mug)

        self.assertEqual((before.on_hand, before.reserved), (100, 10))
        self.assertEqual([promise.reference for promise in before.promises], ["S-2"])
        self.assertEqual((now.on_hand, now.reserved), (150, 20))

    def test_before_the_first_movement_there_was_nothing(self) -> None:
        why = stock_why(self.mug, at=timezone.now() - timedelta(days=1))

        self.assertEqual((why.places, why.movements, why.promises), ((), (), ()))

    def test_long_ledger_costs_the_same(self) -> None:
        with exactly_queries(8):
            stock_why(self.mug)
        for number in range(60):
            self.hold(f"L-{number}", 1)
            ship_reservations(reference=f"L-{number}", actor="worker")

        with exactly_queries(8):
            why = stock_why(self.mug)

        self.assertEqual((len(why.movements), why.places[0].on_hand), (50, 33))


class WhyApiTests(WhyCase):
    def ask(self, user: Any, sku: str = "MUG/01", **params: str) -> Any:
        return client_for(user).get(f"/api/v1/stock/{sku}/why", params)

    def test_partner_is_told_every_line(self) -> None:
        body = self.ask(make_user(Role.PARTNER, organization=self.alder)).json()

        self.assertEqual((body["sku"], body["available"], body["at"]), ("MUG/01", 90, None))
        self.assertEqual(
            body["places"][0]["totals"][0],
            {
                "kind": "adjustment",
                "units": -2,
                "count": 1,
            },
        )
        self.assertEqual([line["reference"] for line in body["promises"]], ["S-2"])
        self.assertEqual(body["movements"][0]["reason"], "Broken")

    def test_sku_of_others_does_not_exist(self) -> None:
        other = make_user(Role.PARTNER, organization=make_organization("birch"))

        self.assert_problem(self.ask(other), 404, "not_found")

    def test_staff_name_the_organization_where_two_have_the_sku(self) -> None:
        make_sellable(make_organization("birch"), "MUG/01")
        staff = make_user(Role.OPERATOR)

        self.assert_faults(self.ask(staff), "organization")
        self.assertEqual(self.ask(staff, organization="alder").json()["available"], 90)

    def test_time_that_is_none_is_refused(self) -> None:
        for text in ("yesterday", "0001-01-01T00:00:00Z"):
            self.assert_faults(self.ask(make_user(Role.OPERATOR), at=text), "at")

    def test_levels_are_still_found_beside_it(self) -> None:
        response = client_for(make_user(Role.OPERATOR)).get("/api/v1/stock/levels")

        self.assertEqual(len(response.json()["results"]), 2)


class WhyPageTests(WhyCase):
    def open(self, **params: str) -> Any:
        return self.client.get(reverse("stock-why", args=[self.mug.pk]), params)

    def test_page_shows_lines_and_promises(self) -> None:
        self.client.force_login(make_user(Role.OPERATOR))

        response = self.open()

        self.assertContains(response, "93")
        self.assertContains(response, "Broken")
        self.assertContains(response, "S-2")

    def test_stock_list_leads_to_it(self) -> None:
        self.client.force_login(make_user(Role.OPERATOR))

        response = self.client.get(reverse("stock"))

        self.assertContains(response, reverse("stock-why", args=[self.mug.pk]))

    def test_past_time_is_shown_and_a_wrong_one_told(self) -> None:
        self.client.force_login(make_user(Role.OPERATOR))

        self.assertContains(self.open(at="2001-01-01T00:00"), "No warehouse had any of it then")
        for wrong in ("soon", "2001-99-99T00:00", "0001-01-01T00:00"):
            self.assertContains(self.open(at=wrong), "That is no time")

    def test_product_of_others_is_not_there(self) -> None:
        other = make_user(Role.PARTNER, organization=make_organization("birch"))
        self.client.force_login(other)

        self.assertEqual(self.open().status_code, 404)


class AdjustPageTests(WhyCase):
    def adjust(self, role: Role, **typed: str) -> Any:
        user = make_user(role, organization=self.alder if role == Role.PARTNER else None)
        self.client.force_login(user)
        body = {"warehouse": "NV", "quantity": "-3", "reason": "Broken", "reference": "web-1"}
        address = reverse("stock-adjust", args=[self.mug.pk])
        return self.client.post(address, {**body, **typed}, follow=True)

    def on_hand(self) -> int:
        return int(StockLevel.objects.get(sellable=self.mug, warehouse=self.nv).on_hand)

    def test_units_are_taken_off_once_however_often_the_form_is_sent(self) -> None:
        first = self.adjust(Role.OPERATOR)
        again = self.client.post(
            reverse("stock-adjust", args=[self.mug.pk]),
            {"warehouse": "NV", "quantity": "-3", "reason": "Broken", "reference": "web-1"},
            follow=True,
        )

        self.assertContains(first, "-3 units, now 90 on hand.")
        self.assertContains(again, "Counted already")
        self.assertEqual(self.on_hand(), 90)

    def test_what_cannot_be_is_told_and_changes_nothing(self) -> None:
        for typed, words in (
            ({"quantity": "0"}, "Give units from 1"),
            ({"quantity": "--3"}, "Give units from 1"),
            ({"quantity": "-90"}, "reserved"),
            ({"reason": " "}, "Say why"),
            ({"warehouse": "XX"}, "XX"),
        ):
            with self.subTest(typed=typed):
                user = make_user(Role.MANAGER)
                self.client.force_login(user)
                body = {"warehouse": "NV", "quantity": "-3", "reason": "Broken"}
                address = reverse("stock-adjust", args=[self.mug.pk])
                self.assertContains(
                    self.client.post(address, {**body, **typed}, follow=True), words
                )
                self.assertEqual(self.on_hand(), 93)

    def test_auditor_and_stranger_cannot(self) -> None:
        stranger = make_user(Role.PARTNER, organization=make_organization("birch"))
        self.assertEqual(self.adjust(Role.AUDITOR).status_code, 403)
        self.client.force_login(stranger)
        address = reverse("stock-adjust", args=[self.mug.pk])

        self.assertEqual(self.client.post(address, {"quantity": "1"}).status_code, 404)
        self.assertEqual(self.on_hand(), 93)


class ThresholdPageTests(WhyCase):
    def save(self, user: Any, **typed: str) -> Any:
        self.client.force_login(user)
        level = StockLevel.objects.get(sellable=self.mug, warehouse=self.nv)
        body = {"low_at": "25", "overstock_factor": "0", "buffer": ""}
        address = reverse("stock-thresholds", args=[level.pk])
        return self.client.post(address, {**body, **typed}, follow=True)

    def kept(self) -> tuple[int, int, int | None]:
        level = StockLevel.objects.get(sellable=self.mug, warehouse=self.nv)
        return level.low_at, level.overstock_factor, level.buffer

    def test_own_thresholds_are_shown_and_changed(self) -> None:
        page = self.save(make_user(Role.OPERATOR))

        self.assertContains(page, "NV: an alert is due at 25 units.")
        self.assertContains(page, 'name="low_at" value="25"')
        self.assertEqual(self.kept(), (25, 0, None))
        self.save(make_user(Role.MANAGER), buffer="4")
        self.assertEqual(self.kept(), (25, 0, 4))

    def test_what_is_no_number_and_who_may_not_change_nothing(self) -> None:
        stranger = make_user(Role.PARTNER, organization=make_organization("birch"))

        self.assertContains(self.save(make_user(Role.OPERATOR), low_at="-1"), "Low at: ")
        self.assertEqual(self.save(make_user(Role.AUDITOR)).status_code, 403)
        self.assertEqual(self.save(stranger).status_code, 404)
        self.assertEqual(self.kept(), (10, 10, None))
