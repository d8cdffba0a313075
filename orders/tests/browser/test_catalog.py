"""The catalog by hand in a real browser: read, settled, linked, imported, made fit for export."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from orders.tests.browser.conftest import Installation
from orders.tests.browser.driving import BROWSER, Watched, log_in, nothing_strange, watching

pytestmark = BROWSER
READ_WITHIN_MS = 60_000
# Three weights that Veeqo has otherwise, two of its SKUs that are not simply ours, one product
# without its customs data, and a reading of Easyship that somebody has in hand.
PREPARED = """
from datetime import timedelta
from django.utils import timezone
from catalog.models import CatalogRun, CatalogSchedule, Sellable

for sku in ("TRM-GRN", "TRM-NVY", "LAN-S"):
    Sellable.objects.filter(sku=sku).update(weight_g=301)
Sellable.objects.filter(sku="KET-12").update(sku="KET-12-OLD")
shared = Sellable.objects.get(sku="LAN-L")
shared.pk, shared.organization_id = None, Sellable.objects.exclude(
    organization=shared.organization_id).values_list("organization", flat=True)[0]
shared.product = Sellable.objects.filter(organization=shared.organization_id)[0].product
shared.save()
Sellable.objects.filter(sku="HAM-1").update(hs_code="")
for platform in ("veeqo", "easyship"):
    CatalogSchedule.objects.create(platform=platform, is_on=False)
CatalogRun.objects.create(platform="easyship", lease_until=timezone.now() + timedelta(hours=1))
"""
FILE = """Article,Grams,Called,Price,Currency,Length,Width,Height
NEW-1,120,Felt pouch,4.00,USD,200,120,20
NEW-2,much,Felt bag,6.00,USD,300,300,50
"""


@pytest.fixture
def watched(installation: Installation) -> Iterator[Watched]:
    yield from watching(installation)


def test_what_blocks_an_export_is_found_and_completed(watched: Watched) -> None:
    page = watched.page
    log_in(page, "manager")
    page.goto("/catalog/")
    blocked = page.locator("section", has_text="Will block an export").locator("tr")
    expect(blocked.filter(has_text="HAM-1")).to_contain_text("missing")

    page.get_by_label("Code or words").fill("hammock")
    page.get_by_role("button", name="Find an HS code").click()
    code = page.locator("#hs-codes tbody tr", has_text="Hammock").locator("td").first
    expect(code).to_have_text("630640")
    page.get_by_label("Code or words").fill("95")
    page.get_by_label("Ask Easyship, too").check()
    page.get_by_role("button", name="Find an HS code").click()
    expect(page.locator("#hs-codes")).to_contain_text("Easyship")

    page.get_by_role("link", name="Complete HAM-1").click()
    page.locator("#id_hs_code").fill("630640")
    page.locator("button[name=_save]").click()
    page.goto("/catalog/")
    expect(page.locator("#export-title")).to_be_visible()
    expect(blocked.filter(has_text="HAM-1")).to_have_count(0)
    nothing_strange(watched)


def test_products_are_read_and_what_differs_is_decided(watched: Watched) -> None:
    page = watched.page
    log_in(page, "manager")
    page.get_by_role("link", name="Catalog", exact=True).click()
    page.get_by_role("button", name="Cancel the reading of Easyship").click()
    expect(row(page, "#catalog-runs", "Easyship")).to_contain_text("Cancelled")

    page.get_by_role("button", name="Try a reading of Veeqo").click()
    veeqo = row(page, "#catalog-runs", "Veeqo")
    expect(veeqo).to_contain_text("3 in conflict", timeout=READ_WITHIN_MS)
    expect(veeqo).to_contain_text("dry run")
    page.get_by_role("link", name="Show what it found").click()
    expect(page.get_by_text("Nothing was changed on both sides.")).to_be_visible()
    page.get_by_role("button", name="Read all of Veeqo").click()
    expect(veeqo).not_to_contain_text("dry run", timeout=READ_WITHIN_MS)
    expect(veeqo).to_contain_text("3 in conflict", timeout=READ_WITHIN_MS)

    page.get_by_role("link", name="Show what it found").click()
    page.get_by_role("button", name=re.compile("Keep our .* of TRM-GRN")).click()
    expect(page.get_by_text("The conflict is settled.")).to_be_visible()
    page.get_by_role("button", name=re.compile("Take their .* of TRM-NVY")).click()
    lantern = row(page, "section", "LAN-S")
    lantern.get_by_text("Other values…").click()
    lantern.get_by_label("Weight").fill("777")
    lantern.get_by_role("button", name="Save these").click()
    expect(page.get_by_text("Nothing was changed on both sides.")).to_be_visible()
    assert weights(page, "TRM-GRN", "LAN-S") == {"TRM-GRN": "301", "LAN-S": "777"}
    assert weights(page, "TRM-NVY") != {"TRM-NVY": "301"}

    page.goto("/catalog/")
    form = page.get_by_role("form", name="Schedule of Veeqo")
    form.get_by_label("Read the products of Veeqo by itself").check()
    form.get_by_label("every").fill("15")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Veeqo is read every 15 minutes.")).to_be_visible()
    expect(form.get_by_label("every")).to_have_value("15")
    nothing_strange(watched)


def test_listed_items_are_linked_or_left_alone(watched: Watched) -> None:
    page = watched.page
    log_in(page, "manager")
    page.goto("/catalog/")
    both = row(page, "section", "Several organizations have this SKU")
    both.get_by_label("Link LAN-L").click()
    both.get_by_label("It is the same SKU of").select_option("alder")
    both.get_by_role("button", name="Link it").click()
    expect(page.get_by_text(re.compile("Linked to LAN-L"))).to_be_visible()

    nobody = row(page, "section", "KET-12")
    nobody.get_by_label("Link KET-12").click()
    nobody.get_by_role("button", name="Link it").click()
    expect(page.get_by_text("has no SKU 'KET-12'")).to_be_visible()
    nobody.get_by_label("Ignore KET-12").click()
    nobody.get_by_label("Why", exact=True).fill("An old name of ours")
    nobody.get_by_role("button", name="Ignore it").click()
    expect(page.get_by_text("Every listed item is one of our sellables.")).to_be_visible()
    nothing_strange(watched)


def test_a_file_is_tried_corrected_and_taken_in(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    log_in(page, "partner-alder")
    page.goto("/catalog/import/")
    upload(page, {"name": "felt.csv", "mimeType": "text/csv", "buffer": FILE.encode()})
    for heading, label in (("Article", "SKU"), ("Grams", "Weight (g)"), ("Called", "Title")):
        page.get_by_label(heading, exact=True).select_option(label=label)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#import-progress")).to_contain_text("1 of 2 rows can be taken in")
    expect(page.locator("#import-refused")).to_contain_text("weight_g")
    with page.expect_download() as refused:
        page.get_by_role("link", name="Download the refused rows").click()
    assert "NEW-2" in refused.value.path().read_text()
    assert "NEW-1" not in refused.value.path().read_text()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("#import-progress")).to_contain_text("1 of 2 rows were taken in")

    page.get_by_role("link", name="All imports").click()
    expect(page.locator("tr", has_text="felt.csv").first).to_contain_text("Finished")
    with page.expect_download() as exported:
        page.get_by_role("button", name="Download XLSX").click()
    workbook = tmp_path / "products.xlsx"
    exported.value.save_as(workbook)
    upload(page, str(workbook))
    expect(page.locator("#import-progress")).to_contain_text("0 cannot", timeout=READ_WITHIN_MS)
    assert weights(page, "NEW-1") == {"NEW-1": "120"}
    nothing_strange(watched)


def row(page: Page, within: str, words: str) -> Locator:
    return page.locator(f"{within} tr", has_text=words)


def upload(page: Page, file: object) -> None:
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Try it").click()
    expect(page).to_have_url(re.compile(r"/catalog/import/\d+/$"))


def weights(page: Page, *skus: str) -> dict[str, str]:
    """As the exported file has them."""
    page.goto("/catalog/import/")
    with page.expect_download() as exported:
        page.get_by_role("button", name="Download CSV").click()
    with exported.value.path().open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return {one["SKU"]: one["Weight (g)"] for one in rows if one["SKU"] in skus}
