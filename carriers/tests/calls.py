"""Invented calls and commands for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Organization
from carriers.models import ApiCall, CommandState, OutboxCommand


def make_call(
    platform: str = "veeqo", *, at: datetime | None = None, status: int = 200, **facts: Any
) -> ApiCall:
    """One that went well, unless `status` says otherwise; 0 is no answer."""
    values: dict[str, Any] = {
        "operation": "veeqo.create_order",
        "method": "POST",
        "path": "/orders",
        "http_status": status,
        "error_code": "" if 200 <= status < 300 else "upstream.unavailable",
        "duration_ms": 100,
        "started_at": at or timezone.now(),
    }
    call: ApiCall = ApiCall.objects.create(platform=platform, **values | facts)
    return call


def make_command(
    organization: Organization,
    state: str = CommandState.PENDING,
    *,
    platform: str = "veeqo",
    **facts: Any,
) -> OutboxCommand:
    values: dict[str, Any] = {
        "kind": "orders.book",
        "lane": f"order:{OutboxCommand.objects.count() + 1}",
        "next_attempt_at": timezone.now(),
    }
    command: OutboxCommand = OutboxCommand.objects.create(
        organization=organization, platform=platform, state=state, **values | facts
    )
    return command
