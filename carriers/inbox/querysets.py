"""Questions asked of what came in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from carriers.inbox.models import (  # noqa: F401 # as text
        SetAsideRow,
        SyncCursor,
        WebhookReceipt,
    )

KEPT_STATES = ("done", "ignored", "refused")


class WebhookReceiptQuerySet(models.QuerySet["WebhookReceipt"]):
    def due(self, now: datetime) -> Self:
        """What may be worked on, oldest first; also what a worker took and never finished."""
        abandoned = Q(state="processing", lease_until__lt=now)
        waiting = Q(state="received", next_attempt_at__lte=now)
        return self.filter(waiting | abandoned).order_by("next_attempt_at", "id")

    def refused_since(self, moment: datetime) -> Self:
        return self.filter(state="refused", last_received_at__gte=moment)

    def failed(self) -> Self:
        return self.filter(state="failed")

    def outlived(self, *, settled_before: datetime, failed_before: datetime) -> Self:
        """What nobody will ask about any more."""
        return self.filter(
            Q(state__in=KEPT_STATES, last_received_at__lt=settled_before)
            | Q(state="failed", last_received_at__lt=failed_before)
        )


class SyncCursorQuerySet(models.QuerySet["SyncCursor"]):
    def free(self, now: datetime) -> Self:
        """Not being read by anybody."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))


class SetAsideRowQuerySet(models.QuerySet["SetAsideRow"]):
    def unsettled(self) -> Self:
        return self.filter(settled_at__isnull=True)

    def outlived(self, seen_before: datetime) -> Self:
        return self.filter(last_seen_at__lt=seen_before)
