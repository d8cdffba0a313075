"""How the catalog is kept in step with the platforms: runs, conflicts, and what fits nothing."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from carriers.choices import PLATFORM_CHOICES
from carriers.contracts import Platform
from catalog.rules.merge import Group, Master
from catalog.sync.paged import PagedRun
from catalog.sync.paged import RunState as RunState
from catalog.sync.querysets import (
    CatalogRunQuerySet,
    FieldMasterQuerySet,
    ListedIssueQuerySet,
    SyncConflictQuerySet,
)
from catalog.sync.scheduling import LONGEST_INTERVAL, ReadingSchedule

GROUP_CHOICES = [(group.value, group.value.capitalize()) for group in Group]
MASTER_CHOICES = [
    (Master.NOBODY.value, "Nobody: ask when both changed"),
    (Master.OURS.value, "Ours"),
    (Master.VEEQO.value, "Veeqo"),
    (Master.EASYSHIP.value, "Easyship"),
]


class CatalogRun(PagedRun):
    """One reading of a platform's products. `page` says where an interrupted run goes on.

    Every row that was seen has exactly one outcome.
    """

    since = models.DateTimeField(
        null=True, blank=True, help_text="Only what changed since then; empty for the whole list."
    )
    is_dry = models.BooleanField("dry run", default=False)
    known = models.PositiveIntegerField(default=0, help_text="Listings known when it began.")
    linked = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    ahead = models.PositiveIntegerField(default=0, help_text="Ours is newer.")
    conflicted = models.PositiveIntegerField(default=0)
    unmatched = models.PositiveIntegerField(default=0)
    unfit = models.PositiveIntegerField(default=0, help_text="Could not be read or kept.")
    gone = models.PositiveIntegerField(default=0, help_text="Deleted there.")
    missing = models.PositiveIntegerField(default=0, help_text="Known and not in the list.")
    changes = models.JSONField(default=list, blank=True, help_text="The first of what changed.")
    objects: ClassVar = CatalogRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform"],
                condition=Q(state="running"),
                name="one_catalog_run_per_platform",
            ),
            models.CheckConstraint(
                condition=Q(
                    seen=F("linked")
                    + F("updated")
                    + F("unchanged")
                    + F("ahead")
                    + F("conflicted")
                    + F("unmatched")
                    + F("unfit")
                    + F("gone")
                ),
                name="every_listed_row_has_one_outcome",
            ),
        ]


class ConflictState(models.TextChoices):
    OPEN = "open", "Open"
    OURS = "ours", "Ours was kept"
    THEIRS = "theirs", "Theirs was taken"
    EDITED = "edited", "Edited"
    HEALED = "healed", "Agreed by itself"


class SyncConflict(models.Model):
    """Both sides changed one group of fields; neither is written until a person decides."""

    organization_path: ClassVar[str] = "listing__sellable__organization"

    listing = models.ForeignKey(
        "catalog.PlatformListing", on_delete=models.CASCADE, related_name="conflicts"
    )
    group = models.CharField(max_length=10, choices=GROUP_CHOICES)
    base = models.JSONField(default=dict, blank=True, help_text="What was last agreed.")
    ours = models.JSONField(default=dict)
    theirs = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10, choices=ConflictState.choices, default=ConflictState.OPEN.value
    )
    found_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True, default="")

    objects: ClassVar = SyncConflictQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "group"],
                condition=Q(state="open"),
                name="one_open_conflict_per_listing_and_group",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_group_display()} of {self.listing}"


class IssueKind(models.TextChoices):
    NO_SKU = "no_sku", "Has no SKU"
    UNKNOWN_SKU = "unknown_sku", "No sellable has this SKU"
    SHARED_SKU = "shared_sku", "Several organizations have this SKU"
    DOUBLED_SKU = "doubled_sku", "Listed twice there"
    CHANGED_SKU = "changed_sku", "The SKU was changed there"
    UNFIT = "unfit", "Holds a value that cannot be kept"


class ListedIssue(models.Model):
    """Something a platform lists that is not safely one sellable of ours. Nothing is written."""

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    item_ref = models.CharField(max_length=64)
    parent_ref = models.CharField(max_length=64, blank=True, default="")
    sku = models.CharField("SKU", max_length=200, blank=True, default="")
    title = models.CharField(max_length=200, blank=True, default="")
    kind = models.CharField(max_length=12, choices=IssueKind.choices)
    detail = models.CharField(max_length=300, blank=True, default="")
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    is_ignored = models.BooleanField(default=False)

    objects: ClassVar = ListedIssueQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "item_ref"], name="one_issue_per_listed_item"
            )
        ]
        indexes = [models.Index(fields=["platform", "sku"], name="listed_issue_sku")]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.sku or self.item_ref}"


class FieldMaster(models.Model):
    """Who decides a group of fields of one organization's products."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE)
    group = models.CharField(max_length=10, choices=GROUP_CHOICES)
    master = models.CharField(max_length=10, choices=MASTER_CHOICES, default=Master.NOBODY.value)

    objects: ClassVar = FieldMasterQuerySet.as_manager()

    class Meta:
        ordering = ["organization__slug", "group"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "group"], name="one_master_per_organization_and_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_group_display()}: {self.get_master_display()}"


# Easyship's list has no filter by time, so each of its readings is of the whole list.
EVERY_MINUTES = {Platform.VEEQO.value: 5, Platform.EASYSHIP.value: 60}


class CatalogSchedule(ReadingSchedule):
    """How often a platform's products are read by themselves."""

    class Meta:
        ordering = ["platform"]
        constraints = [
            models.CheckConstraint(
                condition=Q(every_minutes__gte=1, every_minutes__lte=LONGEST_INTERVAL),
                name="catalog_read_within_a_day",
            )
        ]
