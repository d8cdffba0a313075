"""One reading of a list of orders, and where each row of it went."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from carriers.choices import PLATFORM_CHOICES
from carriers.inbox.querysets import PullEntryQuerySet, PullWindowQuerySet


class PullOutcome(models.TextChoices):
    CREATED = "created", "Became an order of ours"
    UPDATED = "updated", "Told something new"
    UNCHANGED = "unchanged", "Known, nothing new"
    REJECTED = "rejected", "Could not be taken"
    FILTERED = "filtered", "Not meant for us"


class PullWindow(models.Model):
    """One reading of what changed since a moment; closed only when every row has an outcome.

    Rows that came more than once, on pages that moved while they were read, count once.
    """

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    resource = models.CharField(max_length=40)
    since = models.DateTimeField()
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    seen = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    filtered = models.PositiveIntegerField(default=0)
    repeats = models.PositiveIntegerField(default=0, help_text="Rows that came again.")
    rereads = models.PositiveIntegerField(
        default=0, help_text="How often it began anew because rows were missing."
    )
    missing = models.PositiveIntegerField(
        default=0, help_text="Rows that the platform counted and never showed."
    )

    objects: ClassVar = PullWindowQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "resource"],
                condition=Q(closed_at=None),
                name="one_open_window_per_list",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None)
                | Q(
                    seen=F("created")
                    + F("updated")
                    + F("unchanged")
                    + F("rejected")
                    + F("filtered")
                ),
                name="window_closes_when_all_is_accounted",
            ),
        ]
        indexes = [
            models.Index(fields=["platform", "resource", "-closed_at"], name="window_newest_closed")
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.resource} at {self.opened_at:%Y-%m-%d %H:%M}"

    @property
    def outcomes(self) -> dict[str, int]:
        return {one.value: getattr(self, one.value) for one in PullOutcome}


class PullEntry(models.Model):
    """Where one row of a reading went."""

    window = models.ForeignKey(PullWindow, on_delete=models.CASCADE, related_name="entries")
    external_ref = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10, choices=PullOutcome.choices)
    reason = models.CharField(max_length=200, blank=True, default="")

    objects: ClassVar = PullEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["window", "external_ref"], name="one_outcome_per_row_of_a_window"
            )
        ]

    def __str__(self) -> str:
        return f"{self.external_ref}: {self.get_outcome_display()}"
