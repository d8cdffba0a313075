"""Labels given back: the platform's word first, the money later."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from orders.models.shipping import Package
from orders.querysets import VoidRequestQuerySet
from orders.rules.voids import OPEN_VOIDS, VoidPurpose, VoidState

VOID_CHOICES = [
    (VoidState.REQUESTED.value, "Asked for"),
    (VoidState.ACCEPTED.value, "Taken, refund awaited"),
    (VoidState.REFUNDED.value, "Refunded"),
    (VoidState.REJECTED.value, "Rejected"),
    (VoidState.EXPIRED.value, "Expired"),
]
PURPOSE_CHOICES = [
    (VoidPurpose.CANCEL.value, "The order was called off"),
    (VoidPurpose.REPLACE.value, "Another label is bought instead"),
    (VoidPurpose.FOUND.value, "Found on a booking that was called off"),
]


class VoidRequest(models.Model):
    """One label that is given back. Its refund is a line of the ledger."""

    organization_path: ClassVar[str] = "package__shipment__order__organization"
    warehouse_path: ClassVar[str] = "package__shipment__warehouse"

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
    kept_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody decided to ship with the label after all."
    )
    detail = models.CharField(max_length=500, blank=True, default="")

    objects: ClassVar = VoidRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["package"],
                condition=Q(state__in=[s.value for s in OPEN_VOIDS]),
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
