"""The way of an order by hand in a real browser: login, paste, correct, create, label."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from orders.tests.browser.conftest import Installation
from orders.tests.browser.driving import BROWSER, Watched, log_in, watching

pytestmark = BROWSER
LABEL_WITHIN_MS = 60_000
PASTED = (
    "Nora Whitfield\t212-555-0142\tnora.whitfield@example.com\t40 Mercer Street\tNew York\tNY"
    "\t10013\tUSA"
)


@pytest.fixture
def watched(installation: Installation) -> Iterator[Watched]:
    yield from watching(installation)


def test_pasted_customer_becomes_an_order_with_a_label(watched: Watched) -> None:
    page = watched.page
    log_in(page, "partner-alder")

    page.goto("/orders/new/")
    page.get_by_label("Customer as text").fill(PASTED)
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.locator("#id-name")).to_have_value("Nora Whitfield")
    expect(page.locator("#id-postal_code")).to_have_value("10013")
    expect(page.locator("#id-country")).to_have_value("US")

    # A wrong correction is marked at once and a right one clears the mark.
    page.locator("#id-postal_code").fill("89503")
    page.locator("#id-postal_code").blur()
    expect(page.locator("#notes-postal_code")).to_contain_text("89503 is not in NY")
    page.locator("#id-postal_code").fill("10013")
    page.locator("#id-postal_code").blur()
    expect(page.locator("#notes-postal_code")).to_have_text(re.compile(r"^\s*$"))

    _add_first_product(page)
    page.get_by_role("button", name="Create order").click()

    expect(page).to_have_url(re.compile(r"/orders/SO-\d{6}/$"))
    download = page.get_by_role("link", name="Download PDF")
    expect(download).to_be_visible(timeout=LABEL_WITHIN_MS)
    answer = page.request.get(str(download.get_attribute("href")))
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")
    page.get_by_text("View the label").click()
    expect(page.frame_locator("iframe").locator(":root")).to_be_attached()
    assert watched.foreign == []
    assert watched.errors == []


def test_faults_are_marked_together_and_nothing_typed_is_lost(watched: Watched) -> None:
    page = watched.page
    log_in(page, "partner-alder")

    page.goto("/orders/new/")
    page.locator("#id-name").fill("Nora Whitfield")
    page.locator("#id-country").fill("US")
    page.locator("#id-note").fill("Ring twice")
    page.locator("#lines input[name=sku]").fill("NO-SUCH-SKU")
    page.get_by_role("button", name="Create order").click()

    expect(page.get_by_role("alert").first).to_contain_text("Some fields need correcting")
    for name in ("address_1", "city", "postal_code"):
        expect(page.locator(f"#id-{name}")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#lines input[name=sku]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id-name")).to_have_value("Nora Whitfield")
    expect(page.locator("#id-note")).to_have_value("Ring twice")
    assert watched.foreign == []
    # Chromium itself reports the status 422 of the page as an error.
    assert [error for error in watched.errors if "422" not in error] == []


def _add_first_product(page: Page) -> None:
    """Found by a word, added by its button; the line then shows the product's name."""
    page.get_by_label("Find a product by SKU or words").press_sequentially("a")
    button = page.locator("#products button").first
    expect(button).to_be_visible()
    sku = str(button.get_attribute("value")).removeprefix("add:")
    button.click()
    expect(page.locator("#lines input[name=sku]")).to_have_value(sku)
