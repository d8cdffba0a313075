"""Switching the use of a platform on and off."""

from __future__ import annotations

from django.db import transaction

from accounts.services.audit import record_audit
from carriers.models import PlatformAccount
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.versions import hold_to_seen

SWEEP = "carriers.outbox.worker.sweep"


def set_platform_enabled(*, platform: str, is_enabled: bool, actor: str) -> PlatformAccount:
    """Off: commands wait and orders are still accepted. On: what waited is taken up at once.

    A repeat changes nothing and leaves no trace.
    """
    with transaction.atomic():
        account = PlatformAccount.objects.select_for_update().get(platform=platform)
        hold_to_seen(account)
        before = account.is_enabled
        if before == is_enabled:
            return account
        account.is_enabled = is_enabled
        account.save(update_fields=["is_enabled"])
        record_audit(
            actor=actor,
            action="platform.enabled" if is_enabled else "platform.disabled",
            subject=account,
            before={"is_enabled": before},
            after={"is_enabled": is_enabled},
        )
        if is_enabled:
            nudge(SWEEP, queue="default")
        return account
