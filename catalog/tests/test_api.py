"""The catalog over REST: who may write what, and what is refused."""

from __future__ import annotations

from typing import Any

from accounts.models import AuditEntry, Role
from accounts.tests.builders import make_key, make_organization, make_user
from accounts.tests.cases import ApiCase, client_for, client_with
from catalog.models import Product, Sellable
from catalog.services import record_listing
from catalog.tests.builders import make_product, make_sellable
from shipping_project.kernel.testing import exactly_queries

PRODUCTS, SELLABLES, LISTINGS = "/api/v1/products", "/api/v1/sellables", "/api/v1/listings"


class CatalogCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder, self.birch = make_organization("alder"), make_organization("birch")
        self.partner = client_for(make_user(Role.PARTNER, organization=self.alder))
        self.staff = client_for(make_user(Role.OPERATOR))

    def sellable_body(self, **changes: Any) -> dict[str, Any]:
        product = Product.objects.filter(organization=self.alder).first()
        return {
            "product": (product or make_product(self.alder)).pk,
            "sku": "BOWL-1",
            "title": "Enamel bowl",
            "price": "12.50",
            "weight_g": 300,
            "length_mm": 160,
            "width_mm": 160,
            "height_mm": 70,
            **changes,
        }


class ProductTests(CatalogCase):
    def test_partner_makes_a_product_of_their_own(self) -> None:
        response = self.partner.post(PRODUCTS, {"title": "Enamel bowl"}, format="json")

        self.assertEqual(response.status_code, 201)
        self.assertEqual(response.json()["organization"], "alder")
        self.assertEqual(Product.objects.get().organization, self.alder)
        self.assertEqual(AuditEntry.objects.get().action, "product.created")

    def test_partner_cannot_make_one_for_others(self) -> None:
        body = {"title": "Enamel bowl", "organization": "birch"}

        response = self.partner.post(PRODUCTS, body, format="json")

        self.assert_faults(response, "organization")
        self.assertEqual(Product.objects.count(), 0)

    def test_staff_say_for_which_organization(self) -> None:
        refused = self.staff.post(PRODUCTS, {"title": ""}, format="json")
        made = self.staff.post(PRODUCTS, {"title": "Tea", "organization": "birch"}, format="json")

        self.assertEqual(
            self.assert_faults(refused, "organization", "title"),
            {"organization": "required", "title": "blank"},
        )
        self.assertEqual(made.status_code, 201)
        self.assertEqual(Product.objects.get().organization, self.birch)

    def test_change_is_on_record_with_before_and_after(self) -> None:
        product = make_product(self.alder)

        response = self.partner.patch(f"{PRODUCTS}/{product.pk}", {"title": "Mug"}, format="json")

        self.assertEqual(response.json()["title"], "Mug")
        entry = AuditEntry.objects.get()
        self.assertEqual((entry.before, entry.after), ({"title": "Enamel mug"}, {"title": "Mug"}))

    def test_organization_of_a_product_stays(self) -> None:
        product = make_product(self.alder)

        response = self.staff.patch(
            f"{PRODUCTS}/{product.pk}", {"organization": "birch"}, format="json"
        )

        self.assertEqual(self.assert_faults(response, "organization"), {"organization": "fixed"})
        product.refresh_from_db()
        self.assertEqual(product.organization, self.alder)

    def test_product_without_sellables_is_deleted(self) -> None:
        product = make_product(self.alder)

        response = self.partner.delete(f"{PRODUCTS}/{product.pk}")

        self.assertEqual(response.status_code, 204)
        self.assertEqual(Product.objects.count(), 0)

    def test_product_with_sellables_is_switched_off_with_them(self) -> None:
        sellable = make_sellable(self.alder)

        response = self.partner.delete(f"{PRODUCTS}/{sellable.product_id}")

        self.assertEqual(response.status_code, 200)
        self.assertIs(response.json()["is_active"], False)
        sellable.refresh_from_db()
        self.assertIs(sellable.is_active, False)

    def test_auditors_read_and_do_not_write(self) -> None:
        auditor = client_for(make_user(Role.AUDITOR))
        product = make_product(self.alder)

        self.assertEqual(auditor.get(PRODUCTS).status_code, 200)
        self.assert_problem(auditor.post(PRODUCTS, {}, format="json"), 403, "forbidden")
        self.assert_problem(auditor.delete(f"{PRODUCTS}/{product.pk}"), 403, "forbidden")
        self.assertEqual(Product.objects.count(), 1)


class SellableTests(CatalogCase):
    def test_partner_makes_a_sellable(self) -> None:
        body = self.sellable_body(hs_code="732394", origin_country="DE", currency="EUR")

        response = self.partner.post(SELLABLES, body, format="json")

        self.assertEqual(response.status_code, 201, response.content)
        made = response.json()
        self.assertEqual(
            {name: made[name] for name in body},
            {**body, "price": "12.50"},
        )
        self.assertEqual(Sellable.objects.get().organization, self.alder)

    def test_every_fault_is_named_at_once_and_nothing_is_written(self) -> None:
        make_sellable(self.alder, "BOWL-1")
        body = self.sellable_body(
            product=make_product(self.birch).pk,
            title="",
            price="-1",
            cost="a lot",
            currency="dollars",
            weight_g=0,
            length_mm=-5,
            width_mm=10**30,
            height_mm="tall",
            hs_code="7323.94",
            origin_country="XX",
        )

        response = self.partner.post(SELLABLES, body, format="json")

        self.assert_faults(
            response,
            "product",
            "sku",
            "title",
            "price",
            "cost",
            "currency",
            "weight_g",
            "length_mm",
            "width_mm",
            "height_mm",
            "hs_code",
            "origin_country",
        )
        self.assertEqual(Sellable.objects.count(), 1)

    def test_faulty_values_are_told_by_code(self) -> None:
        make_sellable(self.alder, "MUG-01")
        cases: list[tuple[str, Any, str]] = [
            ("sku", "MUG-01", "sku.taken"),
            ("sku", "", "blank"),
            ("sku", "A\tB", "control_characters"),
            ("sku", "x" * 65, "max_length"),
            ("price", "1.234", "max_decimal_places"),
            ("price", "99999999999.00", "max_digits"),
            ("price", "NaN", "invalid"),
            ("currency", "usd", "invalid"),
            ("weight_g", 1_000_001, "max_value"),
            ("hs_code", "12345", "invalid"),
            ("origin_country", "XX", "country.unknown"),
            ("product", 10**30, "does_not_exist"),
            ("product", "abc", "incorrect_type"),
        ]
        for field, value, code in cases:
            with self.subTest(field=field, value=value):
                body = self.sellable_body(**{field: value})

                response = self.partner.post(SELLABLES, body, format="json")

                self.assertEqual(self.assert_faults(response, field), {field: code})
        self.assertEqual(Sellable.objects.count(), 1)

    def test_two_organizations_may_use_one_sku(self) -> None:
        make_sellable(self.birch, "BOWL-1")

        response = self.partner.post(SELLABLES, self.sellable_body(), format="json")

        self.assertEqual(response.status_code, 201)

    def test_own_sku_may_be_sent_again_with_a_change(self) -> None:
        sellable = make_sellable(self.alder, "MUG-01")

        response = self.partner.patch(
            f"{SELLABLES}/{sellable.pk}", {"sku": "MUG-01", "weight_g": 500}, format="json"
        )

        self.assertEqual(response.status_code, 200)
        sellable.refresh_from_db()
        self.assertEqual(sellable.weight_g, 500)
        entry = AuditEntry.objects.get()
        self.assertEqual((entry.before, entry.after), ({"weight_g": "420"}, {"weight_g": "500"}))

    def test_sku_of_another_sellable_is_refused(self) -> None:
        make_sellable(self.alder, "MUG-01")
        other = make_sellable(self.alder, "MUG-02")

        response = self.partner.patch(f"{SELLABLES}/{other.pk}", {"sku": "MUG-01"}, format="json")

        self.assert_faults(response, "sku")
        other.refresh_from_db()
        self.assertEqual(other.sku, "MUG-02")

    def test_repeat_of_a_change_leaves_no_trace(self) -> None:
        sellable = make_sellable(self.alder)

        self.partner.patch(f"{SELLABLES}/{sellable.pk}", {"weight_g": 420}, format="json")

        self.assertEqual(AuditEntry.objects.count(), 0)

    def test_sellable_that_nothing_refers_to_is_deleted(self) -> None:
        sellable = make_sellable(self.alder)

        response = self.partner.delete(f"{SELLABLES}/{sellable.pk}")

        self.assertEqual(response.status_code, 204)
        self.assertEqual(Sellable.objects.count(), 0)

    def test_listed_sellable_is_switched_off(self) -> None:
        sellable = make_sellable(self.alder)
        record_listing(sellable_id=sellable.pk, platform="veeqo", external_ref="77")

        response = self.partner.delete(f"{SELLABLES}/{sellable.pk}")

        self.assertEqual(response.status_code, 200)
        sellable.refresh_from_db()
        self.assertIs(sellable.is_active, False)
        self.assertEqual(sellable.listings.count(), 1)

    def test_whole_replacement_is_not_offered(self) -> None:
        sellable = make_sellable(self.alder)

        response = self.partner.put(f"{SELLABLES}/{sellable.pk}", {}, format="json")

        self.assert_problem(response, 405, "method_not_allowed")

    def test_rows_of_others_do_not_exist(self) -> None:
        theirs = make_sellable(self.birch)
        record_listing(sellable_id=theirs.pk, platform="veeqo", external_ref="77")
        rows = [
            f"{SELLABLES}/{theirs.pk}",
            f"{PRODUCTS}/{theirs.product_id}",
            f"{LISTINGS}/{theirs.listings.get().pk}",
        ]

        for row in rows:
            with self.subTest(row):
                self.assert_problem(self.partner.get(row), 404, "not_found")
        for row in rows[:2]:
            with self.subTest(row):
                change = self.partner.patch(row, {"title": "Mine"}, format="json")
                self.assert_problem(change, 404, "not_found")
                self.assert_problem(self.partner.delete(row), 404, "not_found")
        for path in (SELLABLES, PRODUCTS, LISTINGS):
            with self.subTest(path):
                self.assertEqual(self.partner.get(path).json()["results"], [])
        self.assertEqual(Sellable.objects.get().title, theirs.title)

    def test_filters_narrow_the_list(self) -> None:
        make_sellable(self.alder, "MUG-01", barcode="4006381333931")
        make_sellable(self.alder, "TEA-01", title="Green tea", is_active=False)
        make_sellable(self.birch, "MUG-01")
        cases = [
            ("sku=MUG-01", ["birch/MUG-01", "alder/MUG-01"]),
            ("sku=mug-01", []),
            ("is_active=false", ["alder/TEA-01"]),
            ("search=green", ["alder/TEA-01"]),
            ("barcode=4006381333931", ["alder/MUG-01"]),
            ("organization=birch", ["birch/MUG-01"]),
        ]
        for query, found in cases:
            with self.subTest(query):
                rows = self.staff.get(f"{SELLABLES}?{query}").json()["results"]

                self.assertEqual([f"{r['organization']}/{r['sku']}" for r in rows], found)

    def test_pages_follow_each_other_newest_first(self) -> None:
        for number in range(5):
            make_sellable(self.alder, f"MUG-{number}")

        seen, address = [], f"{SELLABLES}?page_size=2"
        while address:
            page = self.partner.get(address).json()
            seen.append([row["sku"] for row in page["results"]])
            address = page["next"]

        self.assertEqual(seen, [["MUG-4", "MUG-3"], ["MUG-2", "MUG-1"], ["MUG-0"]])

    def test_a_list_costs_the_same_for_any_number_of_rows(self) -> None:
        key = client_with(make_key(self.alder))
        make_sellable(self.alder, "MUG-0")
        key.get(SELLABLES)
        for path in (SELLABLES, PRODUCTS, LISTINGS):
            with self.subTest(path):
                with exactly_queries(2):
                    key.get(path)
                for number in range(5):
                    row = make_sellable(self.alder, f"{path[-4:]}-{number}")
                    record_listing(sellable_id=row.pk, platform="veeqo", external_ref="7")
                with exactly_queries(2):
                    key.get(path)


class ListingTests(CatalogCase):
    def test_partner_reads_where_a_sellable_is_listed(self) -> None:
        sellable = make_sellable(self.alder)
        record_listing(sellable_id=sellable.pk, platform="veeqo", external_ref="77")
        record_listing(sellable_id=sellable.pk, platform="easyship", external_ref="e-1")

        rows = self.partner.get(f"{LISTINGS}?platform=veeqo&sku=MUG-01").json()["results"]

        self.assertEqual(
            [(r["organization"], r["sku"], r["platform"], r["external_ref"]) for r in rows],
            [("alder", "MUG-01", "veeqo", "77")],
        )

    def test_listings_are_written_by_the_platform_alone(self) -> None:
        self.assert_problem(self.staff.post(LISTINGS, {}, format="json"), 405, "method_not_allowed")


class ScopeTests(CatalogCase):
    def test_reading_and_writing_are_scopes_of_their_own(self) -> None:
        reader = client_with(make_key(self.alder, "catalog:read"))
        writer = client_with(make_key(self.alder, "catalog:write"))

        self.assertEqual(reader.get(SELLABLES).status_code, 200)
        self.assert_problem(reader.post(PRODUCTS, {}, format="json"), 403, "forbidden")
        self.assert_problem(writer.get(SELLABLES), 403, "forbidden")
        made = writer.post(PRODUCTS, {"title": "Tea"}, format="json")
        self.assertEqual(made.status_code, 201)
