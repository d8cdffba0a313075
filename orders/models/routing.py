"""Rules as data, and the immutable record of every choice made with them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from carriers.models import PLATFORM_CHOICES
from inventory.models import Warehouse
from orders.models.intake import CARRIER_CHOICES, Order
from orders.querysets import RoutingDecisionQuerySet
from shipping_project.kernel.models import Timestamped


class RuleSet(Timestamped):
    """A version of the rules. Exactly one is live for all organizations."""

    name = models.CharField(max_length=80)
    version = models.PositiveIntegerField(unique=True)
    is_live = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True, default="")
    default_carrier = models.CharField(
        max_length=10, choices=CARRIER_CHOICES, help_text="Inside the warehouse's country."
    )
    export_carrier = models.CharField(
        max_length=10, choices=CARRIER_CHOICES, help_text="Leaving the warehouse's country."
    )
    export_platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    warehouse_preference = models.JSONField(
        default=list,
        help_text=(
            'Tried in order among warehouses that hold every line: "same_region", '
            '"region:US-NV", "nearest".'
        ),
    )

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_live"], condition=Q(is_live=True), name="one_live_rule_set"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


class RoutingRule(models.Model):
    """If the destination is in one of the regions, use this carrier. Lower position goes first."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    country = models.CharField(max_length=2, default="US")
    regions = models.JSONField(
        default=list, help_text='Two-letter states such as ["NY", "TX"]; empty means any.'
    )
    carrier = models.CharField(max_length=10, choices=CARRIER_CHOICES)

    class Meta:
        ordering = ["rule_set", "position"]
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "position"], name="rule_position_once")
        ]

    def __str__(self) -> str:
        return self.name


class RoutingDecision(models.Model):
    """One run of the rules over one order: what went in, what was tried, what came out."""

    organization_path: ClassVar[str] = "order__organization"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="decisions")
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField(default=timezone.now)
    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES, blank=True, default="")
    carrier = models.CharField(max_length=10, choices=CARRIER_CHOICES, blank=True, default="")
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    service_strategy = models.CharField(max_length=20, default="cheapest")
    failure = models.CharField(
        max_length=40, blank=True, default="", help_text="Why nothing was chosen."
    )
    sentences = models.JSONField(default=list)
    trace = models.JSONField(default=list)
    snapshot = models.JSONField(default=dict)
    snapshot_digest = models.CharField(max_length=64)

    objects: ClassVar = RoutingDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        if self.failure:
            return f"no route: {self.failure}"
        return f"{self.get_platform_display()} · {self.carrier} from {self.warehouse}"
