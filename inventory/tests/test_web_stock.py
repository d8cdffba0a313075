"""The stock page."""

from __future__ import annotations

from typing import Any

from django.test import TestCase
from django.urls import reverse

from accounts.models import Organization, Role, User
from accounts.tests.builders import make_organization, make_user
from catalog.models import Sellable
from catalog.tests.builders import make_product, make_sellable
from inventory.models import StockLevel, Warehouse
from inventory.reports import PAGE_SIZE
from inventory.services.stock import StockDemand, reserve_stock
from inventory.tests.builders import make_warehouse, put_stock
from shipping_project.kernel.tests.pages import read_page


class StockPageCase(TestCase):
    alder: Organization
    birch: Organization
    nv: Warehouse
    ny: Warehouse
    mug: Sellable
    tea: Sellable
    operator: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.alder, cls.birch = make_organization("alder"), make_organization("birch")
        cls.nv, cls.ny = make_warehouse("NV"), make_warehouse("NY")
        cls.mug = make_sellable(cls.alder, "MUG-01", barcode="4006381333931")
        tea = make_product(cls.birch, "Green tea")
        cls.tea = make_sellable(cls.birch, "TEA-01", title="Green tea, 100 g", product=tea)
        put_stock(cls.mug, cls.nv, 50)
        put_stock(cls.mug, cls.ny, 12)
        put_stock(cls.tea, cls.nv, 10)
        cls.operator = make_user(Role.OPERATOR)

    def setUp(self) -> None:
        self.client.force_login(self.operator)

    def page(self, **params: str) -> Any:
        response = self.client.get(reverse("stock"), params)
        self.assertEqual(response.status_code, 200)
        return response

    def found(self, **params: str) -> list[tuple[str, str]]:
        rows = self.page(**params).context["page"].rows
        return [(row.sku, row.warehouse) for row in rows]


class StockPageTests(StockPageCase):
    def test_visitor_is_sent_to_the_login(self) -> None:
        self.client.logout()

        response = self.client.get(reverse("stock"))

        self.assertRedirects(response, "/login/?next=/stock/", fetch_redirect_response=False)

    def test_row_shows_what_is_there_promised_and_free(self) -> None:
        reserve_stock(
            reference="S-1",
            demands=[StockDemand(sellable_id=self.mug.pk, quantity=3)],
            warehouse_code="NV",
        )

        row = self.page().context["page"].rows[0]

        self.assertEqual((row.sku, row.warehouse), ("MUG-01", "NV"))
        self.assertEqual((row.on_hand, row.reserved, row.available), (50, 3, 47))
        self.assertFalse(row.is_low)

    def test_partner_sees_only_own_stock(self) -> None:
        self.client.force_login(make_user(Role.PARTNER, organization=self.birch))

        self.assertEqual(self.found(), [("TEA-01", "NV")])

    def test_search_takes_words_of_sku_and_title_and_the_barcode(self) -> None:
        mugs = [("MUG-01", "NV"), ("MUG-01", "NY")]
        cases = [
            ("mug", mugs),
            ("mug enamel", mugs),
            ("4006381333931", mugs),
            ("green", [("TEA-01", "NV")]),
            ("green mug", []),
            ("400638", []),
            ("mug\x00", mugs),
        ]
        for text, expected in cases:
            with self.subTest(text=text):
                self.assertEqual(self.found(q=text), expected)

    def test_warehouse_filter_narrows(self) -> None:
        self.assertEqual(self.found(warehouse="NY"), [("MUG-01", "NY")])
        self.assertEqual(self.found(warehouse="nowhere"), [])

    def test_low_only_leaves_rows_with_an_alert(self) -> None:
        self.assertEqual(self.found(low="1"), [("TEA-01", "NV")])

    def test_closed_warehouse_raises_no_alert(self) -> None:
        type(self.nv).objects.filter(pk=self.nv.pk).update(is_active=False)

        self.assertEqual(self.found(low="1"), [])
        rows = {row.sku: row.is_low for row in self.page().context["page"].rows}
        self.assertFalse(rows["TEA-01"])

    def test_nothing_found_says_so(self) -> None:
        self.assertContains(self.page(q="sofa"), "No stock fits this search.")

    def test_htmx_gets_the_rows_without_the_page(self) -> None:
        response = self.client.get(reverse("stock"), headers={"HX-Request": "true"})

        self.assertContains(response, "MUG-01")
        self.assertNotContains(response, "<html")
        self.assertIn("HX-Request", response["Vary"])

    def test_page_obeys_the_policy(self) -> None:
        self.assertEqual(read_page(self.page().content).refused, [])

    def test_words_from_outside_are_shown_as_words(self) -> None:
        response = self.page(q="<script>alert(1)</script>")

        self.assertEqual(read_page(response.content).refused, [])
        self.assertNotContains(response, "<script>alert")


class StockPagerTests(StockPageCase):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        for number in range(PAGE_SIZE):
            put_stock(make_sellable(cls.alder, f"NUT-{number:03}"), cls.nv, 40)

    def test_pages_lead_on_and_back_without_gap_or_repeat(self) -> None:
        first = self.page().context["page"]
        second = self.page(after=str(first.next)).context["page"]
        back = self.page(before=str(second.previous)).context["page"]

        ids = [row.id for row in (*first.rows, *second.rows)]
        by_sku = StockLevel.objects.order_by("sellable__sku", "pk").values_list("pk", flat=True)
        self.assertEqual(ids, list(by_sku))
        self.assertEqual(len(first.rows), PAGE_SIZE)
        self.assertEqual((first.previous, second.next), (0, 0))
        self.assertEqual(back.rows, first.rows)
        self.assertEqual(back.previous, 0)

    def test_links_keep_the_search(self) -> None:
        response = self.page(q="u", warehouse="NV")

        last = response.context["page"].next
        self.assertContains(response, f'href="/stock/?q=u&amp;warehouse=NV&amp;after={last}"')

    def test_place_that_is_none_shows_the_first_page(self) -> None:
        first = self.found()

        for text in ("999999999", "x", "-1", "9" * 40):
            with self.subTest(text=text):
                self.assertEqual(self.found(after=text), first)

    def test_row_of_others_is_no_place_to_start_from(self) -> None:
        theirs = StockLevel.objects.get(sellable=self.mug, warehouse=self.ny)
        self.client.force_login(make_user(Role.PARTNER, organization=self.birch))

        self.assertEqual(self.found(after=str(theirs.pk)), [("TEA-01", "NV")])

    def test_query_count_does_not_grow_with_the_rows(self) -> None:
        # Session, user, rows, warehouses.
        with self.assertNumQueries(4):
            self.client.get(reverse("stock"))
        StockLevel.objects.exclude(sellable=self.mug).delete()

        with self.assertNumQueries(4):
            self.client.get(reverse("stock"))
