"""Reading the platforms' products, page by page: memory holds one page, however long the list."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import datetime

from carriers.contracts import HsCode, ListedProduct, Page, Platform
from carriers.errors import UpstreamError
from carriers.models import PlatformAccount
from carriers.platforms import easyship_client, veeqo_client
from carriers.services.facts import remembered
from catalog.models import CatalogRun
from catalog.reports import SHOWN
from catalog.sync.items import ListedItem, item_of_row, items_of_product
from catalog.sync.runs import count_page, lease_run, release_run
from shipping_project.kernel.errors import StateChanged

logger = logging.getLogger(__name__)
# One task reads for at most this long; the next one goes on from there.
READ_SECONDS = 40
ReadPage = Callable[[datetime | None, int], Page[tuple[ListedItem, ...]]]


def read_catalog(platform: Platform) -> bool:
    """Go on with the platform's run; True when it is to be gone on with at once.

    A platform that does not answer leaves the run as it is, to be tried again by the clock.
    """
    if PlatformAccount.objects.filter(platform=platform.value, is_enabled=False).exists():
        return False
    run = lease_run(platform.value)
    if run is None:
        return False
    fault: dict[str, str] = {}
    try:
        return _read_on(run, READERS[platform], time.monotonic() + READ_SECONDS)
    except UpstreamError as exc:
        facts = {"platform": platform.value, "run_id": run.pk, "code": exc.code}
        logger.warning("products not read", extra=facts)
        fault = {"error_code": exc.code, "error_detail": exc.detail}
    except StateChanged:
        logger.info("run went on without this worker", extra={"run_id": run.pk})
    finally:
        release_run(run, **fault)
    return False


def _read_on(run: CatalogRun, read_page: ReadPage, stop_at: float) -> bool:
    is_more = True
    while is_more and time.monotonic() < stop_at:
        found = read_page(run.since, run.page)
        is_more = count_page(
            run=run,
            items=[item for row in found.rows for item in row],
            unread=found.unread,
            next_page=found.next_page,
            total=found.total,
        )
    return is_more


def _veeqo_page(since: datetime | None, page: int) -> Page[tuple[ListedItem, ...]]:
    found: Page[ListedProduct] = veeqo_client().list_products(updated_since=since, page=page)
    return found.mapped(items_of_product)


def _easyship_page(since: datetime | None, page: int) -> Page[tuple[ListedItem, ...]]:
    return easyship_client().list_products(page=page).mapped(lambda row: (item_of_row(row),))


READERS: dict[Platform, ReadPage] = {
    Platform.VEEQO: _veeqo_page,
    Platform.EASYSHIP: _easyship_page,
}


def _digest(text: str) -> str:
    """What was typed, as a key that every cache takes."""
    return hashlib.sha256(text.lower().encode("utf-8", "replace")).hexdigest()


def codes_there(text: str) -> tuple[HsCode, ...] | None:
    """None where it is switched off, away, or its key may not ask."""
    if PlatformAccount.objects.filter(platform=Platform.EASYSHIP.value, is_enabled=False).exists():
        return None
    digits = text.replace(".", "").replace(" ", "")
    code, words = (digits, "") if digits.isdigit() else ("", text)

    def ask() -> tuple[HsCode, ...]:
        return easyship_client().search_hs_codes(code=code, description=words).rows[:SHOWN]

    try:
        return remembered(f"hs-codes:{_digest(text)}", ask)
    except UpstreamError as exc:
        logger.warning("HS codes not read", extra={"code": exc.code})
        return None
