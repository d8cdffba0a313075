"""Labels for each kind of printer, read back as the printer would."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from django.test import override_settings
from PIL import Image
from pypdf import PdfReader

from accounts.tests.cases import ApiCase, client_with
from carriers.sandbox.documents import LabelFacts, label_pdf
from orders.label_formats import LabelFormat, LabelUnreadable, in_format, merged
from orders.models import Order, Shipment
from orders.services.labels import store_label_file
from orders.tests.builders import (
    make_key,
    make_order,
    make_organization,
    make_stocked_sellable,
    make_user,
)
from orders.tests.steps import make_labelled

FIELD = re.compile(r"\^XA\^PW(\d+)\^LL(\d+)\^LH0,0\^FO0,0\^GFA,(\d+),(\d+),(\d+),([^^]*)\^FS\^XZ\n")


def facts(tracking: str) -> LabelFacts:
    return LabelFacts(
        carrier="FEDEX",
        service="Ground",
        tracking_number=tracking,
        reference="SO-000001",
        ship_from=("Reno depot", "1 Depot Way", "Reno NV 89502"),
        ship_to=("Ada Brooks", "1200 Riverside Drive", "Reno NV 89503"),
        weight_g=410.0,
    )


ONE, TWO = label_pdf(facts("794600000001")), label_pdf(facts("794600000001"), facts("794600000002"))


def printed(zpl: bytes) -> list[Image.Image]:
    """What a printer draws, by its manual: rows of dots, "," fills with zeros, ":" repeats."""
    pages = []
    for width, length, total, sent, per_row, text in FIELD.findall(zpl.decode("ascii")):
        rows: list[str] = []
        digits = int(per_row) * 2
        while text:
            if text[0] == ":":
                rows.append(rows[-1])
                text = text[1:]
                continue
            row = re.match(r"[0-9A-F]*", text[:digits])
            kept = row[0] if row else ""
            text = text[len(kept) + (len(kept) < digits) :]
            rows.append(kept.ljust(digits, "0"))
        data = bytes.fromhex("".join(rows))
        assert len(data) == int(total) == int(sent)
        pages.append(Image.frombytes("1", (int(width), int(length)), data))
    return pages


class TestFormats:
    def test_what_was_delivered_is_handed_on_as_it_is(self) -> None:
        assert in_format(ONE, LabelFormat.PDF) is ONE

    def test_png_has_the_dots_of_a_label_printer(self) -> None:
        image = Image.open(BytesIO(in_format(ONE, LabelFormat.PNG)))

        assert image.size == (812, 1218)
        assert round(image.info["dpi"][0]) == 203

    def test_pages_of_a_png_stand_below_one_another(self) -> None:
        assert Image.open(BytesIO(in_format(TWO, LabelFormat.PNG))).size == (812, 2436)

    def test_zpl_prints_dot_for_dot_what_the_png_shows(self) -> None:
        grey = Image.open(BytesIO(in_format(ONE, LabelFormat.PNG))).convert("L")

        [page] = printed(in_format(ONE, LabelFormat.ZPL))

        dark = grey.point(lambda light: 255 if light < 160 else 0, mode="1")
        assert page.tobytes() == dark.tobytes()
        share = page.convert("L").histogram()[255] / (page.width * page.height)
        assert 0.01 < share < 0.5

    def test_each_page_is_a_label_of_its_own(self) -> None:
        first, second = printed(in_format(TWO, LabelFormat.ZPL))

        assert first.tobytes() != second.tobytes()

    def test_merged_pages_keep_their_order(self) -> None:
        pages = PdfReader(BytesIO(merged([TWO, ONE]))).pages

        found = [re.search(r"79460000000\d", page.extract_text()) for page in pages]
        assert [match and match[0][-1] for match in found] == ["1", "2", "1"]

    @pytest.mark.parametrize("wanted", [LabelFormat.PNG, LabelFormat.ZPL])
    def test_what_is_no_pdf_is_refused_in_words(self, wanted: LabelFormat) -> None:
        with pytest.raises(LabelUnreadable):
            in_format(b"%PDF-1.4\n%%EOF\n", wanted)
        with pytest.raises(LabelUnreadable):
            merged([b"%PDF-1.4\n%%EOF\n"])


@override_settings(API_RATE="1000/m")
class LabelCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        make_stocked_sellable(self.alder)
        self.orders = [self.labelled(str(number)) for number in (1, 2)]
        self.key = client_with(make_key(self.alder, "orders:read"))

    def labelled(self, last: str) -> Order:
        order = make_labelled(self.alder, tracking=f"79460000000{last}")
        shipment = Shipment.objects.get(order=order)
        store_label_file(shipment_id=shipment.pk, content=label_pdf(facts(f"79460000000{last}")))
        return order

    def labels(self, *orders: Order, more: str = "", **headers: str) -> Any:
        numbers = ",".join(order.number for order in orders)
        return self.key.get(f"/api/v1/labels?orders={numbers}{more}", headers=headers)


class LabelApiTests(LabelCase):
    def test_one_label_in_each_format(self) -> None:
        path = f"/api/v1/orders/{self.orders[0].number}/label"
        starts = {
            "application/pdf": b"%PDF-",
            "image/png": b"\x89PNG",
            "application/zpl": b"^XA^PW812^LL1218",
        }
        for media_type, start in starts.items():
            with self.subTest(media_type):
                answer = self.key.get(path, headers={"Accept": media_type})

                self.assertEqual((answer.status_code, answer["Content-Type"]), (200, media_type))
                content = b"".join(answer) if answer.streaming else answer.content
                self.assertTrue(content.startswith(start))

    def test_labels_of_many_orders_are_one_file(self) -> None:
        second, first = reversed(self.orders), self.orders
        pdf, zpl = self.labels(*second), self.labels(*first, Accept="application/zpl")

        texts = [page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages]
        self.assertIn("794600000002", texts[0])
        self.assertIn("794600000001", texts[1])
        self.assertEqual(len(printed(zpl.content)), 2)

    def test_orders_without_a_label_are_all_named(self) -> None:
        bare = [make_order(self.alder), make_order(self.alder)]

        document = self.assert_problem(self.labels(*self.orders, *bare), 409, "labels.missing")

        told = [(error["field"], error["code"]) for error in document["errors"]]
        self.assertEqual(told, [(order.number, "label.none") for order in bare])

    def test_foreign_and_unknown_numbers_are_refused_alike(self) -> None:
        birch = make_organization("birch")
        make_stocked_sellable(birch, "TEA-02")
        foreign = make_order(birch, "TEA-02")

        self.assert_faults(self.labels(self.orders[0], foreign), "orders")
        self.assert_faults(self.key.get("/api/v1/labels?orders=SO-1,%00"), "orders")
        self.assert_faults(self.key.get("/api/v1/labels"), "orders")


class PackingDeskTests(LabelCase):
    def test_board_prints_the_labels_there_are(self) -> None:
        bare = make_order(self.alder)
        self.client.force_login(make_user(organization=self.alder))
        chosen = [order.pk for order in (*self.orders, bare)]

        answer: Any = self.client.post("/orders/bulk/", {"action": "print_labels", "order": chosen})

        self.assertEqual(answer["Content-Type"], "application/pdf")
        self.assertEqual(len(PdfReader(BytesIO(answer.content)).pages), 2)
        self.assertContains(self.client.get("/orders/"), bare.number)

    def test_without_any_label_it_says_so(self) -> None:
        bare = make_order(self.alder)
        self.client.force_login(make_user(organization=self.alder))

        answer = self.client.post(
            "/orders/bulk/", {"action": "print_labels", "order": [bare.pk]}, follow=True
        )

        self.assertContains(answer, f"Without a label that can be printed: {bare.number}.")
