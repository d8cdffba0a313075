"""A draft tried on orders of the past before it goes live."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from orders.models.intake import Order
from orders.models.routing import RoutingDecision, RuleSet
from orders.querysets import OrderPartQuerySet, SimulationQuerySet
from shipping_project.kernel.models import Timestamped


class SimulationState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"
    CANCELLED = "cancelled", "Cancelled"


OPEN_SIMULATIONS = (SimulationState.WAITING.value, SimulationState.RUNNING.value)


class Simulation(Timestamped):
    """Decisions of the past, taken once more by the live rules and by `content`.

    `content` and `digest` are the draft as it was at the start; a draft changed since then has
    another digest. `after_id` is the decision up to which it got; `tally` the sums so far.
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="simulations")
    base = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=SimulationState.choices, default=SimulationState.WAITING
    )
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    first_id = models.PositiveBigIntegerField(default=0)
    last_id = models.PositiveBigIntegerField(default=0)
    after_id = models.PositiveBigIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    tally = models.JSONField(default=dict)
    stock_shift = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text="Units that the rules tried took more, by warehouse and SKU, so far.",
    )
    created_by = models.CharField(max_length=120)
    finished_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=120, blank=True, default="")

    objects: ClassVar = SimulationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.rule_set} on orders since {self.since:%Y-%m-%d}"


class SimulatedChange(models.Model):
    """One order that would have gone another way, with what that would have cost."""

    organization_path: ClassVar[str] = "order__organization"

    simulation = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="changes")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+")
    decision = models.ForeignKey(RoutingDecision, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField()
    after = models.JSONField()
    old_price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    new_price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    rise = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    is_estimate = models.BooleanField(
        default=False, db_default=False, help_text="Both prices are of the rate tables."
    )
    is_short = models.BooleanField(
        default=False, db_default=False, help_text="Its warehouse would have run out before it."
    )
    old_days = models.PositiveSmallIntegerField(null=True, blank=True)
    new_days = models.PositiveSmallIntegerField(null=True, blank=True)

    objects: ClassVar = OrderPartQuerySet["SimulatedChange"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["simulation", "order"], name="one_change_per_order_and_simulation"
            )
        ]
        indexes = [models.Index(fields=["simulation", "rise"], name="simulated_rise")]

    def __str__(self) -> str:
        return f"{self.order}: {self.rise if self.rise is not None else 'not priced'}"
