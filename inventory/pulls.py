"""Reading the platforms' stock, page by page: memory holds one page, however long the list."""

from __future__ import annotations

import logging
import time

from carriers.contracts import ListedProduct, Page, Platform, StockEntry
from carriers.errors import UpstreamError
from carriers.models import PlatformAccount
from carriers.platforms import veeqo_client
from catalog.sync.paging import release_run
from inventory.models import StockRun
from inventory.sync.runs import count_stock_page, lease_stock_run
from inventory.sync.taking import entries_without
from shipping_project.kernel.errors import StateChanged

logger = logging.getLogger(__name__)
# One task reads for at most this long; the next one goes on from there.
READ_SECONDS = 40


def read_stock(platform: Platform) -> bool:
    """Go on with the platform's reading; True when it is to be gone on with at once.

    A platform that does not answer leaves it as it is, to be tried again by the clock.
    """
    if PlatformAccount.objects.filter(platform=platform.value, is_enabled=False).exists():
        return False
    run = lease_stock_run(platform.value)
    if run is None:
        return False
    fault: dict[str, str] = {}
    try:
        return _read_on(run, time.monotonic() + READ_SECONDS)
    except UpstreamError as exc:
        facts = {"platform": platform.value, "run_id": run.pk, "code": exc.code}
        logger.warning("stock not read", extra=facts)
        fault = {"error_code": exc.code, "error_detail": exc.detail}
    except StateChanged:
        logger.info("reading went on without this worker", extra={"run_id": run.pk})
    finally:
        release_run(run, **fault)
    return False


def _read_on(run: StockRun, stop_at: float) -> bool:
    """Stock stands in the list of products, which tells no change of stock: all of it is read."""
    is_more = True
    while is_more and time.monotonic() < stop_at:
        found: Page[ListedProduct] = veeqo_client().list_products(page=run.page)
        is_more = count_stock_page(
            run=run,
            entries=_entries(run.platform, found),
            next_page=found.next_page,
            total=found.total,
        )
    return is_more


def _entries(platform: str, page: Page[ListedProduct]) -> list[StockEntry]:
    items = [
        row
        for product in page.rows
        for row in product.sellables
        if not (row.is_deleted or product.is_deleted)
    ]
    stated = [entry for row in items for entry in row.stock]
    return [*stated, *entries_without((row.item_ref for row in items), stated, platform)]
