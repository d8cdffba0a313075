"""A reading of a platform's whole list, page by page, that survives whoever carries it out."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from carriers.choices import PLATFORM_CHOICES


class RunState(models.TextChoices):
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"
    QUESTIONED = "questioned", "Waits for a person"
    CANCELLED = "cancelled", "Cancelled"


Run = TypeVar("Run", bound="PagedRun", covariant=True)


class PagedRunQuerySet(models.QuerySet[Run]):
    def running(self) -> Self:
        return self.filter(state="running")

    def free(self, now: datetime) -> Self:
        """Not being read by anybody."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))


class PagedRun(models.Model):
    """`page` says where an interrupted run goes on, `known` how many rows were known before."""

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    state = models.CharField(
        max_length=10, choices=RunState.choices, default=RunState.RUNNING.value
    )
    page = models.PositiveIntegerField(default=1)
    last_total = models.PositiveIntegerField(null=True, blank=True)
    seen = models.PositiveIntegerField(default=0)
    asked_by = models.CharField(max_length=120, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True, default="")
    error_detail = models.CharField(max_length=500, blank=True, default="")

    objects: ClassVar = PagedRunQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.get_platform_display()} at {self.started_at:%Y-%m-%d %H:%M}"
