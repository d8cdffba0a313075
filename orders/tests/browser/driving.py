"""A real browser on the pages, which notes everything that must not happen on them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect, sync_playwright

from orders.demo.seed import PASSWORD
from orders.tests.browser.conftest import Installation

BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(
        os.environ.get("BROWSER_TESTS") != "1", reason="needs Chromium: bin/test --browser"
    ),
]
CHROMIUM = "/usr/bin/chromium"
# What comes comes sooner; a busy machine is given the time.
expect.set_options(timeout=15_000)
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
]


@dataclass
class Watched:
    """A page, and everything that must not have happened on it."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def watching(installation: Installation) -> Iterator[Watched]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(base_url=installation.url).new_page()
        watched = Watched(page)
        page.on("request", lambda request: _note_foreign(watched, installation, request.url))
        page.on("console", lambda message: _note_error(watched, message))
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        yield watched
        browser.close()


def _note_foreign(watched: Watched, installation: Installation, url: str) -> None:
    """Only what goes over the network counts; the PDF viewer is a part of the browser."""
    if url.startswith(("http", "ws")) and not url.startswith(f"{installation.url}/"):
        watched.foreign.append(url)


def _note_error(watched: Watched, message: ConsoleMessage) -> None:
    if message.type == "error":
        watched.errors.append(message.text)


def log_in(page: Page, username: str) -> None:
    page.goto("/login/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button[type=submit]").first.click()
    expect(page).not_to_have_url(re.compile("/login/"))


def log_in_anew(page: Page, username: str) -> None:
    """As somebody else, in the same window."""
    page.context.clear_cookies()
    log_in(page, username)


def nothing_strange(watched: Watched) -> None:
    """No word from outside was asked for, and the console stayed quiet."""
    assert watched.foreign == []
    assert watched.errors == []
