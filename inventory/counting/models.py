"""Counts: what people find on the shelf, beside what the ledger says."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Abs

from accounts.querysets import OwnedQuerySet
from shipping_project.kernel.models import Timestamped


class CountState(models.TextChoices):
    OPEN = "open", "Being counted"
    SUBMITTED = "submitted", "Waits for approval"
    APPROVED = "approved", "Approved"
    CANCELLED = "cancelled", "Cancelled"


class StockCountQuerySet(OwnedQuerySet["StockCount"]):
    def locked(self) -> Self:
        return self.select_for_update().order_by("pk")

    def with_progress(self) -> Self:
        """Lines, those counted, and units by which they differ either way."""
        counted = Q(lines__counted__isnull=False)
        return self.annotate(
            line_count=Count("lines"),
            counted_count=Count("lines", filter=counted),
            off_by=Sum(Abs(F("lines__counted") - F("lines__expected")), filter=counted, default=0),
        )


class StockCount(Timestamped):
    """A sheet for one warehouse. Written by `inventory.counting.services` alone."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT)
    warehouse = models.ForeignKey(
        "inventory.Warehouse", on_delete=models.PROTECT, related_name="counts"
    )
    state = models.CharField(max_length=10, choices=CountState.choices, default=CountState.OPEN)
    note = models.CharField(max_length=200, blank=True, default="")
    opened_by = models.CharField(max_length=120, blank=True, default="")
    submitted_by = models.CharField(max_length=120, blank=True, default="")
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=120, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = StockCountQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"CT-{self.pk:06}"


class CountLine(models.Model):
    """`expected` is what was on hand when the count was entered: what moves later stays counted."""

    organization_path: ClassVar[str] = "count__organization"
    warehouse_path: ClassVar[str] = "count__warehouse"

    count = models.ForeignKey(StockCount, on_delete=models.CASCADE, related_name="lines")
    sellable = models.ForeignKey(
        "catalog.Sellable", on_delete=models.PROTECT, related_name="counts"
    )
    expected = models.IntegerField(null=True, blank=True)
    counted = models.PositiveIntegerField(null=True, blank=True)
    counted_by = models.CharField(max_length=120, blank=True, default="")
    counted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = OwnedQuerySet["CountLine"].as_manager()

    class Meta:
        ordering = ["count_id", "sellable__sku"]
        constraints = [
            models.UniqueConstraint(
                fields=["count", "sellable"], name="one_line_per_count_and_sellable"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sellable.sku} on {self.count.number}"

    @property
    def variance(self) -> int | None:
        """Units found above what was expected; None while nobody counted."""
        if self.counted is None or self.expected is None:
            return None
        return self.counted - self.expected
