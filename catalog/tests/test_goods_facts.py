"""What is kept of goods beside their size: tags, dangers, codes by country, and what they cost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from accounts.models import Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import ApiCase, client_for
from carriers.contracts import CatalogItem, Danger
from carriers.easyship.build import parcels
from carriers.tests.border import ITEM, consignment
from catalog.fields import codes_from, codes_text, tags_from
from catalog.models import Product
from catalog.rules.merge import merge
from catalog.sync.items import item_of_row
from catalog.sync.values import fitting, values_of
from catalog.tests.builders import make_product, make_sellable
from shipping_project.kernel.money import Money

PRODUCTS, SELLABLES = "/api/v1/products", "/api/v1/sellables"
ROW = CatalogItem(item_ref="p1", sku="LMP", title="Lamp")


class GoodsApiTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.product = make_product(self.alder)
        self.product.tags = ["fragile", "gift"]
        self.product.brand = "Tern"
        self.product.save()
        self.lamp = make_sellable(self.alder, "LMP", product=self.product)
        self.mug = make_sellable(self.alder, "MUG")
        self.client_ = client_for(make_user(Role.PARTNER, organization=self.alder))

    def skus(self, **query: str) -> list[str]:
        rows = self.client_.get(SELLABLES, query).json()["results"]
        return [row["sku"] for row in rows]

    def test_dangers_are_told_as_one_list(self) -> None:
        body = {"contains_battery_pi967": True, "un_number": "UN1950"}

        answer = self.client_.patch(f"{SELLABLES}/{self.lamp.pk}", body, format="json")

        self.assertEqual(answer.json()["dangers"], ["battery_pi967", "other"])
        self.assertEqual(
            (self.skus(is_dangerous="true"), self.skus(is_dangerous="false")), (["LMP"], ["MUG"])
        )

    def test_tag_is_found_whole(self) -> None:
        self.assertEqual((self.skus(tag="gift"), self.skus(tag="gif")), (["LMP"], []))
        self.assertEqual(self.skus(brand="Tern"), ["LMP"])
        found = self.client_.get(PRODUCTS, {"tag": "fragile"}).json()["results"]
        self.assertEqual([row["tags"] for row in found], [["fragile", "gift"]])

    def test_every_faulty_fact_is_named(self) -> None:
        body: dict[str, Any] = {
            "hs_codes": {"XX": "85183000"},
            "image_url": "javascript:alert(1)",
            "un_number": "1950",
            "cost_currency": "usd",
        }

        answer = self.client_.patch(f"{SELLABLES}/{self.lamp.pk}", body, format="json")

        self.assert_faults(answer, "hs_codes", "image_url", "un_number", "cost_currency")

    def test_tag_of_other_signs_is_refused(self) -> None:
        answer = self.client_.patch(
            f"{PRODUCTS}/{self.product.pk}", {"tags": ["Gift!"]}, format="json"
        )

        self.assertEqual(answer.status_code, 422)
        self.product.refresh_from_db()
        self.assertEqual(self.product.tags, ["fragile", "gift"])


class GoodsAdminTests(TestCase):
    def test_tags_are_written_as_words(self) -> None:
        own = make_organization("alder")
        product = make_product(own)
        user = make_user(Role.MANAGER)
        user.is_staff = True
        user.save()
        self.client.force_login(user)
        address = reverse("admin:catalog_product_change", args=[product.pk])
        values = {"title": "Mug", "organization": own.pk, "tags": "Fragile, gift, gift"}
        formset = {"sellables-TOTAL_FORMS": 0, "sellables-INITIAL_FORMS": 0}

        self.client.post(address, {**values, **formset})

        self.assertEqual(Product.objects.get().tags, ["fragile", "gift"])
        self.assertContains(self.client.get(address), 'value="fragile, gift"')


class GoodsMergeTests(TestCase):
    def setUp(self) -> None:
        self.lamp = make_sellable(make_organization("alder"), "LMP")

    def merged(self, row: CatalogItem) -> Any:
        return merge(
            base={},
            ours=values_of(self.lamp),
            theirs=item_of_row(row).values,
            platform="easyship",
            masters={},
        )

    def test_danger_that_the_platform_names_is_taken(self) -> None:
        row = replace(ROW, title=self.lamp.title, contains_liquids=True)

        found = self.merged(row)

        self.assertEqual(fitting(found.take), {"contains_liquids": True})

    def test_no_danger_there_takes_none_away_here(self) -> None:
        self.lamp.contains_liquids = True

        found = self.merged(replace(ROW, title=self.lamp.title, contains_liquids=False))

        self.assertEqual((found.take, found.conflicts), ({}, ()))

    def test_cost_has_a_currency_of_its_own(self) -> None:
        cost = Money(Decimal("40.00"), "CNY")

        found = self.merged(replace(ROW, title=self.lamp.title, cost_price=cost))

        self.assertEqual(found.take, {"cost": "40.00", "cost_currency": "CNY"})
        self.lamp.cost, self.lamp.cost_currency = Decimal("40.00"), "CNY"
        self.assertEqual(self.lamp.cost_money, cost)

    def test_code_of_a_country_comes_before_the_general_one(self) -> None:
        self.lamp.hs_codes = {"DE": "85183000"}

        codes = [self.lamp.hs_code_for(country) for country in ("DE", "US")]

        self.assertEqual(codes, ["85183000", "732394"])


def test_dangers_travel_with_the_parcel() -> None:
    item = replace(ITEM, dangers=(Danger.BATTERY_PI966, Danger.OTHER))

    entry = parcels(consignment(items=(item,)))[0]["items"][0]

    assert entry["contains_battery_pi966"] is True
    assert "contains_liquids" not in entry


def test_words_and_codes_are_read_as_people_write_them() -> None:
    assert tags_from("Fragile; gift,\nfragile") == ["fragile", "gift"]
    assert codes_from("de 8518.30.00, FR: 851830") == {"DE": "85183000", "FR": "851830"}
    assert codes_text({"FR": "851830", "DE": "85183000"}) == "DE 85183000, FR 851830"
    with pytest.raises(ValidationError):
        codes_from("DE")
