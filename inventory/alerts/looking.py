"""Opening, changing and closing alerts as the levels move."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from inventory.alerts.models import StockAlert
from inventory.models import StockLevel
from inventory.rules.alerts import Alert, AlertKind, alert_for
from shipping_project.hooks.rules.events import add_events
from shipping_project.hooks.services import announce

logger = logging.getLogger(__name__)
BATCH = 500
# One task looks for at most this long; the next one goes on.
LOOK_SECONDS = 40
# A change has the time of its statement and is seen only when it commits, so what changed within
# this long is looked at once more.
GRACE = timedelta(minutes=1)
OPENED, CHANGED, CLOSED = "stock.alert_opened", "stock.alert_changed", "stock.alert_closed"
LOW = "stock.low"

add_events(
    {
        OPENED: "Stock ran out, runs low, or is far too much.",
        CHANGED: "An open alert on stock became more or less urgent.",
        CLOSED: "The stock of an alert recovered.",
        LOW: "Stock ran out or runs low; besides `stock.alert_opened`.",
    }
)


def look_at_stock() -> int:
    """Look at every level that changed since the last look; returns how many alerts moved."""
    stop_at = time.monotonic() + LOOK_SECONDS
    moved, is_more = 0, True
    after = 0
    while is_more and time.monotonic() < stop_at:
        started = timezone.now()
        rows = StockLevel.objects.to_check().filter(pk__gt=after).order_by("pk")
        rows = rows.with_kits().select_related("sellable__organization", "warehouse")
        levels = list(rows[:BATCH])
        try:
            moved += _look_at(levels, started)
        except IntegrityError:
            # Another look opened one of these this very moment; the next look sees it.
            logger.info("two looks at once", extra={"levels": len(levels)})
        is_more = len(levels) == BATCH
        after = levels[-1].pk if levels else 0
    return moved


@transaction.atomic
def _look_at(levels: Sequence[StockLevel], started: datetime) -> int:
    standing: dict[int, list[StockAlert]] = defaultdict(list)
    # A drift is opened and closed by whoever reads the platforms, an end of holds by the clock.
    others = (AlertKind.DRIFT.value, AlertKind.EXPIRING.value)
    kinds = StockAlert.objects.still_open().exclude(kind__in=others)
    for alert in kinds.filter(level__in=levels):
        standing[alert.level_id].append(alert)
    moved = sum(_settle(level, standing[level.pk], started) for level in levels)
    ids = [level.pk for level in levels]
    StockLevel.objects.filter(pk__in=ids).update(checked_at=started - GRACE)
    return moved


def _settle(level: StockLevel, standing: list[StockAlert], now: datetime) -> int:
    wanted = _wanted(level)
    moved, is_told = 0, False
    for alert in standing:
        if wanted is not None and alert.kind == wanted.kind.value:
            is_told = True
            moved += _follow(alert, level, wanted, now)
        else:
            moved += close_alert(alert, level, now)
    if wanted is not None and not is_told:
        moved += open_alert(level, wanted, now)
    return moved


def _wanted(level: StockLevel) -> Alert | None:
    """What is not sold, lies where nothing ships from, or is a kit, worries nobody."""
    if not (level.sellable.is_active and level.warehouse.is_active) or level.is_kit:
        return None
    return alert_for(
        available=level.available,
        low_at=level.low_at,
        overstock_factor=level.overstock_factor,
        incoming=level.incoming,
    )


def open_alert(level: StockLevel, wanted: Alert, now: datetime) -> int:
    """A mute outlives the alert that it was said of."""
    mutes = StockAlert.objects.filter(level=level, kind=wanted.kind.value, muted_until__gt=now)
    alert = StockAlert.objects.create(
        level=level,
        kind=wanted.kind.value,
        severity=wanted.severity.value,
        available=level.available,
        opened_at=now,
        muted_until=mutes.order_by("-id").values_list("muted_until", flat=True).first(),
    )
    _tell(OPENED, alert, level, now)
    if wanted.kind in (AlertKind.OUT, AlertKind.LOW):
        _tell(LOW, alert, level, now)
    return 1


def _follow(alert: StockAlert, level: StockLevel, wanted: Alert, now: datetime) -> int:
    """The severity follows the level; another one is news again."""
    before = alert.severity
    if (alert.available, before) == (level.available, wanted.severity.value):
        return 0
    alert.available, alert.severity = level.available, wanted.severity.value
    alert.save(update_fields=["available", "severity"])
    if before == alert.severity:
        return 0
    _tell(CHANGED, alert, level, now)
    return 1


def close_alert(alert: StockAlert, level: StockLevel, now: datetime) -> int:
    alert.closed_at, alert.available = now, level.available
    alert.save(update_fields=["closed_at", "available"])
    _tell(CLOSED, alert, level, now)
    return 1


def _tell(event: str, alert: StockAlert, level: StockLevel, now: datetime) -> None:
    if alert.muted_until is not None and alert.muted_until > now:
        return
    announce(
        organization_id=level.sellable.organization_id,
        event=event,
        data={
            "alert": alert.pk,
            "kind": alert.kind,
            "severity": alert.severity,
            "sku": level.sellable.sku,
            "warehouse": level.warehouse.code,
            "available": level.available,
            "incoming": level.incoming,
            "low_at": level.low_at,
        },
    )
