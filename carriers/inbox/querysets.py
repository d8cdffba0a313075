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
    from carriers.inbox.window_models import PullEntry, PullWindow  # noqa: F401

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


class PullWindowQuerySet(models.QuerySet["PullWindow"]):
    def of_list(self, platform: str, resource: str) -> Self:
        return self.filter(platform=platform, resource=resource)

    def still_open(self) -> Self:
        return self.filter(closed_at=None)

    def complete(self) -> Self:
        """Closed, with every row shown that the platform counted."""
        return self.filter(closed_at__isnull=False, missing=0)


class PullEntryQuerySet(models.QuerySet["PullEntry"]):
    def outlived(self, opened_before: datetime) -> Self:
        """Where the rows of old readings went; their counts stay."""
        return self.filter(window__opened_at__lt=opened_before, window__closed_at__isnull=False)
