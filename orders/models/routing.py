"""Rules as data, and the immutable record of every choice made with them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from carriers.models import PLATFORM_CHOICES
from inventory.models import Warehouse
from orders.models.intake import CARRIER_CHOICES, Order
from orders.querysets import RoutingDecisionQuerySet
from orders.rules.routing import Extras, Reach, Split, read_extras
from orders.rules.service_wish import ServiceWish, Strategy, read_wish
from shipping_project.kernel.models import Timestamped

REACH_CHOICES = [
    (Reach.INSIDE.value, "Stays in the country"),
    (Reach.LEAVING.value, "Leaves the country"),
    (Reach.BOTH.value, "Both"),
]
STRATEGY_CHOICES = [
    (Strategy.CHEAPEST.value, "Cheapest"),
    (Strategy.IN_TIME.value, "Cheapest that meets the promise"),
    (Strategy.FASTEST.value, "Fastest"),
    (Strategy.BEST_SCORE.value, "Best score"),
]


class RuleSet(Timestamped):
    """A version of the rules. Exactly one is live for all organizations, at most one a draft.

    What is not the draft never changes: `content` is what routing reads, frozen by publishing.
    """

    name = models.CharField(max_length=80)
    version = models.PositiveIntegerField(unique=True)
    is_live = models.BooleanField(default=False)
    is_draft = models.BooleanField(default=False, db_default=False)
    created_by = models.CharField(max_length=120, blank=True, default="", db_default="")
    published_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was first made live."
    )
    published_by = models.CharField(max_length=120, blank=True, default="", db_default="")
    content = models.JSONField(
        default=dict, blank=True, db_default=models.Value({}, models.JSONField())
    )
    digest = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="SHA-256 of the content."
    )
    shadow_version = models.PositiveIntegerField(
        null=True, blank=True, help_text="The version before it, which still decides beside it."
    )
    shadow_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    shadow_since = models.DateTimeField(null=True, blank=True)
    shadow_until = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True, default="")
    default_carrier = models.CharField(
        max_length=10,
        choices=CARRIER_CHOICES,
        blank=True,
        default="",
        db_default="",
        help_text="Inside the warehouse's country; empty means that an order no rule gives a "
        "carrier waits for a person.",
    )
    export_carrier = models.CharField(
        max_length=10,
        choices=CARRIER_CHOICES,
        blank=True,
        default="",
        db_default="",
        help_text="Leaving the warehouse's country; empty as above.",
    )
    export_platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    warehouse_preference = models.JSONField(
        default=list,
        help_text=(
            'Tried in order among warehouses that hold every line: "same_region", '
            '"region:US-NV", "nearest", "soonest", "cheapest".'
        ),
    )

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_live"], condition=Q(is_live=True), name="one_live_rule_set"
            ),
            models.UniqueConstraint(
                fields=["is_draft"], condition=Q(is_draft=True), name="one_draft_rule_set"
            ),
            models.CheckConstraint(
                condition=~Q(is_live=True, is_draft=True), name="live_rules_are_no_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


class RoutingRule(models.Model):
    """If the order is as it says, what it sets holds unless an earlier rule set it already."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveIntegerField(help_text="Lower goes first.")
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    valid_from = models.DateField(null=True, blank=True, help_text="First day, in UTC.")
    valid_until = models.DateField(null=True, blank=True, help_text="Last day, in UTC.")
    reach = models.CharField(
        max_length=8,
        choices=REACH_CHOICES,
        default=Reach.INSIDE.value,
        db_default=Reach.INSIDE.value,
        help_text="Which parcels it is for, seen from the warehouse.",
    )
    country = models.CharField(max_length=2, blank=True, default="US", help_text="Empty means any.")
    regions = models.JSONField(
        default=list, blank=True, help_text='Two-letter states as ["NY", "TX"]; empty means any.'
    )
    condition = models.JSONField(
        default=dict,
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        help_text="What else must be so: groups of all, any and none. Empty means nothing more.",
    )
    carrier = models.CharField(max_length=10, choices=CARRIER_CHOICES, blank=True, default="")
    platform = models.CharField(
        max_length=10,
        choices=PLATFORM_CHOICES,
        blank=True,
        default="",
        db_default="",
        help_text="Empty means the one where the carrier is bought.",
    )
    strategy = models.CharField(
        max_length=12,
        choices=STRATEGY_CHOICES,
        blank=True,
        default="",
        db_default="",
        help_text="Which of the carrier's services; empty means the cheapest.",
    )
    service = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="Only services whose name holds these words.",
    )
    max_days = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Only services that arrive within so many days; 0 any."
    )
    day_worth = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        default=0,
        db_default=0,
        validators=[MinValueValidator(0)],
        help_text="For the best score: what a day sooner is worth, in the currency of the prices.",
    )
    any_carrier = models.BooleanField(
        "of any carrier",
        default=False,
        db_default=False,
        help_text="Choose the service among all carriers by what they cost and when they arrive.",
    )
    warehouses = models.JSONField(
        default=list,
        blank=True,
        db_default=models.Value([], models.JSONField()),
        help_text="Codes of warehouses to leave from if they hold every line, best first.",
    )
    hold_reason = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="Keep the order back for a person, with this reason.",
    )
    split = models.CharField(
        max_length=6,
        choices=[(one.value, one.value.capitalize()) for one in Split],
        blank=True,
        default="",
        db_default="",
        help_text="Whether several warehouses may send it where none has every line; empty leaves "
        "it to the organization.",
    )
    is_insured = models.BooleanField(
        "insured", default=False, db_default=False, help_text="Have the parcel insured."
    )
    wants_signature = models.BooleanField(
        "signature",
        default=False,
        db_default=False,
        help_text="No platform can be asked for one, so that such orders wait for a person.",
    )
    incoterm = models.CharField(
        max_length=3,
        choices=[("DDU", "DDU: the recipient pays duties"), ("DDP", "DDP: the sender does")],
        blank=True,
        default="",
        db_default="",
    )
    tags = models.JSONField(
        default=list,
        blank=True,
        db_default=models.Value([], models.JSONField()),
        help_text='Put on the order, such as ["gift"].',
    )
    assignee = models.CharField(
        max_length=150,
        blank=True,
        default="",
        db_default="",
        help_text="The user's name of who looks after the order.",
    )
    package = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="The name of the saved box to pack in; what it does not hold waits for a person.",
    )
    stop = models.BooleanField(
        "stop here",
        default=True,
        db_default=True,
        help_text="When it matches, look at no later rule.",
    )

    class Meta:
        ordering = ["rule_set", "position"]
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "position"], name="rule_position_once")
        ]

    def __str__(self) -> str:
        return self.name


class DecisionSealed(TypeError):
    """A decision is followed by another one, never changed."""


class RoutingDecision(models.Model):
    """One run of the rules over one order: what went in, what was tried, what came out.

    `trace` is short (`orders.rules.routing.record`); `orders.services.decisions` reads it.
    """

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
    service_wish = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text="Which of the carrier's services is to be bought; empty means the cheapest.",
    )
    offer = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text="The service and price that it was chosen for, where prices decided.",
    )
    failure = models.CharField(
        max_length=40, blank=True, default="", help_text="Why nothing was chosen."
    )
    sentences = models.JSONField(default=list)
    trace = models.JSONField(default=list)
    snapshot = models.JSONField(default=dict)
    snapshot_digest = models.CharField(max_length=64)
    took_us = models.PositiveIntegerField(
        null=True, blank=True, help_text="How long the choice took, in microseconds."
    )
    extras = models.JSONField(
        default=dict,
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        help_text="Insurance, incoterm, box, tags and whom the rules gave it to.",
    )
    override = models.ForeignKey(
        "orders.RoutingOverride",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        help_text="The way that a person picked, which this follows.",
    )
    machine = models.JSONField(
        default=dict,
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        help_text="What the rules chose by themselves, where a person picked another way.",
    )

    objects: ClassVar = RoutingDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        if self.failure:
            return f"no route: {self.failure}"
        return f"{self.get_platform_display()} · {self.carrier} from {self.warehouse}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise DecisionSealed("a decision cannot be changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise DecisionSealed("a decision cannot be removed")

    @property
    def asked_extras(self) -> Extras:
        return read_extras(self.extras)

    @property
    def wish(self) -> ServiceWish:
        return read_wish(self.service_wish)
