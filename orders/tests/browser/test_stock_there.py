"""Stock at the platforms by hand in a real browser: read, a difference found, and settled."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from orders.tests.browser.conftest import Installation
from orders.tests.browser.driving import BROWSER, Watched, log_in, watching

pytestmark = BROWSER
READ_WITHIN_MS = 30_000
# As a reading leaves it behind when somebody typed five more at Veeqo and no order explains them.
FIVE_MORE_THERE = """
from carriers.contracts import Platform
from carriers.platforms import port_for
from catalog.services import record_listing
from inventory.models import PlatformStock, StockDrift, StockLevel
from inventory.services.links import record_warehouse_link

port = port_for(Platform.VEEQO)
level = StockLevel.objects.get(sellable__sku="TRM-GRN", warehouse__code="NV1")
item = port.find_items(["TRM-GRN"])[0].item_ref
place = next(one for one in port.list_warehouses() if one.external_code == "NV1")
listing = record_listing(sellable_id=level.sellable_id, platform="veeqo", external_ref=item)
link = record_warehouse_link(
    warehouse_id=level.warehouse_id, platform="veeqo", external_ref=place.warehouse_ref
)
stock = PlatformStock.objects.create(
    listing=listing, link=link, level=level, physical=65, expected=60
)
StockDrift.objects.create(stock=stock, ours=60, theirs=65, rest=5)
"""


@pytest.fixture
def watched(installation: Installation) -> Iterator[Watched]:
    yield from watching(installation)


def test_a_difference_is_counted_and_its_owner_declared(
    watched: Watched, installation: Installation
) -> None:
    installation.run(FIVE_MORE_THERE)
    page = watched.page
    log_in(page, "manager")
    page.goto("/stock/")
    page.get_by_role("link", name="At the platforms").click()
    row = page.locator("tr", has_text="TRM-GRN")
    expect(row).to_contain_text("+5")

    row.get_by_text("Count now").click()
    row.get_by_label("Units on the shelf").fill("61")
    row.get_by_role("button", name="Save the count").click()
    expect(page.get_by_text("It is told to the platform.")).to_be_visible()
    expect(page.get_by_text("Every number there is explained.")).to_be_visible()

    form = page.get_by_role("form", name=re.compile("Whose numbers of NV1"))
    form.get_by_label("Keep back").fill("4")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("4 kept back.")).to_be_visible()

    page.get_by_role("button", name="Read the stock of Veeqo now").click()
    expect(page.locator("#stock-runs")).to_contain_text("Finished", timeout=READ_WITHIN_MS)
    page.goto("/stock/?q=TRM-GRN&warehouse=NV1")
    page.get_by_role("link", name=re.compile("Why the stock")).first.click()
    expect(page.get_by_role("heading", name="At the platforms")).to_be_visible()
    # Told already, or not yet, that four are kept back.
    there = page.locator("section", has=page.get_by_role("heading", name="At the platforms"))
    expect(there).to_contain_text(re.compile(r"\b(61|57)\b"))
    assert watched.foreign == []
    assert watched.errors == []
