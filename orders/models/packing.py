"""The boxes that orders are packed in."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from inventory.models import Warehouse
from orders.querysets import BoxQuerySet
from orders.rules.packing import BoxKind
from shipping_project.kernel.models import Timestamped


class Box(Timestamped):
    """A box that there is a stack of: inner sides, what it weighs empty and may weigh closed."""

    organization = models.ForeignKey(
        "accounts.Organization",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty means for all organizations.",
    )
    warehouse = models.ForeignKey(
        Warehouse,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty means in all warehouses.",
    )
    name = models.CharField(max_length=60)
    length_mm = models.PositiveIntegerField("inner length (mm)", validators=[MinValueValidator(1)])
    width_mm = models.PositiveIntegerField("inner width (mm)", validators=[MinValueValidator(1)])
    height_mm = models.PositiveIntegerField("inner height (mm)", validators=[MinValueValidator(1)])
    wall_mm = models.PositiveSmallIntegerField(
        "wall (mm)", default=3, help_text="Thickness of the board; each side is twice that longer."
    )
    weight_g = models.PositiveIntegerField("own weight (g)", help_text="Empty.")
    max_weight_g = models.PositiveIntegerField(
        "heaviest (g)", help_text="Closed, its own weight included."
    )
    is_active = models.BooleanField(default=True)

    objects: ClassVar = BoxQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "boxes"
        constraints = [
            models.CheckConstraint(
                condition=Q(length_mm__gt=0, width_mm__gt=0, height_mm__gt=0),
                name="box_has_sides",
            ),
            models.CheckConstraint(
                condition=Q(max_weight_g__gt=F("weight_g")), name="box_carries_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.length_mm} × {self.width_mm} × {self.height_mm} mm)"

    def clean(self) -> None:
        if None not in (self.weight_g, self.max_weight_g) and self.max_weight_g <= self.weight_g:
            raise ValidationError({"max_weight_g": "It weighs as much empty."})

    def as_kind(self) -> BoxKind:
        return BoxKind(
            name=self.name,
            length_mm=self.length_mm,
            width_mm=self.width_mm,
            height_mm=self.height_mm,
            weight_g=self.weight_g,
            max_weight_g=self.max_weight_g,
            wall_mm=self.wall_mm,
        )
