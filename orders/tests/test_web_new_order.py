"""Entering an order by hand."""

from __future__ import annotations

from typing import Any

from django.test import TestCase
from django.urls import reverse

from accounts.models import Organization, Role, User
from catalog.models import Sellable
from inventory.tests.builders import make_warehouse, put_stock
from orders.models import Order
from orders.tests.builders import (
    ADDRESS,
    make_organization,
    make_sellable,
    make_stocked_sellable,
    make_user,
)

PASTED = "\t".join(
    [
        *("Ada Brooks", "+1 775 555 0101", "ada.brooks@example.com"),
        *("1200 Riverside Drive", "", "Reno", "NV", "89503", "US"),
    ]
)
BEN = "\t".join(
    [
        *("Ben Cole", "+1 212 555 0142", "ben.cole@example.com"),
        *("40 Mercer Street", "", "New York", "NY", "10013", "US"),
    ]
)
TWO = f"{PASTED}\n{BEN}"


class NewOrderCase(TestCase):
    alder: Organization
    birch: Organization
    mug: Sellable
    operator: User
    partner: User

    @classmethod
    def setUpTestData(cls) -> None:
        cls.alder = make_organization("alder")
        cls.birch = make_organization("birch")
        cls.mug = make_stocked_sellable(cls.alder)
        make_stocked_sellable(cls.birch, "TEA-01")
        cls.operator = make_user(Role.OPERATOR)
        cls.partner = make_user(Role.PARTNER, organization=cls.alder)

    def setUp(self) -> None:
        self.client.force_login(self.partner)

    def typed(self, **changes: Any) -> dict[str, Any]:
        """The form filled in without a fault unless `changes` bring one."""
        return {
            **ADDRESS.as_dict(),
            "external_ref": "WEB-1",
            "source": "web",
            "sku": ["MUG-01"],
            "quantity": ["2"],
            "unit_price": [""],
            **changes,
        }

    def send(self, do: str, *, htmx: bool = False, **changes: Any) -> Any:
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.post(reverse("order-new"), self.typed(do=do, **changes), headers=headers)

    def address(self, response: Any) -> dict[str, str]:
        return {field.name: field.value for field in response.context["address_fields"]}

    def faults(self, response: Any) -> list[str]:
        """The inputs that are marked as faulty on the page."""
        context = response.context
        fields = [*context["address_fields"], *context["fields"].values()]
        cells = [
            (f"{cell.name} {line.index}", cell)
            for line in context["lines"]
            for cell in (line.sku, line.quantity, line.unit_price)
        ]
        return sorted(
            [field.name for field in fields if field.is_faulty]
            + [name for name, cell in cells if cell.is_faulty]
        )


class CreateTests(NewOrderCase):
    def test_complete_form_makes_the_order_and_leads_to_it(self) -> None:
        response = self.send("create", note="Leave at the\r\nback door", carrier="UPS")

        order = Order.objects.get()
        self.assertRedirects(response, reverse("order", args=[order.number]))
        self.assertEqual((order.organization, order.source), (self.alder, "web"))
        self.assertEqual((order.external_ref, order.requested_carrier), ("WEB-1", "UPS"))
        self.assertEqual((order.name, order.region), ("Ada Brooks", "NV"))
        self.assertEqual(order.note, "Leave at the\nback door")
        self.assertEqual(str(order.total), "37.00")
        self.assertEqual(order.intake.received_by, self.partner.label)

    def test_price_and_ship_by_are_taken_as_typed(self) -> None:
        self.send("create", unit_price=["12.25"], ship_by="2026-12-01T16:30")

        order = Order.objects.get()
        self.assertEqual(str(order.lines.get().unit_price), "12.25")
        self.assertEqual(f"{order.ship_by:%Y-%m-%dT%H:%M%z}", "2026-12-01T16:30+0000")

    def test_second_submit_of_the_same_form_returns_the_first_order(self) -> None:
        first = self.send("create")
        second = self.send("create")

        self.assertEqual(Order.objects.count(), 1)
        self.assertEqual(first["Location"], second["Location"])

    def test_used_reference_with_other_contents_is_refused(self) -> None:
        self.send("create")

        response = self.send("create", quantity=["3"])

        self.assertEqual(response.status_code, 409)
        self.assertEqual(self.faults(response), ["external_ref"])
        self.assertEqual(Order.objects.count(), 1)

    def test_every_fault_is_marked_at_once(self) -> None:
        response = self.send(
            "create",
            name="",
            company="",
            address_1="",
            postal_code="12",
            external_ref=" ",
            ship_by="soon",
            carrier="PIGEON",
            sku=["MUG-01", "NO-SUCH"],
            quantity=["0", "2"],
            unit_price=["-1", "1.234"],
        )

        self.assertEqual(response.status_code, 422)
        self.assertEqual(
            self.faults(response),
            [
                *("address_1", "carrier", "external_ref", "name", "postal_code"),
                *("quantity 0", "ship_by", "sku 1", "unit_price 0", "unit_price 1"),
            ],
        )
        self.assertEqual(Order.objects.count(), 0)

    def test_nothing_typed_is_lost_on_a_fault(self) -> None:
        typed: dict[str, Any] = {
            **ADDRESS.as_dict(),
            "city": "",
            "text": "as it was pasted",
            "note": "by hand",
            "ship_by": "2026-12-01T16:30",
            "product_q": "mug",
            "external_ref": "PO-77",
        }

        response = self.send("create", **typed, quantity=["two"], unit_price=["9.90"])

        self.assertEqual(response.status_code, 422)
        self.assertEqual(self.address(response), ADDRESS.as_dict() | {"city": ""})
        for text in ("as it was pasted", "by hand", "2026-12-01T16:30", "PO-77", "two", "9.90"):
            with self.subTest(text=text):
                self.assertContains(response, text, status_code=422)

    def test_order_without_lines_says_so(self) -> None:
        response = self.send("create", sku=[""], quantity=["1"], unit_price=[""])

        self.assertEqual(self.faults(response), ["lines"])
        self.assertContains(response, "Give at least one line", status_code=422)

    def test_faults_name_the_line_that_the_page_shows(self) -> None:
        response = self.send(
            "create", sku=["", "MUG-01", "NO-SUCH"], quantity=["1", "1", "1"], unit_price=[""] * 3
        )

        self.assertEqual(self.faults(response), ["sku 1"])
        self.assertEqual(response.context["lines"][1].sku.value, "NO-SUCH")

    def test_products_of_another_organization_are_unknown(self) -> None:
        response = self.send("create", sku=["TEA-01"])

        self.assertEqual(self.faults(response), ["sku 0"])
        self.assertEqual(Order.objects.count(), 0)

    def test_partner_cannot_enter_for_another_organization(self) -> None:
        self.send("create", organization="birch")

        self.assertEqual(Order.objects.get().organization, self.alder)

    def test_staff_choose_the_organization(self) -> None:
        self.client.force_login(self.operator)

        self.send("create", organization="birch", sku=["TEA-01"])

        self.assertEqual(Order.objects.get().organization, self.birch)

    def test_staff_without_a_choice_are_asked_with_all_other_faults(self) -> None:
        self.client.force_login(self.operator)

        response = self.send("create", city="")

        self.assertEqual(self.faults(response), ["city", "organization"])
        self.assertEqual(Order.objects.count(), 0)

    def test_auditor_may_neither_see_nor_send_the_form(self) -> None:
        self.client.force_login(make_user(Role.AUDITOR))

        self.assertEqual(self.client.get(reverse("order-new")).status_code, 403)
        self.assertEqual(self.send("create").status_code, 403)
        self.assertEqual(Order.objects.count(), 0)

    def test_every_fresh_form_has_a_reference_of_its_own(self) -> None:
        first, second = (
            self.client.get(reverse("order-new")).context["form"].external_ref for _ in range(2)
        )

        self.assertRegex(first, r"^WEB-\d{6}-[A-Z2-9]{8}$")
        self.assertNotEqual(first, second)

    def test_hostile_text_is_shown_as_text(self) -> None:
        response = self.send("create", name="<script>alert(1)</script>", city="")

        self.assertNotContains(response, "<script>alert", status_code=422)


class PasteTests(NewOrderCase):
    def test_pasted_row_fills_the_address_in(self) -> None:
        response = self.send("read", htmx=True, text=PASTED, name="", city="")

        self.assertEqual(self.address(response), ADDRESS.as_dict())
        self.assertTemplateUsed(response, "orders/new/_recipient.html")
        self.assertNotContains(response, "<html")

    def test_without_scripts_the_whole_page_answers_and_keeps_the_rest(self) -> None:
        response = self.send("read", text=PASTED, name="", note="by hand")

        self.assertEqual(self.address(response), ADDRESS.as_dict())
        self.assertContains(response, "by hand")
        self.assertContains(response, 'value="MUG-01"')

    def test_doubts_are_marked_beside_their_fields(self) -> None:
        response = self.send("read", htmx=True, text=PASTED.replace("89503", "10001"))

        notes = {f.name: f.notes for f in response.context["address_fields"]}
        self.assertTrue(any(note.is_error for note in notes["postal_code"]))
        self.assertEqual(notes["name"], ())

    def test_several_customers_can_be_stepped_through(self) -> None:
        first = self.send("read", htmx=True, text=TWO)
        second = self.send("read:1", htmx=True, text=TWO, source="paste")

        self.assertEqual(len(first.context["customers"]), 2)
        self.assertEqual(self.address(second)["name"], "Ben Cole")
        self.assertEqual(second.context["form"].pick, 1)

    def test_create_then_next_makes_one_order_for_each_customer(self) -> None:
        first = self.send("create-next", text=TWO, source="paste", pick="0")
        following = first.context["form"]
        read: dict[str, Any] = self.address(first)
        self.send(
            "create",
            **read,
            text=TWO,
            source="paste",
            pick="1",
            external_ref=following.external_ref,
        )

        orders = Order.objects.order_by("pk")
        self.assertEqual([order.name for order in orders], ["Ada Brooks", "Ben Cole"])
        self.assertEqual({order.source for order in orders}, {"paste"})
        self.assertNotEqual(following.external_ref, "WEB-1")

    def test_empty_text_is_asked_for_and_the_address_stays(self) -> None:
        response = self.send("read", htmx=True, text="  ")

        self.assertContains(response, "Paste a name and an address first.")
        self.assertEqual(self.address(response), ADDRESS.as_dict())

    def test_text_beyond_the_limit_is_refused_with_words(self) -> None:
        response = self.send("read", text="x" * 200_001)

        self.assertEqual(self.faults(response), ["text"])

    def test_five_megabytes_are_refused_and_nothing_is_written(self) -> None:
        response = self.send("read", text="x" * 5_000_000)

        self.assertEqual(response.status_code, 400)
        self.assertEqual(Order.objects.count(), 0)

    def test_review_looks_at_the_corrected_address(self) -> None:
        response = self.send("review", htmx=True, postal_code="10001")

        self.assertContains(response, "10001 is not in NV")
        self.assertContains(response, 'id="notes-postal_code"')
        self.assertNotContains(response, "<input")

    def test_carrier_that_cannot_deliver_is_marked(self) -> None:
        response = self.send("review", htmx=True, address_1="PO Box 12", carrier="FEDEX")

        self.assertEqual(self.faults(response), ["carrier"])


class ProductTests(NewOrderCase):
    def test_search_shows_free_stock_of_every_warehouse(self) -> None:
        put_stock(self.mug, make_warehouse("NY"), 7)

        response = self.send("search", htmx=True, product_q="enamel")

        product = response.context["products"][0]
        stock = [(item.warehouse, item.available) for item in product.stock]
        self.assertEqual((product.sku, stock), ("MUG-01", [("NV", 50), ("NY", 7)]))
        self.assertContains(response, "18.50 USD")

    def test_search_finds_only_products_of_the_organization(self) -> None:
        response = self.send("search", htmx=True, product_q="TEA-01")

        self.assertEqual(response.context["products"], ())
        self.assertContains(response, "No active product fits")

    def test_exact_sku_comes_first(self) -> None:
        make_sellable(self.alder, "A-MUG-01-SET")

        response = self.send("search", htmx=True, product_q="mug-01")

        skus = [product.sku for product in response.context["products"]]
        self.assertEqual(skus, ["MUG-01", "A-MUG-01-SET"])

    def test_staff_are_asked_for_the_organization_first(self) -> None:
        self.client.force_login(self.operator)

        response = self.send("search", htmx=True, product_q="mug")

        self.assertContains(response, "Choose the organization first")

    def test_added_product_becomes_a_line(self) -> None:
        response = self.send("add:MUG-01", htmx=True, sku=[""], quantity=["1"], unit_price=[""])

        lines = [(line.sku.value, line.quantity.value) for line in response.context["lines"]]
        self.assertEqual(lines, [("MUG-01", "1")])
        self.assertContains(response, "Enamel mug MUG-01")

    def test_added_again_it_is_one_unit_more(self) -> None:
        response = self.send("add:MUG-01", htmx=True)

        lines = [(line.sku.value, line.quantity.value) for line in response.context["lines"]]
        self.assertEqual(lines, [("MUG-01", "3")])

    def test_removed_line_is_gone_and_the_others_stay(self) -> None:
        response = self.send(
            "remove:0", htmx=True, sku=["MUG-01", "CUP"], quantity=["1", "4"], unit_price=["", "2"]
        )

        lines = [(line.sku.value, line.quantity.value) for line in response.context["lines"]]
        self.assertEqual(lines, [("CUP", "4")])

    def test_query_count_does_not_grow_with_the_products(self) -> None:
        with self.assertNumQueries(12):
            self.send("search", htmx=True, product_q="mug")
        for number in range(10):
            put_stock(make_sellable(self.alder, f"MUG-9{number}"), make_warehouse("NV"), 3)

        with self.assertNumQueries(12):
            self.send("search", htmx=True, product_q="mug")
