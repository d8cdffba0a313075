"""What the background queue runs for stock."""

from __future__ import annotations

import logging
from dataclasses import asdict

from django.utils import timezone

from carriers.contracts import Platform
from carriers.limits import Priority
from carriers.services.calls import calls_for
from inventory.alerts.looking import look_at_stock
from inventory.alerts.mail import mail_alerts
from inventory.holds.looking import look_at_expiring
from inventory.holds.services import release_expired as end_expired_holds
from inventory.proof import stock_differences
from inventory.pulls import read_stock
from inventory.sync import telling
from inventory.sync.numbers import WITH_STOCK
from inventory.sync.runs import (
    PULL_ONE,
    StockRunUnderWay,
    begin_due_stock_run,
    prune_stock_runs,
)
from inventory.sync.sales import settle_short_sales
from shipping_project.jobs.queue import nudge

logger = logging.getLogger(__name__)


def look_after_alerts() -> int:
    """Bring alerts in line with the levels and write to people; returns how many moved."""
    moved = look_at_stock() + look_at_expiring()
    mail_alerts()
    return moved


def release_expired() -> int:
    """End the holds whose time is over; returns how many."""
    return end_expired_holds()


def prove_stock() -> int:
    """Tell the log of every stock number that its ledger does not explain; returns how many."""
    differences = stock_differences()
    for found in differences:
        logger.error("stock number not explained by its ledger", extra=asdict(found))
    return len(differences)


def tell_changed() -> int:
    """Queue what the platforms are to be told of our stock; returns how many commands."""
    settle_short_sales()
    return telling.tell_changed()


def pull_due() -> int:
    """Begin the readings whose time has come, and wake those under way; returns how many began."""
    return sum(_begin(platform) for platform in sorted(WITH_STOCK))


def _begin(platform: str) -> bool:
    try:
        return begin_due_stock_run(platform=platform, now=timezone.now())
    except StockRunUnderWay:
        # Begun by somebody else this very moment.
        return False


def pull_one(platform: str) -> None:
    """A part of one platform's reading."""
    with calls_for(Priority.SYNC):
        is_more = read_stock(Platform(platform))
    if is_more:
        nudge(PULL_ONE, platform, queue="sync")


def prune() -> int:
    return prune_stock_runs()
