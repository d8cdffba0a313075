"""What a kit is put together from: sellables that are on the shelf, so many of each."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.querysets import OwnedQuerySet


class KitComponent(models.Model):
    """A sellable with components is a kit. `catalog.kits.services` is the only writer."""

    organization_path: ClassVar[str] = "kit__organization"

    kit = models.ForeignKey("catalog.Sellable", on_delete=models.CASCADE, related_name="components")
    component = models.ForeignKey(
        "catalog.Sellable", on_delete=models.PROTECT, related_name="part_of"
    )
    units = models.PositiveIntegerField(help_text="Units of it in one kit.")

    objects: ClassVar = OwnedQuerySet["KitComponent"].as_manager()

    class Meta:
        ordering = ["kit__sku", "component__sku"]
        constraints = [
            models.UniqueConstraint(
                fields=["kit", "component"], name="one_row_per_kit_and_component"
            ),
            models.CheckConstraint(condition=Q(units__gt=0), name="kit_of_something"),
            models.CheckConstraint(condition=~Q(kit=F("component")), name="kit_not_of_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.component.sku} in {self.kit.sku}"
