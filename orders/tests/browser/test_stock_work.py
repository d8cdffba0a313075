"""The daily work on stock in a real browser: alerts, reasons, corrections, what to buy, returns."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from orders.tests.browser.conftest import Installation
from orders.tests.browser.driving import (
    BROWSER,
    Watched,
    log_in,
    log_in_anew,
    nothing_strange,
    watching,
)

pytestmark = BROWSER
# Twelve units a day left Reno for a month, one product is without stock of its own, and two
# numbers at Veeqo that nothing explains.
PREPARED = """
from datetime import timedelta
from django.utils import timezone
from catalog.models import Sellable
from catalog.services import record_listing
from inventory.models import (
    MovementKind, PlatformStock, StockDrift, StockLevel, StockMovement, Warehouse, WarehouseLink,
)
from inventory.services.stock import StockDemand, move_stock, reserve_stock, ship_reservations
from inventory.tests.ledger import unsealed_ledger

kit = Sellable.objects.get(sku="LAN-S")
kit.pk, kit.sku, kit.barcode = None, "SET-1", ""
kit.save()
level = StockLevel.objects.get(sellable__sku="SOK-L", warehouse__code="NV1")
for day in range(1, 30):
    move_stock(
        sellable_id=level.sellable_id, warehouse_id=level.warehouse_id, quantity=12,
        kind=MovementKind.RECEIPT, reason="Delivered", actor="tests",
    )
    reserve_stock(
        reference=f"SO-{day}", warehouse_code="NV1",
        demands=[StockDemand(sellable_id=level.sellable_id, quantity=12)],
    )
    ship_reservations(reference=f"SO-{day}", actor="tests")
    newest = list(StockMovement.objects.order_by("-pk").values_list("pk", flat=True)[:2])
    with unsealed_ledger():
        StockMovement.objects.filter(pk__in=newest).update(at=timezone.now() - timedelta(days=day))
for number, sku in enumerate(("HAM-1", "LAN-L")):
    level = StockLevel.objects.get(sellable__sku=sku, warehouse__code="CA1")
    link, _ = WarehouseLink.objects.get_or_create(
        warehouse=level.warehouse, platform="veeqo", defaults={"external_ref": "none"}
    )
    listing = record_listing(
        sellable_id=level.sellable_id, platform="veeqo", external_ref=f"none-{number}"
    )
    stock = PlatformStock.objects.create(
        listing=listing, link=link, level=level, physical=53, expected=50
    )
    StockDrift.objects.create(stock=stock, ours=50, theirs=53, rest=3)
"""
# What workers do by the clock, which nobody winds up here.
LOOKED = "from inventory.tasks import look_after_alerts; look_after_alerts()"
READ = "from orders.tasks import pull_veeqo_orders; pull_veeqo_orders()"


@pytest.fixture
def watched(installation: Installation) -> Iterator[Watched]:
    yield from watching(installation)


def test_differences_are_kept_and_taken_and_readings_scheduled(watched: Watched) -> None:
    page = watched.page
    log_in(page, "manager")
    page.goto("/stock/drift/")
    form = page.get_by_role("form", name="Schedule of Veeqo")
    form.get_by_label("Read the stock of Veeqo by itself").uncheck()
    form.get_by_label("every").fill("20")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Veeqo is read only when asked to.")).to_be_visible()
    expect(form.get_by_label("Read the stock of Veeqo by itself")).not_to_be_checked()
    expect(form.get_by_label("every")).to_have_value("20")

    page.get_by_role("button", name="Keep our number of HAM-1 in CA1").click()
    expect(page.get_by_text("It is told to the platform.")).to_be_visible()
    page.get_by_role("button", name="Take their number of LAN-L in CA1").click()
    expect(page.get_by_text("Theirs was taken.")).to_be_visible()
    expect(page.get_by_text("Every number there is explained.")).to_be_visible()
    assert available(page, "LAN-L", "CA1") == "53"
    assert available(page, "HAM-1", "CA1") == "50"
    nothing_strange(watched)


def test_a_number_is_explained_and_corrected(watched: Watched) -> None:
    page = watched.page
    log_in(page, "operator")
    page.goto("/stock/")
    page.get_by_label("SKU, title or barcode").or_(page.get_by_label("Search", exact=True)).fill(
        "DAY-RST"
    )
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("link", name="Why the stock of DAY-RST is what it is").first.click()
    expect(page.locator("h1")).to_have_text("Why DAY-RST is 12")
    expect(page.locator("section", has_text="Ledger").last).to_contain_text("Opening balance")

    page.get_by_label("Warehouse", exact=True).select_option("CA1")
    page.get_by_label(re.compile("^Units")).fill("-10")
    page.get_by_label("Reason").fill("Crushed on the belt")
    page.get_by_role("button", name="Adjust", exact=True).click()
    expect(page.get_by_text("-10 units, now 2 on hand.")).to_be_visible()
    expect(page.locator("h1")).to_have_text("Why DAY-RST is 2")
    expect(page.locator("section", has_text="Ledger").last).to_contain_text("Crushed on the belt")

    form = page.get_by_role("form", name="Alerts in CA1")
    form.get_by_label("Low at").fill("3")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("CA1: an alert is due at 3 units.")).to_be_visible()
    expect(form.get_by_label("Low at")).to_have_value("3")

    page.get_by_label("As of (UTC)").fill("2020-01-01T00:00:00")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No warehouse had any of it then.")).to_be_visible()
    nothing_strange(watched)


def test_an_alert_is_taken_on_muted_and_closes_itself(
    watched: Watched, installation: Installation
) -> None:
    page = watched.page
    log_in(page, "manager")
    page.goto("/stock/")
    adjust(page, "THR-GRY", "CA1", -12)
    installation.run(LOOKED)
    page.goto("/stock/alerts/")
    alert = page.locator("tr", has_text="THR-GRY")
    expect(alert).to_contain_text("Low")
    alert.get_by_role("button", name="Acknowledge THR-GRY in CA1").click()
    expect(alert).to_contain_text("manager looks after it")
    alert.get_by_label("Mute THR-GRY in CA1").click()
    alert.get_by_label("Days").fill("3")
    alert.get_by_role("button", name="Mute it").click()
    expect(alert).to_contain_text("muted until")

    adjust(page, "THR-GRY", "CA1", 30)
    installation.run(LOOKED)
    page.goto("/stock/alerts/")
    expect(page.locator("h1")).to_have_text("Stock alerts")
    expect(alert).to_have_count(0)
    nothing_strange(watched)


def test_what_runs_out_is_ordered_in_one_click(watched: Watched) -> None:
    page = watched.page
    log_in(page, "partner-alder")
    page.goto("/stock/suppliers/")
    page.get_by_label("Name").fill("Sock works")
    page.get_by_role("button", name="Add supplier").click()
    page.get_by_label("SKUs").fill("SOK-L 24 @ 3.10")
    page.get_by_role("button", name="Save").click()

    page.goto("/stock/reorder/")
    page.get_by_label("Warehouse").select_option("NV1")
    page.get_by_label("Orders last for").select_option("30")
    page.get_by_role("button", name="Show").click()
    group = page.locator("section", has_text="Sock works")
    row = group.locator("tr", has_text="SOK-L")
    expect(row).to_contain_text("12.00")
    row.get_by_text(re.compile(r"^Why \d+$")).click()
    expect(row).to_contain_text("7 days")
    wanted = row.locator("td.strong").inner_text()
    group.get_by_role("button", name="Draft purchase from Sock works").click()
    expect(page).to_have_url(re.compile(r"/stock/purchases/\d+/$"))
    expect(page.locator("h1")).to_contain_text("Draft")
    expect(page.locator("tr", has_text="SOK-L")).to_contain_text(wanted)
    page.get_by_role("button", name="Place the order").click()
    page.get_by_role("button", name="Receive").click()
    expect(page.get_by_text(f"{wanted} units arrived.")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Received")
    nothing_strange(watched)


def test_a_count_is_approved_by_a_second_person(watched: Watched) -> None:
    page = watched.page
    log_in(page, "partner-alder")
    page.goto("/stock/counts/")
    page.get_by_label("Warehouse").select_option("NY1")
    page.get_by_label("SKUs").fill("TRM-SND")
    page.get_by_role("button", name="Open sheet").click()
    page.get_by_label("Units of TRM-SND on the shelf").fill("24")
    page.get_by_role("button", name="Save what was counted").click()
    page.get_by_role("button", name="Submit for approval").click()
    sheet = page.url

    log_in_anew(page, "operator")
    page.goto(sheet)
    expect(page.locator("tr", has_text="TRM-SND")).to_contain_text("-1")
    page.get_by_role("button", name="Approve and adjust").click()
    expect(page.locator("h1")).to_contain_text("Approved")
    assert available(page, "TRM-SND", "NY1") == "24"
    nothing_strange(watched)


def test_kits_are_put_together_and_shipments_come_back(watched: Watched) -> None:
    page = watched.page
    log_in(page, "partner-alder")
    page.goto("/stock/kits/")
    page.get_by_label("SKU of the kit").fill("SET-1")
    page.get_by_label("Components").fill("SKL-20 2\nTRM-SND 1")
    page.get_by_role("button", name="Save kit").click()
    kit = page.locator("tr", has_text="SET-1")
    expect(kit).to_contain_text("2 × SKL-20")
    # Two bowls and a mug in Reno and in Buffalo alone: 15 and 13.
    expect(kit.locator("td").last).to_have_text("28")

    page.goto("/stock/returns/")
    page.get_by_label("Shipment").fill("SO-3")
    page.get_by_label("To warehouse").select_option("NV1")
    page.get_by_label("What came back").fill("SOK-L 2")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("2 units came back.")).to_be_visible()
    expect(page.locator("tr", has_text="SO-3")).to_contain_text("SOK-L")
    nothing_strange(watched)


def test_platforms_tell_up_to_when_their_orders_are_complete(
    watched: Watched, installation: Installation
) -> None:
    installation.run(READ)
    page = watched.page
    log_in(page, "manager")
    page.get_by_role("link", name="Platforms", exact=True).click()
    orders = page.locator("section", has_text="Orders read from the platforms")
    veeqo = orders.locator("tbody tr", has_text="Veeqo").first
    expect(veeqo.locator("td").first).to_have_text(re.compile(r"\d{2}:\d{2}"))
    expect(veeqo).to_contain_text("complete")
    nothing_strange(watched)


def adjust(page: Page, sku: str, warehouse: str, units: int) -> None:
    page.goto(f"/stock/?q={sku}&warehouse={warehouse}")
    page.get_by_role("link", name=f"Why the stock of {sku} is what it is").first.click()
    page.get_by_label("Warehouse", exact=True).select_option(warehouse)
    page.get_by_label(re.compile("^Units")).fill(str(units))
    page.get_by_label("Reason").fill("Looked again")
    page.get_by_role("button", name="Adjust", exact=True).click()
    expect(page.get_by_text(f"{units:+d} units, now")).to_be_visible()


def available(page: Page, sku: str, warehouse: str) -> str:
    page.goto(f"/stock/?q={sku}&warehouse={warehouse}")
    return page.locator("#stock-rows tbody tr .strong").first.inner_text()
