"""Whether the workers are getting anywhere."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from carriers.models import CommandState, OutboxCommand, PlatformAccount
from carriers.services.pacing import crowded, seconds_until_free


def stalled_for() -> float:
    """Seconds that due work has been waiting while nothing is in flight and nothing finishes.

    0.0 while work goes on or none is due.
    """
    now = timezone.now()
    recent = now - timedelta(seconds=settings.STALL_SECONDS)
    if OutboxCommand.objects.filter(state=CommandState.IN_FLIGHT, lease_until__gt=now).exists():
        return 0.0
    if OutboxCommand.objects.filter(settled_at__gt=recent).exists():
        return 0.0
    off = PlatformAccount.objects.filter(is_enabled=False).values("platform")
    due = OutboxCommand.objects.due(now).exclude(platform__in=off)
    oldest = due.exclude(crowded(seconds_until_free())).order_by("next_attempt_at").first()
    return (now - oldest.next_attempt_at).total_seconds() if oldest else 0.0
