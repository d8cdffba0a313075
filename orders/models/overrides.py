"""The ways that people picked for orders in place of the rules."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import LONGEST_ACTOR
from accounts.querysets import OwnedQuerySet
from orders.models.intake import Order
from orders.rules.picked import PickedWay, read_picked


class OverrideSealed(TypeError):
    """What a person decided is followed by another decision, never changed."""


class RoutingOverride(models.Model):
    """The newest of an order counts, until one that picks nothing gives it back to the rules."""

    organization_path: ClassVar[str] = "order__organization"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="overrides")
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=LONGEST_ACTOR)
    reason = models.CharField(max_length=200)
    picked = models.JSONField(
        default=dict, help_text="Platform, carrier, warehouse and service; empty is by the rules."
    )
    machine = models.JSONField(
        default=dict, help_text="What the rules chose by themselves at that moment."
    )

    objects: ClassVar = OwnedQuerySet["RoutingOverride"].as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["order", "-id"], name="override_newest")]

    def __str__(self) -> str:
        return self.way.words or "by the rules again"

    def save(self, *args: Any, **options: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise OverrideSealed("An override is never changed.")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        raise OverrideSealed("An override is never removed.")

    @property
    def way(self) -> PickedWay:
        return read_picked(self.picked)
