"""Batches of orders that were assigned to warehouses together."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models

from accounts.models import LONGEST_ACTOR
from accounts.querysets import OwnedQuerySet
from shipping_project.kernel.models import Timestamped

CENTS = 100


class AssignmentState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    PLANNED = "planned", "Planned"
    CARRIED_OUT = "carried_out", "Carried out"


class BatchAssignment(Timestamped):
    """One batch of one organization: what it costs together, and what it would cost one by one.

    `plan` names for each order the parts and days, its cost, and the cost of going first come
    first served (null where it would wait). Orders that wait cost what no way costs, in both.
    """

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        max_length=12, choices=AssignmentState.choices, default=AssignmentState.WAITING
    )
    is_dry_run = models.BooleanField(default=False, help_text="Planned only; no order is touched.")
    created_by = models.CharField(max_length=LONGEST_ACTOR)
    orders = models.PositiveIntegerField(default=0)
    placed = models.PositiveIntegerField(default=0)
    greedy_placed = models.PositiveIntegerField(
        default=0, help_text="So many find stock and room first come first served."
    )
    cents = models.BigIntegerField(default=0)
    greedy_cents = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="USD")
    how = models.CharField(
        max_length=12, blank=True, default="", help_text="optimal, time limit, or greedy."
    )
    took_ms = models.PositiveIntegerField(default=0)
    plan = models.JSONField(default=list, blank=True)
    dispatched = models.PositiveIntegerField(
        default=0, help_text="Orders that went the way of the plan."
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = OwnedQuerySet["BatchAssignment"].as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cents__lte=models.F("greedy_cents")),
                name="assigned_no_dearer_than_greedy",
            )
        ]

    def __str__(self) -> str:
        return f"{self.orders} orders of {self.organization}"

    @property
    def saved(self) -> Decimal:
        return Decimal(self.greedy_cents - self.cents) / CENTS

    @property
    def saved_percent(self) -> Decimal:
        if not self.greedy_cents:
            return Decimal(0)
        return (self.saved * 100 * CENTS / self.greedy_cents).quantize(Decimal("0.1"))
