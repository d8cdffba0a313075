"""What partners have by hand in a real browser: keys, webhooks, and the progress of a job."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from orders.tests.browser.conftest import Installation
from orders.tests.browser.driving import BROWSER, Watched, log_in, watching

pytestmark = BROWSER


@pytest.fixture
def watched(installation: Installation) -> Iterator[Watched]:
    yield from watching(installation)


def test_a_key_is_made_used_for_a_job_and_revoked(
    watched: Watched, installation: Installation
) -> None:
    page = watched.page
    log_in(page, "admin")
    key = make_key(page)

    job_id = send_orders(installation, key)
    page.goto(f"/jobs/{job_id}/")

    # The part asks anew by itself until the worker is done.
    expect(page.get_by_text("Finished")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("There is no active product")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Result of every row").click()
    assert download.value.suggested_filename == f"job-{job_id}.ndjson"

    page.goto("/keys/")
    page.locator("tr", has_text="Browser").locator("summary").click()
    page.get_by_role("button", name="Revoke for good").click()
    expect(page.locator("tr", has_text="Browser")).to_contain_text("Revoked")
    assert (watched.foreign, watched.errors) == ([], [])


def make_key(page: Page) -> str:
    page.goto("/keys/")
    page.get_by_label("Organization").select_option("alder")
    page.get_by_label("Name").fill("Browser")
    page.get_by_label("orders:write").check()
    page.get_by_role("button", name="Make the key").click()
    return page.locator("#new-key").input_value()


def send_orders(installation: Installation, key: str) -> int:
    lines = [{"sku": "NONE", "quantity": 1}]
    body = json.dumps([{"external_ref": "B-1", "ship_to": {}, "lines": lines}]).encode()
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    url = f"{installation.url}/api/v1/orders/bulk"
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
        return int(json.load(answer)["id"])


def test_an_endpoint_is_made_tested_and_given_a_new_secret(watched: Watched) -> None:
    page = watched.page
    log_in(page, "partner-alder")
    page.goto("/webhooks/")
    page.get_by_label("Address").fill("https://shop.example.com/hooks")
    page.get_by_label("order.*").check()
    page.get_by_role("button", name="Make the endpoint").click()
    first = page.locator("#new-secret").input_value()

    page.get_by_role("link", name="https://shop.example.com/hooks").click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator("tr", has_text="webhook.test")).to_be_visible()
    page.get_by_role("button", name="New secret").click()

    assert re.match("whsec_", first)
    assert page.locator("#new-secret").input_value() != first
    assert (watched.foreign, watched.errors) == ([], [])
