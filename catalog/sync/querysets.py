"""Questions asked of the catalog's keeping in step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.querysets import OwnedQuerySet
from catalog.sync.paged import PagedRunQuerySet

if TYPE_CHECKING:
    from catalog.sync.models import CatalogRun, FieldMaster, ListedIssue, SyncConflict  # noqa: F401 # as text


class CatalogRunQuerySet(PagedRunQuerySet["CatalogRun"]):
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
