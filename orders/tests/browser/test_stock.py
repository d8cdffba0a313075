"""Stock by hand in a real browser: bought, sent on, counted, put together, given back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from orders.tests.browser.conftest import Installation
from orders.tests.browser.driving import BROWSER, Watched, log_in, nothing_strange, watching

pytestmark = BROWSER


@pytest.fixture
def watched(installation: Installation) -> Iterator[Watched]:
    yield from watching(installation)


def test_stock_is_bought_sent_on_and_counted(watched: Watched) -> None:
    page = watched.page
    log_in(page, "partner-alder")
    page.goto("/stock/")
    sku = str(page.locator("#stock-rows tbody .mono").first.text_content())
    tab(page, "Suppliers", "/stock/suppliers/")
    page.get_by_label("Name").fill("Kiln & Co")
    page.get_by_role("button", name="Add supplier").click()
    page.get_by_label("SKUs").fill(f"{sku} 10 @ 2.50")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=re.compile(re.escape(sku)))).to_contain_text("2.50 USD")

    tab(page, "Purchases", "/stock/purchases/")
    page.get_by_label("To warehouse").select_option(index=0)
    page.get_by_label("What to buy").fill(f"{sku} 12")
    page.get_by_role("button", name="Draft purchase").click()
    expect(page).to_have_url(re.compile(r"/stock/purchases/\d+/$"))
    page.get_by_role("button", name="Place the order").click()
    page.get_by_label(f"Units of {sku} that arrived").fill("7")
    page.get_by_role("button", name="Receive").click()
    expect(page.get_by_text("7 units arrived.")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Part received")

    tab(page, "Transfers", "/stock/transfers/")
    page.get_by_label("From warehouse").select_option(index=0)
    page.get_by_label("To warehouse").select_option(index=1)
    page.get_by_label("What to send").fill(f"{sku} 2")
    page.get_by_role("button", name="Draft transfer").click()
    page.get_by_role("button", name="Send").click()
    page.get_by_label(f"Units of {sku} that arrived").fill("1")
    page.get_by_role("button", name="Take in").click()
    page.get_by_label("Reason").fill("Fell off the truck")
    page.get_by_role("button", name="Write off the rest").click()
    expect(page.locator("h1")).to_contain_text("Arrived")

    tab(page, "Counts", "/stock/counts/")
    page.get_by_label("SKUs").fill(sku)
    page.get_by_role("button", name="Open sheet").click()
    page.get_by_label(f"Units of {sku} on the shelf").fill("1")
    page.get_by_role("button", name="Save what was counted").click()
    page.get_by_role("button", name="Submit for approval").click()
    page.get_by_role("button", name="Approve and adjust").click()
    expect(page.get_by_text("A second person has to approve this count")).to_be_visible()
    nothing_strange(watched)


def test_kits_returns_and_what_to_buy_answer(watched: Watched) -> None:
    page = watched.page
    log_in(page, "partner-alder")
    page.goto("/stock/")
    sku = str(page.locator("#stock-rows tbody .mono").first.text_content())

    tab(page, "Kits", "/stock/kits/")
    page.get_by_label("SKU of the kit").fill(sku)
    page.get_by_label("Components").fill(f"{sku} 2")
    page.get_by_role("button", name="Save kit").click()
    expect(page.get_by_text("cannot be a component of itself")).to_be_visible()

    tab(page, "What to buy", "/stock/reorder/")
    page.get_by_label("Orders last for").select_option("30")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("has enough of everything")).to_be_visible()

    tab(page, "Returns", "/stock/returns/")
    page.get_by_label("Shipment").fill("SO-000000-NOWAY")
    page.get_by_label("What came back").fill(f"{sku} 1")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("More came back than was shipped")).to_be_visible()
    nothing_strange(watched)


def tab(page: Page, name: str, address: str) -> None:
    """By its link where the tabs have one."""
    link = page.get_by_label("Stock").get_by_role("link", name=name, exact=True)
    if link.count():
        link.click()
    else:
        page.goto(address)
    expect(page).to_have_url(re.compile(f"{address}$"))
