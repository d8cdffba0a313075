"""The ways of orders by hand in a real browser: picked, split, routed anew, assigned, published."""

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
DONE_WITHIN_MS = 60_000
PHONE = 390
PATHS = (
    *("/", "/orders/", "/orders/new/", "/jobs/", "/keys/", "/webhooks/", "/platforms/"),
    *("/stock/", "/stock/alerts/", "/stock/drift/", "/stock/reorder/", "/stock/purchases/"),
    *("/stock/suppliers/", "/stock/transfers/", "/stock/counts/", "/stock/returns/"),
    *("/stock/kits/", "/stock/warehouses/", "/stock/warehouses/NV1/", "/stock/1/why/"),
    *("/catalog/", "/catalog/import/", "/catalog/hs-codes/?q=mug", "/routing/"),
    *("/routing/versions/1/", "/routing/versions/1/coverage/", "/routing/batches/"),
)
RECEIVE = """
from accounts.models import Organization
from orders.rules.drafts import LineDraft, OrderDraft
from orders.services.intake import receive_order
from shipping_project.kernel.postal import PostalAddress

TO = PostalAddress(
    name="Nora Whitfield", phone="2125550142", email="nora@example.com", company="",
    address_1="40 Mercer Street", address_2="", city="New York", state="NY",
    postal_code="10013", country="US",
)

def order(owner, reference, sku, units, hold=""):
    receive_order(
        organization_id=Organization.objects.get(slug=owner).pk,
        draft=OrderDraft(
            source="api", external_ref=reference, ship_to=TO, hold_reason=hold,
            lines=(LineDraft(sku=sku, quantity=units),),
        ),
        actor="tests",
    )

"""
# One waits for a person, and two for more stock than there is in any one place.
PREPARED = (
    RECEIVE
    + """
order("alder", "HELD-1", "SOK-M", 1, hold="Look at it first")
order("alder", "WIDE-1", "KET-12", 100)
order("alder", "LONG-1", "DAY-RST", 50)
"""
)
CALM = (
    RECEIVE
    + """
Organization.objects.filter(slug="birch").update(assigns_batches=True)
order("birch", "CALM-1", "CAL-NEXT", 1)
order("birch", "CALM-2", "CAL-NEXT", 2)
"""
)
ONE_MORE = RECEIVE + 'order("alder", "NEXT-1", "SOK-M", 1)'


@pytest.fixture
def watched(installation: Installation) -> Iterator[Watched]:
    yield from watching(installation)


def test_a_person_picks_the_way_and_asks_why_not_another(watched: Watched) -> None:
    page = watched.page
    log_in(page, "manager")
    open_order(page, "HELD-1")
    page.get_by_role("link", name="Pick its way").click()
    page.get_by_label("Carrier").select_option("DHL")
    page.get_by_role("button", name="Route it this way").click()
    expect(page.locator(".field-error").first).to_be_visible()
    page.get_by_label("Reason").fill("They asked for DHL")
    page.get_by_role("button", name="Route it this way").click()
    expect(page.get_by_text("It goes the way that you picked.")).to_be_visible()
    page.get_by_role("button", name="Release").click()

    why = page.locator("section", has=page.get_by_role("heading", name="Why this route"))
    expect(why).to_contain_text("Picked by manager", timeout=DONE_WITHIN_MS)
    expect(why).to_contain_text("They asked for DHL")
    expect(why).to_contain_text("The rules by themselves: UPS")
    expect(page.get_by_role("link", name="Download PDF")).to_be_visible(timeout=DONE_WITHIN_MS)
    why.get_by_text("Why not another way?").click()
    page.get_by_label("Carrier").select_option("USPS")
    page.get_by_role("button", name="Why not?").click()
    expect(page.locator("#why-not")).to_contain_text("Not by USPS:")
    # Chromium itself reports the status 400 of the refused form as an error.
    assert [error for error in watched.errors if "400" not in error] == []
    assert watched.foreign == []


def test_an_order_is_split_over_two_warehouses(watched: Watched) -> None:
    page = watched.page
    log_in(page, "manager")
    open_order(page, "WIDE-1")
    expect(page.locator("h1")).to_contain_text("Backordered", timeout=DONE_WITHIN_MS)
    page.get_by_role("link", name="Split", exact=True).click()
    for part, (units, code) in enumerate((("60", "NV1"), ("40", "CA1")), start=1):
        page.get_by_label(f"Units of KET-12 in part {part}").fill(units)
        page.get_by_label(f"Warehouse of part {part}").select_option(code)
    page.get_by_label("Reason").fill("It will not fit in one")
    page.get_by_role("button", name="Split it this way").click()

    expect(page.get_by_text("It is sent in parts, each an order of its own.")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("split", ignore_case=True)
    parts = page.locator("section", has=page.get_by_role("heading", name="Parts"))
    expect(parts.locator("tbody tr")).to_have_count(2)
    expect(parts).to_contain_text("60 × KET-12")
    expect(parts).to_contain_text("40 × KET-12")
    nothing_strange(watched)


def test_chosen_orders_are_routed_anew_by_page_and_admin(watched: Watched) -> None:
    page = watched.page
    log_in(page, "manager")
    open_order(page, "LONG-1")
    expect(page.locator("h1")).to_contain_text("Backordered", timeout=DONE_WITHIN_MS)
    number = page.locator("h1 .mono").inner_text()

    page.goto("/orders/?q=LONG-1")
    page.get_by_label(f"Choose {number}").check()
    page.get_by_label("With the chosen orders").select_option(label="Route anew")
    page.get_by_role("button", name="Continue").click()
    row = page.locator("tr", has_text=number)
    expect(row).to_contain_text("the same")
    page.get_by_role("button", name="Route anew 1 order").click()
    expect(page.locator("h1")).to_contain_text("1 done, 0 refused")
    expect(page.locator("tr", has_text=number)).to_contain_text("Looked at by the rules of now.")

    page.goto(f"/admin/orders/order/?q={number}")
    page.locator("input[name=_selected_action]").first.check()
    page.locator("select[name=action]").select_option(label="Route anew")
    page.locator("button[name=index]").first.click()
    expect(page.locator("#content, main").last).to_contain_text(number)
    page.get_by_role("button", name=re.compile("Route anew|Yes|Confirm")).last.click()
    expect(page.get_by_text("1 done, 0 refused.")).to_be_visible()
    nothing_strange(watched)


def test_calm_orders_are_assigned_together(watched: Watched, installation: Installation) -> None:
    installation.run(CALM)
    page = watched.page
    log_in(page, "manager")
    page.goto("/routing/")
    page.get_by_role("link", name="Batches").click()
    page.get_by_label("Organization").select_option("birch")
    page.get_by_role("button", name="Tell what it would save").click()
    expect(page.get_by_role("heading", name=re.compile("Would save"))).to_be_visible(
        timeout=DONE_WITHIN_MS
    )
    expect(page.locator("h1 + p")).to_contain_text("2 orders · no order was touched")
    expect(page.locator("section", has_text="Order by order").locator("tbody tr")).to_have_count(2)

    page.get_by_role("link", name="All batches").click()
    page.get_by_label("Organization").select_option("birch")
    page.get_by_role("button", name="Assign its open orders").click()
    expect(page.get_by_text("Went that way")).to_be_visible(timeout=DONE_WITHIN_MS)
    expect(page.locator("dt:has-text('Went that way') + dd")).to_have_text("2")
    nothing_strange(watched)


def test_rules_are_looked_over_tried_published_and_watched(
    watched: Watched, installation: Installation
) -> None:
    page = watched.page
    log_in(page, "manager")
    page.goto("/routing/")
    page.get_by_role("button", name="Begin a draft").click()
    add_rule(page, "All by DHL", "DHL")
    add_rule(page, "Never reached", "USPS")
    findings = page.locator("section", has=page.get_by_role("heading", name="What to look at"))
    expect(findings.locator("tr", has_text="Never reached").first).to_be_visible()
    for _ in range(5):
        page.get_by_role("button", name="Move All by DHL up").click()
        if page.get_by_role("button", name="Move All by DHL up").is_disabled():
            break
    expect(findings.locator("tr", has_text="Nevada by FedEx").first).to_be_visible()

    page.get_by_role("link", name="Where which rule wins").click()
    america = page.locator(".coverage tr", has_text="North America").first
    expect(america).to_contain_text("All by DHL")
    expect(page.locator(".coverage td.is-hole").first).to_contain_text("no rule")
    page.get_by_role("link", name="Back to the rules").click()

    page.get_by_text("Try it on other orders than those of the gate").click()
    form = page.get_by_role("form", name="Try on chosen orders")
    form.get_by_label("Organization").select_option(label="Alder & Pine Outfitters")
    form.get_by_label("The newest so many orders").fill("1")
    form.get_by_role("button", name="Try on these").click()
    expect(page.locator("#simulation")).to_contain_text("of 1", timeout=DONE_WITHIN_MS)
    page.get_by_role("link", name="The rules tried").click()
    page.get_by_role("button", name="Make live").click()
    expect(page.get_by_text("were not tried on past orders yet")).to_be_visible()

    page.get_by_role("button", name="Try on past orders").click()
    page.get_by_role("link", name=re.compile(r"^No\. \d+$")).first.click()
    beyond = page.locator("#simulation .alert", has_text="a second person has to agree")
    expect(beyond).to_contain_text(
        "You began it, so somebody else approves it.", timeout=DONE_WITHIN_MS
    )
    trial = page.url
    log_in_anew(page, "admin")
    page.goto(trial)
    page.get_by_role("button", name="Approve all the same").click()
    expect(page.locator("#simulation .alert")).to_contain_text("approved by admin")
    log_in_anew(page, "manager")
    page.goto(trial)
    page.get_by_role("link", name="The rules tried").click()
    page.get_by_role("button", name="Make live").click()
    expect(page.locator("h1")).to_contain_text("live")
    version = page.url

    installation.run(ONE_MORE)
    open_order(page, "NEXT-1")
    expect(page.get_by_role("link", name="Download PDF")).to_be_visible(timeout=DONE_WITHIN_MS)
    page.goto(version)
    watch = page.locator("section", has=page.get_by_role("heading", name="Since it went live"))
    expect(watch.locator("dt:has-text('Decided') + dd")).to_have_text(re.compile("^[1-9]"))
    expect(watch.locator("dt:has-text('Another way before') + dd")).to_contain_text("foretold")
    expect(watch.locator("tbody tr").first).to_contain_text("USD")
    nothing_strange(watched)


def open_order(page: Page, reference: str) -> None:
    page.goto(f"/orders/?q={reference}")
    page.locator("#board tr", has_text=reference).get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/orders/SO-\d{6}/$"))


def add_rule(page: Page, name: str, carrier: str) -> None:
    page.get_by_role("link", name="Add a rule").click()
    page.locator("#id_name").fill(name)
    page.locator("#id_country").fill("US")
    page.locator("#id_carrier").select_option(carrier)
    page.get_by_role("button", name="Save the rule").click()
    expect(page.locator(".rules tr", has_text=name)).to_be_visible()


def test_no_page_is_wider_than_a_phone(watched: Watched) -> None:
    page = watched.page
    page.set_viewport_size({"width": PHONE, "height": 844})
    log_in(page, "manager")
    open_order(page, "HELD-1")
    order = page.url.removesuffix("/")

    wide = {path: width for path in [*PATHS, order, f"{order}/way/"] if (width := over(page, path))}

    assert wide == {}
    nothing_strange(watched)


def over(page: Page, path: str) -> int:
    """By how many pixels the page can be scrolled sideways."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    return int(page.evaluate("document.documentElement.scrollWidth")) - PHONE
