"""Kits are promised and shipped as their components, wherever they are asked for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import TransactionTestCase
from django.urls import reverse

from accounts.models import Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import ApiCase, client_for
from catalog.models import KitComponent, Sellable
from catalog.tests.builders import make_sellable
from inventory.alerts.looking import look_at_stock
from inventory.kits.availability import available_units
from inventory.kits.services import KitHasStock, compose_kit
from inventory.models import MovementKind, Reservation, StockAlert, StockLevel, StockMovement
from inventory.proof import stock_differences
from inventory.services.stock import (
    InsufficientStock,
    KitNotMoved,
    StockDemand,
    move_stock,
    reserve_stock,
    ship_reservations,
)
from inventory.tests.builders import make_warehouse, put_stock
from shipping_project.kernel.errors import InvalidInput
from shipping_project.kernel.tests.races import at_once, needs_row_locks


def hold(reference: str, *demands: tuple[Sellable, int]) -> list[Reservation]:
    wanted = [StockDemand(sellable_id=row.pk, quantity=units) for row, units in demands]
    return reserve_stock(reference=reference, demands=wanted, warehouse_code="NV")


class KitCase(ApiCase):
    """A breakfast set is two of ten mugs and one of four pots."""

    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.mug = make_sellable(self.alder, "MUG-01")
        self.pot = make_sellable(self.alder, "POT-01")
        self.kit = make_sellable(self.alder, "SET-01")
        self.nv = make_warehouse("NV")
        put_stock(self.mug, self.nv, 10)
        put_stock(self.pot, self.nv, 4)
        compose_kit(kit_id=self.kit.pk, units={self.mug.pk: 2, self.pot.pk: 1}, actor="Ada")

    def numbers(self, sellable: Sellable) -> tuple[int, int]:
        level = StockLevel.objects.get(sellable=sellable, warehouse=self.nv)
        return level.on_hand, level.reserved


class HoldTests(KitCase):
    def test_components_are_held_together_with_what_is_wanted_of_them_alone(self) -> None:
        hold("R-1", (self.kit, 3), (self.mug, 4))

        self.assertEqual((self.numbers(self.mug), self.numbers(self.pot)), ((10, 10), (4, 3)))
        self.assertEqual(stock_differences(), [])

    def test_components_leave_the_shelf(self) -> None:
        hold("R-1", (self.kit, 2))

        ship_reservations(reference="R-1", actor="tests")

        self.assertEqual((self.numbers(self.mug), self.numbers(self.pot)), ((6, 0), (2, 0)))
        kinds = StockMovement.objects.filter(kind=MovementKind.SHIPPED)
        self.assertEqual(
            set(kinds.values_list("sellable__sku", "quantity")), {("MUG-01", -4), ("POT-01", -2)}
        )
        self.assertEqual(stock_differences(), [])

    def test_shortage_of_one_component_holds_nothing(self) -> None:
        with pytest.raises(InsufficientStock) as caught:
            hold("R-1", (self.kit, 5))

        self.assertEqual([fault.field for fault in caught.value.errors], ["POT-01"])
        self.assertEqual((self.numbers(self.mug), self.numbers(self.pot)), ((10, 0), (4, 0)))

    def test_available_kits_are_those_of_the_scarcest_component(self) -> None:
        ny = make_warehouse("NY")
        put_stock(self.mug, ny, 9)
        hold("R-1", (self.mug, 5))

        units = available_units([self.kit.pk, self.mug.pk])

        self.assertEqual(units[self.kit.pk], {self.nv.pk: 2, ny.pk: 0})
        self.assertEqual(units[self.mug.pk], {self.nv.pk: 5, ny.pk: 9})

    def test_kit_itself_is_never_moved(self) -> None:
        with pytest.raises(KitNotMoved):
            move_stock(
                sellable_id=self.kit.pk,
                warehouse_id=self.nv.pk,
                quantity=1,
                kind=MovementKind.RECEIPT,
                reason="Delivery",
                actor="tests",
            )

        self.assertFalse(StockMovement.objects.filter(sellable=self.kit).exists())

    def test_empty_level_of_a_kit_is_no_alert(self) -> None:
        StockLevel.objects.create(sellable=self.kit, warehouse=self.nv)

        look_at_stock()

        self.assertEqual(
            set(StockAlert.objects.values_list("level__sellable__sku", flat=True)),
            {"MUG-01", "POT-01"},
        )


class ComposeTests(KitCase):
    def refuse(self, whole: Sellable, /, **units: int) -> list[str]:
        rows = {"mug": self.mug, "kit": self.kit, "pot": self.pot, "fig": None}
        named = {row.pk if (row := rows[name]) else 0: count for name, count in units.items()}
        with pytest.raises(InvalidInput) as caught:
            compose_kit(kit_id=whole.pk, units=named, actor="Ada")
        return [error.code for error in caught.value.errors]

    def test_kits_are_not_nested_either_way(self) -> None:
        big = make_sellable(self.alder, "BIG-01")

        self.assertEqual(self.refuse(big, kit=1), ["kit.nested"])
        self.assertEqual(self.refuse(self.mug, pot=1), ["kit.nested"])
        self.assertEqual(self.refuse(big, fig=1), ["sku.unknown"])
        self.assertFalse(KitComponent.objects.filter(kit__in=[big, self.mug]).exists())

    def test_component_of_another_organization_does_not_exist(self) -> None:
        foreign = make_sellable(make_organization("birch"), "MUG-01")

        with pytest.raises(InvalidInput):
            compose_kit(kit_id=self.kit.pk, units={foreign.pk: 1}, actor="Ada")

        self.assertEqual(KitComponent.objects.filter(kit=self.kit).count(), 2)

    def test_what_has_stock_cannot_become_a_kit(self) -> None:
        lamp = make_sellable(self.alder, "LAMP-01")
        put_stock(lamp, self.nv, 1)

        with pytest.raises(KitHasStock):
            compose_kit(kit_id=lamp.pk, units={self.mug.pk: 1}, actor="Ada")

        self.assertFalse(KitComponent.objects.filter(kit=lamp).exists())

    def test_without_components_it_is_no_kit_any_more(self) -> None:
        compose_kit(kit_id=self.kit.pk, units={}, actor="Ada")

        self.assertEqual(put_stock(self.kit, self.nv, 2).on_hand, 2)


class KitApiTests(KitCase):
    def post(self, **body: Any) -> Any:
        partner = make_user(Role.PARTNER, organization=self.alder)
        return client_for(partner).post("/api/v1/stock/kits", body, format="json")

    def test_kit_is_composed_and_read(self) -> None:
        make_sellable(self.alder, "DUO-01")

        made = self.post(sku="DUO-01", components=[{"sku": "MUG-01", "quantity": 4}])

        self.assertEqual(made.status_code, 200, made.content)
        self.assertEqual(made.json()["components"], [{"sku": "MUG-01", "units": 4}])
        self.assertEqual(made.json()["places"], [{"warehouse": "NV", "available": 2}])
        listed = client_for(make_user(Role.OPERATOR)).get("/api/v1/stock/kits").json()["results"]
        self.assertEqual(
            [(row["sku"], row["available"]) for row in listed], [("DUO-01", 2), ("SET-01", 4)]
        )

    def test_unknown_skus_are_all_named(self) -> None:
        lines = [{"sku": name, "quantity": 1} for name in ("A", "MUG-01", "B")]

        faults = self.assert_faults(
            self.post(sku="SET-01", components=lines), "components[0].sku", "components[2].sku"
        )

        self.assertEqual(set(faults.values()), {"sku.unknown"})

    def test_why_tells_what_a_kit_is_made_of(self) -> None:
        hold("R-1", (self.pot, 3))

        body = client_for(make_user(Role.OPERATOR)).get("/api/v1/stock/SET-01/why").json()

        self.assertEqual(body["available"], 1)
        [place] = body["kit"]["places"]
        self.assertEqual(
            [(part["sku"], part["makes"]) for part in place["parts"]],
            [("MUG-01", 5), ("POT-01", 1)],
        )


class KitPageTests(KitCase):
    def test_kit_is_composed_on_its_page(self) -> None:
        self.client.force_login(make_user(Role.OPERATOR))
        make_sellable(self.alder, "DUO-01")
        form = {"organization": "alder", "sku": "DUO-01", "components": "MUG-01 2\n\nPOT-01, 2"}

        response = self.client.post(reverse("stock-kit-compose"), form, follow=True)

        self.assertContains(response, "DUO-01 is made of 2 components.")
        units = KitComponent.objects.filter(kit__sku="DUO-01").values_list(
            "component__sku", "units"
        )
        self.assertEqual(set(units), {("MUG-01", 2), ("POT-01", 2)})

    def test_what_cannot_be_read_is_told(self) -> None:
        self.client.force_login(make_user(Role.OPERATOR))
        form = {"organization": "alder", "sku": "SET-01", "components": "many mugs"}

        response = self.client.post(reverse("stock-kit-compose"), form, follow=True)

        self.assertContains(response, "Line 1 is not a SKU and its units")
        self.assertEqual(KitComponent.objects.count(), 2)

    def test_why_page_shows_the_components(self) -> None:
        self.client.force_login(make_user(Role.OPERATOR))

        response = self.client.get(reverse("stock-why", args=[self.kit.pk]))

        self.assertContains(response, "as many as its scarcest component makes")
        self.assertContains(response, "4 kits")


class KitRaceCase(TransactionTestCase):
    """Two kits share the mug, of which there are a hundred."""

    serialized_rollback = True

    def setUp(self) -> None:
        organization = make_organization()
        self.mug = make_sellable(organization, "MUG-01")
        others = [make_sellable(organization, sku) for sku in ("POT-01", "TIN-01")]
        for sellable, units in ((others[1], 1000), (self.mug, 100), (others[0], 1000)):
            put_stock(sellable, make_warehouse("NV"), units)
        self.kits = [make_sellable(organization, sku) for sku in ("SET-01", "SET-02")]
        for kit, other in zip(self.kits, others, strict=True):
            compose_kit(kit_id=kit.pk, units={self.mug.pk: 1, other.pk: 3}, actor="tests")

    def take(self, number: int) -> list[Reservation]:
        return hold(f"R-{number}", (self.kits[number % 2], 2))

    def assert_exactly_hundred(self, answers: list[Any]) -> None:
        refused = [answer for answer in answers if isinstance(answer, Exception)]
        self.assertEqual({type(answer) for answer in refused}, {InsufficientStock})
        self.assertEqual(len(refused), 14)
        self.assertEqual(StockLevel.objects.get(sellable=self.mug).reserved, 100)
        self.assertEqual(stock_differences(), [])


@pytest.mark.postgres
@needs_row_locks
class ManyCallersTests(KitRaceCase):
    def test_64_callers_for_kits_that_share_100_units_get_exactly_100(self) -> None:
        self.assert_exactly_hundred(at_once(64, self.take))
