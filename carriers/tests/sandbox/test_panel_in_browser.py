"""The twin's page in a real browser: faults, options, scenarios and the clock by hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from carriers.tests.sandbox.running import RunningTwin, running_twin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        os.environ.get("BROWSER_TESTS") != "1", reason="needs Chromium: bin/test --browser"
    ),
]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
]
TOKEN = "ct-browser"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[RunningTwin]:
    with running_twin(tmp_path / "twin.sqlite3", control_token=TOKEN) as running:
        yield running


@pytest.fixture
def page(guarded: RunningTwin) -> Iterator[Page]:
    """Opened with its token; nothing may be fetched elsewhere, and no script may fail."""
    wrong: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: wrong.extend(_elsewhere(guarded, asked.url)))
        page.goto(f"{guarded.url}/__twin__/?token={TOKEN}")
        yield page
        browser.close()
    assert wrong == []


def _elsewhere(twin: RunningTwin, url: str) -> list[str]:
    return [] if url.startswith(("data:", f"{twin.url}/")) else [url]


def looked_at(page: Page) -> list[str]:
    """The first line of the table of faults, cell by cell."""
    cells = page.locator("section[aria-labelledby=faults] tbody tr").first.locator("td")
    return [text.strip() for text in cells.all_inner_texts()]


def test_a_fault_is_switched_on_hits_and_is_taken_away(page: Page, guarded: RunningTwin) -> None:
    page.get_by_label("What goes wrong").select_option("error_before")
    page.get_by_label("Part of the path").fill("/tags")
    page.get_by_label("Status", exact=True).fill("503")
    page.get_by_label("Times, -1 for ever").fill("2")
    page.get_by_role("button", name="Add the fault").click()
    expect(page.locator("section[aria-labelledby=faults] tbody tr")).to_have_count(1)
    before = looked_at(page)

    statuses = [guarded.veeqo("GET", path).status_code for path in ("/tags", "/orders")]
    page.reload()

    assert statuses == [503, 200]
    assert before[0] == "* /tags"
    assert (before[3], looked_at(page)[3]) == ("0", "1")
    assert "2 more" in before[2]
    assert "1 more" in looked_at(page)[2]
    call = page.locator("section[aria-labelledby=calls] tbody tr", has_text="/tags")
    expect(call).to_contain_text("error_before")

    page.get_by_role("button", name="Take away").click()

    expect(page.get_by_text("Nothing goes wrong at present.")).to_be_visible()
    assert guarded.veeqo("GET", "/tags").status_code == 200


def test_a_fault_asks_for_what_it_needs(page: Page) -> None:
    effect = page.get_by_label("What goes wrong")
    status, seconds, method = (
        page.locator(f"#fault [name={name}]") for name in ("status", "seconds", "method")
    )
    expect(status).to_be_visible()
    expect(seconds).to_be_hidden()

    effect.select_option("hold_after")
    expect(status).to_be_hidden()
    expect(seconds).to_be_visible()

    effect.select_option("out_of_order")
    expect(method).to_be_hidden()
    page.get_by_role("button", name="Add the fault").click()
    expect(page.locator("section[aria-labelledby=faults] tbody tr")).to_have_count(1)

    assert looked_at(page)[0] == "WEBHOOK every event"
    assert "5 s" in looked_at(page)[2]


def test_an_option_is_changed_where_it_stands(page: Page, guarded: RunningTwin) -> None:
    for name, value in (("veeqo_void_status", "204"), ("veeqo_second_purchase", "allow")):
        page.get_by_label(name, exact=True).select_option(value)
        expect(page.locator(f"tr.changed [data-option={name}]")).to_be_visible()
    page.get_by_label("enforce_limits", exact=True).check()
    expect(page.locator("tr.changed [data-option=enforce_limits]")).to_be_checked()
    page.get_by_label("veeqo_burst", exact=True).fill("3")
    page.get_by_label("veeqo_burst", exact=True).blur()
    expect(page.locator("tr.changed [data-option=veeqo_burst]")).to_have_value("3")

    options = guarded.server.world.options

    assert (options.veeqo_void_status, options.veeqo_second_purchase) == (204, "allow")
    assert (options.enforce_limits, options.veeqo_burst) == (True, 3)


def test_a_value_without_sense_is_said_and_changes_nothing(
    page: Page, guarded: RunningTwin
) -> None:
    page.get_by_label("veeqo_max_page_size", exact=True).fill("0")
    page.get_by_label("veeqo_max_page_size", exact=True).blur()

    expect(page.locator("#told")).to_have_text(
        "ValueError: veeqo_max_page_size must be a number from 1 on"
    )
    assert guarded.server.world.options.veeqo_max_page_size == 100


def test_a_scenario_is_loaded_and_marked(page: Page) -> None:
    card = page.locator("form", has_text="out of funds")

    card.get_by_role("button", name="Load").click()

    expect(page.locator("form.set")).to_contain_text("out of funds")
    expect(page.locator("section[aria-labelledby=faults] tbody tr")).to_have_count(2)


def test_the_clock_is_moved(page: Page, guarded: RunningTwin) -> None:
    before = guarded.server.world.clock.offset_s
    page.get_by_label("Move the clock on by").select_option("604800")

    with page.expect_navigation():
        page.get_by_role("button", name="Move the clock").click()

    assert guarded.server.world.clock.offset_s - before == 604800


def test_the_page_fits_a_phone(page: Page, guarded: RunningTwin) -> None:
    with page.expect_navigation():
        page.locator("form", has_text="bad day").get_by_role("button", name="Load").click()

    page.set_viewport_size({"width": 390, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") == 390
