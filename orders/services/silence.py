"""Noticing that a source of orders has gone silent, and telling people once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.core.mail import send_mail
from django.db.models import Count, Max
from django.db.models.functions import ExtractHour

from accounts.models import Role, User
from orders.models import PulledOrder, PullSource
from orders.rules.silence import is_unusual

logger = logging.getLogger(__name__)
LOOKED_AT = timedelta(days=14)
# What is usual cannot be told from fewer days.
LEAST = timedelta(days=3)
TOLD = (Role.ADMINISTRATOR, Role.MANAGER)


def look_at_sources(now: datetime) -> int:
    """Note which sources are unusually silent, and mail what is new; returns how many are."""
    usual, newest = _usual(now), _newest()
    silent = 0
    for source in PullSource.objects.order_by("pk"):
        last = newest.get(source.pk)
        is_silent = (
            last is not None
            and now - source.first_seen_at >= LEAST
            and is_unusual(usual.get(source.pk, {}), quiet_since=last, now=now)
        )
        silent += is_silent
        _note(source, last if is_silent else None, now)
    return silent


def _usual(now: datetime) -> dict[int, dict[int, float]]:
    """Orders by source and hour of the day, as an average of the days that were looked at."""
    rows = (
        PulledOrder.objects.filter(first_seen_at__gte=now - LOOKED_AT)
        .order_by()
        .annotate(hour=ExtractHour("first_seen_at"))
        .values_list("source_id", "source__first_seen_at", "hour")
        .annotate(count=Count("pk"))
    )
    found: dict[int, dict[int, float]] = {}
    for source_id, first_seen_at, hour, count in rows:
        days = min(LOOKED_AT, now - first_seen_at) / timedelta(days=1)
        found.setdefault(source_id, {})[hour] = count / max(days, 1.0)
    return found


def _newest() -> Mapping[int, datetime]:
    rows = PulledOrder.objects.order_by().values_list("source_id")
    return dict(rows.annotate(newest=Max("first_seen_at")))


def _note(source: PullSource, silent_since: datetime | None, now: datetime) -> None:
    """Noted as told before the mail goes out: one too few is better than one every time."""
    rows = PullSource.objects.filter(pk=source.pk)
    if silent_since is None:
        if source.silent_since is not None:
            rows.update(silent_since=None, silence_told_at=None)
        return
    is_new = rows.filter(silence_told_at=None).update(
        silent_since=silent_since, silence_told_at=now
    )
    if is_new and not _mailed(source, silent_since):
        rows.update(silence_told_at=None)


def _mailed(source: PullSource, silent_since: datetime) -> bool:
    people = User.objects.filter(organization=None, role__in=TOLD, is_active=True)
    words = (
        f"No order of {source} has come since {silent_since:%Y-%m-%d %H:%M} UTC, which is longer "
        "than is usual at this time of day. The page Platforms shows how far its list was read."
    )
    try:
        for address in people.exclude(email="").values_list("email", flat=True):
            send_mail(f"No orders from {source}", words, None, [address])
    except (SMTPException, OSError):
        logger.exception("silence not mailed", extra={"source_id": source.pk})
        return False
    return True
