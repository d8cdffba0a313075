"""One limit for all processes: each call takes its moment from a shared row before it goes out."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from carriers.contracts import Platform
from carriers.errors import UpstreamPaced
from carriers.exchange import CallSpec
from carriers.limits import Limits, Priority, parse_limits
from carriers.pacing import RateWindow

# A platform whose next moment is further off than this has no room for one more command: those who
# have one already use up its limit, and one more would only hold a worker.
CROWDED_S = 0.05


@cache
def credential_of(platform: Platform, secret: str) -> str:
    """Names a key without giving anything of it away."""
    return f"{platform.value}-{sha256(secret.encode()).hexdigest()[:16]}"


@cache
def limits_from(text: str) -> Limits | None:
    """What we allow ourselves of a limit as the settings name it; None for no limit."""
    limits = parse_limits(text)
    return limits.safe() if limits else None


def limits_of(platform: Platform) -> Limits | None:
    is_veeqo = platform is Platform.VEEQO
    return limits_from(settings.VEEQO_LIMITS if is_veeqo else settings.EASYSHIP_LIMITS)


def longest_wait_s(platform: Platform) -> float:
    """How long a call may wait in its worker for its moment."""
    return float(settings.CALL_WAIT_S) if limits_of(platform) else 0.0


def take_slot(spec: CallSpec, *, platform: Platform, credential: str, priority: Priority) -> float:
    """Take the next moment for a call; returns the seconds until then.

    Raises UpstreamPaced with nothing taken when that is longer than such a call may wait.
    Must run outside any transaction, so that others see at once what is taken.
    """
    limits = limits_of(platform)
    if limits is None:
        return 0.0
    patience_s = settings.CALL_WAIT_S * priority.patience
    RateWindow.objects.get_or_create(credential=credential, defaults={"platform": platform.value})
    with transaction.atomic(durable=True):
        row: RateWindow = RateWindow.objects.of(credential).locked().get()
        now = time.time()
        slot = limits.next_slot(row.usage, now, share=priority.share)
        if slot - now > patience_s:
            raise UpstreamPaced(
                f"The next call to {platform.value} may go out in {slot - now:.0f} s.",
                platform=platform.value,
                operation=spec.operation,
                retry_after_s=slot - now,
            )
        after = limits.used(row.usage, slot)
        RateWindow.objects.filter(pk=row.pk).update(
            full_at=after.full_at,
            slots=list(after.slots),
            calls=F("calls") + 1,
            changed_at=datetime.fromtimestamp(now, UTC),
        )
    return max(0.0, slot - now)


def note_refusal(*, credential: str, pause_s: float) -> None:
    """The platform asked us to slow down: nobody calls before `pause_s` are over."""
    _pause(credential, pause_s, refusals=F("refusals") + 1)


def note_empty(*, credential: str, pause_s: float) -> None:
    """The platform says that its limit is used up for that long."""
    _pause(credential, pause_s)


def _pause(credential: str, pause_s: float, **more: object) -> None:
    until = time.time() + pause_s
    rows = RateWindow.objects.of(credential)
    if more:
        rows.update(**more)
    rows.filter(paused_until__lt=until).update(paused_until=until)


def seconds_until_free() -> dict[Platform, dict[Priority, float]]:
    """For each platform with a limit and each purpose, how long until a call may go out."""
    keys = {Platform.VEEQO: settings.VEEQO_API_KEY, Platform.EASYSHIP: settings.EASYSHIP_API_TOKEN}
    now = time.time()
    found: dict[Platform, dict[Priority, float]] = {}
    for platform, secret in keys.items():
        limits = limits_of(platform)
        row = limits and RateWindow.objects.of(credential_of(platform, secret)).first()
        if limits and row:
            found[platform] = {
                priority: limits.next_slot(row.usage, now, share=priority.share) - now
                for priority in Priority
            }
    return found


def crowded(waits: dict[Platform, dict[Priority, float]]) -> Q:
    """Commands that would only wait for their platform's limit."""
    found = Q(pk__in=[])
    for platform, by_priority in waits.items():
        full = [priority for priority, wait_s in by_priority.items() if wait_s > CROWDED_S]
        if full:
            found |= Q(platform=platform.value, priority__gte=min(full).value)
    return found
