"""Money spent on labels: the decision, the way back, and a line for every cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from orders.models.shipping import Package
from orders.querysets import LedgerLineQuerySet, VoidRequestQuerySet
from orders.rules.purchase import OPEN_INTENTS, PAID_INTENTS, IntentState
from orders.rules.voids import VoidPurpose, VoidState
from shipping_project.kernel.money import Money

INTENT_CHOICES = [
    (IntentState.PENDING.value, "Pending"),
    (IntentState.SENT.value, "Sent"),
    (IntentState.UNKNOWN.value, "Outcome unknown"),
    (IntentState.HANDED_OVER.value, "With a person"),
    (IntentState.BOUGHT.value, "Bought"),
    (IntentState.ADOPTED.value, "Found bought"),
    (IntentState.REFUSED.value, "Refused"),
    (IntentState.MISSED.value, "Proven not bought"),
]
VOID_CHOICES = [(state.value, state.value.capitalize()) for state in VoidState]
PURPOSE_CHOICES = [
    (VoidPurpose.CANCEL.value, "The order was called off"),
    (VoidPurpose.READDRESS.value, "The address was corrected"),
    (VoidPurpose.REBUY.value, "Another label is bought instead"),
    (VoidPurpose.FOUND.value, "Found on a booking that was called off"),
]


class PurchaseIntent(models.Model):
    """The decision to spend money on one label, written before a cent moves."""

    organization_path: ClassVar[str] = "package__shipment__order__organization"

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="intents")
    state = models.CharField(
        max_length=12, choices=INTENT_CHOICES, default=IntentState.PENDING.value
    )
    fence = models.PositiveIntegerField(help_text="The outbox claim under which it was sent.")
    request_digest = models.CharField(max_length=64, help_text="SHA-256 of what was asked for.")
    quoted = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    service_name = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    detail = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["package"],
                condition=Q(state__in=[state.value for state in OPEN_INTENTS]),
                name="one_open_intent_per_package",
            ),
            models.UniqueConstraint(
                fields=["package"],
                condition=Q(state__in=[state.value for state in PAID_INTENTS]),
                name="one_paid_intent_per_package",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_name} for {self.quoted} {self.currency} ({self.state})"


class VoidRequest(models.Model):
    """Taking a label back: the platform's word first, the money later."""

    organization_path: ClassVar[str] = "package__shipment__order__organization"

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="voids")
    state = models.CharField(max_length=10, choices=VOID_CHOICES, default=VoidState.REQUESTED.value)
    purpose = models.CharField(max_length=10, choices=PURPOSE_CHOICES)
    reason = models.CharField(max_length=200, blank=True, default="")
    actor = models.CharField(max_length=150, blank=True, default="")
    label_ref = models.CharField(max_length=64, blank=True, default="")
    requested_at = models.DateTimeField(default=timezone.now)
    window_ends_at = models.DateTimeField(help_text="The platform takes no void after this.")
    accepted_at = models.DateTimeField(null=True, blank=True)
    refund_due_at = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(
        null=True, blank=True, help_text="When the platform is asked for the refund again."
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    detail = models.CharField(max_length=500, blank=True, default="")

    objects: ClassVar = VoidRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["package"],
                condition=Q(state__in=[VoidState.REQUESTED.value, VoidState.ACCEPTED.value]),
                name="one_open_void_per_package",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_look_at"],
                condition=Q(next_look_at__isnull=False),
                name="void_to_look_after",
            )
        ]

    def __str__(self) -> str:
        return f"void of {self.label_ref} ({self.state})"


class LedgerKind(models.TextChoices):
    QUOTED = "quoted", "Quoted"
    BOUGHT = "bought", "Bought"
    REFUNDED = "refunded", "Refunded"
    ADJUSTED = "adjusted", "Adjusted"


class LedgerSealed(TypeError):
    """A line of the ledger is corrected by another line, never changed."""


class LedgerLine(models.Model):
    """One movement of money for a package, as the label's price: spent is plus, back is minus.

    A quoted price moves nothing. `amount` is NULL where a label was sold and its price not told.
    `matched_to` names the platform's own record of the movement, once it was compared.
    """

    organization_path: ClassVar[str] = "package__shipment__order__organization"

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="ledger")
    intent = models.ForeignKey(
        PurchaseIntent, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger"
    )
    void = models.ForeignKey(
        VoidRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger"
    )
    kind = models.CharField(max_length=8, choices=LedgerKind.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    upstream_ref = models.CharField(max_length=64, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    matched_to = models.CharField(max_length=64, blank=True, default="")
    matched_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = LedgerLineQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["package"],
                condition=Q(kind="bought"),
                name="one_bought_line_per_package",
            ),
            models.UniqueConstraint(
                fields=["kind", "upstream_ref"],
                condition=Q(kind__in=["refunded", "adjusted"]) & ~Q(upstream_ref=""),
                name="one_line_per_upstream_record",
            ),
            models.CheckConstraint(
                condition=(Q(amount__isnull=False) & ~Q(currency=""))
                | Q(kind="bought", amount__isnull=True, currency=""),
                name="amount_with_its_currency",
            ),
            models.CheckConstraint(
                condition=~Q(kind="refunded") | Q(amount__lt=Decimal(0)),
                name="refund_comes_back",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="ledger_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise LedgerSealed("a line of the ledger cannot be changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise LedgerSealed("a line of the ledger cannot be removed")

    @property
    def money(self) -> Money | None:
        return None if self.amount is None else Money(self.amount, self.currency)
