"""Alerts on stock: one open row for each level and kind, closed by itself on recovery."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from inventory.alerts.querysets import StockAlertQuerySet
from inventory.rules.alerts import AlertKind, Severity

KIND_CHOICES = [
    (AlertKind.OUT.value, "Out of stock"),
    (AlertKind.LOW.value, "Low"),
    (AlertKind.OVERSTOCK.value, "Overstock"),
    (AlertKind.DRIFT.value, "Differs at a platform"),
    (AlertKind.EXPIRING.value, "Held units come free"),
]
SEVERITY_CHOICES = [(one.value, one.value.capitalize()) for one in Severity]


class StockAlert(models.Model):
    """`available` is the number of units when it was last looked at."""

    organization_path: ClassVar[str] = "level__sellable__organization"
    warehouse_path: ClassVar[str] = "level__warehouse"

    level = models.ForeignKey(
        "inventory.StockLevel", on_delete=models.CASCADE, related_name="alerts"
    )
    kind = models.CharField(max_length=10, choices=KIND_CHOICES)
    severity = models.CharField(max_length=10, choices=SEVERITY_CHOICES)
    available = models.IntegerField()
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=120, blank=True, default="")
    muted_until = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = StockAlertQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["level", "kind"],
                condition=Q(closed_at__isnull=True),
                name="one_open_alert_per_level_and_kind",
            )
        ]

    def __str__(self) -> str:
        sellable, warehouse = self.level.sellable, self.level.warehouse
        return f"{sellable.sku} in {warehouse.code}: {self.get_kind_display().lower()}"
