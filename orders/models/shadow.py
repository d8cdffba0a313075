"""Decisions that the rules before the live ones would have taken otherwise."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.querysets import OwnedQuerySet
from orders.models.routing import RoutingDecision, RuleSet


class ShadowDifference(models.Model):
    """One order that `shadow`, the version that was live before, would have sent another way."""

    organization_path: ClassVar[str] = "decision__order__organization"

    decision = models.OneToOneField(
        RoutingDecision, on_delete=models.CASCADE, related_name="shadow_difference"
    )
    shadow = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="+")
    way = models.JSONField(help_text="What it would have been.")
    actual = models.JSONField(help_text="What the live rules chose.")

    objects: ClassVar = OwnedQuerySet["ShadowDifference"].as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.decision}, by version {self.shadow.version} another way"
