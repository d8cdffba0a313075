"""Who may change the catalog in the admin, and for whom."""

from __future__ import annotations

from typing import Any

from django.test import TestCase
from django.urls import reverse

from accounts.models import AuditEntry, Organization, Role
from accounts.tests.builders import make_organization, make_user
from catalog.models import Product
from catalog.tests.builders import make_product, make_sellable


class ProductPageTests(TestCase):
    def setUp(self) -> None:
        self.own = make_organization("alder")
        self.product = make_product(self.own)

    def log_in(self, role: str, organization: Organization | None = None) -> None:
        user = make_user(role, organization=organization)
        user.is_staff = True
        user.save()
        self.client.force_login(user)

    def save(self, *, title: str, organization: Organization) -> Any:
        address = reverse("admin:catalog_product_change", args=[self.product.pk])
        values = {"title": title, "organization": organization.pk, "is_active": "on"}
        formset = {"sellables-TOTAL_FORMS": 0, "sellables-INITIAL_FORMS": 0}
        return self.client.post(address, {**values, **formset})

    def test_manager_changes_a_product_and_the_trail_says_so(self) -> None:
        self.log_in(Role.MANAGER)

        response = self.save(title="Steel mug", organization=self.own)

        self.assertEqual(response.status_code, 302)
        self.product.refresh_from_db()
        self.assertEqual(self.product.title, "Steel mug")
        entry = AuditEntry.objects.get(action="product.changed")
        self.assertEqual(
            (entry.before, entry.after), ({"title": "Enamel mug"}, {"title": "Steel mug"})
        )

    def test_lists_lead_to_the_page_of_files(self) -> None:
        self.log_in(Role.MANAGER)

        for name in ("product", "sellable"):
            with self.subTest(list=name):
                page = self.client.get(reverse(f"admin:catalog_{name}_changelist"))
                way = reverse(f"admin:catalog_{name}_files")
                self.assertContains(page, way)
                self.assertRedirects(self.client.get(way), reverse("catalog-import"))

    def test_operator_looks_but_cannot_change(self) -> None:
        self.log_in(Role.OPERATOR)

        response = self.save(title="Steel mug", organization=self.own)

        self.assertEqual(response.status_code, 403)
        self.product.refresh_from_db()
        self.assertEqual(self.product.title, "Enamel mug")

    def test_product_cannot_be_given_to_another_organization(self) -> None:
        other = make_organization("birch")
        self.log_in(Role.MANAGER, self.own)

        response = self.save(title="Enamel mug", organization=other)

        self.assertEqual(response.status_code, 200)
        self.assertIn("organization", response.context["adminform"].form.errors)
        self.product.refresh_from_db()
        self.assertEqual(self.product.organization, self.own)

    def test_removing_a_product_with_sellables_switches_both_off(self) -> None:
        sellable = make_sellable(self.own, product=self.product)
        self.log_in(Role.MANAGER)

        chosen = {"action": "remove", "_selected_action": [self.product.pk], "confirmed": "yes"}
        page = self.client.post(reverse("admin:catalog_product_changelist"), chosen)

        self.assertContains(page, "Switched off together with its sellables.")
        sellable.refresh_from_db()
        self.assertFalse(sellable.is_active)
        self.assertFalse(Product.objects.get(pk=self.product.pk).is_active)

    def test_removing_an_empty_product_deletes_it(self) -> None:
        self.log_in(Role.MANAGER)

        chosen = {"action": "remove", "_selected_action": [self.product.pk], "confirmed": "yes"}
        page = self.client.post(reverse("admin:catalog_product_changelist"), chosen)

        self.assertContains(page, "Deleted.")
        self.assertNotContains(page, "/None/")
        self.assertEqual(Product.objects.count(), 0)
