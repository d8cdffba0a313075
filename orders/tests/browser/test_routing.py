"""The rules by hand in a real browser: drafted, tried on past orders, questioned."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from orders.tests.browser.conftest import Installation
from orders.tests.browser.driving import BROWSER, Watched, log_in, watching

pytestmark = BROWSER


@pytest.fixture
def watched(installation: Installation) -> Iterator[Watched]:
    yield from watching(installation)


def test_a_rule_is_drafted_and_tried(watched: Watched) -> None:
    page = watched.page
    log_in(page, "manager")
    page.goto("/routing/")
    page.get_by_role("button", name="Begin a draft").click()
    expect(page).to_have_url(re.compile(r"/routing/versions/\d+/$"))

    page.get_by_role("link", name="Add a rule").click()
    page.locator("#id_name").fill("Heavy by UPS")
    page.get_by_role("button", name="One more condition").click()
    expect(page.locator("#condition-rows tr")).to_have_count(3)
    page.locator("select[name=c-field]").last.select_option("weight_g")
    page.locator("select[name=c-op]").last.select_option("above")
    page.locator("input[name=c-value]").last.fill("2000")
    page.locator("#id_carrier").select_option("UPS")
    page.get_by_role("button", name="Save the rule").click()
    row = page.locator(".rules tr", has_text="Heavy by UPS")
    expect(row).to_contain_text("weight is above 2000 g")

    page.get_by_role("button", name="Move Heavy by UPS up").click()
    page.get_by_role("button", name="Try on past orders").click()
    page.get_by_role("link", name=re.compile(r"^No\. \d+$")).first.click()
    # It has nothing to replay here, so it ends at once and opens no doubt.
    expect(page.get_by_text("Within the gate")).to_be_visible(timeout=30_000)
    assert watched.foreign == []
    assert watched.errors == []
