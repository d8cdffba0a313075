"""Questions asked of the catalog's keeping in step."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.querysets import OwnedQuerySet

if TYPE_CHECKING:
    from catalog.sync.models import CatalogRun, FieldMaster, ListedIssue, SyncConflict  # noqa: F401 # as text


class CatalogRunQuerySet(models.QuerySet["CatalogRun"]):
    def running(self) -> Self:
        return self.filter(state="running")

    def free(self, now: datetime) -> Self:
        """Not being read by anybody."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))

    def counted(self, platform: str) -> Self:
        """Runs that came to their end and wrote what they found, newest first."""
        ended = self.filter(platform=platform, state__in=("finished", "questioned"), is_dry=False)
        return ended.order_by("-id")


class SyncConflictQuerySet(OwnedQuerySet["SyncConflict"]):
    def still_open(self) -> Self:
        return self.filter(state="open")


class FieldMasterQuerySet(OwnedQuerySet["FieldMaster"]):
    """Rows of an organization."""


class ListedIssueQuerySet(models.QuerySet["ListedIssue"]):
    def unsettled(self) -> Self:
        return self.filter(settled_at__isnull=True)
