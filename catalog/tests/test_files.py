"""Products from and to files: what is read, tried, refused and written."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts.models import Role
from accounts.tests.builders import make_organization, make_user
from accounts.tests.cases import ApiCase, client_for
from catalog.files.cells import safe, unguarded
from catalog.files.columns import suggested
from catalog.files.reading import XLSX, Table
from catalog.models import Product, Sellable
from catalog.tests.builders import make_sellable
from shipping_project.jobs.models import Job
from shipping_project.jobs.worker import run_job
from shipping_project.kernel.errors import InvalidInput

IMPORT, EXPORT = "/api/v1/products/import", "/api/v1/products/export"
HEADINGS = "SKU,Title,Product,Price,Weight,Length,Width,Height,Tags,Liquids\n"
GOOD = 'LMP-1,Green,Lamp,18.50,420,120,90,100,"gift, home",no\n'


def sheet(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


class FileCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.partner_user = make_user(Role.PARTNER, organization=self.alder)
        self.partner = client_for(self.partner_user)

    def send(self, body: str | bytes, kind: str = "text/csv", **query: str) -> Any:
        words = "&".join(f"{name}={value}" for name, value in query.items())
        return self.partner.post(f"{IMPORT}?{words}", body, content_type=kind)

    def done(self, response: Any) -> Job:
        self.assertEqual(response.status_code, 202, response.content)
        run_job(response.json()["id"])
        found: Job = Job.objects.get(pk=response.json()["id"])
        return found


class ImportTests(FileCase):
    def test_row_makes_a_sellable_with_its_product(self) -> None:
        job = self.done(self.send(HEADINGS + GOOD))

        lamp = Sellable.objects.get()
        self.assertEqual((job.succeeded, job.refused), (1, 0))
        self.assertEqual((lamp.sku, str(lamp.price), lamp.weight_g), ("LMP-1", "18.50", 420))
        self.assertEqual((lamp.product.title, lamp.product.tags), ("Lamp", ["gift", "home"]))

    def test_row_changes_what_it_tells_of_and_nothing_else(self) -> None:
        make_sellable(self.alder, "LMP-1", title="Red", barcode="111")

        job = self.done(self.send("sku,title,barcode,price\nLMP-1,Blue,,20\n"))

        lamp = Sellable.objects.get()
        self.assertEqual((lamp.title, lamp.barcode, str(lamp.price)), ("Blue", "111", "20.00"))
        self.assertCountEqual(job.items.get().result["changed"], ["title", "price"])

    def test_dry_run_tells_and_writes_nothing(self) -> None:
        job = self.done(self.send(HEADINGS + GOOD, dry_run="true"))

        self.assertEqual(job.items.get().result["outcome"], "created")
        self.assertEqual((Sellable.objects.count(), Product.objects.count()), (0, 0))

    def test_every_fault_of_a_row_is_named_and_its_row_can_be_downloaded(self) -> None:
        bad = "LMP-2,Red,,cheap,0,120,90,100,Gift!,perhaps\n"

        job = self.done(self.send(HEADINGS + GOOD + bad))
        answer = self.partner.get(f"{IMPORT}/{job.pk}/failed")
        [row] = csv.DictReader(io.StringIO(content_of(answer).decode()))

        faults = [fault["field"] for fault in job.items.get(position=3).faults]
        self.assertEqual(sorted(faults), ["contains_liquids", "price", "tags", "weight_g"])
        self.assertEqual((row["SKU"], row["Price"], row["Row"]), ("LMP-2", "cheap", "3"))
        self.assertIn("price: 'cheap'", row["What is wrong"])
        self.assertEqual(Sellable.objects.count(), 1)

    def test_columns_can_be_named_otherwise(self) -> None:
        body = "Artikel;Preis\nLMP-1;21,00\nLMP-1;21.00\n"
        make_sellable(self.alder, "LMP-1")
        mapping = json.dumps({"Artikel": "sku", "Preis": "price"})

        job = self.done(self.send(body, mapping=mapping))

        self.assertEqual((job.succeeded, job.refused), (1, 1))
        self.assertEqual(str(Sellable.objects.get().price), "21.00")

    def test_mapping_without_sku_or_of_unknown_columns_is_refused_whole(self) -> None:
        for mapping in ({"Title": "title"}, {"Nowhere": "sku"}, {"Title": "colour", "SKU": "sku"}):
            response = self.send(HEADINGS + GOOD, mapping=json.dumps(mapping))

            self.assertEqual(response.status_code, 422, response.content)
        self.assertEqual(Job.objects.count(), 0)

    def test_workbook_is_read_as_it_looks(self) -> None:
        body = sheet(
            ("SKU", "Title", "Price", "Weight", "Length", "Width", "Height", "Barcode", "Active"),
            ("LMP-1", "Green", 18.5, 420, 120.0, 90, 100, 4006381333931, True),
            (None, None, None),
        )

        job = self.done(self.send(body, kind=XLSX))

        lamp = Sellable.objects.get()
        self.assertEqual((job.total, job.refused), (1, 0))
        self.assertEqual(
            (lamp.barcode, str(lamp.price), lamp.length_mm), ("4006381333931", "18.50", 120)
        )

    def test_what_is_no_table_is_refused(self) -> None:
        bodies: list[tuple[str | bytes, str]] = [
            ("", "text/csv"),
            ("no zip", XLSX),
            (b"\xff\xfe", "text/csv"),
            ("a,a\n1,2\n", "text/csv"),
        ]
        for body, kind in bodies:
            with self.subTest(body):
                self.assertIn(self.send(body, kind=kind).status_code, (400, 422))

    @override_settings(BULK_ROWS=1)
    def test_more_rows_than_allowed_leave_nothing(self) -> None:
        self.assertEqual(self.send(HEADINGS + GOOD + GOOD).status_code, 413)
        self.assertEqual(Job.objects.count(), 0)

    def test_repeat_with_the_same_key_is_the_first_job(self) -> None:
        first, again = (
            self.partner.post(
                IMPORT, HEADINGS + GOOD, content_type="text/csv", HTTP_IDEMPOTENCY_KEY="one"
            )
            for _ in range(2)
        )

        self.assertEqual((first.status_code, again.status_code), (202, 200))
        self.assertEqual(first.json()["id"], again.json()["id"])

    def test_others_products_and_imports_are_out_of_reach(self) -> None:
        job = self.done(self.send(HEADINGS + GOOD))
        stranger = client_for(make_user(Role.PARTNER, organization=make_organization("birch")))

        self.assertEqual(stranger.get(f"{IMPORT}/{job.pk}/failed").status_code, 404)
        self.assertEqual(self.send(HEADINGS + GOOD, organization="birch").status_code, 422)
        self.assertNotIn(b"LMP-1", content_of(stranger.get(EXPORT)))


class ExportTests(FileCase):
    def test_export_comes_in_again_unchanged(self) -> None:
        lamp = make_sellable(self.alder, "LMP-1", title="=1+1", hs_codes={"DE": "85183000"})
        lamp.product.tags = ["gift"]
        lamp.product.save()
        body = content_of(self.partner.get(EXPORT))

        job = self.done(self.send(body))

        self.assertIn(b"'=1+1", body)
        self.assertEqual(job.items.get().result["outcome"], "unchanged", job.items.get().faults)
        self.assertEqual(Sellable.objects.get().title, "=1+1")

    def test_workbook_holds_texts_and_no_formulas(self) -> None:
        make_sellable(self.alder, "LMP-1", title="=HYPERLINK(1)")

        answer = self.partner.get(f"{EXPORT}?as=xlsx")
        book = load_workbook(io.BytesIO(content_of(answer)))

        cell = book.worksheets[0]["B2"]
        self.assertEqual((cell.value, cell.data_type), ("=HYPERLINK(1)", "s"))

    def test_other_kinds_are_refused(self) -> None:
        self.assert_faults(self.partner.get(f"{EXPORT}?as=pdf"), "as")


class ImportPageTests(FileCase):
    def test_file_is_tried_mapped_and_taken_in(self) -> None:
        self.client.force_login(self.partner_user)
        file = SimpleUploadedFile("lamps.csv", (HEADINGS.replace("SKU", "Code") + GOOD).encode())

        sent: Any = self.client.post(
            reverse("catalog-import"), {"organization": "alder", "file": file}
        )
        trial = Job.objects.get()
        run_job(trial.pk)
        page = self.client.get(sent.url).content.decode()
        columns = [
            "sku",
            "title",
            "product",
            "price",
            "weight_g",
            "length_mm",
            "width_mm",
            "height_mm",
            "tags",
            "",
        ]
        body = {f"column-{number}": name for number, name in enumerate(columns)}
        again = reverse("catalog-import-again", args=[trial.pk])
        done: Any = self.client.post(again, {**body, "way": "import"})
        job = Job.objects.exclude(pk=trial.pk).get()
        run_job(job.pk)

        self.assertIn("A row needs its SKU.", page)
        self.assertEqual(done.url, reverse("catalog-import-job", args=[job.pk]))
        self.assertEqual(Sellable.objects.get().sku, "LMP-1")
        self.assertContains(self.client.get(done.url), "<strong>1</strong> of 1 rows were taken in")

    def test_what_cannot_be_read_is_told_on_the_page(self) -> None:
        self.client.force_login(self.partner_user)
        file = SimpleUploadedFile("lamps.xlsx", b"no workbook")

        sent = self.client.post(
            reverse("catalog-import"), {"organization": "alder", "file": file}, follow=True
        )

        self.assertContains(sent, "The file is no XLSX workbook.")

    def test_auditor_only_looks(self) -> None:
        self.client.force_login(make_user(Role.AUDITOR))
        file = SimpleUploadedFile("lamps.csv", b"sku\n1\n")

        self.assertEqual(self.client.get(reverse("catalog-import")).status_code, 200)
        sent = self.client.post(reverse("catalog-import"), {"organization": "alder", "file": file})
        self.assertEqual(sent.status_code, 403)


def test_headings_are_taken_for_what_they_are_called() -> None:
    found = suggested(["Sku Code", "Product Title", "EAN", "Barcode", "Colour"])

    assert found == {
        "Sku Code": "sku",
        "Product Title": "product",
        "EAN": "barcode",
        "Barcode": "",
        "Colour": "",
    }


@pytest.mark.parametrize("text", ["=1+1", "+49", "-5", "@here", "\tx"])
def test_what_could_be_a_formula_is_guarded_and_comes_back_as_it_was(text: str) -> None:
    assert safe(text) == f"'{text}"
    assert unguarded(safe(text)) == text
    assert unguarded("'tis") == "'tis"


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(InvalidInput):
        Table(io.BytesIO(",".join(str(n) for n in range(101)).encode()), is_xlsx=False)
